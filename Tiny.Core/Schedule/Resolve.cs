using Tiny.Graph;

namespace Tiny.Schedule;

/// <summary>
/// Takes tensor-graph results; gives the same graph inside the compilation's interner, so that equal parts are one node,
/// with movement that does nothing removed. Every result is a computed node of its own, since it gets memory of its own: a leaf, or a result asked for twice, is copied.
/// </summary>
static class Resolve
{
    public static UOp[] Run(IReadOnlyList<UOp> results)
    {
        var done = new Dictionary<UOp, UOp>(ReferenceEqualityComparer.Instance);
        foreach (var node in Walk.Topological(results))
        {
            var made = UOp.New(node.Op, node.DType, [.. node.Src.Select(s => done[s])], node.Arg);
            made.Origin ??= node.Origin;
            done[node] = Simplify(made);
        }
        var seen = new HashSet<UOp>(ReferenceEqualityComparer.Instance);
        return [.. results.Select((r, i) => seen.Add(done[r]) && !Fusion.IsLeaf(done[r]) ? done[r] : UOp.New(Op.Contiguous, r.DType, [done[r]], i))];
    }

    static UOp Simplify(UOp node) => node switch
    {
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
}
