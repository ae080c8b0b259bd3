using Tiny.Onnx;
using Tiny.Runtime;

namespace Tiny.Cli.Verify;

/// <summary>Results with as many elements as there can be, cut to those that count.</summary>
static class BoundedResults
{
    /// <summary>The tensors that a program of a graph gives: those of its results, then how many elements of them count.</summary>
    public static IReadOnlyList<Tensor> Tensors(ImportedGraph graph) => [.. graph.Outputs.SelectMany(Values.Tensors).Concat(graph.Counts.Select(c => c.Count)).Distinct()];

    /// <summary>The results and their memory, cut.</summary>
    public static (IReadOnlyList<OnnxValue?> Outputs, Dictionary<Tensor, HostMemory> Memory) Cut(ImportedGraph graph, IReadOnlyDictionary<Tensor, HostMemory> memory)
    {
        var all = new Dictionary<Tensor, HostMemory>(memory);
        var map = memory.Keys.ToDictionary(t => t, t => t);
        foreach (var group in graph.Counts.GroupBy(c => c.Value))
        {
            var whole = Tensor.FromStorage(new Storage(group.Key.DType, group.Key.Shape, memory[group.Key]));
            (Dim, Dim)[] keep = [.. whole.Shape.Select(d => ((Dim)0, d))];
            foreach (var count in group) keep[count.Axis] = (0, HostNumber(memory[count.Count]));
            var cut = map[group.Key] = whole.Shrink(keep);
            all[cut] = Interpreter.Evaluate(cut.Node);
        }
        return ([.. graph.Outputs.Select(o => o is null ? null : Values.With(o, map))], all);
    }

    static int HostNumber(HostMemory memory)
    {
        int number = BitConverter.ToInt32(memory.Span);
        GC.KeepAlive(memory);
        return number;
    }
}
