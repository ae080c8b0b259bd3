namespace Tiny;

/// <summary>Part of an axis by steps: <c>new Slice(.., 2)</c> takes every second element, a negative step goes
/// backwards from the end.</summary>
public readonly record struct Slice(Range Range, int Step)
{
    /// <summary>From the axis's begin to before <paramref name="end"/>, which may depend on a variable: <c>x[Slice.To(t)]</c>.</summary>
    public static SliceIndex To(Dim end) => SliceIndex.Part(0, end);
    /// <summary>From <paramref name="begin"/> to before <paramref name="end"/>, which may depend on variables.</summary>
    public static SliceIndex Of(Dim begin, Dim end) => SliceIndex.Part(begin, end);
}

/// <summary>
/// One index of a slice: a number or <c>^number</c> picks one element and removes the axis, a range (or a
/// <see cref="Slice"/>) keeps part of it, an integer tensor picks elements in its own order, a bool tensor those where it is true.
/// </summary>
public readonly struct SliceIndex
{
    SliceIndex(Position from, Position to, int step)
    {
        From = from;
        To = to;
        Step = step;
    }

    SliceIndex(Range range, int step) : this(Position.Of(range.Start), Position.Of(range.End), step) { }

    internal Position From { get; }
    internal Position To { get; }
    /// <summary>0 for a single element.</summary>
    internal int Step { get; }
    /// <summary>Indices, or a mask; null for the others.</summary>
    internal Tensor? Tensor { get; private init; }

    /// <summary>One element, counted from the front.</summary>
    public static implicit operator SliceIndex(int index) => index >= 0 ? new(new Position(index), default, 0)
        : throw new ShapeException($"slice: index {index} is negative; write ^{-(long)index} to count from the end");
    /// <summary>One element.</summary>
    public static implicit operator SliceIndex(Index index) => new(Position.Of(index), default, 0);
    /// <summary>A part of the axis.</summary>
    public static implicit operator SliceIndex(Range range) => new(range, 1);
    /// <summary>A part of the axis by steps.</summary>
    public static implicit operator SliceIndex(Slice slice) =>
        slice.Step != 0 ? new(slice.Range, slice.Step) : throw new ShapeException("slice: the step is 0");

    /// <summary>Elements by their places, or by a mask.</summary>
    public static implicit operator SliceIndex(Tensor index)
    {
        ArgumentNullException.ThrowIfNull(index);
        return new(Range.All, 1) { Tensor = index };
    }
    /// <summary>One element, counted from the front.</summary>
    public static implicit operator SliceIndex(Dim index) => new(new Position(index), default, 0);
    /// <summary>One element, counted from the front.</summary>
    public static implicit operator SliceIndex(Variable index) => (Dim)index;
    internal static SliceIndex Part(Dim begin, Dim end) => new(new Position(begin), new Position(end), 1);

    /// <inheritdoc/>
    public override string ToString() => Tensor is { } t ? $"{t}" : Step switch { 0 => $"{From}", 1 => $"{From}..{To}", _ => $"{From}..{To} by {Step}" };

    /// <summary>A place on an axis, counted from its front or from its end.</summary>
    internal readonly record struct Position(Dim Distance, bool FromEnd = false)
    {
        public static Position Of(Index index) => new(index.Value, index.IsFromEnd);
        public Dim Offset(Dim extent) => FromEnd ? extent - Distance : Distance;
        public override string ToString() => FromEnd ? $"^{Distance}" : $"{Distance}";
    }
}
