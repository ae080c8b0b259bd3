using System.Collections.Immutable;
using Microsoft.CodeAnalysis;

namespace Tiny.SourceGen.Regions;

/// <summary>
/// What a value may depend on, whichever way the code runs. Sources are variables from outside the capture: tensor parameters of captured methods,
/// fields and properties, captured locals. Functions that a delegate may call stand among what it holds.
/// </summary>
/// <param name="Held">Sources of the tensors that it is or holds, and of those that they were computed from.</param>
/// <param name="Places">Sources of the tensors that it is, shows or holds: those that a write through it changes.</param>
/// <param name="Read">Sources of tensors whose elements were asked for to compute it.</param>
/// <param name="IsOutside">True for an object that may have been there before the capture began.</param>
readonly record struct Dependence(ImmutableHashSet<ISymbol> Held, ImmutableHashSet<ISymbol> Places, ImmutableHashSet<ISymbol> Read, bool IsOutside)
{
    static readonly ImmutableHashSet<ISymbol> s_none = ImmutableHashSet.Create<ISymbol>(SymbolEqualityComparer.Default);

    /// <summary>A value made of nothing.</summary>
    public static Dependence None { get; } = new(s_none, s_none, s_none, false);

    /// <summary>What is, or is held by, a variable from outside.</summary>
    public static Dependence On(ISymbol source)
    {
        var one = s_none.Add(source);
        return new(one, one, s_none, true);
    }

    public bool IsNone => Held.IsEmpty && Read.IsEmpty && !IsOutside;

    /// <summary>Either of two values; or a new one made of both.</summary>
    public static Dependence operator |(Dependence a, Dependence b) => a.IsNone ? b : b.IsNone ? a
        : new(a.Held.Union(b.Held), a.Places.Union(b.Places), a.Read.Union(b.Read), a.IsOutside || b.IsOutside);

    /// <summary>The same, but an object made during the capture.</summary>
    public Dependence AsNew() => this with { IsOutside = false };

    /// <summary>A tensor with memory of its own, computed from it.</summary>
    public Dependence AsComputed() => this with { Places = s_none, IsOutside = false };

    /// <summary>The elements of the tensors, as numbers.</summary>
    public Dependence AsElements() => new(s_none, s_none, Held.Union(Read), false);

    /// <summary>What of it a value of a type can still have: a number holds no tensors.</summary>
    public Dependence As(ITypeSymbol? type)
    {
        if (IsNone || type is null) return this;
        // A tensor made of numbers that were asked for.
        if (KnownTypes.IsTensor(type)) return this with { Held = Held.Union(Read), Read = s_none };
        return Held.IsEmpty || MayHold(type) ? this : this with { Held = s_none, Places = s_none };
    }

    /// <summary>What a variable of a type has of it: a copy of a struct is an object of its own.</summary>
    public Dependence Into(ITypeSymbol? type) => type is { IsValueType: true } ? As(type).AsNew() : As(type);

    /// <summary>True where both have the same, so that nothing new has come.</summary>
    public bool IsAsMuchAs(Dependence other) => Held.Count == other.Held.Count && Places.Count == other.Places.Count && Read.Count == other.Read.Count && IsOutside == other.IsOutside;

    /// <summary>True for types whose values may hold tensors, or functions that do.</summary>
    static bool MayHold(ITypeSymbol type)
    {
        var work = new Stack<ITypeSymbol>();
        work.Push(type);
        while (work.Count > 0)
        {
            var at = work.Pop();
            if (at.TypeKind is TypeKind.Delegate or TypeKind.TypeParameter or TypeKind.Dynamic || at.SpecialType == SpecialType.System_Object || KnownTypes.IsTensor(at)) return true;
            if (at is IArrayTypeSymbol array) work.Push(array.ElementType);
            if (at is not INamedTypeSymbol named) continue;
            foreach (var argument in named.TypeArguments) work.Push(argument);
            if (!IsLibrary(named) && named.TypeKind != TypeKind.Enum) return true;
        }
        return false;
    }

    // Neither the framework's types nor Tiny's shapes, kinds and layers are looked into, but for their type arguments.
    static bool IsLibrary(INamedTypeSymbol type)
    {
        if (type.ContainingAssembly?.Name is "Tiny.Core" or "Tiny.Jit") return true;
        var space = type.ContainingNamespace;
        while (space is { IsGlobalNamespace: false, ContainingNamespace.IsGlobalNamespace: false }) space = space.ContainingNamespace;
        return space is { IsGlobalNamespace: false, Name: "System" };
    }
}
