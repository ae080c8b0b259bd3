using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Diagnostics;
using Tiny.SourceGen.Regions;

namespace Tiny.SourceGen.Rules;

/// <summary>An analyzer with one rule about the code that runs while a method is captured.</summary>
public abstract class RegionRule : DiagnosticAnalyzer
{
    /// <inheritdoc/>
    public sealed override void Initialize(AnalysisContext context)
    {
        context.EnableConcurrentExecution();
        context.ConfigureGeneratedCodeAnalysis(GeneratedCodeAnalysisFlags.None);
        context.RegisterCompilationStartAction(start =>
        {
            var regions = CapturedRegions.Of(start.Compilation, start.CancellationToken);
            if (regions.Roots.Count == 0) return;
            start.RegisterSemanticModelAction(c =>
            {
                foreach (var body in regions.In(c.SemanticModel.SyntaxTree)) Check(body, regions, c.ReportDiagnostic);
            });
        });
    }

    private protected abstract void Check(RegionBody body, CapturedRegions regions, Action<Diagnostic> report);
}
