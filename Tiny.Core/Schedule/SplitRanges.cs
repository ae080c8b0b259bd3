using Tiny.Graph;

namespace Tiny.Schedule;

/// <summary>
/// Takes a kernel body; splits a loop r of which quotient and remainder by a constant are taken (a buffer in blocks, repeated elements, a window of windows)
/// into two, outer*c + inner, where the constant divides its extent: then nothing is divided in each iteration. The inverse of <see cref="MergeRanges"/>.
/// </summary>
static class SplitRanges
{
    public static UOp Run(UOp sink, Rewriter simplify) => Find(sink) is { } first ? Run(sink, first, simplify) : sink;

    /// <summary>From what <see cref="Find"/> found first.</summary>
    public static UOp Run(UOp sink, (UOp Range, long Block) first, Rewriter simplify)
    {
        for ((UOp, long)? next = first; next is var (range, block); next = Find(sink)) sink = simplify.Run(Split(sink, range, block));
        return Renumbered(sink);
    }

    static UOp Split(UOp sink, UOp range, long block)
    {
        // Numbers say the order of loops: the inner one is next to the outer.
        var axis = (Axis)range.Arg!;
        UOp outer = UOp.Range(2 * axis.Id, axis.Kind, (range.Max + 1) / block), inner = UOp.Range(2 * axis.Id + 1, axis.Kind, block);
        var done = new Dictionary<UOp, UOp>(ReferenceEqualityComparer.Instance);
        foreach (var node in sink.Topological())
            done[node] = node == range ? outer * block + inner
                : node.Op == Op.Range ? UOp.New(Op.Range, node.DType, [.. node.Src.Select(s => done[s])], (Axis)node.Arg! with { Id = 2 * ((Axis)node.Arg!).Id })
                : node.WithSrc([.. node.Src.SelectMany((s, i) => s == range && (node.Op == Op.Fold && i >= ((FoldArg)node.Arg!).Values || node.Op == Op.Stage && i >= 2 * ((StageArg)node.Arg!).Values) ? [outer, inner] : new[] { done[s] })]);
        return done[sink];
    }

    /// <summary>A loop that could be two, and the extent of the inner one; null for none.</summary>
    public static (UOp Range, long Block)? Find(UOp sink)
    {
        foreach (var u in sink.Topological())
            if (u is { Op: Op.FloorDiv or Op.FloorMod, Src: [{ Op: Op.Range, Arg: Axis { Kind: AxisKind.Loop or AxisKind.Reduce } } r, { Int: > 1 and { } c }] }
                && r.Src[0].Int is not null && (r.Max + 1) % c == 0 && c <= r.Max) return (r, c);
        return null;
    }

    // The same order by numbers from 0 on.
    static UOp Renumbered(UOp sink)
    {
        var ranges = sink.Topological().FindAll(u => u.Op == Op.Range);
        int[] ids = [.. ranges.Select(Id).Distinct().Order()];
        return sink.Substitute(ranges.ToDictionary(r => r, r => UOp.New(Op.Range, r.DType, r.Src, (Axis)r.Arg! with { Id = Array.IndexOf(ids, Id(r)) }),
            (IEqualityComparer<UOp>)ReferenceEqualityComparer.Instance));
    }

    static int Id(UOp range) => ((Axis)range.Arg!).Id;
}
