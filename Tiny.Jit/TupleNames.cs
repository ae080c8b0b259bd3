using System.Reflection;
using System.Runtime.CompilerServices;

namespace Tiny.Jit;

/// <summary>
/// The names that C# gives the elements of tuples, for a declared type: the compiler keeps them in an attribute beside the type, in the order of a walk
/// through it (<see cref="TupleElementNamesAttribute"/>).
/// </summary>
/// <param name="Elements">The names of this type's elements, if it is a tuple; null for one without a name.</param>
/// <param name="Inner">Those of the types of its elements; of an array or a generic type, those of its arguments.</param>
sealed record TupleNames(string?[] Elements, TupleNames?[] Inner)
{
    /// <summary>The names in the type of a parameter or of a result; null if there are none.</summary>
    public static TupleNames? Of(ParameterInfo parameter)
    {
        var given = parameter.GetCustomAttribute<TupleElementNamesAttribute>()?.TransformNames;
        return given is null ? null : Of(parameter.ParameterType, new(given));
    }

    static TupleNames? Of(Type type, Queue<string?> names)
    {
        if (type.IsArray) return new([], [Of(type.GetElementType()!, names)]);
        if (!type.IsGenericType) return null;
        var arguments = type.GetGenericArguments();
        string?[] own = IsTuple(type) ? [.. Enumerable.Range(0, Length(type)).Select(_ => names.Dequeue())] : [];
        TupleNames?[] inner = [.. arguments.Select(a => Of(a, names))];
        // The eighth argument of a tuple is a tuple of the rest.
        return inner is [.. var seven, { } rest] && inner.Length == 8 ? new(own, [.. seven, .. rest.Inner]) : new(own, inner);
    }

    static bool IsTuple(Type type) => type.IsValueType && type.FullName!.StartsWith("System.ValueTuple`", StringComparison.Ordinal);

    static int Length(Type tuple) => tuple.GetGenericArguments() is { Length: 8 } a ? 7 + Length(a[7]) : tuple.GetGenericArguments().Length;

    /// <summary>The name of an element.</summary>
    public string? Of(int element) => element < Elements.Length ? Elements[element] : null;

    /// <summary>The names in an element's type.</summary>
    public TupleNames? In(int element) => element < Inner.Length ? Inner[element] : null;
}
