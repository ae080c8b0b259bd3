using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Diagnostics;
using Tiny.SourceGen.Regions;

namespace Tiny.SourceGen.Rules;

/// <summary>TINY0007: while a method is captured, tensors that depend on its arguments or on state have no elements to ask for.</summary>
[DiagnosticAnalyzer(LanguageNames.CSharp)]
public sealed class ValueRequestAnalyzer() : RegionRule(Descriptors.ValueRequest)
{
    private protected override void Check(IOperation operation, RegionBody body, CapturedRegions regions, Action<Diagnostic> report)
    {
        if (!ValueRequests.Is(operation)) return;
        // Where the value only decides which way the code goes, that is what is reported.
        if (regions.Dependences.Changing(ValueRequests.Elements(operation, regions.Dependences)) is not { } source || Conditions.Reported(operation, regions) is not null) return;
        var (name, place) = ValueRequests.Describe(operation);
        report(Diagnostic.Create(Descriptors.ValueRequest, place, name, source, body.Root.Name));
    }
}
