using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Diagnostics;
using Tiny.SourceGen.Regions;

namespace Tiny.SourceGen.Rules;

/// <summary>TINY0008: a captured method goes one way only, so that a tensor's elements cannot decide it.</summary>
[DiagnosticAnalyzer(LanguageNames.CSharp)]
public sealed class ValueBranchAnalyzer() : RegionRule(Descriptors.ValueBranch)
{
    private protected override void Check(IOperation operation, RegionBody body, CapturedRegions regions, Action<Diagnostic> report)
    {
        foreach (var condition in Conditions.Of(operation))
            // Of conditions inside one another the outermost is reported.
            if (regions.Dependences.Changing(regions.Dependences.Of(condition)) is { } source && Conditions.Reported(condition, regions) == condition)
                report(Diagnostic.Create(Descriptors.ValueBranch, condition.Syntax.GetLocation(), source, body.Root.Name));
    }
}
