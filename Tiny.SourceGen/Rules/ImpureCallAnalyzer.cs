using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Diagnostics;
using Microsoft.CodeAnalysis.Operations;
using Tiny.SourceGen.Regions;

namespace Tiny.SourceGen.Rules;

/// <summary>TINY0010: clocks, random numbers, the environment and input or output are asked once, at capture.</summary>
[DiagnosticAnalyzer(LanguageNames.CSharp)]
public sealed class ImpureCallAnalyzer : RegionRule
{
    static readonly DiagnosticDescriptor s_rule = Descriptors.Make(
        "TINY0010", DiagnosticSeverity.Warning, "Captured method does something besides computing",
        "'{0}' {1} only when '{2}' is captured, not when it is replayed; do it in the caller and pass on what it gives",
        "A captured method is called once; replays run its tensor operations and nothing else. Random tensors (Tensor.Rand and its like) are drawn anew in each call.");

    /// <inheritdoc/>
    public override ImmutableArray<DiagnosticDescriptor> SupportedDiagnostics { get; } = [s_rule];

    private protected override void Check(RegionBody body, CapturedRegions regions, Action<Diagnostic> report)
    {
        foreach (var operation in body.Operations)
            if (ImpureMembers.Of(operation, o => regions.Dependences.Of(o).IsOutside) is { } impure && !IsWithin(operation, regions))
                report(Diagnostic.Create(s_rule, operation.Syntax.GetLocation(), impure.Name, impure.Does, body.Root.Name));
    }

    // Of Process.GetCurrentProcess().Id the first part is enough.
    static bool IsWithin(IOperation operation, CapturedRegions regions)
    {
        var instance = operation switch
        {
            IInvocationOperation call => call.Instance,
            IPropertyReferenceOperation property => property.Instance,
            IFieldReferenceOperation field => field.Instance,
            _ => null,
        };
        return instance is not null && ImpureMembers.Of(instance, o => regions.Dependences.Of(o).IsOutside) is not null;
    }
}
