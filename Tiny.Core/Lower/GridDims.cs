using Tiny.Graph;

namespace Tiny.Lower;

/// <summary>
/// Takes a body with output loops; gives one with a thread for each iteration instead: every loop variable is computed from the flat
/// thread id, the innermost changing fastest, so that neighbouring threads touch neighbouring memory.
/// </summary>
static class GridDims
{
    public static UOp Run(UOp sink, Rewriter simplify)
    {
        var loops = sink.Topological().Where(u => u.Op == Op.Range && ((Axis)u.Arg!).Kind == AxisKind.Loop).OrderBy(u => ((Axis)u.Arg!).Id).ToList();
        long total = loops.Aggregate(1L, (n, r) => n * (r.Max + 1));
        var rest = Thread(total);
        var map = new Dictionary<UOp, UOp>(ReferenceEqualityComparer.Instance);
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
