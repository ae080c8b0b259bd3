using Tiny.Algebra;
using Tiny.Graph;

namespace Tiny.Lower;

/// <summary>
/// What a loop of sums asks memory for ahead of its use. A processor sees by itself that neighbouring lines are read one after another, and reads on; where single elements are read
/// from rows far apart (an image by its planes, to which weights in vectors are applied) it does not, and each line would be waited for.
/// The lines are those that the same loads read an iteration later of an output loop: the innermost one whose iterations take long enough for memory to answer.
/// </summary>
static class Prefetches
{
    const int LineBytes = 64;
    /// <summary>Steps of accumulation that one such request may stand beside: with fewer it is a cost of its own.</summary>
    const int StepsForEach = 8;
    /// <summary>Steps that take as long as memory.</summary>
    const double StepsAhead = 4096;
    /// <summary>Less stays in the first cache.</summary>
    const long FewestBytes = 64 << 10;

    /// <param name="values">What the sums add in an iteration of the innermost loop.</param>
    /// <param name="loops">The loops that are open, the outermost first.</param>
    /// <param name="free">What depends on what.</param>
    public static List<(UOp Memory, UOp Index)> Of(IReadOnlyCollection<UOp> values, IReadOnlyList<UOp> loops, FreeRanges free)
    {
        double steps = values.Count;
        int at = loops.Count - 1;
        for (; at >= 0 && (steps < StepsAhead || ((Axis)loops[at].Arg!).Kind != AxisKind.Loop); at--) steps *= loops[at].Max + 1.0;
        if (at < 0 || loops.Count - at < 2) return [];
        var (ahead, innermost) = (loops[at], loops[^1]);
        var found = new List<(UOp Memory, UOp Index)>();
        foreach (var group in values.SelectMany(v => v.Topological()).Distinct().Where(u => IsRead(u, innermost, ahead, free)).GroupBy(u => (Memory: u.Src[0], Variable: Split(u.Src[1]).Variable)))
        {
            long step = LinearForm.Of(group.Key.Variable).Coefficient(ahead), end = long.MinValue;
            foreach (long offset in group.Select(u => Split(u.Src[1]).Constant).Order())
            {
                if (offset < end) continue;
                found.Add((group.Key.Memory, group.Key.Variable + (int)(offset + step)));
                end = offset + LineBytes / group.Key.Memory.DType.Size;
            }
        }
        return found.Count * StepsForEach <= values.Count ? found : [];
    }

    // A single element, of another line in each iteration of the innermost loop.
    static bool IsRead(UOp load, UOp innermost, UOp ahead, FreeRanges free)
    {
        if (load is not { Op: Op.Load, DType.Lanes: 1, Src: [{ Op: Op.Pointer } memory, var index, ..] } || !free.DependsOn(index, innermost)) return false;
        if ((index.Max - index.Min) * memory.DType.Size < FewestBytes) return false;
        var form = LinearForm.Of(index);
        return form.Coefficient(ahead) is not 0 and var step && Math.Abs(form.Coefficient(innermost)) * memory.DType.Size >= LineBytes
            && form.Terms.All(t => t.Atom == ahead || !free.DependsOn(t.Atom, ahead)) && index.Min + step >= int.MinValue && index.Max + step <= int.MaxValue;
    }

    static (UOp Variable, long Constant) Split(UOp index) => index is { Op: Op.Add, Src: [var variable, { Int: { } constant }] } ? (variable, constant) : (index, 0);
}
