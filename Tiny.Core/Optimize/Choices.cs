using Tiny.Graph;
using Tiny.Lower;
using Tiny.Schedule;

namespace Tiny.Optimize;

/// <summary>
/// The axes by which an elementwise kernel chooses among several values (not: between a value and what lies outside of an image). Where they are short they are written out: then nothing is chosen when the kernel runs, and what
/// the pieces share is computed once. The scheduler counts on that (<see cref="Choosers"/>).
/// </summary>
static class Choices
{
    /// <param name="nodes">The kernel's.</param>
    /// <param name="loops">Its output axes.</param>
    /// <param name="free">What depends on what.</param>
    public static IReadOnlyList<UOp> Of(IReadOnlyList<UOp> nodes, IReadOnlyList<UOp> loops, FreeRanges free)
    {
        var chosen = new HashSet<UOp>(ReferenceEqualityComparer.Instance);
        foreach (var node in nodes)
            if (node is { Op: Op.Where, Src: [_, { Op: not Op.Const }, { Op: not Op.Const }] } && free.In(node.Src[0]).ToList() is var by && by.TrueForAll(IsShort)) chosen.UnionWith(by);
        var axes = loops.Where(chosen.Contains).ToList();
        return axes.Aggregate(1L, (n, r) => n * (r.Max + 1)) <= Choosers.MostWritten ? axes : [];
    }

    static bool IsShort(UOp range) => range.Src[0].Int is > 1 and <= Choosers.Longest;
}
