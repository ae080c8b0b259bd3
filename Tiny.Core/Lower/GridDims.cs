using Tiny.Graph;

namespace Tiny.Lower;

/// <summary>
/// Takes a body with output loops; gives one with a thread for each iteration instead: every loop variable is computed from the flat
/// thread id, the innermost changing fastest, so that neighbouring threads touch neighbouring memory. A loop to an extent that is known at the call
/// has an id of its own, so that no index is divided by such an extent.
/// </summary>
static class GridDims
{
    public static UOp Run(UOp sink, Rewriter simplify)
    {
        var loops = sink.Topological().Where(u => u.Op == Op.Range && ((Axis)u.Arg!).Kind == AxisKind.Loop).OrderBy(u => ((Axis)u.Arg!).Id).ToList();
        var map = new Dictionary<UOp, UOp>(ReferenceEqualityComparer.Instance);
        var open = loops.FindAll(u => u.Src[0].Op != Op.Const);
        loops.RemoveAll(open.Contains);
        long total = loops.Aggregate(1L, (n, r) => n * (r.Max + 1));
        var rest = Thread(total);
        for (int i = 1; i <= open.Count; i++) map[open[^i]] = UOp.New(Op.Special, DType.Index, [open[^i].Src[0]], i);
        for (int i = loops.Count - 1; i >= 0; i--)
        {
            long extent = loops[i].Max + 1;
            map[loops[i]] = i == 0 ? rest : rest % extent;
            rest /= extent;
        }
        return simplify.Run(sink.Substitute(map));
    }

    /// <summary>The flat id of one of so many threads.</summary>
    public static UOp Thread(long count) => UOp.New(Op.Special, DType.Index, [UOp.Index(count)]);
}
