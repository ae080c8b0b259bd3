using Tiny.Graph;
using Tiny.Lower;
using Tiny.Runtime;

namespace Tiny.Schedule;

/// <summary>
/// Takes the drafts; chooses layouts for buffers whose place in memory is ours to choose. Parameters and results stay row-major. A temporary lies along the axis
/// that suits the kernels around it (<see cref="FastestAxes"/>). A weight that all its readers read inside a reduction, over the axis along which they have
/// vectors, but not element by element (a linear layer's [out, in] over out), is arranged once: cut into blocks of sixteen along that axis, or where
/// that leaves something over with that axis last. Then a vector of outputs takes its weights
/// by one load, and the reduction walks them from the first to the last.
/// </summary>
/// <remarks>
/// Measured on one AVX-512 core, a batch of 1 to 128 and 256 to 2,048 channels: 1.0 to 1.3 times as fast as vectors along the reduction. A plain
/// transpose does as well up to 256 channels and is slower beyond (0.6 to 1.0): its rows lie apart by a power of two.
/// </remarks>
static class LayoutPass
{
    /// <summary>Floats of the widest vector of any target, so that all of them can use one file.</summary>
    const int Block = 16;

    /// <summary>Vectors of results below which one product would wait for the other.</summary>
    const int FewestVectors = 4;

    /// <summary>Floats of a row beyond which rows that are read a block at a time are far apart.</summary>
    const int LongRow = 64;

    /// <param name="fusion">The drafts.</param>
    /// <param name="temporaries">Temporaries.</param>
    /// <param name="weights">Weights.</param>
    /// <param name="dots">Weights that are bytes lie in fours along the reduction, lane by lane of the vectors next to one another.</param>
    /// <param name="excepted">Memory that has to stay as it is.</param>
    public static IReadOnlyDictionary<UOp, Layout> Choose(Fusion fusion, bool temporaries, bool weights, bool dots, IReadOnlySet<Storage>? excepted = null)
    {
        var layouts = new Dictionary<UOp, Layout>(ReferenceEqualityComparer.Instance);
        var fastest = FastestAxes.Choose(fusion, temporaries, weights);
        foreach (var (node, axis) in fastest.Axes)
            if (Last(node.Shape.Rank, axis) is var order && axis != order.Count - 1) layouts[node] = new Layout(order);
        if (!weights) return layouts;
        foreach (var node in fusion.Order)
        {
            if (dots && node is { Op: Op.Buffer, Arg: Storage bytes, DType.Kind: ScalarKind.Int8 or ScalarKind.UInt8, Shape.Rank: > 1 } && fusion.MayBeArranged(node)
                && excepted?.Contains(bytes) != true && InFours(node, fusion, fastest) is { } fours) layouts[node] = fours;
            if (node is not { Op: Op.Buffer, Arg: Storage storage, DType.Kind: ScalarKind.Float32, Shape.Rank: > 1 } || !fusion.MayBeArranged(node)
                || excepted?.Contains(storage) == true) continue;
            var axes = fusion.DemandsOf(node).Select(d => VectorAxis(d, fastest)).Distinct().ToList();
            if (axes is not [>= 0 and var axis]) continue;
            layouts[node] = node.Shape[axis].Max % Block == 0 ? new Layout(new Axes([axis, .. Enumerable.Range(0, node.Shape.Rank).Where(a => a != axis)]), axis, Block)
                : new Layout(Last(node.Shape.Rank, axis));
        }
        return layouts;
    }

    // Where every reader multiplies it by other bytes and sums, over an axis that consists of fours, with vectors along another one.
    static Layout? InFours(UOp node, Fusion fusion, FastestAxes fastest)
    {
        var layouts = fusion.DemandsOf(node).Select(d =>
        {
            if (!d.Gate.IsOne || fastest.Vector(d.Draft) is not { } loop || !d.Draft.Members.Exists(m => IsProduct(m, node))) return null;
            int lanes = Array.FindIndex(d.Index, i => ReferenceEquals(i, loop)), steps = Array.FindIndex(d.Index, i => d.Open.Contains(i));
            if (lanes < 0 || steps < 0 || node.Shape[steps].Max % DotProducts.Width != 0) return null;
            return new Layout(new Axes([.. Enumerable.Range(0, node.Shape.Rank).Where(a => a != lanes && a != steps), steps, lanes]), steps, DotProducts.Width);
        }).Distinct().ToList();
        return layouts is [{ } layout] ? layout : null;
    }

    // A sum of products of bytes, the weight among them.
    static bool IsProduct(UOp node, UOp weight)
    {
        return node is { Op: Op.Reduce, DType.Kind: ScalarKind.Int32 } && Moved(node.Src[0]) is { Op: Op.Mul, Src: [var a, var b] }
            && Bytes(a) is { } x && Bytes(b) is { } y && (ReferenceEquals(x, weight) || ReferenceEquals(y, weight));

        static UOp? Bytes(UOp value) => Moved(value) is { Op: Op.Cast, Src: [{ DType.Kind: ScalarKind.Int8 or ScalarKind.UInt8 } bytes] } ? Moved(bytes) : null;

        static UOp Moved(UOp value)
        {
            while (value.Op is >= Op.Reshape and <= Op.Flip) value = value.Src[0];
            return value;
        }
    }

    static Axes Last(int rank, int axis) => new([.. Enumerable.Range(0, rank).Where(a => a != axis), axis]);

    // The axis of the weight along which a reader has its vectors, and that is not the fastest already; -1 for none.
    static int VectorAxis(Demand at, FastestAxes fastest)
    {
        if (fastest.Vector(at.Draft) is not { } loop || !at.Gate.IsOne || at.Open.Length == 0 || at.Draft.Node.Shape.Size < FewestVectors * Block) return -1;
        int axis = Array.FindIndex(at.Index, i => ReferenceEquals(i, loop));
        if (axis < 0 || loop.Src[0].Int != at.Node.Shape[axis].Max || at.Index.Count(i => i.Topological().Contains(loop)) > 1) return -1;
        // Something walks the reduction; and the axis does not lie last, or the rows are long.
        bool walks = at.Index.Any(i => at.Open.Any(i.Topological().Contains));
        return walks && (at.Node.Shape.Extents().Skip(axis + 1).Any(n => n > 1) || at.Node.Shape[axis].Max is > LongRow and var row && row % Block == 0) ? axis : -1;
    }
}
