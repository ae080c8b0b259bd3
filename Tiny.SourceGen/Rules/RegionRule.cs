using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Diagnostics;
using Tiny.SourceGen.Regions;

namespace Tiny.SourceGen.Rules;

/// <summary>A rule about the code that runs while a method is captured.</summary>
public abstract class RegionRule : Rule
{
    private protected RegionRule(params DiagnosticDescriptor[] descriptors) : base(descriptors)
    {
    }

    private protected sealed override void Register(AnalysisContext context) => context.RegisterCompilationStartAction(start =>
    {
        var regions = CapturedRegions.Of(start.Compilation, start.CancellationToken);
        if (regions.Roots.Count == 0) return;
        start.RegisterSemanticModelAction(c =>
        {
            foreach (var body in regions.In(c.SemanticModel.SyntaxTree)) Check(body, regions, c.ReportDiagnostic);
        });
    });

    /// <summary>Looks at one body, unless overridden operation by operation.</summary>
    private protected virtual void Check(RegionBody body, CapturedRegions regions, Action<Diagnostic> report)
    {
        foreach (var operation in body.Operations) Check(operation, body, regions, report);
    }

    private protected virtual void Check(IOperation operation, RegionBody body, CapturedRegions regions, Action<Diagnostic> report)
    {
    }
}
