using System.Runtime.CompilerServices;
using Tiny.Graph;

namespace Tiny;

public sealed partial class Tensor
{
    /// <summary>
    /// A part of the tensor, one index an axis from the front: <c>t[1..3, ^1, ..]</c>. Numbers remove their axis, ranges keep it,
    /// axes without an index are taken whole. Indices outside of the tensor are errors. The part is a view; setting it writes, see
    /// <see cref="Assign(Tensor)"/>.
    /// Integer tensors among the indices, <c>t[rows, .., columns]</c>, pick elements: they broadcast together, and their shape stands in the result where they stood, or at
    /// the front if they were apart. Negative elements count from the end, others outside of the axis read 0. A bool tensor picks where it is true; how many that are is
    /// computed at once (see <see cref="MaskedSelect(Tensor, int, Number)"/> for captured methods). What is picked is a copy; setting it writes to this tensor, the last value where several
    /// indices are the same, and nothing where an index is outside. Setting by one mask is a choice, without counting.
    /// </summary>
    [IndexerName("Part")] // the name Item is taken
    public Tensor this[params ReadOnlySpan<SliceIndex> indices]
    {
        get
        {
            if (HasTensor(indices)) return Picked(indices);
            if (indices.Length > Rank) throw new ShapeException($"slice: {indices.Length} indices for {Shape} of rank {Rank}");
            using var scope = Origin.Scope("slice");
            var keep = new (Dim Lo, Dim Hi)[Rank];
            var steps = new int[Rank];
            for (int i = 0; i < Rank; i++)
            {
                var index = i < indices.Length ? indices[i] : Range.All;
                steps[i] = index.Step;
                keep[i] = Interval(index, i);
            }
            return Moved(x => Stepped(Build.Shrink(x, keep), steps));
        }
        set
        {
            if (HasTensor(indices)) Put(indices, NotNull(value));
            else this[indices].Assign(value);
        }
    }

    (Dim Lo, Dim Hi) Interval(SliceIndex index, int axis)
    {
        var extent = Shape[axis];
        var lo = index.From.Offset(extent);
        var hi = index.Step == 0 ? lo + 1 : index.To.Offset(extent);
        if (lo.Min < 0 || (hi - lo).Min < 0 || (extent - hi).Min < 0) throw new ShapeException($"slice: {index} of axis {axis} is outside of {Shape}");
        return (lo, hi);
    }

    /// <summary>Applies steps (0 removes an axis of extent 1) to an interval already cut out.</summary>
    static UOp Stepped(UOp x, int[] steps)
    {
        x = Build.Flip(x, [.. Enumerable.Range(0, steps.Length).Where(i => steps[i] < 0)]);
        int rank = steps.Length;
        var pad = new (Dim, Dim)[rank];
        var split = new List<Dim>();
        var first = new List<(Dim, Dim)>();
        var result = new List<Dim>();
        for (int i = 0; i < rank; i++)
        {
            var extent = x.Shape[i];
            // A step beyond the interval takes its first element, as a step of its length does.
            int step = (int)Math.Clamp(Math.Abs((long)steps[i]), 1, Math.Max(1, extent.Max));
            var count = (extent + (step - 1)) / step;
            pad[i] = (0, count * step - extent);
            split.Add(count);
            first.Add((0, count));
            if (step > 1)
            {
                split.Add(step);
                first.Add((0, 1));
            }
            if (steps[i] != 0) result.Add(count);
        }
        // Rows of one step each; the first of every row stays.
        x = Build.Reshape(Build.Pad(x, pad), new Shape([.. split]));
        return Build.Reshape(Build.Shrink(x, [.. first]), new Shape([.. result]));
    }
}
