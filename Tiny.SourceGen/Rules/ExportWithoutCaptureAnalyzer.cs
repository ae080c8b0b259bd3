using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Diagnostics;

namespace Tiny.SourceGen.Rules;

/// <summary>TINY0005: only a captured method can be exported.</summary>
[DiagnosticAnalyzer(LanguageNames.CSharp)]
public sealed class ExportWithoutCaptureAnalyzer : MethodRule
{
    static readonly DiagnosticDescriptor s_rule = Error(
        "TINY0005", "Exported method is not captured",
        "'{0}' has [TinyExport] but not [TinyJit]; add [TinyJit]",
        "An export writes out the program of a captured method; without [TinyJit] there is none and nothing would be exported.");

    /// <inheritdoc/>
    public override ImmutableArray<DiagnosticDescriptor> SupportedDiagnostics { get; } = [s_rule];

    private protected override void Check(IMethodSymbol method, SymbolAnalysisContext context)
    {
        if (KnownTypes.Export(method) is { } export && !KnownTypes.IsCaptured(method))
            context.ReportDiagnostic(Diagnostic.Create(s_rule, Place(export, method, context.CancellationToken), method.Name));
    }
}
