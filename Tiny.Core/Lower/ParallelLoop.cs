using Tiny.Graph;
using Tiny.Optimize;

namespace Tiny.Lower;

/// <summary>
/// The loop of a kernel whose iterations threads may share: the only outermost one, when everything is stored inside of it and nothing before it loops. An iteration
/// then does the same whichever thread runs it, and what it stores depends on no other, so results are the same to the bit for any number of threads.
/// (Blocks that overlap at an edge store the same there, or leave it out; what is overwritten in place is read by the iteration that writes it.)
/// </summary>
/// <param name="Range">The loop.</param>
/// <param name="Inner">The loop in it whose iterations may be shared, too, for the same reason: all is stored inside of it. Null where there is none.</param>
/// <param name="Lines">Lines that one iteration of <paramref name="Range"/> runs, those of inner loops as often as they run at most.</param>
public sealed record ParallelLoop(UOp Range, UOp? Inner, double Lines)
{
    /// <summary>A kernel's; null where it has none.</summary>
    public static ParallelLoop? Of(LinearKernel kernel)
    {
        ArgumentNullException.ThrowIfNull(kernel);
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
        return range is null ? null : new(range, InnerLoop(kernel), lines);
    }

    // The only loop directly in another, if all that is stored or summed up is inside of it.
    static UOp? InnerLoop(LinearKernel kernel)
    {
        UOp? inner = null;
        var outside = new HashSet<UOp>(ReferenceEqualityComparer.Instance);
        var inOuter = new HashSet<UOp>(ReferenceEqualityComparer.Instance);
        int depth = 0;
        foreach (var line in kernel.Code)
        {
            if (depth < 2) outside.Add(line);
            if (depth == 1) inOuter.Add(line);
            switch (line.Op)
            {
                case Op.Range when depth++ == 1:
                    if (inner is not null || ((Axis)line.Arg!).Kind != AxisKind.Loop || line.Src[0].Topological().Exists(inOuter.Contains)) return null;
                    inner = line;
                    break;
                case Op.End:
                    depth--;
                    break;
                case Op.Stage when depth == 1:
                case Op.Store or Op.StoreBits when depth < 2:
                case Op.Set when outside.Contains(line.Src[0]):
                    return null;
            }
        }
        return inner;
    }

    /// <summary>The same with an inner loop only where the outer one has fewer iterations than that, and the inner one a number of them that is known.</summary>
    public ParallelLoop WithInnerBelow(int iterations) => Inner?.Src[0].Int is > 0 && Range.Max + 1 < iterations && Iterations <= int.MaxValue ? this : this with { Inner = null };

    /// <summary>Iterations of the inner loop in one of the outer, where that is known; 1 without an inner loop.</summary>
    public int InnerExtent => Inner is null ? 1 : checked((int)(Inner.Max + 1));

    /// <summary>Iterations to share, at most.</summary>
    public double Iterations => (Range.Max + 1.0) * (Inner is null ? 1 : Inner.Max + 1.0);
}
