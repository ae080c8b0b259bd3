using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Diagnostics;
using Tiny.SourceGen.Regions;

namespace Tiny.SourceGen.Rules;

/// <summary>TINY0007: while a method is captured, tensors that depend on its arguments or on state have no elements to ask for.</summary>
[DiagnosticAnalyzer(LanguageNames.CSharp)]
public sealed class ValueRequestAnalyzer : RegionRule
{
    static readonly DiagnosticDescriptor s_rule = Descriptors.Make(
        "TINY0007", DiagnosticSeverity.Error, "Value requested while a method is captured",
        "'{0}' asks for elements that depend on {1}, which have no value while '{2}' is captured; return the tensor and ask the result, or go on computing with tensors",
        "A captured method is called once, with tensors that have no elements; replays compute them. Only what depends on neither arguments nor written state has a value.");

    /// <inheritdoc/>
    public override ImmutableArray<DiagnosticDescriptor> SupportedDiagnostics { get; } = [s_rule];

    private protected override void Check(RegionBody body, CapturedRegions regions, Action<Diagnostic> report)
    {
        foreach (var operation in body.Operations)
        {
            if (!ValueRequests.Is(operation)) continue;
            // Where the value only decides which way the code goes, that is what is reported.
            if (regions.Dependences.Changing(ValueRequests.Elements(operation, regions.Dependences)) is not { } source || Conditions.Reported(operation, regions) is not null) continue;
            var (name, place) = ValueRequests.Describe(operation);
            report(Diagnostic.Create(s_rule, place, name, source, body.Root.Name));
        }
    }
}
