using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Diagnostics;

namespace Tiny.SourceGen.Rules;

/// <summary>TINY0005: only a captured method can be exported.</summary>
[DiagnosticAnalyzer(LanguageNames.CSharp)]
public sealed class ExportWithoutCaptureAnalyzer() : MethodRule(Descriptors.ExportWithoutCapture)
{
    private protected override void Check(IMethodSymbol method, SymbolAnalysisContext context)
    {
        if (KnownTypes.Export(method) is { } export && !KnownTypes.IsCaptured(method))
            context.ReportDiagnostic(Diagnostic.Create(Descriptors.ExportWithoutCapture, Place(export, method, context.CancellationToken), method.Name));
    }
}
