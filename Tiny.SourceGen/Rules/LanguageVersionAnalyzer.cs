using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.Diagnostics;

namespace Tiny.SourceGen.Rules;

/// <summary>TINY0014: interceptors are written in C# 12.</summary>
[DiagnosticAnalyzer(LanguageNames.CSharp)]
public sealed class LanguageVersionAnalyzer : MethodRule
{
    static readonly DiagnosticDescriptor s_rule = Descriptors.Make(
        "TINY0014", DiagnosticSeverity.Warning, "Language version is too old to replay captured methods",
        "Calls of '{0}' are not replayed, though they mean the same: that needs C# 12, and this project is compiled as C# {1}; remove LangVersion from the project, or call TinyJit.Of({0})",
        "Calls of captured methods are routed to the compiled program by code that is generated in C# 12.");

    /// <inheritdoc/>
    public override ImmutableArray<DiagnosticDescriptor> SupportedDiagnostics { get; } = [s_rule];

    private protected override void Check(IMethodSymbol method, SymbolAnalysisContext context)
    {
        if (KnownTypes.IsCaptured(method) && ((CSharpCompilation)context.Compilation).LanguageVersion is < InterceptorWriter.Language and var version)
            context.ReportDiagnostic(Diagnostic.Create(s_rule, Place(method), method.Name, version.ToDisplayString()));
    }
}
