using System.Collections.Immutable;
using System.Diagnostics;
using System.Globalization;
using Tiny.Diagnostics;
using Tiny.Graph;
using Tiny.Lower;
using Tiny.Optimize;
using Tiny.Runtime;

namespace Tiny.Schedule;

/// <summary>A schedule compiled for a device, with its arenas; of the schedule itself only what launches need is kept. Calls on several threads run one after another.</summary>
sealed class Executable
{
    static readonly Dictionary<Variable, int> s_none = [];
    readonly ImmutableArray<Slot> _slots;
    readonly ImmutableArray<int> _results;
    readonly Device _device;
    readonly Step[] _steps;
    readonly DeviceBuffer?[] _fixed;
    // By slot: the number of the memory given in its place, or -1.
    readonly int[] _given;
    readonly Lock _lock = new();

    /// <summary>A launch: its kernel, and the slots and variables that it is given.</summary>
    sealed record Step(DeviceKernel Kernel, ImmutableArray<int> Slots, ImmutableArray<Variable> Variables, Measured Measured)
    {
        public DeviceBuffer[] Arguments { get; } = new DeviceBuffer[Slots.Length];
        public int[] Values { get; } = new int[Variables.Length];
    }

    /// <summary>What a launch is compared with when it is timed: the bytes of its buffers, each once, and the operations of its lines, as often as their loops run.</summary>
    sealed record Measured(string Name, double Bytes, double Operations)
    {
        public Measured(Kernel kernel) : this(kernel.Name, kernel.Params.Sum(p => (double)p.Count.Max * p.DType.Size), Work.Of(kernel.Sink)) { }
    }

    /// <param name="schedule">What is run.</param>
    /// <param name="device">Where.</param>
    /// <param name="given">Memory that the schedule reads and this keeps no hold of: at each run other memory is given in its place.</param>
    /// <param name="tuning">Choices that a search has found; null for those that the environment names.</param>
    public Executable(KernelSchedule schedule, Device device, IReadOnlyList<Storage>? given = null, Tuning? tuning = null)
    {
        tuning ??= LiveTuning.Chosen;
        schedule = schedule.WithArenasOf(device.MaxBufferBytes);
        (_device, _results) = (device, schedule.Results);
        var compiled = new Dictionary<Kernel, (DeviceKernel, Measured)>();
        _steps = [.. schedule.Launches.Select(launch =>
        {
            if (!compiled.TryGetValue(launch.Kernel, out var ready))
                compiled[launch.Kernel] = ready = (device.Compile(launch.Kernel.Lower(device.Profile, tuning)), new Measured(launch.Kernel));
            return new Step(ready.Item1, launch.Slots, launch.Kernel.Variables, ready.Item2);
        })];
        var numbers = new Dictionary<Storage, int>(ReferenceEqualityComparer.Instance);
        for (int i = 0; i < given?.Count; i++) numbers[given[i]] = i;
        _given = [.. schedule.Slots.Select(s => s.Storage is { } storage ? numbers.GetValueOrDefault(storage, -1) : -1)];
        _slots = [.. schedule.Slots.Select((s, i) => _given[i] < 0 ? s : s with { Storage = null })];
        DeviceBuffer[] arenas = [.. schedule.Arenas.Select(device.Allocate)];
        Bytes = schedule.ArenaBytes;
        _fixed = [.. _slots.Select(s => s.Role switch
        {
            SlotRole.Temporary => arenas[s.Arena].Slice(s.Offset, s.Bytes),
            SlotRole.Stored => s.Storage?.On(device, s.Layout),
            _ => null,
        })];
    }

    /// <summary>Bytes of the arenas.</summary>
    public long Bytes { get; }

    void Timed(Step step)
    {
        _device.Synchronize();
        long start = Stopwatch.GetTimestamp();
        step.Kernel.Launch(step.Arguments, step.Values);
        _device.Synchronize();
        double seconds = Math.Max(Stopwatch.GetElapsedTime(start).TotalSeconds, 1e-9);
        var (name, bytes, operations) = step.Measured;
        Debugging.Write(1, () => string.Create(CultureInfo.InvariantCulture,
            $"{_device.Name} {name,-40} {seconds * 1e6,10:0.0} us {bytes / seconds / 1e9,8:0.00} GB/s {operations / seconds / 1e9,8:0.00} GFLOP/s"));
    }

    /// <summary>Runs all launches; gives a new buffer for each result.</summary>
    /// <param name="parameters">The memory of each parameter, where there are any.</param>
    /// <param name="variables">The value of each variable that the schedule depends on.</param>
    /// <param name="states">The memory of each state, where there are any.</param>
    /// <param name="given">The memory in the place of that which this was told would be given.</param>
    public Storage[] Run(Func<ParamArg, DeviceBuffer>? parameters = null, IReadOnlyDictionary<Variable, int>? variables = null, Func<Cell, DeviceBuffer>? states = null,
        ReadOnlySpan<DeviceBuffer> given = default)
    {
        lock (_lock)
        {
            variables ??= s_none;
            var buffers = new DeviceBuffer[_fixed.Length];
            for (int i = 0; i < buffers.Length; i++)
                buffers[i] = _fixed[i] ?? (_given[i] is >= 0 and int g ? given[g] : _slots[i] switch
                {
                    { Param: { } p } => parameters!(p),
                    { State: { } cell } => states!(cell),
                    // Its kernel writes all of it.
                    var result => _device.AllocateUnwritten((long)result.Shape.Bind(variables).Numel * result.DType.Size),
                });
            foreach (var step in _steps)
            {
                for (int i = 0; i < step.Slots.Length; i++) step.Arguments[i] = buffers[step.Slots[i]];
                for (int i = 0; i < step.Values.Length; i++) step.Values[i] = variables[step.Variables[i]];
                if (Debugging.Level > 0) Timed(step);
                else step.Kernel.Launch(step.Arguments, step.Values);
                // What was given is not kept.
                Array.Clear(step.Arguments);
            }
            var results = new Storage[_results.Length];
            for (int i = 0; i < results.Length; i++)
                results[i] = new Storage(_slots[_results[i]].DType, _slots[_results[i]].Shape.Bind(variables), buffers[_results[i]]);
            return results;
        }
    }

    /// <summary>Frees the memory of results that nobody has kept.</summary>
    public void Release(Storage[] results)
    {
        for (int i = 0; i < results.Length; i++)
            if (_slots[_results[i]].Role == SlotRole.Result) results[i].Buffer!.Free();
    }
}
