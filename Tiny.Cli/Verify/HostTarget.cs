using System.Diagnostics;
using Tiny.Graph;
using Tiny.Onnx;
using Tiny.Onnx.Model;
using Tiny.Runtime;
using Tiny.Schedule;

namespace Tiny.Cli.Verify;

/// <summary>A target that runs in this process, case by case.</summary>
abstract class HostTarget : IVerifyTarget
{
    public abstract string Name { get; }

    public virtual void Open() { }

    public IEnumerable<CaseResult> Run(IReadOnlyList<ConformanceCase> cases, CancellationToken cancellation = default) => cases.Select(test =>
    {
        cancellation.ThrowIfCancellationRequested();
        return Run(test);
    });

    /// <summary>Runs a data set: what is wrong, or null.</summary>
    protected abstract string? Difference(ConformanceCase test, OnnxModel model, DataSet data, CaseNotes notes);

    CaseResult Run(ConformanceCase test)
    {
        var watch = Stopwatch.StartNew();
        var notes = new CaseNotes();
        var (status, reason) = CaseResult.Judge(() =>
        {
            var model = test.Model();
            return test.DataSets(model).Select(data => Difference(test, model, data, notes)).FirstOrDefault(d => d is not null);
        });
        return new(test, notes.Narrowed ? $"{Name} (f64=f32)" : Name, status, reason) { OnHost = notes.OnHost, Read = notes.Read, Time = watch.Elapsed };
    }

    /// <summary>Builds the graph over inputs that have values, reading numbers where operators need them, and computes it.</summary>
    protected static string? Lazily(ConformanceCase test, OnnxModel model, DataSet data, CaseNotes notes, Func<IReadOnlyList<Tensor>, IReadOnlyList<HostMemory>> compute)
    {
        var graph = OnnxImporter.Import(model, data.Inputs, new ImportOptions { Read = t => compute([t])[0] });
        notes.OnHost.AddRange(graph.OnHost);
        notes.Read.AddRange(graph.Read);
        var tensors = graph.Outputs.SelectMany(Values.Tensors).Distinct().ToList();
        var bytes = tensors.Zip(compute(tensors)).ToDictionary(p => p.First, p => p.Second);
        return Values.Difference(test, data, graph.Outputs, [.. model.Graph.Outputs.Select(o => o.Name)], bytes);
    }

    /// <summary>Captures the graph, as an export would, and runs it on a device; with float32 in place of float64 if <paramref name="narrow"/>.</summary>
    protected static string? Captured(ConformanceCase test, OnnxModel model, DataSet data, CaseNotes notes, Device device, bool narrow = false)
    {
        var captured = CapturedCase.Of(test, data, model, "main");
        notes.OnHost.AddRange(captured.OnHost);
        notes.Read.AddRange(captured.Read);
        IReadOnlyList<UOp> graphs = captured.Capture.Results;
        notes.Narrowed = narrow && captured.HasFloat64;
        if (notes.Narrowed) graphs = Narrowed.Of(graphs);
        var schedule = Scheduler.Run(graphs, states: captured.Capture.States, profile: ScheduleProfile.Of(device.Profile));
        DeviceBuffer[] inputs = [.. captured.Inputs.Select(t => notes.Narrowed && t.DType == DType.Float64 ? device.Upload(Narrowed.Rounded(t.Storage!.ToHost())) : t.Storage!.On(device))];
        var results = new Executable(schedule, device).Run(p => inputs[p.Slot], states: c => c.Bind(device, written: true));
        return captured.Difference([.. results.Zip(captured.Results, (r, expected) => r.DType == expected.DType ? r.ToHost() : Narrowed.Widened(r.ToHost()))]);
    }
}

/// <summary>What a case left to the host.</summary>
sealed class CaseNotes
{
    public List<string> OnHost { get; } = [];
    public List<string> Read { get; } = [];
    /// <summary>It was computed with float32 in place of float64, and counts for itself.</summary>
    public bool Narrowed { get; set; }
}

/// <summary>The live CPU: the captured graph where it can be captured; where shapes depend on values, the graph is built with numbers that are computed on the way.</summary>
sealed class LiveTarget : HostTarget
{
    public override string Name => "cpu";

    protected override string? Difference(ConformanceCase test, OnnxModel model, DataSet data, CaseNotes notes)
    {
        try
        {
            return Captured(test, model, data, notes, Device.Get("cpu"));
        }
        catch (OnnxDataDependentException)
        {
            return Lazily(test, model, data, notes, Compute);
        }
    }

    static IReadOnlyList<HostMemory> Compute(IReadOnlyList<Tensor> tensors)
    {
        Tensor.Realize(tensors);
        return [.. tensors.Select(t => t.Storage!.ToHost())];
    }
}

/// <summary>The live WebGPU device: captured graphs only, so that all that depends on an input is generated kernels.</summary>
/// <param name="options">Float64, which WebGPU has not, may be computed as float32.</param>
sealed class DawnTarget(VerifyOptions options) : HostTarget
{
    public override string Name => "webgpu";

    public override void Open() => Device.Get("webgpu");

    protected override string? Difference(ConformanceCase test, OnnxModel model, DataSet data, CaseNotes notes) => Captured(test, model, data, notes, Device.Get("webgpu"), options.NarrowFloat64);
}

/// <summary>The interpreter, which shares nothing with the compiler.</summary>
sealed class InterpreterTarget : HostTarget
{
    public override string Name => "interpreter";

    protected override string? Difference(ConformanceCase test, OnnxModel model, DataSet data, CaseNotes notes) =>
        Lazily(test, model, data, notes, tensors => Interpreter.Evaluate([.. tensors.Select(t => t.Node)]));
}
