using Tiny.Onnx.Import;

namespace Tiny.Onnx.Operators;

/// <summary>Reductions over axes, places of extremes, running sums, the largest elements.</summary>
static class Reductions
{
    public static IReadOnlyList<Operator> Table { get; } =
    [
        new("ReduceSum", n => Reduce(n, (x, axes) => x.Sum(axes, true))),
        new("ReduceMean", n => Reduce(n, Mean)),
        new("ReduceProd", n => Reduce(n, (x, axes) => x.Prod(axes, true))),
        new("ReduceMax", n => Reduce(n, Max)),
        new("ReduceMin", n => Reduce(n, Min)),
        new("ReduceL1", n => Reduce(n, (x, axes) => x.Abs().Sum(axes, true), Magnitude)),
        new("ReduceL2", n => Reduce(n, (x, axes) => x.Square().Sum(axes, true).Sqrt(), Magnitude)),
        new("ReduceSumSquare", n => Reduce(n, (x, axes) => x.Square().Sum(axes, true), x => x.Square())),
        new("ReduceLogSum", n => Reduce(n, (x, axes) => x.Sum(axes, true).Log(), x => x.Log())),
        new("ReduceLogSumExp", n => Reduce(n, LogSumExp)),
        new("ArgMax", n => Place(n, (x, axis) => Movement.NotEmpty(x, [axis], Limits.Least(x.DType)).ArgMax(axis, true))),
        new("ArgMin", n => Place(n, (x, axis) => Movement.NotEmpty(x, [axis], Limits.Largest(x.DType)).ArgMin(axis, true))),
        new("CumSum", n => Running(n, (x, axis) => x.CumSum(axis), 0)),
        new("CumProd", n => Running(n, (x, axis) => x.CumProd(axis), 1)),
        new("TopK", n => TopK(n, n.Integer("k"))),
        new("TopK", n => TopK(n, n.HasSizes(1) ? n.Sizes(1)[0] : n.Counted(n[1].Reshape([]), 0, n.Axis("axis", -1, n[0].Rank), n[0].Shape[n.Axis("axis", -1, n[0].Rank)].Max)), Since: 10),
    ];

    /// <summary>A reduction over the axes that an input or, in older opsets, an attribute names; none named means all, or with an attribute that says so none.</summary>
    /// <param name="n">The node.</param>
    /// <param name="reduce">The reduction over some axes, which stay.</param>
    /// <param name="single">What it makes of a single element, where no axis is reduced.</param>
    static Tensor Reduce(NodeContext n, Func<Tensor, int[], Tensor> reduce, Func<Tensor, Tensor>? single = null)
    {
        var x = n[0];
        bool none = n.Has(1) ? n[1].Numel == 0 : n.Integers("axes") is null or { Length: 0 };
        if (none && n.Flag("noop_with_empty_axes")) return (single?.Invoke(x) ?? x).Cast(x.DType);
        if (none || !n.Has(1)) return Over(NodeContext.Axes(none ? null : n.Integers("axes"), x.Rank));
        // With extents kept the declared shape tells which axes are reduced: an axis of one element does not matter.
        if (n.Flag("keepdims", true) && !n.IsKnown(1) && n.Declared(0) is { } shape && shape.Rank == x.Rank)
            return Over([.. Enumerable.Range(0, x.Rank).Where(i => !x.Shape[i].Equals(shape[i]))]);
        return Choice.OfAxes(n, 1, x.Rank, Over);

        Tensor Over(int[] axes)
        {
            var result = (axes.Length == 0 ? single?.Invoke(x) ?? x : reduce(x, axes)).Cast(x.DType);
            return n.Flag("keepdims", true) ? result : result.Reshape([.. x.Shape.Where((_, i) => !axes.Contains(i))]);
        }
    }

    static Tensor Magnitude(Tensor x) => x.Abs();

    static Tensor Mean(Tensor x, int[] axes) => x.DType.IsFloat ? x.Mean(axes, true)
        : x.Sum(axes, true) is var sum ? sum.TruncDiv(Tensor.Of(axes.Aggregate((Dim)1, (c, a) => c * x.Shape[a])).Cast(sum.DType)) : x;

    // Of no elements the largest is the least that there is.
    static Tensor Max(Tensor x, int[] axes) => Empty(x, axes) is { } shape ? Tensor.Full(shape, Limits.Least(x.DType), x.DType) : Movement.NotEmpty(x, axes, Limits.Least(x.DType)).Max(axes, true);

    static Tensor Min(Tensor x, int[] axes) => Empty(x, axes) is { } shape ? Tensor.Full(shape, Limits.Largest(x.DType), x.DType) : Movement.NotEmpty(x, axes, Limits.Largest(x.DType)).Min(axes, true);

    static Tensor LogSumExp(Tensor x, int[] axes) => Empty(x, axes) is { } shape ? Tensor.Full(shape, double.NegativeInfinity, x.DType)
        : Movement.NotEmpty(x.DType.IsFloat ? x : x.Cast(DType.Float64), axes, double.NegativeInfinity).LogSumExp(axes, true);

    static Shape? Empty(Tensor x, int[] axes) => axes.Any(a => x.Shape[a].Is(0)) ? new Shape([.. x.Shape.Select((d, i) => axes.Contains(i) ? (Dim)1 : d)]) : null;

    static Tensor Place(NodeContext n, Func<Tensor, int, Tensor> place)
    {
        var x = n[0];
        int axis = n.Axis("axis", 0, x.Rank);
        // The last of equals is the first from the other end.
        var at = n.Flag("select_last_index") ? x.Shape[axis] - 1 - place(x.Flip(axis), axis) : place(x, axis);
        at = at.Cast(DType.Int64);
        return n.Flag("keepdims", true) ? at : at.Squeeze(axis);
    }

    static Tensor Running(NodeContext n, Func<Tensor, int, Tensor> scan, Number nothing)
    {
        return Choice.OfAxis(n, 1, n[0].Rank, axis => Running(n, n[0], axis, scan, nothing));
    }

    static Tensor Running(NodeContext n, Tensor x, int axis, Func<Tensor, int, Tensor> scan, Number nothing)
    {
        if (n.Flag("reverse")) x = x.Flip(axis);
        // What stands behind an end that data decide comes after all that is kept.
        var result = scan(Movement.Widest(x), axis).Cast(x.DType).Shrink([.. x.Shape.Select(d => ((Dim)0, d))]);
        if (n.Flag("exclusive") && !x.Shape[axis].Is(0))
        {
            var edges = new (Dim, Dim)[x.Rank];
            edges[axis] = (1, 0);
            result = result.Pad(edges, nothing).Shrink([.. x.Shape.Select(d => ((Dim)0, d))]).Cast(x.DType);
        }
        return n.Flag("reverse") ? result.Flip(axis) : result;
    }

    static Results TopK(NodeContext n, Dim count)
    {
        var x = n[0];
        int axis = n.Axis("axis", -1, x.Rank);
        bool largest = n.Flag("largest", true);
        // Behind an end that data decide stands what comes last.
        var whole = Movement.Widest(x, axis, largest ? Limits.Least(x.DType) : Limits.Largest(x.DType));
        int most = count.IsSymbolic ? (int)Math.Min(count.Max, whole.Shape[axis].Max) : count;
        var (values, indices) = whole.TopK(most, axis, largest);
        return (Movement.Part(values, axis, 0, count), Movement.Part(indices, axis, 0, count).Cast(DType.Int64));
    }
}
