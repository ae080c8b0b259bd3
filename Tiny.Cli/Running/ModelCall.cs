using Tiny.Cli.Verify;
using Tiny.Graph;
using Tiny.Jit;
using Tiny.Onnx;
using Tiny.Onnx.Model;
using Tiny.Runtime;
using Tiny.Schedule;

namespace Tiny.Cli.Running;

/// <summary>A model and values for its inputs: one call, computed on a device.</summary>
sealed class ModelCall : IProgramCall
{
    /// <summary>Where a model may run.</summary>
    public static readonly IReadOnlyList<string> Devices = ["cpu", "interpreter", "c", "webgpu"];
    /// <summary>Those on which a call can be repeated.</summary>
    public static readonly IReadOnlyList<string> Repeating = ["cpu", "webgpu"];

    readonly OnnxModel _model;
    readonly IReadOnlyDictionary<string, OnnxValue?> _inputs;
    ImportedGraph _graph = null!;
    IReadOnlyList<Tensor> _tensors = [];
    bool _bounded;
    CallTimes? _times;

    ModelCall(OnnxModel model, IReadOnlyDictionary<string, OnnxValue?> inputs)
    {
        (_model, _inputs) = (model, inputs);
        Inputs = [.. inputs.Values.SelectMany(Values.Tensors).Distinct()];
    }

    /// <inheritdoc/>
    public string Name => "main";
    /// <inheritdoc/>
    public IReadOnlyList<Tensor> Inputs { get; }
    /// <inheritdoc/>
    public IReadOnlyList<(int, GraphInput)> Parameters => [.. Inputs.Select((t, i) => (i, new GraphInput($"in{i}", t.DType, t.Shape)))];
    /// <inheritdoc/>
    public Capture Capture { get; private set; } = null!;
    /// <inheritdoc/>
    public IReadOnlyList<(DType DType, Shape Shape)> Results => [.. _tensors.Select(t => (t.DType, t.Shape))];

    /// <summary>The results by name, in memory. Where several tensors are one output, each has a number behind its name.</summary>
    /// <param name="model">What is run.</param>
    /// <param name="inputs">Its inputs by name.</param>
    /// <param name="device">One of <see cref="Devices"/>.</param>
    /// <param name="times">What the call's time is measured by; then the device is one of <see cref="Repeating"/>.</param>
    /// <param name="cancellation">Ends it early.</param>
    /// <exception cref="OnnxUnsupportedException">The model has something that the device cannot do.</exception>
    public static IReadOnlyList<(string Name, OnnxValue Value)> Run(OnnxModel model, IReadOnlyDictionary<string, OnnxValue?> inputs, string device, CallTimes? times = null,
        CancellationToken cancellation = default)
    {
        var call = new ModelCall(model, inputs) { _times = times };
        var memory = call.Compute(device, cancellation);
        var (outputs, bytes) = BoundedResults.Cut(call._graph, call._tensors.Zip(memory).ToDictionary(p => p.First, p => p.Second));
        var values = bytes.ToDictionary(b => b.Key, b => Tensor.FromStorage(new Storage(b.Key.DType, b.Key.Shape, b.Value)));
        return [.. model.Graph.Outputs.Zip(outputs).Where(o => o.Second is not null).SelectMany(o => Parts(o.First.Name, Values.With(o.Second!, values)))];
    }

    IReadOnlyList<HostMemory> Compute(string device, CancellationToken cancellation)
    {
        _bounded = device is "c" or "webgpu";
        if (device == "interpreter") return Lazily(tensors => Interpreter.Evaluate([.. tensors.Select(t => t.Node)]));
        try
        {
            Capture = Capture.Run(new GraphEntry(Name, [.. Parameters.Select(p => p.Item2)], given =>
            {
                var map = Inputs.Zip(given).ToDictionary(p => p.First, p => p.Second);
                return Import(_inputs.ToDictionary(i => i.Key, i => i.Value is { } v ? Values.With(v, map) : null), null);
            }));
        }
        catch (OnnxDataDependentException) when (device == "cpu" && _times is null)
        {
            // Shapes depend on values: the graph is built with numbers that are computed on the way.
            return Lazily(tensors =>
            {
                Tensor.Realize(tensors);
                return [.. tensors.Select(t => t.Storage!.ToHost())];
            });
        }
        catch (OnnxDataDependentException e)
        {
            throw new OnnxUnsupportedException($"{e.Text}; the devices cpu and interpreter run it, once", e);
        }
        return device == "c" ? OfC(cancellation) : OnDevice(Device.Get(device), cancellation);
    }

    IReadOnlyList<HostMemory> Lazily(Func<IReadOnlyList<Tensor>, IReadOnlyList<HostMemory>> compute) => compute(Import(_inputs, t => compute([t])[0]));

    IReadOnlyList<Tensor> Import(IReadOnlyDictionary<string, OnnxValue?> inputs, Func<Tensor, HostMemory>? read)
    {
        // Elsewhere than on the host a program has room for as many elements as there can be, and is of the shapes that are declared.
        _graph = OnnxImporter.Import(_model, inputs, new ImportOptions { Read = read, Bounded = _bounded, Undeclared = !_bounded });
        return _tensors = BoundedResults.Tensors(_graph);
    }

    HostMemory[] OnDevice(Device device, CancellationToken cancellation)
    {
        var schedule = Scheduler.Run(Capture.Results, states: Capture.States, profile: ScheduleProfile.Of(device.Profile));
        DeviceBuffer[] inputs = [.. Inputs.Select(t => t.Storage!.On(device))];
        var program = new Executable(schedule, device);
        _times?.Measure(() =>
        {
            var results = program.Run(p => inputs[p.Slot], states: c => c.Bind(device, written: true));
            device.Synchronize();
            program.Release(results);
        }, cancellation);
        return [.. program.Run(p => inputs[p.Slot], states: c => c.Bind(device, written: true)).Select(r => r.ToHost())];
    }

    IReadOnlyList<HostMemory> OfC(CancellationToken cancellation) => CProgram.Run([this], Timeout.InfiniteTimeSpan, cancellation) is var run && run.Problem is { } problem
        ? throw new CProgramException($"c: {problem}") : run.Results[0];

    static IEnumerable<(string, OnnxValue)> Parts(string name, OnnxValue value) => value switch
    {
        SequenceValue sequence => sequence.Items.SelectMany((item, i) => Parts($"{name}_{i}", item)),
        OptionalValue { Item: { } item } => Parts(name, item),
        OptionalValue => [],
        _ => [(name, value)],
    };
}
