using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Diagnostics;

namespace Tiny.SourceGen.Rules;

/// <summary>TINY0004: the build constructs the model whose method it exports.</summary>
[DiagnosticAnalyzer(LanguageNames.CSharp)]
public sealed class ExportModelAnalyzer() : MethodRule(Descriptors.ExportModel)
{
    private protected override void Check(IMethodSymbol method, SymbolAnalysisContext context)
    {
        if (KnownTypes.Export(method) is not { } export || Problem(method, context.Compilation) is not { } problem) return;
        context.ReportDiagnostic(Diagnostic.Create(
            Descriptors.ExportModel, Place(export, method, context.CancellationToken), $"{method.ContainingType.Name}.{method.Name}", problem));
    }

    static string? Problem(IMethodSymbol method, Compilation compilation)
    {
        var type = method.ContainingType;
        if (type.TypeKind != TypeKind.Class) return null;
        if (method.IsStatic) return "the method is static, and an export holds the weights of an instance; make it an instance method";
        if (method.IsGenericMethod) return "the method is generic; export a method that calls it with its type arguments given";
        if (!CapturedMethod.IsNameable(type, compilation)) return $"class '{type.Name}' is private to a class or a file; make it internal or public";
        if (KnownTypes.HasFactory(type) && !type.IsGenericType) return null;
        if (type.IsAbstract) return $"class '{type.Name}' is abstract; export from a class that can be constructed";
        if (type.IsGenericType) return $"class '{type.Name}' is generic; export from a class with its type arguments given";
        return type.InstanceConstructors.Any(IsUsable)
            ? null
            : $"class '{type.Name}' has no public or internal constructor that can be called without arguments, and no static method marked [TinyModel]";
    }

    static bool IsUsable(IMethodSymbol constructor) =>
        constructor.DeclaredAccessibility is Accessibility.Public or Accessibility.Internal or Accessibility.ProtectedOrInternal
        && constructor.Parameters.All(static p => p.HasExplicitDefaultValue);
}
