using System.Text.RegularExpressions;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace Tiny.SourceGen;

/// <summary>Tiny's own types as the compiler sees them, recognised by name: no assembly of Tiny is loaded here.</summary>
static class KnownTypes
{
    public const string TinyJit = "Tiny.TinyJitAttribute";

    /// <summary>True for <c>[TinyJit]</c> on the method itself; an override without it is an ordinary method.</summary>
    public static bool IsCaptured(IMethodSymbol method) => Find((method.ReducedFrom ?? method).GetAttributes(), "TinyJitAttribute") is not null;

    /// <summary>The first <c>[TinyExport&lt;T&gt;]</c> of a method.</summary>
    public static AttributeData? Export(IMethodSymbol method) => Find(method.GetAttributes(), "TinyExportAttribute");

    /// <summary>A static method of the class makes instances for the build.</summary>
    public static bool HasFactory(INamedTypeSymbol type) => type.GetMembers().OfType<IMethodSymbol>().Any(m => m.IsStatic && Find(m.GetAttributes(), "TinyModelAttribute") is not null);

    /// <summary>True for a parameter with a <c>[Shape]</c>, whether of all its tensors or of some.</summary>
    public static bool HasShape(IParameterSymbol parameter) => Find(parameter.GetAttributes(), "ShapeAttribute") is not null;

    /// <summary>The parts that a parameter's <c>[Shape]</c>s name by <c>Of</c>.</summary>
    public static IEnumerable<string> ShapedParts(IParameterSymbol parameter) => parameter.GetAttributes()
        .Where(static a => a.AttributeClass is { Name: "ShapeAttribute" } type && IsInTiny(type))
        .SelectMany(static a => a.NamedArguments).Where(static n => n.Key == "Of").Select(static n => n.Value.Value).OfType<string>();

    public static bool HasBounds(IParameterSymbol parameter) => Find(parameter.GetAttributes(), "BoundsAttribute") is not null;

    /// <summary>The dimensions in a parameter's <c>[Shape]</c> that are neither numbers nor names with bounds, as in <c>"t:1..512"</c>.</summary>
    public static IEnumerable<string> WrongDimensions(IParameterSymbol parameter)
    {
        foreach (var attribute in parameter.GetAttributes())
            if (attribute is { AttributeClass: { Name: "ShapeAttribute" } type, ConstructorArguments: [{ Kind: TypedConstantKind.Array, IsNull: false } dims] } && IsInTiny(type))
                foreach (var dim in dims.Values)
                    if (!(dim.Value is int n ? n >= 0 : dim.Value is string text && s_named.IsMatch(text)))
                        yield return dim.ToCSharpString();
    }

    static readonly Regex s_named = new(@"^\s*[A-Za-z_][A-Za-z_0-9]*\s*:[0-9]+\.\.[0-9]+$");

    /// <summary>True for a size: a number, or what depends on one that is known at the call.</summary>
    public static bool IsDim(ITypeSymbol type) => type is { Name: "Dim" } && IsInTiny(type);

    public static bool IsTensor(ITypeSymbol? type) => type is { Name: "Tensor" } && IsInTiny(type);

    /// <summary>A type of Tiny's own namespace.</summary>
    public static bool IsInTiny(ITypeSymbol type) => type.ContainingType is null
        && type.ContainingNamespace is { Name: "Tiny", ContainingNamespace.IsGlobalNamespace: true };

    static AttributeData? Find(IEnumerable<AttributeData> attributes, string name)
    {
        foreach (var attribute in attributes)
            if (attribute.AttributeClass is { } type && type.Name == name && IsInTiny(type))
                return attribute;
        return null;
    }
}
