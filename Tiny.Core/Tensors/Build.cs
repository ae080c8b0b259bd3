using Tiny.Graph;

namespace Tiny;

/// <summary>
/// Makes single nodes of the tensor graph and names them after the open <see cref="Origin"/>. Steps that change nothing
/// are left out. It checks nothing: operations validate first, in the user's terms.
/// </summary>
static class Build
{
    public static UOp Node(Op op, DType dtype, object? arg, params ReadOnlySpan<UOp> src) =>
        Origin.Stamp(UOp.New(op, dtype, arg, src));

    public static UOp Unary(Op op, UOp x) => Node(op, x.DType, null, x);

    public static UOp Binary(Op op, UOp a, UOp b) =>
        Node(op, op is Op.CmpLt or Op.CmpNe ? DType.Bool : a.DType, null, a, b);

    public static UOp Where(UOp condition, UOp a, UOp b) => Node(Op.Where, a.DType, null, condition, a, b);

    /// <summary>A number in every element of a shape.</summary>
    public static UOp Fill(Number value, DType dtype, Shape shape) => Broadcast(Origin.Stamp(value.ToConst(dtype)), shape);

    public static UOp Fill(Number value, UOp like) => Fill(value, like.DType, like.Shape);

    /// <summary>start, start + step, ...: so many whole numbers, int32.</summary>
    public static UOp Count(Dim length, int start = 0, int step = 1)
    {
        var x = Shrink(Node(Op.Iota, DType.Int32, checked((int)length.Max)), (0, length));
        if (step != 1) x = Binary(Op.Mul, x, Fill(step, x));
        return start == 0 ? x : Binary(Op.Add, x, Fill(start, x));
    }

    /// <summary>Along one axis of a shape each element's index there.</summary>
    public static UOp IndexAlong(Shape shape, int axis, int start = 0)
    {
        var dims = new Dim[shape.Rank];
        Array.Fill(dims, 1);
        dims[axis] = shape[axis];
        return Expand(Reshape(Count(shape[axis], start), new Shape(dims)), shape);
    }

    public static UOp Neg(UOp x) => x.DType.IsFloat ? Unary(Op.Neg, x) : Binary(Op.Mul, x, Fill(-1, x));

    public static UOp Sub(UOp a, UOp b) => Binary(Op.Add, a, Neg(b));

    public static UOp Not(UOp x) => Binary(Op.CmpNe, x, Fill(true, x));

    /// <summary>Value conversion; to bool it is "differs from zero".</summary>
    public static UOp Cast(UOp x, DType dtype) =>
        x.DType == dtype ? x : dtype.IsBool ? Binary(Op.CmpNe, x, Fill(0, x)) : Node(Op.Cast, dtype, null, x);

    public static UOp Reshape(UOp x, Shape shape)
    {
        // Only the last of several reshapes in a row counts.
        while (x.Op == Op.Reshape && !x.Shape.Equals(shape)) x = x.Src[0];
        return x.Shape.Equals(shape) ? x : Node(Op.Reshape, x.DType, shape, x);
    }

    public static UOp Permute(UOp x, params int[] order)
    {
        for (int i = 0; i < order.Length; i++)
            if (order[i] != i) return Node(Op.Permute, x.DType, new Axes(order), x);
        return x;
    }

    public static UOp Expand(UOp x, Shape shape) => x.Shape.Equals(shape) ? x : Node(Op.Expand, x.DType, shape, x);

    /// <summary>Leading axes of extent 1 are added, then extents of 1 are expanded.</summary>
    public static UOp Broadcast(UOp x, Shape shape)
    {
        if (x.Shape.Equals(shape)) return x;
        var dims = new Dim[shape.Rank];
        Array.Fill(dims, 1);
        x.Shape.Dims.CopyTo(dims.AsSpan(shape.Rank - x.Shape.Rank));
        return Expand(Reshape(x, new Shape(dims)), shape);
    }

    public static UOp Pad(UOp x, params (Dim Lo, Dim Hi)[] edges) =>
        Array.TrueForAll(edges, e => e.Lo.Is(0) && e.Hi.Is(0)) ? x : Node(Op.Pad, x.DType, new Edges(edges), x);

    public static UOp Shrink(UOp x, params (Dim Lo, Dim Hi)[] keep)
    {
        for (int i = 0; i < keep.Length; i++)
            if (!keep[i].Lo.Is(0) || !keep[i].Hi.Equals(x.Shape[i])) return Node(Op.Shrink, x.DType, new Edges(keep), x);
        return x;
    }

    public static UOp Flip(UOp x, params int[] axes) => axes.Length == 0 ? x : Node(Op.Flip, x.DType, new Axes(axes), x);

    /// <summary>Combines over axes, which stay with extent 1. Axes that have it already need no work.</summary>
    public static UOp Reduce(UOp x, Op op, IEnumerable<int> axes)
    {
        var real = axes.Where(a => !x.Shape[a].Is(1)).Order().ToArray();
        if (real.Length == 0) return x;
        // Shorter floats accumulate in float32 and are rounded once.
        var wide = x.DType.IsShortFloat ? DType.Float32 : x.DType;
        return Cast(Node(Op.Reduce, wide, new ReduceArg(op, new Axes(real)), Cast(x, wide)), x.DType);
    }
}
