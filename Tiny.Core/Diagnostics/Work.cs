using Tiny.Graph;
using Tiny.Lower;

namespace Tiny.Diagnostics;

/// <summary>How much arithmetic a kernel does.</summary>
static class Work
{
    /// <summary>Float operations of a kernel's body before optimisation: each as often as the loops run that it depends on; a fold's step is one.</summary>
    public static double Of(UOp sink)
    {
        var free = FreeRanges.Of(sink);
        double total = 0;
        foreach (var u in sink.Topological())
        {
            if (!u.DType.IsFloat || u.Op is not (Op.Fold or (>= Op.Neg and <= Op.MulAcc))) continue;
            var ranges = u.Op == Op.Fold ? u.Src.Take(((FoldArg)u.Arg!).Values).SelectMany(free.In).Distinct() : free.In(u);
            total += ranges.Aggregate(1.0, (n, r) => n * (r.Max + 1));
        }
        return total;
    }
}
