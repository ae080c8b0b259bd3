using Tiny.Graph;

namespace Tiny.Schedule;

/// <summary>
/// Short axes by which a kernel chooses among several values. Kernels write them out, so that nothing is chosen when they run; what does not depend on such an axis is then computed
/// once for all of its elements.
/// </summary>
static class Choosers
{
    /// <summary>The longest axis that is written out, and the most elements of all together.</summary>
    public const int Longest = 8, MostWritten = 64;

    /// <summary>
    /// What a choice between two values compares with constants, where that is the number of an element of a short axis: a loop, or the place in a part of one. Null for other conditions, and
    /// for what lies outside of an image: a value or a constant.
    /// </summary>
    public static UOp? Of(UOp where, UOp[] index, Movement movement)
    {
        if (where is not { Op: Op.Where, Src: [{ Op: Op.CmpLt, Src: [var at, var limit] }, var one, var other] } || !IsConst(limit) || IsConst(one) || IsConst(other)) return null;
        for (; at.Op is >= Op.Reshape and <= Op.Flip; at = at.Src[0])
            if (at.Op == Op.Reshape && movement.Reshape(at, index) is null) return null;
            else index = movement.Through(at, index).Index;
        return at.Op == Op.Iota && index[0] is { Op: Op.Range or Op.FloorMod, Min: 0, Max: > 0 and < Longest } chooser ? chooser : null;
    }

    static bool IsConst(UOp value)
    {
        while (value.Op is Op.Reshape or Op.Expand) value = value.Src[0];
        return value.Op == Op.Const;
    }

    /// <summary>Of the elements of a kernel the part for which a value has to be computed that is asked for at an index, under a gate: all where the axes are too many to be written out.</summary>
    public static double Share(IReadOnlyCollection<UOp> choosers, IEnumerable<UOp> index)
    {
        if (choosers.Aggregate(1L, (n, c) => n * (c.Max + 1)) > MostWritten) return 1;
        return 1.0 / choosers.Where(c => !index.Any(i => DependsOn(i, c))).Aggregate(1L, (n, c) => n * (c.Max + 1));
    }

    // The number of a part does not depend on the place in it.
    static bool DependsOn(UOp index, UOp chooser)
    {
        var seen = new HashSet<UOp>(ReferenceEqualityComparer.Instance);
        var open = new Stack<UOp>([index]);
        while (open.TryPop(out var node))
        {
            if (!seen.Add(node)) continue;
            if (node == chooser || node == chooser.Src[0] && chooser.Op == Op.FloorMod) return true;
            if (chooser.Op == Op.FloorMod && node.Op == Op.FloorDiv && node.Src[0] == chooser.Src[0] && node.Src[1] == chooser.Src[1]) continue;
            foreach (var s in node.Src) open.Push(s);
        }
        return false;
    }
}
