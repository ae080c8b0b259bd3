using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Diagnostics;
using Microsoft.CodeAnalysis.Operations;
using Tiny.SourceGen.Regions;

namespace Tiny.SourceGen.Rules;

/// <summary>TINY0010: clocks, random numbers, the environment and input or output are asked once, at capture.</summary>
[DiagnosticAnalyzer(LanguageNames.CSharp)]
public sealed class ImpureCallAnalyzer() : RegionRule(Descriptors.ImpureCall)
{
    private protected override void Check(IOperation operation, RegionBody body, CapturedRegions regions, Action<Diagnostic> report)
    {
        if (ImpureMembers.Of(operation, o => regions.Dependences.Of(o).IsOutside) is { } impure && !IsWithin(operation, regions))
            report(Diagnostic.Create(Descriptors.ImpureCall, operation.Syntax.GetLocation(), impure.Name, impure.Does, body.Root.Name));
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
