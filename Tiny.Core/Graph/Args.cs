using System.Collections;
using System.Globalization;

namespace Tiny.Graph;

/// <summary>A constant's value: an integer or bool as itself (a uint64 as the long of the same bits), a float as the bits of its double (so that -0 and NaN are kept apart).</summary>
public readonly record struct Constant(long Bits)
{
    /// <summary>From a float's value.</summary>
    public static Constant Of(double value) => new(BitConverter.DoubleToInt64Bits(value));
    /// <summary>The value of a float constant.</summary>
    public double Double => BitConverter.Int64BitsToDouble(Bits);
    /// <summary>The value in the given dtype, as text.</summary>
    public string Text(DType dtype) => dtype.IsFloat ? Double.ToString("R", CultureInfo.InvariantCulture)
        : dtype.IsBool ? (Bits != 0 ? "true" : "false")
        : dtype.Kind == ScalarKind.UInt64 ? ((ulong)Bits).ToString(CultureInfo.InvariantCulture) : Bits.ToString(CultureInfo.InvariantCulture);
}

/// <summary>A list of axes, compared by value.</summary>
public sealed class Axes(params int[] items) : IEquatable<Axes>, IReadOnlyList<int>
{
    readonly int[] _items = items;
    /// <inheritdoc/>
    public int this[int index] => _items[index];
    /// <inheritdoc/>
    public int Count => _items.Length;
    /// <inheritdoc/>
    public bool Equals(Axes? other) => other is not null && _items.AsSpan().SequenceEqual(other._items);
    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as Axes);
    /// <inheritdoc/>
    public override int GetHashCode()
    {
        var h = new HashCode();
        foreach (var i in _items) h.Add(i);
        return h.ToHashCode();
    }
    /// <inheritdoc/>
    public IEnumerator<int> GetEnumerator() => ((IEnumerable<int>)_items).GetEnumerator();
    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
    /// <inheritdoc/>
    public override string ToString() => $"({string.Join(", ", _items)})";
}

/// <summary>
/// Two numbers an axis, compared by value. In <see cref="Op.Pad"/> the elements added before and after;
/// in <see cref="Op.Shrink"/> the begin and end of the half-open interval kept.
/// </summary>
public sealed class Edges(params (Dim Lo, Dim Hi)[] items) : IEquatable<Edges>, IReadOnlyList<(Dim Lo, Dim Hi)>
{
    readonly (Dim Lo, Dim Hi)[] _items = items;
    /// <inheritdoc/>
    public (Dim Lo, Dim Hi) this[int index] => _items[index];
    /// <inheritdoc/>
    public int Count => _items.Length;
    /// <inheritdoc/>
    public bool Equals(Edges? other) => other is not null && _items.AsSpan().SequenceEqual(other._items);
    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as Edges);
    /// <inheritdoc/>
    public override int GetHashCode()
    {
        var h = new HashCode();
        foreach (var i in _items) h.Add(i);
        return h.ToHashCode();
    }
    /// <inheritdoc/>
    public IEnumerator<(Dim Lo, Dim Hi)> GetEnumerator() => ((IEnumerable<(Dim, Dim)>)_items).GetEnumerator();
    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
    /// <inheritdoc/>
    public override string ToString() => $"({string.Join(", ", _items.Select(e => $"{e.Lo}..{e.Hi}"))})";
}

/// <summary>A tensor-level reduction: <see cref="Op.Add"/>, <see cref="Op.Mul"/>, <see cref="Op.Max"/> or <see cref="Op.Min"/> over some axes.</summary>
public sealed record ReduceArg(Op Op, Axes Axes)
{
    /// <inheritdoc/>
    public override string ToString() => $"{Op} {Axes}";
}

/// <summary>A kernel-level reduction; the first <paramref name="Values"/> operands are values, the rest ranges.</summary>
public sealed record FoldArg(Op Op, int Values)
{
    /// <inheritdoc/>
    public override string ToString() => Values == 1 ? $"{Op}" : $"{Op} of {Values}";
}

/// <summary>
/// The elements of a stage; in linear code <paramref name="Id"/> tells stages apart. The first operands are <paramref name="Values"/> pairs of a value and an index.
/// </summary>
public sealed record StageArg(int Count, int Id = 0, int Values = 1)
{
    /// <summary>True where the threads of a workgroup share the stage, and fill it together.</summary>
    public bool Shared { get; init; }
    /// <inheritdoc/>
    public override string ToString() => $"{Id}: {Count} elements{(Shared ? " of a workgroup" : "")}";
}

/// <summary>What a loop is for.</summary>
public enum AxisKind : byte
{
    /// <summary>One iteration for each element (or tile) of the output.</summary>
    Loop,
    /// <summary>A reduction.</summary>
    Reduce,
    /// <summary>A register tile of the output: copies side by side. Gone after expansion.</summary>
    Upcast,
    /// <summary>An unrolled part of a reduction. Gone after expansion.</summary>
    Unroll,
    /// <summary>The lanes of vectors. Gone after vectorisation.</summary>
    Vector,
    /// <summary>Four neighbours of a reduction whose products are one <see cref="Op.Dot"/>. Gone after vectorisation.</summary>
    Dot,
    /// <summary>A part of the output that the threads of one workgroup compute. Gone once threads have their ids.</summary>
    Local,
    /// <summary>A part of a reduction that the threads of one workgroup share out. Gone once threads have their ids.</summary>
    Group,
}

/// <summary>A range's identity and kind. Two ranges are one loop exactly when their axis and extent are equal.</summary>
public sealed record Axis(int Id, AxisKind Kind)
{
    /// <inheritdoc/>
    public override string ToString() => $"{Kind}{Id}";
}
