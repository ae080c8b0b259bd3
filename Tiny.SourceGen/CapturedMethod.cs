using System.Collections.Immutable;
using Microsoft.CodeAnalysis;

namespace Tiny.SourceGen;

/// <summary>A captured method's line in the manifest. <paramref name="Path"/> is the declaring file as the compiler names it.</summary>
sealed record ManifestEntry(string Type, string Method, string Path, int Line, int Column);

/// <summary>A parameter, its type fully qualified.</summary>
sealed record CapturedParameter(string Type, string Name);

/// <summary>A captured method as an interceptor must spell it.</summary>
sealed record CapturedMethod(string Type, string Name, bool IsStatic, string Result, EquatableArray<CapturedParameter> Parameters)
{
    static readonly SymbolDisplayFormat s_format = SymbolDisplayFormat.FullyQualifiedFormat
        .AddMiscellaneousOptions(SymbolDisplayMiscellaneousOptions.IncludeNullableReferenceTypeModifier);

    /// <summary>
    /// The method, or null where generated code cannot stand in for it: a shape that cannot be captured (an analyzer says so), a
    /// generic class, or something that only its own class or file may name. Such calls run as written, which means the same.
    /// </summary>
    public static CapturedMethod? Of(IMethodSymbol method, Compilation compilation)
    {
        if (!CaptureRules.IsCapturable(method)) return null;
        var type = method.ContainingType;
        if (type.TypeKind != TypeKind.Class || type.IsGenericType || !IsNameable(type, compilation)
            || !compilation.IsSymbolAccessibleWithin(method, compilation.Assembly))
            return null;
        foreach (var parameter in method.Parameters)
            if (!IsNameable(parameter.Type, compilation))
                return null;
        return new CapturedMethod(
            type.ToDisplayString(s_format), method.Name, method.IsStatic, method.ReturnType.ToDisplayString(s_format),
            new([.. method.Parameters.Select(static p => new CapturedParameter(p.Type.ToDisplayString(s_format), p.Name))]));
    }

    /// <summary>True where another file of the assembly can name the type.</summary>
    public static bool IsNameable(ITypeSymbol type, Compilation compilation)
    {
        for (var t = type as INamedTypeSymbol; t is not null; t = t.ContainingType)
            if (t.IsFileLocal)
                return false;
        return compilation.IsSymbolAccessibleWithin(type, compilation.Assembly);
    }
}

/// <summary>A call that an interceptor takes over. <paramref name="Attribute"/> is the attribute that names its place.</summary>
sealed record CallSite(CapturedMethod Method, string Attribute);
