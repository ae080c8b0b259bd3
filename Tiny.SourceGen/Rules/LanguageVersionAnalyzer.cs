using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.Diagnostics;

namespace Tiny.SourceGen.Rules;

/// <summary>TINY0014: interceptors are written in C# 12.</summary>
[DiagnosticAnalyzer(LanguageNames.CSharp)]
public sealed class LanguageVersionAnalyzer() : MethodRule(Descriptors.LanguageVersion)
{
    private protected override void Check(IMethodSymbol method, SymbolAnalysisContext context)
    {
        if (KnownTypes.IsCaptured(method) && ((CSharpCompilation)context.Compilation).LanguageVersion is < InterceptorWriter.Language and var version)
            context.ReportDiagnostic(Diagnostic.Create(Descriptors.LanguageVersion, Place(method), method.Name, version.ToDisplayString()));
    }
}
