using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.Operations;

namespace Tiny.SourceGen;

/// <summary>A captured method's line in the manifest. <paramref name="Path"/> is the declaring file as the compiler names it.</summary>
sealed record ManifestEntry(string Type, string Method, string Path, int Line, int Column);

/// <summary>A parameter, its type fully qualified.</summary>
sealed record CapturedParameter(string Type, string Name);

/// <summary>A type parameter of a captured method or of a class that it lies in, with what is written after <c>where T :</c>.</summary>
sealed record CapturedTypeParameter(string Name, string Constraints);

/// <summary>A captured method as an interceptor must spell it. An interceptor has the type parameters of all classes around the method, and then the method's own.</summary>
sealed record CapturedMethod(
    string Type, string Name, bool IsStatic, bool IsExtension, string Result, EquatableArray<CapturedParameter> Parameters,
    EquatableArray<CapturedTypeParameter> TypeParameters, int OwnTypeParameters)
{
    static readonly SymbolDisplayFormat s_format = SymbolDisplayFormat.FullyQualifiedFormat
        .AddMiscellaneousOptions(SymbolDisplayMiscellaneousOptions.IncludeNullableReferenceTypeModifier);

    /// <summary>
    /// The method, or null where generated code cannot stand in for it: a shape that cannot be captured (an analyzer says so), or
    /// something that only its own class or file may name. Such calls run as written, which means the same.
    /// </summary>
    public static CapturedMethod? Of(IMethodSymbol method, Compilation compilation)
    {
        method = (method.ReducedFrom ?? method).OriginalDefinition;
        if (!CaptureRules.IsCapturable(method)) return null;
        var type = method.ContainingType;
        if (!IsNameable(type, compilation) || !compilation.IsSymbolAccessibleWithin(method, compilation.Assembly)) return null;
        if (!IsNameable(method.ReturnType, compilation) || !method.Parameters.All(p => IsNameable(p.Type, compilation))) return null;
        var typeParameters = TypeParametersOf(type).Concat(method.TypeParameters).ToList();
        // One of a nested class may hide one of the class around it; in the interceptor they would be one.
        if (typeParameters.Select(static t => t.Name).Distinct().Count() < typeParameters.Count || !typeParameters.All(t => t.ConstraintTypes.All(c => IsNameable(c, compilation)))) return null;
        return new CapturedMethod(
            type.ToDisplayString(s_format), method.Name, method.IsStatic, method.IsExtensionMethod, method.ReturnType.ToDisplayString(s_format),
            new([.. method.Parameters.Select(static p => new CapturedParameter(p.Type.ToDisplayString(s_format), p.Name))]),
            new([.. typeParameters.Select(static t => new CapturedTypeParameter(Identifier(t.Name), Constraints(t)))]), method.TypeParameters.Length);
    }

    static IEnumerable<ITypeParameterSymbol> TypeParametersOf(INamedTypeSymbol type) => type.ContainingType is { } outer ? TypeParametersOf(outer).Concat(type.TypeParameters) : type.TypeParameters;

    static string Constraints(ITypeParameterSymbol parameter)
    {
        var all = new List<string>();
        if (parameter.HasUnmanagedTypeConstraint) all.Add("unmanaged");
        else if (parameter.HasValueTypeConstraint) all.Add("struct");
        else if (parameter.HasReferenceTypeConstraint) all.Add(parameter.ReferenceTypeConstraintNullableAnnotation == NullableAnnotation.Annotated ? "class?" : "class");
        else if (parameter.HasNotNullConstraint) all.Add("notnull");
        all.AddRange(parameter.ConstraintTypes.Select(static c => c.ToDisplayString(s_format)));
        if (parameter.HasConstructorConstraint) all.Add("new()");
        return string.Join(", ", all);
    }

    /// <summary>A name as code spells it.</summary>
    public static string Identifier(string name) => SyntaxFacts.GetKeywordKind(name) == SyntaxKind.None ? name : "@" + name;

    /// <summary>True where another file of the assembly can name the type.</summary>
    public static bool IsNameable(ITypeSymbol type, Compilation compilation)
    {
        if (!compilation.IsSymbolAccessibleWithin(type, compilation.Assembly)) return false;
        var work = new Stack<ITypeSymbol>();
        work.Push(type);
        while (work.Count > 0)
        {
            var at = work.Pop();
            if (at is IArrayTypeSymbol array) work.Push(array.ElementType);
            if (at is not INamedTypeSymbol named) continue;
            if (named.IsFileLocal) return false;
            foreach (var argument in named.TypeArguments) work.Push(argument);
            if (named.ContainingType is { } outer) work.Push(outer);
        }
        return true;
    }

    /// <summary>True for a call that is data and does not run: part of a lambda that became an expression tree.</summary>
    public static bool IsInExpressionTree(IOperation call)
    {
        for (var at = call; at is not null; at = at.Parent)
            if (at is IAnonymousFunctionOperation && at.Parent?.Type is { } type && type.ContainingNamespace?.ToDisplayString() == "System.Linq.Expressions") return true;
        return false;
    }
}

/// <summary>A call that an interceptor takes over. <paramref name="Attribute"/> is the attribute that names its place.</summary>
sealed record CallSite(CapturedMethod Method, string Attribute);
