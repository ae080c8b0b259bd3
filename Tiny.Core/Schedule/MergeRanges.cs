using Tiny.Graph;

namespace Tiny.Schedule;

/// <summary>
/// Takes a kernel body; merges neighbouring loop variables (r, s) into one, r*S + s, wherever no index then needs a division that it did
/// not need before, nor one that <see cref="SplitRanges"/> has removed. A pointwise kernel over [C, H, W] becomes one flat loop.
/// </summary>
static class MergeRanges
{
    public static UOp Run(UOp sink, Rewriter simplify)
    {
        for (bool merged = true; merged;)
        {
            merged = false;
            foreach (var (outer, inner) in Neighbours(sink))
            {
                if (TryMerge(sink, outer, inner, simplify) is not { } smaller) continue;
                sink = smaller;
                merged = true;
                break;
            }
        }
        return sink;
    }

    // Neighbours in the output's loop nest, and in each fold's.
    static IEnumerable<(UOp, UOp)> Neighbours(UOp sink)
    {
        var nodes = sink.Topological();
        var loops = nodes.Where(u => u.Op == Op.Range && Kind(u) == AxisKind.Loop).OrderBy(Id).ToList();
        for (int i = loops.Count - 1; i > 0; i--) yield return (loops[i - 1], loops[i]);
        foreach (var fold in nodes.Where(u => u.Op == Op.Fold))
            for (int i = fold.Src.Length - 1; i > ((FoldArg)fold.Arg!).Values; i--) yield return (fold.Src[i - 1], fold.Src[i]);
    }

    static UOp? TryMerge(UOp sink, UOp outer, UOp inner, Rewriter simplify)
    {
        // An extent that is known at the call would have to be divided by, and the loop over it could not be split.
        if (outer.Src[0].Int is null || inner.Src[0].Int is null) return null;
        if (Kind(outer) == AxisKind.Reduce && !AlwaysTogether(sink, outer, inner)) return null;
        long extent = inner.Max + 1;
        if ((outer.Max + 1) * extent > int.MaxValue) return null;
        var flat = UOp.Range(Id(outer), Kind(outer), (outer.Max + 1) * extent);
        var map = new Dictionary<UOp, UOp>(ReferenceEqualityComparer.Instance) { [outer] = flat / extent, [inner] = flat % extent };
        var result = new Dictionary<UOp, UOp>(ReferenceEqualityComparer.Instance);
        foreach (var node in sink.Topological())
        {
            if (map.TryGetValue(node, out var to)) result[node] = to;
            else if (node.Op == Op.Fold && node.Src.Contains(inner))
            {
                int values = ((FoldArg)node.Arg!).Values;
                result[node] = node.WithSrc([
                    .. node.Src.Take(values).Select(s => result[s]),
                    .. node.Src.Skip(values).Where(r => r != inner).Select(r => r == outer ? flat : r)]);
            }
            else result[node] = node.WithSrc([.. node.Src.Select(s => result[s])]);
        }
        var merged = simplify.Run(result[sink]);
        return Divisions(merged) <= Divisions(sink) && SplitRanges.Find(merged) is null ? merged : null;
    }

    // Every fold that closes one of the two closes both, next to one another.
    static bool AlwaysTogether(UOp sink, UOp outer, UOp inner) =>
        sink.Topological().Where(u => u.Op == Op.Fold).All(f =>
        {
            int i = f.Src.LastIndexOf(outer), j = f.Src.LastIndexOf(inner), first = ((FoldArg)f.Arg!).Values;
            return i < first && j < first || i >= first && j == i + 1;
        });

    static int Divisions(UOp sink) => sink.Topological().Count(u => u.Op is Op.FloorDiv or Op.FloorMod);

    static AxisKind Kind(UOp range) => ((Axis)range.Arg!).Kind;
    static int Id(UOp range) => ((Axis)range.Arg!).Id;
}
