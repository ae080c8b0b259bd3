using Tiny.Graph;

namespace Tiny.Schedule;

/// <summary>
/// Takes the resolved graph; gives one in which every long reduction to few results is two: partial results over blocks, then those. So there is work for
/// many threads, and a sum of floats loses less. Blocks are whole axes where that is even, else parts of one axis; what is left over of it is combined with
/// the partial results. Reductions that need no loop stay as they are.
/// </summary>
static class SplitReductions
{
    // Fewer results than this do not occupy a GPU, and so many terms take long enough to pay for a second launch.
    const long Few = 512, Long = 1 << 15, MostBlocks = 1024;

    /// <summary>The nodes that took others' places, by those; null where there is nothing to split.</summary>
    public static IReadOnlyDictionary<UOp, UOp>? Run(IReadOnlyList<UOp> results, IReadOnlySet<UOp> closed)
    {
        var order = Walk.Topological(results);
        if (!order.Exists(IsLong)) return null;
        var done = new Dictionary<UOp, UOp>(ReferenceEqualityComparer.Instance);
        foreach (var node in order)
        {
            var made = node.WithSrc([.. node.Src.Select(s => done[s])]);
            done[node] = IsLong(node) ? Split(made) : made;
        }
        return done;

        bool IsLong(UOp node) => node.Op == Op.Reduce && !closed.Contains(node) && !node.Src[0].Shape.IsSymbolic && node.Shape.Size is > 0 and <= Few
            && node.Src[0].Shape.Size / node.Shape.Size >= Long;
    }

    static UOp Split(UOp node)
    {
        var x = node.Src[0];
        var (op, axes) = (((ReduceArg)node.Arg!).Op, ((ReduceArg)node.Arg!).Axes.Order().Where(a => !x.Shape[a].Is(1)).ToArray());
        double terms = (double)x.Shape.Size / node.Shape.Size, blocks = Math.Min(Math.Sqrt(terms), MostBlocks);
        // Whole axes, outer ones as blocks.
        long before = 1;
        for (int i = 0; i < axes.Length; before *= x.Shape[axes[i++]])
            if (before >= blocks / 4 && before <= blocks * 4) return Reduce(Reduce(x, axes[i..]), axes[..i]);
            else if (before * x.Shape[axes[i]] > blocks * 4) return Blocks(i, (int)(blocks / before));
        return node;

        UOp Blocks(int i, int count)
        {
            int axis = axes[i], extent = x.Shape[axis];
            count = Enumerable.Range(count / 2, count * 2).Where(d => d > 1 && extent % d == 0).OrderBy(d => Math.Abs(d - count)).FirstOrDefault(Math.Max(count, 2));
            int length = extent / count, whole = count * length;
            var parts = Made(Op.Reshape, new Shape([.. x.Shape.Dims[..axis], count, length, .. x.Shape.Dims[(axis + 1)..]]), Part(0, whole));
            int[] inside = [.. axes[i..].Select(a => a + 1)];
            var partial = Reduce(parts, inside);
            // The axis of a block's elements goes, the axis of blocks takes its place.
            var joined = Reduce(Made(Op.Reshape, new Shape([.. partial.Shape.Dims[..(axis + 1)], .. partial.Shape.Dims[(axis + 2)..]]), partial), axes[..(i + 1)]);
            return whole == extent ? joined : Made(op, null, joined, Reduce(Part(whole, extent), axes));

            UOp Part(int from, int to) => from == 0 && to == extent ? x
                : Made(Op.Shrink, new Edges([.. Enumerable.Range(0, x.Shape.Rank).Select(a => a == axis ? ((Dim)from, (Dim)to) : ((Dim)0, x.Shape[a]))]), x);
        }

        UOp Reduce(UOp of, int[] over) => over.Length == 0 ? of : Made(Op.Reduce, new ReduceArg(op, new Axes(over)), of);

        UOp Made(Op kind, object? arg, params ReadOnlySpan<UOp> src)
        {
            var made = UOp.New(kind, node.DType, arg, src);
            made.Origin ??= node.Origin;
            return made;
        }
    }
}
