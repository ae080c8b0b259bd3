using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Diagnostics;

namespace Tiny.SourceGen.Rules;

/// <summary>An analyzer of the user's own code that reports some of <see cref="Descriptors"/>.</summary>
public abstract class Rule : DiagnosticAnalyzer
{
    private protected Rule(params DiagnosticDescriptor[] descriptors) => SupportedDiagnostics = [.. descriptors];

    /// <inheritdoc/>
    public sealed override ImmutableArray<DiagnosticDescriptor> SupportedDiagnostics { get; }

    /// <inheritdoc/>
    public sealed override void Initialize(AnalysisContext context)
    {
        context.EnableConcurrentExecution();
        context.ConfigureGeneratedCodeAnalysis(GeneratedCodeAnalysisFlags.None);
        Register(context);
    }

    private protected abstract void Register(AnalysisContext context);
}
