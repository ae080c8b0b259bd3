using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Diagnostics;
using Tiny.SourceGen.Regions;

namespace Tiny.SourceGen.Rules;

/// <summary>TINY0008: a captured method goes one way only, so that a tensor's elements cannot decide it.</summary>
[DiagnosticAnalyzer(LanguageNames.CSharp)]
public sealed class ValueBranchAnalyzer : RegionRule
{
    static readonly DiagnosticDescriptor s_rule = Descriptors.Make(
        "TINY0008", DiagnosticSeverity.Error, "Branch on a tensor's value in a captured method",
        "Which way this goes depends on elements of {0}, which have no value while '{1}' is captured; compute both and choose with Where, or decide in the caller",
        "A captured method is called once, and replays go the way that it went then. Shapes, dtypes and plain arguments may decide it, since they are part of the signature.");

    /// <inheritdoc/>
    public override ImmutableArray<DiagnosticDescriptor> SupportedDiagnostics { get; } = [s_rule];

    private protected override void Check(RegionBody body, CapturedRegions regions, Action<Diagnostic> report)
    {
        foreach (var operation in body.Operations)
            foreach (var condition in Conditions.Of(operation))
                // Of conditions inside one another the outermost is reported.
                if (regions.Dependences.Changing(regions.Dependences.Of(condition)) is { } source && Conditions.Reported(condition, regions) == condition)
                    report(Diagnostic.Create(s_rule, condition.Syntax.GetLocation(), source, body.Root.Name));
    }
}
