using Microsoft.CodeAnalysis;

namespace Tiny.SourceGen;

/// <summary>
/// The types that captured methods take and return: tensors; plain values, which become part of the signature; and tuples, arrays, lists, dictionaries
/// by strings, records and structs of those.
/// </summary>
static class SignatureTypes
{
    /// <summary>What a captured method may take.</summary>
    public static bool IsParameter(ITypeSymbol type) => Leaves(type).All(static t => KnownTypes.IsTensor(t) || IsPlain(t));

    /// <summary>What a captured method may return: tensors, however they are put together, and plain values beside them.</summary>
    public static bool IsResult(ITypeSymbol type) => HoldsTensors(type) && IsParameter(type);

    /// <summary>True for a tensor, and for what is put together of parts of which one holds tensors.</summary>
    public static bool HoldsTensors(ITypeSymbol? type) => type is not null && Leaves(type).Any(KnownTypes.IsTensor);

    /// <summary>Numbers, bools, enums, strings and sizes, and whether they are there.</summary>
    public static bool IsPlain(ITypeSymbol type) => KnownTypes.IsDim(type) || type.TypeKind == TypeKind.Enum
        || type.SpecialType is >= SpecialType.System_Boolean and <= SpecialType.System_Double or SpecialType.System_String
        || type is { Name: "Half", ContainingNamespace: { Name: "System", ContainingNamespace.IsGlobalNamespace: true } }
        || type is INamedTypeSymbol { OriginalDefinition.SpecialType: SpecialType.System_Nullable_T } nullable && IsPlain(nullable.TypeArguments[0]);

    /// <summary>The types at the ends: those that are not put together of others. A type that holds itself counts once.</summary>
    static IEnumerable<ITypeSymbol> Leaves(ITypeSymbol type)
    {
        var seen = new HashSet<ITypeSymbol>(SymbolEqualityComparer.Default);
        var work = new Stack<ITypeSymbol>();
        work.Push(type);
        while (work.Count > 0)
        {
            var at = work.Pop();
            if (!seen.Add(at)) continue;
            if (PartsOf(at) is not { } parts) yield return at;
            else
                foreach (var part in parts) work.Push(part);
        }
    }

    /// <summary>The paths of the arrays, lists and dictionaries in a type, as <c>[Shape(Of = ...)]</c> begins the names of their parts; "" for the type itself. What lies in one is not looked at.</summary>
    public static IEnumerable<string> Collections(ITypeSymbol type)
    {
        var seen = new HashSet<ITypeSymbol>(SymbolEqualityComparer.Default);
        var work = new Stack<(ITypeSymbol Type, string Path)>();
        work.Push((type, ""));
        while (work.Count > 0)
        {
            var (at, path) = work.Pop();
            if (KnownTypes.IsTensor(at) || IsPlain(at) || !seen.Add(at)) continue;
            if (ElementOf(at) is not null) yield return path;
            else
                foreach (var (name, part) in MembersOf(at)) work.Push((part, path.Length == 0 ? name : $"{path}.{name}"));
        }
    }

    static IEnumerable<ITypeSymbol>? PartsOf(ITypeSymbol type) => KnownTypes.IsTensor(type) || IsPlain(type) ? null
        : ElementOf(type) is { } element ? [element]
        : type.IsTupleType || IsRecord(type) ? MembersOf(type).Select(static m => m.Type) : null;

    // Of an array, list or dictionary.
    static ITypeSymbol? ElementOf(ITypeSymbol type) => type switch
    {
        IArrayTypeSymbol { Rank: 1 } array => array.ElementType,
        INamedTypeSymbol { Name: "List" or "IList" or "IReadOnlyList", TypeArguments: [var element] } list when IsCollection(list) => element,
        INamedTypeSymbol { Name: "Dictionary" or "IDictionary" or "IReadOnlyDictionary", TypeArguments: [{ SpecialType: SpecialType.System_String }, var element] } map
            when IsCollection(map) => element,
        _ => null,
    };

    static bool IsRecord(ITypeSymbol type) => type is INamedTypeSymbol { IsRecord: true } or INamedTypeSymbol { TypeKind: TypeKind.Struct } && !IsFramework(type);

    // A tuple's elements by name or number, a record's fields by the names of its properties.
    static IEnumerable<(string Name, ITypeSymbol Type)> MembersOf(ITypeSymbol type)
    {
        if (type is INamedTypeSymbol { IsTupleType: true } tuple)
        {
            for (int i = 0; i < tuple.TupleElements.Length; i++)
                yield return (tuple.TupleElements[i].IsExplicitlyNamedTupleElement ? tuple.TupleElements[i].Name : $"{i + 1}", tuple.TupleElements[i].Type);
            yield break;
        }
        if (!IsRecord(type)) yield break;
        for (var at = type; at is not null && at.SpecialType is not (SpecialType.System_Object or SpecialType.System_ValueType); at = at.BaseType)
            foreach (var field in at.GetMembers().OfType<IFieldSymbol>())
                if (!field.IsStatic) yield return ((field.AssociatedSymbol ?? field).Name, field.Type);
    }

    static bool IsCollection(INamedTypeSymbol type) => type.ContainingNamespace.ToDisplayString() == "System.Collections.Generic";

    // What the framework or Tiny made a struct is none of the user's putting together.
    static bool IsFramework(ITypeSymbol type)
    {
        var space = type.ContainingNamespace;
        while (space is { IsGlobalNamespace: false, ContainingNamespace.IsGlobalNamespace: false }) space = space.ContainingNamespace;
        return space is { IsGlobalNamespace: false, Name: "System" } || KnownTypes.IsInTiny(type);
    }
}
