using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Diagnostics;
using Microsoft.CodeAnalysis.Operations;
using Tiny.SourceGen.Regions;

namespace Tiny.SourceGen.Rules;

/// <summary>TINY0011: state is written with <c>Assign</c>; a field that is made to hold another tensor is so at capture only.</summary>
[DiagnosticAnalyzer(LanguageNames.CSharp)]
public sealed class RepointedTensorAnalyzer() : RegionRule(Descriptors.RepointedTensor)
{
    private protected override void Check(IOperation operation, RegionBody body, CapturedRegions regions, Action<Diagnostic> report)
    {
        foreach (var place in OutsideWrites.Of(operation, body, regions))
            if (IsRepointed(operation, place))
                report(Diagnostic.Create(Descriptors.RepointedTensor, place.Syntax.GetLocation(), place.Syntax.ToString(), body.Root.Name));
    }

    /// <summary>True where a place for tensors is written; a list that something is added to stays the same list.</summary>
    internal static bool IsRepointed(IOperation write, IOperation place) => write is not IInvocationOperation && SignatureTypes.HoldsTensors(place.Type);
}
