using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Diagnostics;

namespace Tiny.SourceGen.Rules;

/// <summary>TINY0001: a captured method takes tensors and plain values and returns tensors.</summary>
[DiagnosticAnalyzer(LanguageNames.CSharp)]
public sealed class SignatureAnalyzer() : MethodRule(Descriptors.Parameter, Descriptors.Dimension, Descriptors.Result)
{
    private protected override void Check(IMethodSymbol method, SymbolAnalysisContext context)
    {
        // A method of the wrong kind has its own error, which comes first.
        if (!KnownTypes.IsCaptured(method) || CaptureRules.KindProblem(method) is not null) return;
        foreach (var parameter in method.Parameters)
            if (!SignatureTypes.IsParameter(parameter.Type) && parameter.Type.TypeKind != TypeKind.Error)
                context.ReportDiagnostic(Diagnostic.Create(
                    Descriptors.Parameter, TypePlace(parameter, context.CancellationToken), parameter.Name, method.Name, Name(parameter.Type)));
        foreach (var parameter in method.Parameters)
            foreach (string dimension in KnownTypes.WrongDimensions(parameter))
                context.ReportDiagnostic(Diagnostic.Create(Descriptors.Dimension, Place(parameter), dimension, parameter.Name, method.Name));
        if (!SignatureTypes.IsResult(method.ReturnType) && method.ReturnType.TypeKind != TypeKind.Error)
            context.ReportDiagnostic(Diagnostic.Create(
                Descriptors.Result, ResultPlace(method, context.CancellationToken), method.Name, Name(method.ReturnType)));
    }

    static string Name(ITypeSymbol type) => type.ToDisplayString(SymbolDisplayFormat.MinimallyQualifiedFormat);
}
