using System.Collections.Immutable;
using Tiny.Graph;

namespace Tiny.Schedule;

/// <summary>
/// Where the elements of a buffer lie: its axes from the slowest to the fastest; one of them may be cut into blocks, of which the inner part is then
/// the fastest axis of all, and is padded to whole blocks; the fastest axis may be padded to a multiple. Until indices are flattened a buffer is
/// indexed by logical coordinates, so a layout is an attribute that nobody but <see cref="Movement.Flatten"/> has to know. What padding holds is
/// unspecified. Buffers of the caller, and those whose shape depends on a variable, are row-major: they have no layout.
/// </summary>
/// <param name="Order">Every axis once, the slowest first.</param>
/// <param name="BlockAxis">The axis that is cut into blocks; -1 for none.</param>
/// <param name="Block">Elements of a block.</param>
/// <param name="PadTo">The fastest axis has a multiple of so many elements; 1 where there are blocks.</param>
public sealed record Layout(Axes Order, int BlockAxis = -1, int Block = 1, int PadTo = 1)
{
    /// <summary>The extents in memory, which is row-major of this shape.</summary>
    public Shape Memory(Shape shape)
    {
        int[] logical = shape.Extents();
        var extents = Order.Select(a => a == BlockAxis ? (logical[a] + Block - 1) / Block : logical[a]).ToList();
        if (BlockAxis >= 0) extents.Add(Block);
        else extents[^1] = (extents[^1] + PadTo - 1) / PadTo * PadTo;
        return new Shape(extents.ToArray());
    }

    /// <summary>The coordinates in memory of an element.</summary>
    internal UOp[] Coordinates(UOp[] index)
    {
        var moved = Order.Select(a => a == BlockAxis ? index[a] / Block : index[a]).ToList();
        if (BlockAxis >= 0) moved.Add(index[BlockAxis] % Block);
        return [.. moved];
    }

    /// <summary>The bytes of a row-major buffer moved to where this layout has them; padding is zero.</summary>
    public void Arrange(ReadOnlySpan<byte> rowMajor, Span<byte> arranged, Shape shape, int elementSize)
    {
        // A place is the sum of what each coordinate gives.
        int[] extents = shape.Extents();
        long[] strides = [.. Memory(shape).Strides().Select(s => s.Max)];
        var offsets = new long[shape.Rank][];
        for (int i = 0; i < Order.Count; i++)
        {
            int axis = Order[i];
            offsets[axis] = [.. Enumerable.Range(0, extents[axis]).Select(x => axis == BlockAxis ? (long)(x / Block) * strides[i] + x % Block : (long)x * strides[i])];
        }
        arranged.Clear();
        var at = new int[shape.Rank];
        for (long from = 0; from < shape.Numel; from++)
        {
            long to = 0;
            for (int axis = 0; axis < at.Length; axis++) to += offsets[axis][at[axis]];
            rowMajor.Slice((int)(from * elementSize), elementSize).CopyTo(arranged[(int)(to * elementSize)..]);
            for (int axis = at.Length - 1; axis >= 0 && ++at[axis] == extents[axis]; axis--) at[axis] = 0;
        }
    }

    /// <inheritdoc/>
    public override string ToString() =>
        $"order {Order}{(BlockAxis >= 0 ? $", axis {BlockAxis} in blocks of {Block}" : "")}{(PadTo > 1 ? $", padded to {PadTo}" : "")}";

    /// <summary>No buffer has a layout.</summary>
    internal static IReadOnlyDictionary<UOp, Layout> None { get; } = ImmutableDictionary<UOp, Layout>.Empty;
}
