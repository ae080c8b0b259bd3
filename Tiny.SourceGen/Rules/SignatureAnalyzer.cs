using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Diagnostics;

namespace Tiny.SourceGen.Rules;

/// <summary>TINY0001: a captured method takes tensors and plain values and returns tensors.</summary>
[DiagnosticAnalyzer(LanguageNames.CSharp)]
public sealed class SignatureAnalyzer : MethodRule
{
    static readonly DiagnosticDescriptor s_parameter = Error(
        "TINY0001", "Unsupported type in a captured method",
        "Parameter '{0}' of captured method '{1}' has type '{2}'; it can be Tensor, Dim, a number, bool, string, an enum, or a tuple, array, List, Dictionary by strings or record of those",
        "A captured method is replayed for each combination of tensor shapes and plain values, so its parameters are those.");

    static readonly DiagnosticDescriptor s_dimension = Error(
        "TINY0001", "Unsupported type in a captured method",
        "{0} in the [Shape] of parameter '{1}' of captured method '{2}' is no extent; write a number, or a name with bounds as in \"t:1..512\"",
        "A dimension is a number, or has a name: then one capture serves all its values between the bounds.");

    static readonly DiagnosticDescriptor s_result = Error(
        "TINY0001", "Unsupported type in a captured method",
        "Captured method '{0}' returns '{1}'; it can return Tensor, or a tuple, array, List, Dictionary by strings or record of Tensors",
        "A captured method computes nothing itself: it returns the tensors that its program computes.");

    /// <inheritdoc/>
    public override ImmutableArray<DiagnosticDescriptor> SupportedDiagnostics { get; } = [s_parameter, s_dimension, s_result];

    private protected override void Check(IMethodSymbol method, SymbolAnalysisContext context)
    {
        // A method of the wrong kind has its own error, which comes first.
        if (!KnownTypes.IsCaptured(method) || CaptureRules.KindProblem(method) is not null) return;
        foreach (var parameter in method.Parameters)
            if (!SignatureTypes.IsParameter(parameter.Type) && parameter.Type.TypeKind != TypeKind.Error)
                context.ReportDiagnostic(Diagnostic.Create(
                    s_parameter, TypePlace(parameter, context.CancellationToken), parameter.Name, method.Name, Name(parameter.Type)));
        foreach (var parameter in method.Parameters)
            foreach (string dimension in KnownTypes.WrongDimensions(parameter))
                context.ReportDiagnostic(Diagnostic.Create(s_dimension, Place(parameter), dimension, parameter.Name, method.Name));
        if (!SignatureTypes.IsResult(method.ReturnType) && method.ReturnType.TypeKind != TypeKind.Error)
            context.ReportDiagnostic(Diagnostic.Create(
                s_result, ResultPlace(method, context.CancellationToken), method.Name, Name(method.ReturnType)));
    }

    static string Name(ITypeSymbol type) => type.ToDisplayString(SymbolDisplayFormat.MinimallyQualifiedFormat);
}
