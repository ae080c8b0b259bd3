using Tiny.Graph;

namespace Tiny.Schedule;

/// <summary>
/// Takes tensor-graph results; gives the same graph inside the compilation's interner, so that equal parts are one node,
/// with movement that does nothing removed and without tensors of no elements: only a result may have none. Every result is a computed node of its own, since it gets memory of its own: a leaf, or a result asked for twice, is copied.
/// </summary>
static class Resolve
{
    /// <param name="results">What is asked for.</param>
    /// <param name="states">Memory, and what it is to hold at the end.</param>
    public static (UOp[] Results, (UOp Memory, UOp Final)[] States) Run(IReadOnlyList<UOp> results, IReadOnlyList<(UOp Memory, UOp Final)> states)
    {
        var done = new Dictionary<UOp, UOp>(ReferenceEqualityComparer.Instance);
        foreach (var node in Walk.Topological([.. results, .. states.SelectMany(s => new[] { s.Memory, s.Final })]))
        {
            var made = UOp.New(node.Op, node.DType, [.. node.Src.Select(s => done[s])], node.Arg);
            made.Origin ??= node.Origin;
            made.Line ??= node.Line;
            done[node] = Simplify(made);
        }
        var seen = new HashSet<UOp>(ReferenceEqualityComparer.Instance);
        return ([.. results.Select((r, i) => seen.Add(done[r]) && !Fusion.IsLeaf(done[r]) ? done[r] : UOp.New(Op.Contiguous, r.DType, [done[r]], i))],
            [.. states.Select(s => (done[s.Memory], done[s.Final]))]);
    }

    static UOp Simplify(UOp node) => node switch
    {
        // a value with a rule for its gradient -> the value
        { Op: Op.WithGradient, Src: [var value, ..] } => value,
        // what has no elements -> nothing, whatever it was made of
        { Shape.Size: 0 } when !Fusion.IsLeaf(node) => Fill(UOp.Const(0L, node.DType), node.Shape),
        // a reduction of no elements -> what the operation starts from
        { Op: Op.Reduce, Src: [{ Shape.Size: 0 }], Arg: ReduceArg arg } => Fill(Rangeify.Identity(arg.Op, node.DType), node.Shape),
        // a pad of no elements -> its edges
        { Op: Op.Pad, Src: [{ Shape.Size: 0 }] } => Fill(UOp.Const(0L, node.DType), node.Shape),
        // reshape, expand, pad or shrink to the same shape -> x (a pad or shrink of the same shape moves nothing)
        { Op: Op.Reshape or Op.Expand or Op.Pad or Op.Shrink, Src: [var x] } when x.Shape.Equals(node.Shape) => x,
        // permute in order -> x
        { Op: Op.Permute, Src: [var x], Arg: Axes order } when order.Select((a, i) => a == i).All(same => same) => x,
        // flip of no axis -> x
        { Op: Op.Flip, Src: [var x], Arg: Axes { Count: 0 } } => x,
        // reshape(reshape(x)) -> reshape(x)
        { Op: Op.Reshape, Src: [{ Op: Op.Reshape, Src: [var x] }] } =>
            x.Shape.Equals(node.Shape) ? x : UOp.New(Op.Reshape, node.DType, [x], node.Arg),
        // a cast to its own dtype -> x
        { Op: Op.Cast, Src: [var x] } when x.DType == node.DType => x,
        // a reduction of axes of extent 1 -> x
        { Op: Op.Reduce, Src: [var x], Arg: ReduceArg arg } when arg.Axes.All(a => x.Shape[a].Is(1)) => x,
        _ => node,
    };

    static UOp Fill(UOp constant, Shape shape)
    {
        if (shape.Rank == 0) return constant;
        var ones = new int[shape.Rank];
        Array.Fill(ones, 1);
        return UOp.New(Op.Expand, constant.DType, [UOp.New(Op.Reshape, constant.DType, [constant], new Shape(ones))], shape);
    }
}
