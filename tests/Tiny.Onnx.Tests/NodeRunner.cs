using Tiny.Onnx.Model;

namespace Tiny.Onnx.Tests;

/// <summary>One node as a model of its own, over inputs that are given as initializers, so that what needs numbers has them.</summary>
static class NodeRunner
{
    /// <summary>The node's results; inputs that are null are left out.</summary>
    public static Tensor[] Run(long opset, string op, Tensor?[] inputs, int outputs, params Proto[] attributes)
    {
        var graph = new Proto();
        var names = inputs.Select((t, i) => t is null ? "" : $"i{i}").ToArray();
        for (int i = 0; i < inputs.Length; i++)
            if (inputs[i] is { } t) graph.Message(5, Initializer($"i{i}", t));
        string[] results = [.. Enumerable.Range(0, outputs).Select(i => $"o{i}")];
        graph.Message(1, Proto.Node(op, names, results, attributes));
        foreach (var r in results) graph.Message(12, new Proto().Text(1, r));
        return Run(graph, opset);
    }

    /// <summary>The results of a graph without inputs.</summary>
    public static Tensor[] Run(Proto graph, long opset)
    {
        var imported = OnnxImporter.Import(OnnxFile.Parse(Proto.Model(graph, opset).Bytes), new Dictionary<string, OnnxValue?>());
        return [.. imported.Outputs.Select(o => ((TensorValue)o!).Tensor)];
    }

    public static Proto Initializer(string name, Tensor t)
    {
        using var bytes = new MemoryStream();
        t.WriteTo(bytes);
        return Proto.Tensor(name, (int)OnnxTypes.Of(t.DType), [.. t.Shape.Select(d => (long)(int)d)]).Data(9, bytes.ToArray());
    }

    public static Proto Ints(string name, params long[] values) => Proto.Attribute(name, 7, p => values.Aggregate(p, (q, v) => q.Number(8, v)));

    public static Proto Float(string name, float value) => Proto.Attribute(name, 1, p => p.Float(2, value));

    public static Proto Text(string name, string value) => Proto.Attribute(name, 3, p => p.Text(4, value));

    public static Proto Subgraph(string name, Proto graph) => Proto.Attribute(name, 5, p => p.Message(6, graph));
}
