using Microsoft.CodeAnalysis;

namespace Tiny.SourceGen;

/// <summary>What makes a method one that can be captured. The analyzers report each rule; the generator needs only the verdict.</summary>
static class CaptureRules
{
    /// <summary>True where no rule is broken.</summary>
    public static bool IsCapturable(IMethodSymbol method) => KindProblem(method) is null
        && SignatureTypes.IsResult(method.ReturnType)
        && method.Parameters.All(static p => p.RefKind == RefKind.None && SignatureTypes.IsParameter(p.Type));

    /// <summary>Why a method of this kind cannot be captured, as the end of a sentence; null where it can.</summary>
    public static string? KindProblem(IMethodSymbol method) => method switch
    {
        { MethodKind: MethodKind.LocalFunction } => "is a local function",
        { MethodKind: MethodKind.AnonymousFunction } => "is a lambda",
        { MethodKind: not MethodKind.Ordinary } => "is not an ordinary method",
        { IsAsync: true } => "is async",
        { ReturnsByRef: true } or { ReturnsByRefReadonly: true } => "returns by reference",
        { ContainingType.TypeKind: not TypeKind.Class } => "is not a method of a class",
        _ => null,
    };
}
