using System.Diagnostics;
using Tiny.Onnx;
using Tiny.Runtime;

namespace Tiny.Cli.Verify;

/// <summary>A target that runs in this process, case by case: a graph is built for each data set, and its results are computed.</summary>
abstract class HostTarget : IVerifyTarget
{
    public abstract string Name { get; }

    /// <summary>Computes tensors that results, or the building of the graph, need.</summary>
    protected abstract IReadOnlyList<HostMemory> Compute(IReadOnlyList<Tensor> tensors);

    public IEnumerable<CaseResult> Run(IReadOnlyList<ConformanceCase> cases) => cases.Select(Run);

    CaseResult Run(ConformanceCase test)
    {
        var watch = Stopwatch.StartNew();
        var (onHost, read) = (new List<string>(), new List<string>());
        CaseResult Ended(CaseStatus status, string reason = "") => new(test, Name, status, reason) { OnHost = onHost, Read = read, Time = watch.Elapsed };
        try
        {
            var model = test.Model();
            foreach (var data in test.DataSets(model))
            {
                var graph = OnnxImporter.Import(model, data.Inputs, new ImportOptions { Read = t => Compute([t])[0] });
                onHost.AddRange(graph.OnHost);
                read.AddRange(graph.Read);
                var tensors = graph.Outputs.SelectMany(TensorsIn).Distinct().ToList();
                var memory = Compute(tensors);
                var bytes = tensors.Zip(memory).ToDictionary(p => p.First, p => p.Second);
                for (int i = 0; i < data.Outputs.Count; i++)
                    if (data.Outputs[i] is { } expected && Comparison.Difference(expected, new(graph.Outputs[i], bytes), test.Relative, test.Absolute) is { } difference)
                        return Ended(CaseStatus.Fail, $"output '{model.Graph.Outputs[i].Name}' {difference}");
            }
            return Ended(CaseStatus.Pass);
        }
        catch (Exception e) when (e is OnnxUnsupportedException or TargetException)
        {
            return Ended(CaseStatus.Unsupported, e.Message);
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            return Ended(CaseStatus.Fail, e is TinyException ? e.Message : $"{e.GetType().Name}: {e.Message}");
        }
    }

    static IEnumerable<Tensor> TensorsIn(OnnxValue? value) => value switch
    {
        TensorValue t => [t.Tensor],
        SequenceValue s => s.Items.SelectMany(TensorsIn),
        OptionalValue o => TensorsIn(o.Item),
        MapValue m => m.Entries.Values.SelectMany(TensorsIn),
        _ => [],
    };
}

/// <summary>The live device: kernels are compiled and run at once.</summary>
sealed class LiveTarget : HostTarget
{
    public override string Name => "cpu";

    protected override IReadOnlyList<HostMemory> Compute(IReadOnlyList<Tensor> tensors)
    {
        Tensor.Realize(tensors);
        return [.. tensors.Select(t => t.Storage!.ToHost())];
    }
}

/// <summary>The interpreter, which shares nothing with the compiler.</summary>
sealed class InterpreterTarget : HostTarget
{
    public override string Name => "interpreter";

    protected override IReadOnlyList<HostMemory> Compute(IReadOnlyList<Tensor> tensors) => Interpreter.Evaluate([.. tensors.Select(t => t.Node)]);
}
