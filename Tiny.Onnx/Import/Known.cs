using System.Runtime.InteropServices;
using Tiny.Graph;
using Tiny.Runtime;
using Tiny.Schedule;

namespace Tiny.Onnx.Import;

/// <summary>
/// Tells which tensors depend on a graph's inputs, and evaluates those that do not: initializers, constants, shapes, and what is computed from them.
/// </summary>
sealed class Known
{
    readonly Dictionary<UOp, bool> _known = new(ReferenceEqualityComparer.Instance);
    readonly HashSet<UOp> _inputs = new(ReferenceEqualityComparer.Instance);

    /// <summary>The tensor is given at the call, or is what was computed from one that is.</summary>
    public void MarkInput(Tensor tensor) => _inputs.Add(tensor.Node);

    /// <summary>The node is an input, or was computed from one.</summary>
    public bool IsInput(UOp node) => _inputs.Contains(node);

    /// <summary>No input is among what the tensor is computed from.</summary>
    public bool IsKnown(Tensor tensor)
    {
        var root = tensor.Node;
        var open = new Stack<UOp>([root]);
        while (open.TryPeek(out var node))
        {
            if (_known.ContainsKey(node))
            {
                open.Pop();
                continue;
            }
            bool ready = true, known = node.Op is not (Op.Param or Op.Variable) && !_inputs.Contains(node);
            if (known)
                foreach (var source in node.Src)
                    if (!_known.TryGetValue(source, out bool k))
                    {
                        open.Push(source);
                        ready = false;
                    }
                    else known &= k;
            if (!ready) continue;
            _known[node] = known && !node.Shape.IsSymbolic;
            open.Pop();
        }
        return _known[root];
    }

    /// <summary>The elements of a tensor that is known.</summary>
    public HostMemory Evaluate(Tensor tensor)
    {
        if (_evaluated.TryGetValue(tensor.Node, out var known)) return known;
        var memory = CaptureScope.IsOpen ? Executor.Read(tensor).ToHost() : Interpreter.Evaluate(tensor.Node);
        // A loop asks for the same condition again and again.
        if (tensor.Shape.Size <= MostKept) _evaluated[tensor.Node] = memory;
        return memory;
    }

    const int MostKept = 64;
    readonly Dictionary<UOp, HostMemory> _evaluated = new(ReferenceEqualityComparer.Instance);
}
