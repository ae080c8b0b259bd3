using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.Diagnostics;

namespace Tiny.SourceGen.Rules;

/// <summary>TINY0002: only an ordinary method of a class, with parameters by value, can be captured.</summary>
[DiagnosticAnalyzer(LanguageNames.CSharp)]
public sealed class MethodKindAnalyzer : MethodRule
{
    static readonly DiagnosticDescriptor s_kind = Error(
        "TINY0002", "Method cannot be captured",
        "'{0}' {1} and cannot be captured; move the tensor code into an ordinary method of a class and put [TinyJit] there",
        "A captured call is replaced by a compiled program. That needs a method that returns its results, all at once, for types known when it is compiled.");

    static readonly DiagnosticDescriptor s_byReference = Error(
        "TINY0002", "Method cannot be captured",
        "Parameter '{0}' of captured method '{1}' is passed by reference; pass it by value and return what the method computes",
        "A captured call is replaced by a compiled program, which cannot write a caller's variable.");

    /// <inheritdoc/>
    public override ImmutableArray<DiagnosticDescriptor> SupportedDiagnostics { get; } = [s_kind, s_byReference];

    private protected override void Check(IMethodSymbol method, SymbolAnalysisContext context) => Check(method, context.ReportDiagnostic);

    private protected override void RegisterMore(AnalysisContext context) =>
        // These are no members of a type, so no symbol action sees them.
        context.RegisterSyntaxNodeAction(
            static c =>
            {
                var symbol = c.Node.IsKind(SyntaxKind.LocalFunctionStatement)
                    ? c.SemanticModel.GetDeclaredSymbol(c.Node, c.CancellationToken)
                    : c.SemanticModel.GetSymbolInfo(c.Node, c.CancellationToken).Symbol;
                if (symbol is IMethodSymbol method) Check(method, c.ReportDiagnostic);
            },
            SyntaxKind.LocalFunctionStatement, SyntaxKind.ParenthesizedLambdaExpression);

    static void Check(IMethodSymbol method, Action<Diagnostic> report)
    {
        if (!KnownTypes.IsCaptured(method)) return;
        if (CaptureRules.KindProblem(method) is { } problem)
            report(Diagnostic.Create(s_kind, Place(method), method.Name.Length > 0 ? method.Name : "(...) => ...", problem));
        else
            foreach (var parameter in method.Parameters)
                if (parameter.RefKind != RefKind.None)
                    report(Diagnostic.Create(s_byReference, Place(parameter), parameter.Name, method.Name));
    }
}
