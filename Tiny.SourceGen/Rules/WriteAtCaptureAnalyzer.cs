using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Diagnostics;
using Tiny.SourceGen.Regions;

namespace Tiny.SourceGen.Rules;

/// <summary>TINY0012: what a captured method writes besides tensors' elements is written at capture only.</summary>
[DiagnosticAnalyzer(LanguageNames.CSharp)]
public sealed class WriteAtCaptureAnalyzer : RegionRule
{
    static readonly DiagnosticDescriptor s_rule = Descriptors.Make(
        "TINY0012", DiagnosticSeverity.Warning, "Captured method writes a variable",
        "'{0}' is written only when '{1}' is captured, not when it is replayed; keep it in a tensor and Assign to that, or write it in the caller",
        "A captured method is called once; replays run its tensor operations and nothing else. State that each call changes is a tensor.");

    /// <inheritdoc/>
    public override ImmutableArray<DiagnosticDescriptor> SupportedDiagnostics { get; } = [s_rule];

    private protected override void Check(RegionBody body, CapturedRegions regions, Action<Diagnostic> report)
    {
        foreach (var operation in body.Operations)
            foreach (var place in OutsideWrites.Of(operation, body, regions))
                if (!RepointedTensorAnalyzer.IsRepointed(operation, place))
                    report(Diagnostic.Create(s_rule, place.Syntax.GetLocation(), place.Syntax.ToString(), body.Root.Name));
    }
}
