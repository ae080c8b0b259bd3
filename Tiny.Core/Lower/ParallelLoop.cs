using Tiny.Graph;
using Tiny.Optimize;

namespace Tiny.Lower;

/// <summary>
/// The loop of a kernel whose iterations threads may share: the only outermost one, when everything is stored inside of it and nothing before it loops. An iteration
/// then does the same whichever thread runs it, and what it stores depends on no other, so results are the same to the bit for any number of threads.
/// (Blocks that overlap at an edge store the same there, or leave it out; what is overwritten in place is read by the iteration that writes it.)
/// </summary>
/// <param name="Range">The loop.</param>
/// <param name="Lines">Lines that one iteration runs, those of inner loops as often as they run at most.</param>
sealed record ParallelLoop(UOp Range, double Lines)
{
    /// <summary>A kernel's; null where it has none.</summary>
    public static ParallelLoop? Of(LinearKernel kernel)
    {
        UOp? range = null;
        var outside = new HashSet<UOp>(ReferenceEqualityComparer.Instance);
        var repeats = new Stack<double>();
        double lines = 0;
        foreach (var line in kernel.Code)
        {
            switch (line.Op)
            {
                case Op.Special:
                    return null;
                case Op.Range when repeats.Count == 0:
                    // Its extent is known before the kernel runs.
                    if (range is not null || ((Axis)line.Arg!).Kind != AxisKind.Loop || line.Src[0].Topological().Exists(u => u.Op == Op.Load)) return null;
                    range = line;
                    repeats.Push(1);
                    continue;
                case Op.Range:
                    repeats.Push(repeats.Peek() * (line.Max + 1));
                    break;
                case Op.End:
                    repeats.Pop();
                    continue;
                case Op.Store when repeats.Count == 0:
                case Op.Set when repeats.Count == 0 || outside.Contains(line.Src[0]):
                    return null;
            }
            if (repeats.TryPeek(out double times)) lines += times;
            else outside.Add(line);
        }
        return range is null ? null : new(range, lines);
    }
}
