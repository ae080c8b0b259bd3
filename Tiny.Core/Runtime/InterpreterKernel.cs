using System.Runtime.InteropServices;
using Tiny.Graph;

namespace Tiny.Runtime;

/// <summary>
/// A kernel written by hand, in the interpreter: each node of its expression is an array with an axis for each loop variable, of extent 1 where the node does not depend
/// on it. So loops are not run one after another, and folds are reductions of axes.
/// </summary>
static class InterpreterKernel
{
    public static HostArray Run(KernelArg arg, HostArray[] operands)
    {
        var order = Order(arg.Value);
        var axes = new Dictionary<UOp, int>(ReferenceEqualityComparer.Instance);
        foreach (var range in arg.Loops.OfType<UOp>().Concat(order.Where(u => u.Op == Op.Range))) axes.TryAdd(range, axes.Count);
        int[] ones = [.. Enumerable.Repeat(1, axes.Count)];
        var memories = operands.Select(o => o.Copy()).ToArray();
        var values = new Dictionary<UOp, HostArray>(ReferenceEqualityComparer.Instance);
        foreach (var u in order)
        {
            if (u.Op == Op.Pointer) continue;
            var src = u.Src.Where(s => s.Op != Op.Pointer).Select(s => values[s]).ToArray();
            values[u] = u.Op switch
            {
                Op.Const => HostArray.Constant(u.DType, (Constant)u.Arg!).Reshape(new Shape(ones)),
                Op.Range => HostArray.Count(u.DType, (int)u.Src[0].Int!.Value).Reshape(new Shape(ones).With(axes[u], (int)u.Src[0].Int!.Value)),
                Op.Load => Load(u.DType, memories[(int)u.Src[0].Arg!], Together(src)),
                Op.Fold => Fold(u, src[0]),
                Op.Bitcast => src[0].Bitcast(u.DType),
                _ => Together(src) is var same ? InterpreterElementwise.Run(u.Op, u.DType, new Shape(same[0].Extents), same) : null!,
            };
        }
        int[] whole = [.. ones.Select((_, a) => axes.First(x => x.Value == a).Key is var r && arg.Loops.Contains(r) ? (int)r.Src[0].Int!.Value : 1)];
        var result = values[arg.Value].Expand(new Shape(whole)).Copy();
        GC.KeepAlive(values);
        return result.Reshape(arg.Shape);

        HostArray Fold(UOp u, HostArray x)
        {
            int[] closed = [.. u.Src.Skip(1).Select(r => axes[r])], extents = [.. x.Extents];
            foreach (var r in u.Src.Skip(1)) extents[axes[r]] = (int)r.Src[0].Int!.Value;
            var spread = x.Expand(new Shape(extents));
            foreach (int a in closed) extents[a] = 1;
            return InterpreterReduce.Run(new ReduceArg(((FoldArg)u.Arg!).Op, new Axes(closed)), new ArrayRows(spread), new Shape(extents));
        }
    }

    static HostArray[] Together(HostArray[] src)
    {
        int[] extents = [.. src[0].Extents.Select((_, a) => src.Max(s => s.Extents[a]))];
        return [.. src.Select(s => s.Expand(new Shape(extents)))];
    }

    // Operands are the index and the gate, where there is one.
    static HostArray Load(DType dtype, HostArray memory, HostArray[] at)
    {
        var (index, gate) = (at[0].Copy(), at.Length > 1 ? at[1].Copy() : null);
        var result = HostArray.New(dtype, index.Extents);
        var places = MemoryMarshal.Cast<byte, int>(index.Memory.Span);
        Span<byte> to = ((OwnedMemory)result.Memory).Writable;
        int size = dtype.Size, count = new Shape(index.Extents).Numel;
        for (int i = 0; i < count; i++)
            if (gate is null || gate.Memory.Span[i] != 0) memory.Memory.Span.Slice(places[i] * size, size).CopyTo(to[(i * size)..]);
        GC.KeepAlive((index, gate, memory));
        return result;
    }

    static List<UOp> Order(UOp root)
    {
        var (order, seen, open) = (new List<UOp>(), new HashSet<UOp>(ReferenceEqualityComparer.Instance), new Stack<(UOp Node, int Next)>([(root, 0)]));
        while (open.TryPop(out var top))
        {
            if (top.Next == top.Node.Src.Length)
            {
                order.Add(top.Node);
                continue;
            }
            open.Push((top.Node, top.Next + 1));
            if (seen.Add(top.Node.Src[top.Next])) open.Push((top.Node.Src[top.Next], 0));
        }
        return order;
    }
}
