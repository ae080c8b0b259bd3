using Tiny.Graph;
using Tiny.Onnx.Model;
using Tiny.Runtime;

namespace Tiny.Onnx.Import;

/// <summary>
/// Inputs that are sizes, of a model that declares the shapes of its results: the sizes follow from the shapes. A graph is built for some sizes, and for each size
/// changed alone: how the results' extents change says which size each must be. A size that changes no extent must change no number that operators need either, and one
/// that allows no change keeps its value; else nothing follows. What is found is checked: it gives the declared shapes.
/// </summary>
sealed class ImpliedNumbers
{
    const int MostSizes = 16;

    readonly OnnxModel _model;
    readonly IReadOnlyDictionary<string, OnnxValue?> _inputs;
    readonly IReadOnlyList<(Tensor Tensor, int First)> _sizes;
    readonly int _count;

    ImpliedNumbers(OnnxModel model, IReadOnlyDictionary<string, OnnxValue?> inputs)
    {
        (_model, _inputs) = (model, inputs);
        var sizes = new List<(Tensor, int)>();
        foreach (var tensor in inputs.Values.OfType<TensorValue>().Select(v => v.Tensor).Where(t => t.DType.Kind is ScalarKind.Int32 or ScalarKind.Int64 && t.Rank <= 1 && !t.Shape.IsSymbolic))
        {
            sizes.Add((tensor, _count));
            _count += tensor.Numel;
        }
        _sizes = sizes;
    }

    /// <summary>The graph for the sizes that the declared shapes imply; null where they do not imply them.</summary>
    public static ImportedGraph? Import(OnnxModel model, IReadOnlyDictionary<string, OnnxValue?> inputs)
    {
        var declared = model.Graph.Outputs.Select(o => o.Type is { Kind: OnnxKind.Tensor, Dims: { } dims } && dims.All(d => d.Size >= 0) ? dims.Select(d => d.Size!.Value).ToArray() : null).ToList();
        var search = new ImpliedNumbers(model, inputs);
        return search._count is > 0 and <= MostSizes && !declared.Contains(null) ? search.Find([.. declared.SelectMany(d => d!)]) : null;
    }

    ImportedGraph? Find(long[] declared)
    {
        // Some sizes that the model takes, all the same: an extent that is declared, or a small number.
        var extents = declared.Concat(_inputs.Values.OfType<TensorValue>().SelectMany(v => v.Tensor.Shape).Select(d => d.IsSymbolic ? 1 : (long)d)).Append(2).Append(1).Distinct();
        foreach (long start in extents.Where(e => e > 0))
        {
            long[] all = [.. Enumerable.Repeat(start, _count)], sizes = [.. all];
            if (Try(all) is not { } first || first.Extents.Length != declared.Length) continue;
            for (int i = 0; i < _count; i++)
            {
                long[] changed = [.. all];
                changed[i]++;
                if (Try(changed) is not { } other) continue;
                var moved = Enumerable.Range(0, declared.Length).Where(d => first.Extents[d] != other.Extents[d]).ToList();
                if (moved.Count == 0 && !other.Numbers.SequenceEqual(first.Numbers)) return null;
                if (moved.Count > 0) sizes[i] += (declared[moved[0]] - first.Extents[moved[0]]) / (other.Extents[moved[0]] - first.Extents[moved[0]]);
            }
            if (Try(sizes) is { } found && found.Extents.SequenceEqual(declared)) return Try(sizes, undeclared: false)?.Graph;
        }
        return null;
    }

    /// <summary>The graph for some sizes, the extents of its results, and all numbers that operators asked for; null where the model does not take them.</summary>
    (ImportedGraph Graph, long[] Extents, List<byte> Numbers)? Try(long[] sizes, bool undeclared = true)
    {
        var given = new Dictionary<UOp, UOp>(ReferenceEqualityComparer.Instance);
        foreach (var (tensor, from) in _sizes) given[tensor.Node] = Constant(tensor, sizes.AsSpan(from, tensor.Numel));
        var numbers = new List<byte>();
        try
        {
            var graph = OnnxImporter.Import(_model, _inputs, new ImportOptions { Implied = tensor => Value(tensor, given, numbers), Undeclared = undeclared });
            return (graph, [.. graph.Outputs.SelectMany(o => o is TensorValue t ? t.Tensor.Shape.Select(d => (long)d) : [])], numbers);
        }
        catch (TinyException)
        {
            return null;
        }
    }

    HostMemory? Value(Tensor tensor, IReadOnlyDictionary<UOp, UOp> given, List<byte> numbers)
    {
        var node = tensor.Node.Substitute(given);
        // Other inputs are no sizes.
        if (node.Topological().Any(u => u.Op == Op.Param || _inputs.Values.OfType<TensorValue>().Any(v => ReferenceEquals(v.Tensor.Node, u)))) return null;
        var memory = Interpreter.Evaluate(node);
        numbers.AddRange(memory.Span);
        GC.KeepAlive(memory);
        return memory;
    }

    static UOp Constant(Tensor like, ReadOnlySpan<long> values)
    {
        var memory = like.DType == DType.Int64 ? OwnedMemory.Of(values) : OwnedMemory.Of<int>([.. values.ToArray().Select(v => (int)v)]);
        return UOp.New(Op.Buffer, like.DType, [], new Storage(like.DType, like.Shape, memory));
    }
}
