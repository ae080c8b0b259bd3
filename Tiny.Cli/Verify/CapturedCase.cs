using Tiny.Jit;
using Tiny.Onnx;
using Tiny.Runtime;

namespace Tiny.Cli.Verify;

/// <summary>One data set of a case as a captured program: all tensors among its inputs are parameters, of which the capture knows nothing but dtype and shape.</summary>
sealed class CapturedCase : IProgramCall
{
    readonly ConformanceCase _case;
    readonly DataSet _data;
    readonly IReadOnlyList<string> _names;
    ImportedGraph _graph = null!;
    IReadOnlyList<Tensor> _results = [];

    CapturedCase(ConformanceCase test, DataSet data, IReadOnlyList<string> names, string entry)
    {
        (_case, _data, _names) = (test, data, names);
        Inputs = [.. data.Inputs.Values.SelectMany(Values.Tensors).Distinct()];
        Parameters = [.. Inputs.Select((t, i) => (i, new GraphInput($"in{i}", t.DType, t.Shape)))];
        Name = entry;
    }

    /// <summary>The entry point's name.</summary>
    public string Name { get; }
    /// <summary>The tensors that are given.</summary>
    public IReadOnlyList<Tensor> Inputs { get; }
    /// <summary>Their descriptions.</summary>
    public IReadOnlyList<(int, GraphInput)> Parameters { get; }
    /// <summary>What was captured.</summary>
    public Capture Capture { get; private set; } = null!;
    /// <summary>Nodes that depend on inputs and were evaluated on the host.</summary>
    public IReadOnlyList<string> OnHost => _graph.OnHost;
    /// <summary>Numbers that operators were built with, as the declared shapes imply them.</summary>
    public IReadOnlyList<string> Read => _graph.Read;

    /// <summary>Float64 is computed, taken or given.</summary>
    public bool HasFloat64 => Narrowed.Concerns(Capture.Results) || Inputs.Any(t => t.DType == DType.Float64);

    /// <summary>Dtype and shape of each result that is computed.</summary>
    public IReadOnlyList<(DType DType, Shape Shape)> Results => [.. _results.Select(r => (r.DType, r.Shape))];

    /// <summary>Captures a data set.</summary>
    public static CapturedCase Of(ConformanceCase test, DataSet data, Tiny.Onnx.Model.OnnxModel model, string entry)
    {
        var captured = new CapturedCase(test, data, [.. model.Graph.Outputs.Select(o => o.Name)], entry);
        captured.Capture = Capture.Run(new GraphEntry(entry, [.. captured.Parameters.Select(p => p.Item2)], given =>
        {
            var map = captured.Inputs.Zip(given).ToDictionary(p => p.First, p => p.Second);
            captured._graph = OnnxImporter.Import(model, data.Inputs.ToDictionary(i => i.Key, i => i.Value is { } v ? Values.With(v, map) : null),
                new ImportOptions { Bounded = true });
            return captured._results = BoundedResults.Tensors(captured._graph);
        }));
        return captured;
    }

    /// <summary>What is wrong with the results, or null.</summary>
    public string? Difference(IReadOnlyList<HostMemory> results)
    {
        var (outputs, bytes) = BoundedResults.Cut(_graph, _results.Zip(results).ToDictionary(p => p.First, p => p.Second));
        return Values.Difference(_case, _data, outputs, _names, bytes);
    }
}
