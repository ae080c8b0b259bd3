using Tiny.Graph;

namespace Tiny.Schedule;

/// <summary>
/// Takes a demand for an <see cref="Op.Kernel"/> in the kernel that stores it; gives its value there: the expression with this kernel's loop variables and
/// pointers in place of its own. Operands lie in memory row-major; one that is not read is no argument of the kernel.
/// </summary>
static class CustomKernel
{
    // Its own reductions share no loop with others.
    const int Apart = 1 << 20;

    public static UOp Value(Demand d, WritePlan plan)
    {
        var arg = (KernelArg)d.Node.Arg!;
        var done = new Dictionary<UOp, UOp>(ReferenceEqualityComparer.Instance);
        for (int i = 0; i < arg.Loops.Length; i++)
            if (arg.Loops[i] is { } loop) done[loop] = d.Index[i];
        foreach (var u in arg.Value.Topological())
        {
            if (u.Op == Op.Pointer || done.ContainsKey(u)) continue;
            done[u] = u.Op switch
            {
                Op.Range => d.Draft.FoldRange(1, Apart + ((Axis)u.Arg!).Id, checked((int)u.Src[0].Int!.Value)),
                Op.Load => UOp.New(Op.Load, u.DType, [Pointer(u.Src[0]), .. u.Src.Skip(1).Select(s => done[s])]),
                _ => UOp.New(u.Op, u.DType, [.. u.Src.Select(s => done[s])], u.Arg),
            };
        }
        return done[arg.Value];

        UOp Pointer(UOp pointer)
        {
            var operand = d.Node.Src[(int)pointer.Arg!];
            return d.Draft.PointerTo(operand, plan.MemoryOf(operand));
        }
    }
}
