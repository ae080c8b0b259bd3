using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Diagnostics;
using Microsoft.CodeAnalysis.Operations;
using Tiny.SourceGen.Regions;

namespace Tiny.SourceGen.Rules;

/// <summary>TINY0007: while a method is captured, tensors that depend on its arguments or on state have no elements to ask for.</summary>
[DiagnosticAnalyzer(LanguageNames.CSharp)]
public sealed class ValueRequestAnalyzer() : RegionRule(Descriptors.ValueRequest)
{
    private protected override void Check(IOperation operation, RegionBody body, CapturedRegions regions, Action<Diagnostic> report)
    {
        if (operation is not IInvocationOperation call || !ValueRequests.Is(call)) return;
        // Where the value only decides which way the code goes, that is what is reported.
        if (regions.Dependences.Changing(ValueRequests.Elements(operation, regions.Dependences)) is not { } source || Conditions.Reported(operation, regions) is not null) return;
        report(Diagnostic.Create(Descriptors.ValueRequest, ValueRequests.Place(call), call.TargetMethod.Name, source, body.Root.Name));
    }
}
