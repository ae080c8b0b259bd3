using Tiny.Algebra;
using Tiny.Graph;
using Tiny.Lower;

namespace Tiny.Optimize;

/// <summary>
/// Chooses the <see cref="OptOp"/>s of long reductions to few results: a workgroup computes one, and its threads share the reduction out, neighbours reading neighbours. For graphics cards,
/// where as many threads as there are results would leave most of the card without work.
/// </summary>
static class GroupSum
{
    // From so many results on there are enough threads; below so many steps for each thread of a workgroup there is too little to do.
    const long EnoughThreads = 4096;
    const int FewestSteps = 4, Lanes = VectorMemory.Lanes;

    /// <summary>The choices; null for a kernel that has no such form.</summary>
    public static IReadOnlyList<OptOp>? Choose(UOp sink, TargetProfile profile)
    {
        var nodes = sink.Topological();
        var folds = nodes.FindAll(u => u.Op == Op.Fold);
        var free = FreeRanges.Of(sink);
        if (folds.Count == 0 || nodes.Exists(u => u.Op is Op.Stage or Op.StoreBits || u.Op == Op.Range && u.Src[0].Op != Op.Const) || sink.Src.Any(s => s.Src[0].DType.Size < 4)) return null;
        if (nodes.Where(u => u.Op == Op.Range && ((Axis)u.Arg!).Kind == AxisKind.Loop).Aggregate(1L, (n, r) => n * (r.Max + 1)) >= EnoughThreads) return null;
        // Each has an axis of its own to share out, or all have one; none lies inside of another.
        if (folds.Exists(f => f.Src.Any(s => s.Topological().Exists(u => u.Op == Op.Fold && OptOps.ClosedBy(f).Any(r => free.DependsOn(u, r)))))) return null;
        var chosen = new List<OptOp>();
        foreach (var fold in folds)
        {
            if (OptOps.ClosedBy(fold).Where(r => (r.Max + 1) % profile.WorkgroupSize == 0).MaxBy(r => r.Max) is not { } axis) return null;
            if (OptOps.ClosedBy(fold).Aggregate(1L, (n, r) => n * (r.Max + 1)) < FewestSteps * profile.WorkgroupSize) return null;
            if (chosen.Exists(o => o.Axis == Id(axis))) continue;
            bool walks = fold.Topological().Exists(u => u.Op == Op.Load && Vectorize.IsAffine(u.Src[1], axis, free, out long step) && step == 1);
            if (walks && (axis.Max + 1) % (Lanes * profile.WorkgroupSize) == 0) chosen.Add(new(OptKind.Unroll, Id(axis), Lanes));
            chosen.Add(new(OptKind.Group, Id(axis), profile.WorkgroupSize));
        }
        return chosen;
    }

    static int Id(UOp range) => ((Axis)range.Arg!).Id;
}
