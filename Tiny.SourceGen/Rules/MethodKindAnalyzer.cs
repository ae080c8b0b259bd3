using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.Diagnostics;

namespace Tiny.SourceGen.Rules;

/// <summary>TINY0002: only an ordinary method of a class, with parameters by value, can be captured.</summary>
[DiagnosticAnalyzer(LanguageNames.CSharp)]
public sealed class MethodKindAnalyzer() : MethodRule(Descriptors.Kind, Descriptors.ByReference)
{
    private protected override void Check(IMethodSymbol method, SymbolAnalysisContext context) => Check(method, context.ReportDiagnostic);

    private protected override void Register(AnalysisContext context)
    {
        base.Register(context);
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
    }

    static void Check(IMethodSymbol method, Action<Diagnostic> report)
    {
        if (!KnownTypes.IsCaptured(method)) return;
        if (CaptureRules.KindProblem(method) is { } problem)
            report(Diagnostic.Create(Descriptors.Kind, Place(method), method.Name.Length > 0 ? method.Name : "(...) => ...", problem));
        else
            foreach (var parameter in method.Parameters)
                if (parameter.RefKind != RefKind.None)
                    report(Diagnostic.Create(Descriptors.ByReference, Place(parameter), parameter.Name, method.Name));
    }
}
