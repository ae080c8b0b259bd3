using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Diagnostics;
using Microsoft.CodeAnalysis.Operations;
using Tiny.SourceGen.Regions;

namespace Tiny.SourceGen.Rules;

/// <summary>TINY0011: state is written with <c>Assign</c>; a field that is made to hold another tensor is so at capture only.</summary>
[DiagnosticAnalyzer(LanguageNames.CSharp)]
public sealed class RepointedTensorAnalyzer : RegionRule
{
    /// <summary>The rule's id.</summary>
    public const string Id = "TINY0011";

    static readonly DiagnosticDescriptor s_rule = Descriptors.Make(
        Id, DiagnosticSeverity.Error, "Captured method makes a variable hold another tensor",
        "'{0}' is made to hold another tensor only when '{1}' is captured, not when it is replayed; write the new elements into the one it holds: {0}.Assign(...)",
        "A captured program knows tensors from outside by their memory. Assign writes there, in every call; another tensor in the variable would be one that no replay makes.");

    /// <inheritdoc/>
    public override ImmutableArray<DiagnosticDescriptor> SupportedDiagnostics { get; } = [s_rule];

    private protected override void Check(RegionBody body, CapturedRegions regions, Action<Diagnostic> report)
    {
        foreach (var operation in body.Operations)
            foreach (var place in OutsideWrites.Of(operation, body, regions))
                if (IsRepointed(operation, place))
                    report(Diagnostic.Create(s_rule, place.Syntax.GetLocation(), place.Syntax.ToString(), body.Root.Name));
    }

    /// <summary>True where a place for tensors is written; a list that something is added to stays the same list.</summary>
    internal static bool IsRepointed(IOperation write, IOperation place) => write is not IInvocationOperation && SignatureTypes.HoldsTensors(place.Type);
}
