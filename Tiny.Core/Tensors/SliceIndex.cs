namespace Tiny;

/// <summary>Part of an axis by steps: <c>new Slice(.., 2)</c> takes every second element, a negative step goes
/// backwards from the end.</summary>
public readonly record struct Slice(Range Range, int Step);

/// <summary>
/// One index of a slice: a number or <c>^number</c> picks one element and removes the axis, a range (or a
/// <see cref="Slice"/>) keeps part of it.
/// </summary>
public readonly struct SliceIndex
{
    SliceIndex(Index at, Range range, int step)
    {
        At = at;
        Range = range;
        Step = step;
    }

    internal Index At { get; }
    internal Range Range { get; }
    /// <summary>0 for a single element.</summary>
    internal int Step { get; }

    /// <summary>One element, counted from the front.</summary>
    public static implicit operator SliceIndex(int index) => index >= 0 ? new(index, default, 0)
        : throw new ShapeException($"slice: index {index} is negative; write ^{-(long)index} to count from the end");
    /// <summary>One element.</summary>
    public static implicit operator SliceIndex(Index index) => new(index, default, 0);
    /// <summary>A part of the axis.</summary>
    public static implicit operator SliceIndex(Range range) => new(default, range, 1);
    /// <summary>A part of the axis by steps.</summary>
    public static implicit operator SliceIndex(Slice slice) =>
        slice.Step != 0 ? new(default, slice.Range, slice.Step) : throw new ShapeException("slice: the step is 0");

    /// <inheritdoc/>
    public override string ToString() => Step switch { 0 => $"{At}", 1 => $"{Range}", _ => $"{Range} by {Step}" };
}
