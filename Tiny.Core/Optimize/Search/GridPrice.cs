using Tiny.Graph;
using Tiny.Lower;

namespace Tiny.Optimize.Search;

/// <summary>What choices cost on a grid of threads: what their tile costs (<see cref="TileCost"/>), or where nothing is reduced the threads.</summary>
static class GridPrice
{
    /// <summary>The price.</summary>
    public static double Of(Kernel kernel, IReadOnlyList<OptOp> choices)
    {
        lock (kernel.Interner)
        {
            using var table = kernel.Interner.Resume();
            var nodes = kernel.Sink.Topological();
            var loops = nodes.Where(u => u.Op == Op.Range && ((Axis)u.Arg!).Kind == AxisKind.Loop && u.Src[0].Op == Op.Const).OrderBy(Id).ToList();
            var folds = nodes.FindAll(u => u.Op == Op.Fold);
            List<UOp> steps = [.. folds.SelectMany(f => OptOps.ClosedBy(f)).Distinct().OrderBy(Id)];
            if (folds.Count == 0) return 1 / choices.Aggregate(1.0, (n, o) => n * Math.Max(1, o.Amount));
            return new TileCost(kernel.Sink, FreeRanges.Of(kernel.Sink), folds, loops, steps).Of([.. loops.Concat(steps).Select(Amount)]);
        }

        int Amount(UOp axis) => choices.Where(o => o.Kind is OptKind.Upcast or OptKind.Vector or OptKind.Unroll && o.Axis == Id(axis)).Aggregate(1, (n, o) => n * o.Amount);
        static int Id(UOp range) => ((Axis)range.Arg!).Id;
    }
}
