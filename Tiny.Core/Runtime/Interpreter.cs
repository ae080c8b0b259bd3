using Tiny.Graph;

namespace Tiny.Runtime;

/// <summary>
/// The oracle: evaluates a tensor graph as it stands, one node after another, by plain loops. It shares nothing with the
/// compiler, so that an error there cannot hide here. Floats are computed in double and rounded to the node's dtype at
/// every node, reductions are kept in double until their end; integers wrap.
/// </summary>
public static class Interpreter
{
    /// <summary>The value of a node, row-major, in memory of its own.</summary>
    /// <param name="node">A node of a tensor graph.</param>
    /// <param name="parameters">Gives the value of each <see cref="Op.Param"/>, row-major.</param>
    public static HostMemory Evaluate(UOp node, Func<ParamArg, HostMemory>? parameters = null) => Evaluate([node], parameters)[0];

    /// <summary>The value of a node when variables have the given values.</summary>
    public static HostMemory Evaluate(UOp node, IReadOnlyDictionary<Variable, int> variables, Func<ParamArg, HostMemory>? parameters = null) =>
        Evaluate(Binding.Run([node], variables), parameters)[0];

    /// <summary>The values of several nodes, each row-major in memory of its own; what they share is evaluated once.</summary>
    public static IReadOnlyList<HostMemory> Evaluate(IReadOnlyList<UOp> nodes, Func<ParamArg, HostMemory>? parameters = null)
    {
        ArgumentNullException.ThrowIfNull(nodes);
        var order = InOrder(nodes);
        var readers = new Dictionary<UOp, int>(ReferenceEqualityComparer.Instance);
        foreach (var source in order.SelectMany(n => n.Src).Concat(nodes))
            readers[source] = readers.GetValueOrDefault(source) + 1;
        // What only a reduction reads is not kept: a convolution's products would take a thousand times the memory of its results.
        var passing = order.Where(n => n.Op == Op.Reduce && IsElementwise(n.Src[0].Op) && readers[n.Src[0]] == 1).Select(n => n.Src[0])
            .ToHashSet<UOp>(ReferenceEqualityComparer.Instance);

        var values = new Dictionary<UOp, HostArray>(ReferenceEqualityComparer.Instance);
        foreach (var node in order.Where(n => !passing.Contains(n)))
        {
            var reads = node.Src.Length > 0 && passing.Contains(node.Src[0]) ? node.Src[0] : node;
            var operands = new HostArray[reads.Src.Length];
            for (int i = 0; i < operands.Length; i++) operands[i] = values[reads.Src[i]];
            values[node] = ReferenceEquals(reads, node) ? Value(node, operands, parameters)
                : InterpreterReduce.Run((ReduceArg)node.Arg!, new InterpreterElementwise(reads.Op, reads.DType, reads.Shape, operands), node.Shape);
            foreach (var source in reads.Src)
                if (--readers[source] == 0) values.Remove(source);
            // Loops hold addresses only; their memory must outlive them.
            foreach (var operand in operands) GC.KeepAlive(operand.Memory);
        }
        var results = new HostMemory[nodes.Count];
        var given = new HashSet<HostMemory>(ReferenceEqualityComparer.Instance);
        for (int i = 0; i < results.Length; i++)
        {
            var value = values[nodes[i]];
            results[i] = value.OwnsAll && given.Add(value.Memory) ? value.Memory : value.Copy().Memory;
            GC.KeepAlive(value.Memory);
        }
        return results;
    }

    /// <summary>Every node below the given ones, once, operands before their readers. Graphs are deep: no recursion.</summary>
    static List<UOp> InOrder(IEnumerable<UOp> roots)
    {
        var order = new List<UOp>();
        var seen = new HashSet<UOp>(ReferenceEqualityComparer.Instance);
        var open = new Stack<(UOp Node, int Next)>();
        foreach (var root in roots)
        {
            if (!seen.Add(root)) continue;
            open.Push((root, 0));
            while (open.TryPop(out var top))
            {
                if (top.Next == top.Node.Src.Length)
                {
                    order.Add(top.Node);
                    continue;
                }
                open.Push((top.Node, top.Next + 1));
                var source = top.Node.Src[top.Next];
                if (seen.Add(source)) open.Push((source, 0));
            }
        }
        return order;
    }

    static HostArray Value(UOp node, HostArray[] src, Func<ParamArg, HostMemory>? parameters) => node.Op switch
    {
        Op.Const => HostArray.Constant(node.DType, (Constant)node.Arg!),
        Op.Param => Parameter(node, (ParamArg)node.Arg!, parameters),
        Op.Buffer => HostArray.Over(Bytes(node), node.DType, node.Shape),
        Op.Iota => HostArray.Count(node.DType, (int)node.Arg!),
        Op.Reshape => src[0].Reshape((Shape)node.Arg!),
        Op.Permute => src[0].Permute((Axes)node.Arg!),
        Op.Expand => src[0].Expand((Shape)node.Arg!),
        Op.Pad => src[0].Pad((Edges)node.Arg!, node.Shape),
        Op.Shrink => src[0].Shrink((Edges)node.Arg!),
        Op.Flip => src[0].Flip((Axes)node.Arg!),
        Op.Contiguous or Op.WithGradient => src[0],
        Op.Update => src[0].With((View)node.Arg!, src[1]),
        Op.Kernel => InterpreterKernel.Run((KernelArg)node.Arg!, src),
        Op.Bitcast => src[0].Bitcast(node.DType),
        Op.Reduce => InterpreterReduce.Run((ReduceArg)node.Arg!, new ArrayRows(src[0]), node.Shape),
        _ when IsElementwise(node.Op) => InterpreterElementwise.Run(node.Op, node.DType, node.Shape, src),
        _ => throw new InvalidOperationException($"{node.Op} is no operation of a tensor graph"),
    };

    static bool IsElementwise(Op op) => op is >= Op.Neg and <= Op.MulAcc and not Op.Bitcast;

    static HostMemory Bytes(UOp node) => node.Arg is Storage storage ? storage.ToHost()
        : throw new InvalidOperationException($"the buffer {node.Arg} has no value on the host");

    static HostArray Parameter(UOp node, ParamArg arg, Func<ParamArg, HostMemory>? parameters)
    {
        var memory = parameters?.Invoke(arg)
            ?? throw new TinyJitException($"the value of parameter '{arg.Name}' {arg.Shape} is not known here");
        long bytes = (long)arg.Shape.Numel * node.DType.Size;
        if (memory.Bytes != bytes)
            throw new ShapeException($"parameter '{arg.Name}' {node.DType}{arg.Shape} takes {bytes} bytes, {memory.Bytes} are given");
        return HostArray.Over(memory, node.DType, arg.Shape);
    }
}
