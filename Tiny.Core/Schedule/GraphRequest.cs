using Tiny.Diagnostics;
using Tiny.Graph;
using Tiny.Runtime;

namespace Tiny.Schedule;

/// <summary>
/// A tensor graph that is asked for, taken apart into its form and what differs between graphs of one form: the memory that it reads, each once, by first use, and the
/// values of its constants in order. Of a value with a gradient of its own only the value is looked at.
/// </summary>
sealed class GraphRequest
{
    readonly Dictionary<UOp, int> _places = new(ReferenceEqualityComparer.Instance);
    readonly List<UOp> _nodes = [];

    /// <param name="asked">Where to start.</param>
    public GraphRequest(IEnumerable<UOp> asked)
    {
        var stack = new Stack<UOp>();
        foreach (var root in asked)
        {
            stack.Push(root);
            while (stack.TryPeek(out var node)) Visit(node, stack);
        }
    }

    void Visit(UOp node, Stack<UOp> stack)
    {
        if (_places.ContainsKey(node))
        {
            stack.Pop();
            return;
        }
        int depth = stack.Count, operands = Operands(node);
        for (int i = operands - 1; i >= 0; i--)
            if (!_places.ContainsKey(node.Src[i])) stack.Push(node.Src[i]);
        if (stack.Count > depth) return;
        stack.Pop();
        if (node.Op == Op.WithGradient)
        {
            _places[node] = _places[node.Src[0]];
            return;
        }
        _places[node] = _nodes.Count;
        _nodes.Add(node);
    }

    static int Operands(UOp node) => node.Op == Op.WithGradient ? 1 : node.Src.Length;

    /// <summary>All nodes that are computed or read, operands first.</summary>
    public IReadOnlyList<UOp> Nodes => _nodes;
    /// <summary>What is asked for.</summary>
    public IReadOnlyList<UOp> Results { get; private set; } = [];
    /// <summary>The memory that is read.</summary>
    public IReadOnlyList<Storage> Memory { get; private set; } = [];
    /// <summary>The constants.</summary>
    public IReadOnlyList<UOp> Constants { get; private set; } = [];
    /// <summary>A leaf that stands for something else: then there is no form.</summary>
    public UOp? Foreign { get; private set; }
    /// <summary>The form.</summary>
    public GraphForm? Form { get; private set; }

    /// <summary>Says which of the nodes are results, and finds the form.</summary>
    public GraphRequest For(IReadOnlyList<UOp> results)
    {
        Results = results;
        // How kernels are made is part of what is reused.
        var (code, args) = (new List<int>(_nodes.Count * 4) { Debugging.NoOpt ? 1 : 0, _nodes.Count }, new List<object>());
        var (memory, constants) = (new List<Storage>(), new List<UOp>());
        var numbers = new Dictionary<Storage, int>(ReferenceEqualityComparer.Instance);
        foreach (var node in _nodes)
        {
            code.Add((int)node.Op | (int)node.DType.Kind << 8 | node.DType.Lanes << 16 | (node.Arg is null ? 0 : 1 << 24));
            switch (node.Arg)
            {
                case null:
                    break;
                case Constant:
                    constants.Add(node);
                    break;
                case Storage storage:
                    if (numbers.TryAdd(storage, memory.Count))
                    {
                        memory.Add(storage);
                        args.Add(storage.Shape);
                    }
                    code.Add(numbers[storage]);
                    break;
                case ParamArg or IBufferArg or Variable:
                    Foreign = node;
                    return this;
                default:
                    args.Add(node.Arg);
                    break;
            }
            // The number of operands follows from the operation, but for kernels.
            if (node.Op == Op.Kernel) code.Add(node.Src.Length);
            foreach (var operand in node.Src) code.Add(_places[operand]);
        }
        foreach (var result in results) code.Add(_places[result]);
        (Memory, Constants, Form) = (memory, constants, new GraphForm([.. code], [.. args]));
        return this;
    }
}
