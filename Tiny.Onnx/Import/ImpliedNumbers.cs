using Tiny.Graph;
using Tiny.Onnx.Model;
using Tiny.Runtime;

namespace Tiny.Onnx.Import;

/// <summary>
/// Inputs that are sizes, of a model that declares the shapes of its results: the sizes follow from the shapes. A graph is built for some sizes, and for each size
/// changed alone: how the results' extents change says which size each must be. A size must change an extent that no other size changes, or nothing: no number that operators
/// need, or no result, of inputs drawn at random. One of which the model takes a single value has that. Else nothing follows. What is found is checked: it gives the declared shapes.
/// </summary>
sealed class ImpliedNumbers
{
    const int MostSizes = 16, MostTried = 32, MostCompared = 1 << 16;

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
            var moved = new (long By, long[] Extents)?[_count];
            for (int i = 0; i < _count; i++)
            {
                if (Changed(all, i) is not var (by, other)) continue;
                if (other.Extents.Length != declared.Length) return null;
                long[] changed = [.. all];
                changed[i] += by;
                if (!first.Extents.SequenceEqual(other.Extents)) moved[i] = (by, other.Extents);
                else if (!other.Numbers.SequenceEqual(first.Numbers) && !SameResults(first.Graph, all, other.Graph, changed)) return null;
            }
            for (int i = 0; i < _count; i++)
            {
                if (moved[i] is not var (by, other)) continue;
                // An extent of its own.
                int own = Enumerable.Range(0, declared.Length).FirstOrDefault(d => other[d] != first.Extents[d]
                    && !Enumerable.Range(0, _count).Any(k => k != i && moved[k] is var (_, others) && others[d] != first.Extents[d]), -1);
                if (own < 0) return null;
                sizes[i] += by * (declared[own] - first.Extents[own]) / (other[own] - first.Extents[own]);
            }
            if (Try(sizes) is { } found && found.Extents.SequenceEqual(declared)) return Try(sizes, undeclared: false)?.Graph;
        }
        return null;
    }

    // One size a little larger, or else another value that the model takes.
    (long By, (ImportedGraph Graph, long[] Extents, List<byte> Numbers) Result)? Changed(long[] all, int i)
    {
        foreach (long by in new[] { all[i] + 1, all[i] - 1 }.Concat(Enumerable.Range(-2, 2 + MostTried).Select(v => (long)v)).Distinct().Where(v => v != all[i]).Select(v => v - all[i]))
        {
            long[] changed = [.. all];
            changed[i] += by;
            if (Try(changed) is { } result) return (by, result);
        }
        return null;
    }

    // What two graphs give for the same numbers, each with its own sizes.
    bool SameResults(ImportedGraph a, long[] sizesOfA, ImportedGraph b, long[] sizesOfB)
    {
        if (a.Outputs.Concat(b.Outputs).Any(o => o is not TensorValue { Tensor: { Shape: { IsSymbolic: false, Size: <= MostCompared } } })) return false;
        return Enumerable.Range(1, 3).All(seed => a.Outputs.Zip(b.Outputs).All(o => Result(o.First, sizesOfA, seed).AsSpan().SequenceEqual(Result(o.Second, sizesOfB, seed))));
    }

    byte[] Result(OnnxValue? output, long[] sizes, long seed)
    {
        var given = Given(sizes);
        foreach (var tensor in _inputs.Values.OfType<TensorValue>().Select(v => v.Tensor))
            given.TryAdd(tensor.Node, ((Tensor.Rand(tensor.Shape, seed) - 0.5) * 8).Cast(tensor.DType).Node);
        var memory = Interpreter.Evaluate(((TensorValue)output!).Tensor.Node.Substitute(given));
        byte[] bytes = memory.Span.ToArray();
        GC.KeepAlive(memory);
        return bytes;
    }

    Dictionary<UOp, UOp> Given(long[] sizes)
    {
        var given = new Dictionary<UOp, UOp>(ReferenceEqualityComparer.Instance);
        foreach (var (tensor, from) in _sizes) given[tensor.Node] = Constant(tensor, sizes.AsSpan(from, tensor.Numel));
        return given;
    }

    /// <summary>The graph for some sizes, the extents of its results, and all numbers that operators asked for; null where the model does not take them.</summary>
    (ImportedGraph Graph, long[] Extents, List<byte> Numbers)? Try(long[] sizes, bool undeclared = true)
    {
        var given = Given(sizes);
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
