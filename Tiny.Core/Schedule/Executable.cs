using System.Diagnostics;
using System.Globalization;
using Tiny.Diagnostics;
using Tiny.Graph;
using Tiny.Lower;
using Tiny.Runtime;

namespace Tiny.Schedule;

/// <summary>A schedule compiled for a device, with its arenas. Calls on several threads run one after another.</summary>
sealed class Executable
{
    static readonly Dictionary<Variable, int> s_none = [];
    readonly KernelSchedule _schedule;
    readonly Device _device;
    readonly DeviceKernel[] _kernels;
    readonly DeviceBuffer?[] _fixed;
    readonly DeviceBuffer[][] _arguments;
    readonly Lock _lock = new();

    public Executable(KernelSchedule schedule, Device device)
    {
        _schedule = schedule = schedule.WithArenasOf(device.MaxBufferBytes);
        _device = device;
        var compiled = new Dictionary<Kernel, DeviceKernel>();
        _kernels = new DeviceKernel[schedule.Launches.Length];
        for (int i = 0; i < _kernels.Length; i++)
        {
            var kernel = schedule.Launches[i].Kernel;
            if (!compiled.TryGetValue(kernel, out var ready)) compiled[kernel] = ready = device.Compile(kernel.Lower(device.Profile));
            _kernels[i] = ready;
        }
        DeviceBuffer[] arenas = [.. schedule.Arenas.Select(device.Allocate)];
        _fixed = [.. schedule.Slots.Select(s => s.Role switch
        {
            SlotRole.Temporary => arenas[s.Arena].Slice(s.Offset, s.Bytes),
            SlotRole.Stored => s.Storage!.On(device, s.Layout),
            _ => null,
        })];
        _arguments = [.. schedule.Launches.Select(l => new DeviceBuffer[l.Slots.Length])];
    }

    // The bytes are those of its buffers, each once; the operations those of its lines, as often as their loops run.
    void Timed(int k, int[] variables)
    {
        var kernel = _schedule.Launches[k].Kernel;
        _device.Synchronize();
        long start = Stopwatch.GetTimestamp();
        _kernels[k].Launch(_arguments[k], variables);
        _device.Synchronize();
        double seconds = Math.Max(Stopwatch.GetElapsedTime(start).TotalSeconds, 1e-9);
        double bytes = kernel.Params.Sum(p => (double)p.Count.Max * p.DType.Size), operations = Work.Of(kernel.Sink);
        Debugging.Write(1, () => string.Create(CultureInfo.InvariantCulture,
            $"{_device.Name} {kernel.Name,-40} {seconds * 1e6,10:0.0} us {bytes / seconds / 1e9,8:0.00} GB/s {operations / seconds / 1e9,8:0.00} GFLOP/s"));
    }

    /// <summary>Runs all launches; gives a new buffer for each result.</summary>
    /// <param name="parameters">The memory of each parameter.</param>
    /// <param name="variables">The value of each variable that the schedule depends on.</param>
    /// <param name="states">The memory of each state.</param>
    public Storage[] Run(Func<ParamArg, DeviceBuffer> parameters, IReadOnlyDictionary<Variable, int>? variables = null, Func<Cell, DeviceBuffer>? states = null)
    {
        lock (_lock)
        {
            variables ??= s_none;
            Shape ShapeOf(int slot) => _schedule.Slots[slot].Shape.Bind(variables);
            var buffers = new DeviceBuffer[_fixed.Length];
            for (int i = 0; i < buffers.Length; i++)
                buffers[i] = _fixed[i] ?? _schedule.Slots[i] switch
                {
                    { Param: { } p } => parameters(p),
                    { State: { } cell } => states!(cell),
                    var result => _device.Allocate((long)ShapeOf(i).Numel * result.DType.Size),
                };
            for (int k = 0; k < _kernels.Length; k++)
            {
                var slots = _schedule.Launches[k].Slots;
                for (int i = 0; i < slots.Length; i++) _arguments[k][i] = buffers[slots[i]];
                int[] values = [.. _schedule.Launches[k].Kernel.Variables.Select(v => variables[v])];
                if (Debugging.Level > 0) Timed(k, values);
                else _kernels[k].Launch(_arguments[k], values);
            }
            return [.. _schedule.Results.Select(r => new Storage(_schedule.Slots[r].DType, ShapeOf(r), buffers[r]))];
        }
    }
}
