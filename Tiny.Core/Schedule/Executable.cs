using Tiny.Graph;
using Tiny.Lower;
using Tiny.Runtime;

namespace Tiny.Schedule;

/// <summary>A schedule compiled for a device, with its arena. Calls on several threads run one after another.</summary>
sealed class Executable
{
    readonly KernelSchedule _schedule;
    readonly Device _device;
    readonly DeviceKernel[] _kernels;
    readonly DeviceBuffer?[] _fixed;
    readonly DeviceBuffer[][] _arguments;
    readonly Lock _lock = new();

    public Executable(KernelSchedule schedule, Device device)
    {
        _schedule = schedule;
        _device = device;
        var compiled = new Dictionary<Kernel, DeviceKernel>();
        _kernels = new DeviceKernel[schedule.Launches.Length];
        for (int i = 0; i < _kernels.Length; i++)
        {
            var kernel = schedule.Launches[i].Kernel;
            if (!compiled.TryGetValue(kernel, out var ready)) compiled[kernel] = ready = device.Compile(kernel.Lower(device.Profile));
            _kernels[i] = ready;
        }
        var arena = schedule.ArenaBytes > 0 ? device.Allocate(schedule.ArenaBytes) : null;
        _fixed = [.. schedule.Slots.Select(s => s.Role switch
        {
            SlotRole.Temporary => arena!.Slice(s.Offset, s.Bytes),
            SlotRole.Stored => s.Storage!.On(device),
            _ => null,
        })];
        _arguments = [.. schedule.Launches.Select(l => new DeviceBuffer[l.Slots.Length])];
    }

    /// <summary>Runs all launches; gives a new buffer for each result.</summary>
    public Storage[] Run(Func<ParamArg, DeviceBuffer> parameters)
    {
        lock (_lock)
        {
            var buffers = new DeviceBuffer[_fixed.Length];
            for (int i = 0; i < buffers.Length; i++)
                buffers[i] = _fixed[i] ?? (_schedule.Slots[i].Param is { } p ? parameters(p) : _device.Allocate(_schedule.Slots[i].Bytes));
            for (int k = 0; k < _kernels.Length; k++)
            {
                var slots = _schedule.Launches[k].Slots;
                for (int i = 0; i < slots.Length; i++) _arguments[k][i] = buffers[slots[i]];
                _kernels[k].Launch(_arguments[k]);
            }
            return [.. _schedule.Results.Select(r => new Storage(_schedule.Slots[r].DType, _schedule.Slots[r].Shape, buffers[r]))];
        }
    }
}
