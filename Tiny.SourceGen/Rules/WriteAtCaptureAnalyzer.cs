using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Diagnostics;
using Tiny.SourceGen.Regions;

namespace Tiny.SourceGen.Rules;

/// <summary>TINY0012: what a captured method writes besides tensors' elements is written at capture only.</summary>
[DiagnosticAnalyzer(LanguageNames.CSharp)]
public sealed class WriteAtCaptureAnalyzer() : RegionRule(Descriptors.WriteAtCapture)
{
    private protected override void Check(IOperation operation, RegionBody body, CapturedRegions regions, Action<Diagnostic> report)
    {
        foreach (var place in OutsideWrites.Of(operation, body, regions))
            if (!RepointedTensorAnalyzer.IsRepointed(operation, place))
                report(Diagnostic.Create(Descriptors.WriteAtCapture, place.Syntax.GetLocation(), place.Syntax.ToString(), body.Root.Name));
    }
}
