using Tiny.Graph;
using Tiny.Runtime;
using Tiny.Schedule;

namespace Tiny.Jit;

/// <summary>One captured signature of a method and an instance, compiled for the default device.</summary>
sealed class Replay
{
    static readonly bool s_check = Environment.GetEnvironmentVariable("TINY_CHECK") is "1";

    readonly Declaration _method;
    readonly object? _self;
    readonly Func<object?[], object?> _body;
    readonly Device _device;
    readonly Executable _program;
    readonly FieldWatch _watch;
    readonly Traced _traced;
    readonly Cell[] _states;
    readonly HashSet<Cell> _written;
    // The results that are computed; the others are tensors from outside, or views of them.
    readonly int[] _computed;
    int _calls;

    /// <summary>How many methods this thread has captured to be replayed, and how many of these captures became programs of their own.</summary>
    [ThreadStatic] internal static int Captures, Programs;

    public Replay(Declaration method, object? self, Func<object?[], object?> body, Arguments arguments) : this(method, self, body, arguments, null) { }

    Replay(Declaration method, object? self, Func<object?[], object?> body, Arguments arguments, Replay? before)
    {
        Captures++;
        (_method, _self, _body, _device) = (method, self, body, Device.Default);
        // Before the capture: what does not fit is said in the caller's terms.
        method.Values(arguments);
        _watch = new FieldWatch(self, method.Method);
        _traced = Capture.Trace(method, body, arguments);
        if (_watch.FirstChange() is { } change)
            throw new TinyJitException($"{UserCode.Here()}{method.Name} changes {change.What}; a replayed call would not. " + (change.IsTensor
                ? "Keep the tensor and write into it: Assign" : "Keep such a value in a tensor (Assign), or change it outside of the method"));
        _states = [.. _traced.States.OrderBy(c => c.Id)];
        _written = [.. _traced.WrittenStates.Select(w => w.Cell)];
        _computed = [.. Enumerable.Range(0, _traced.Result.Tensors.Count).Where(i => !_traced.AliasOf(i).Outside)];
        if (before is not null && before._device == _device && GraphDifference.Find(before._traced, _traced, sameMemory: true) is null)
        {
            // What changed does not matter to the graph.
            _program = before._program;
            return;
        }
        Programs++;
        var capture = Capture.Of(method, _traced, arguments);
        UOp[] results = [.. _computed.Select(i => capture.Results[i]), .. capture.Results.Skip(_traced.Result.Tensors.Count)];
        _program = new Executable(Scheduler.Run(results, states: capture.States, profile: ScheduleProfile.Of(_device.Profile)), _device);
    }

    /// <summary>The method would build the same graph again: nothing that it may have read has changed.</summary>
    public bool IsCurrent => _watch.FirstChange() is null && _traced.Constants.All(c => !c.Cell.IsState && ReferenceEquals(c.Cell.Value, c.Value));

    /// <summary>A new capture of the same signature.</summary>
    public Replay Again(Arguments arguments) => new(_method, _self, _body, arguments, this);

    public object? Call(Arguments arguments)
    {
        // Where arguments share memory with what is written, the order of reads and writes is the method's own.
        if (Overlap(arguments)) return _body([.. arguments.All]);
        // What it depends on that nothing here watches (a clock, a generator of C#) shows when it is asked once more.
        if (_calls < 2 && Interlocked.Increment(ref _calls) == 2 || s_check) Check(arguments);
        int locked = 0;
        try
        {
            for (; locked < _states.Length; locked++) Monitor.Enter(_states[locked]);
            return Run(arguments);
        }
        finally
        {
            while (locked > 0) Monitor.Exit(_states[--locked]);
        }
    }

    void Check(Arguments arguments)
    {
        if (GraphDifference.Find(_traced, Capture.Trace(_method, _body, arguments)) is not { } difference) return;
        // It is said at each call.
        Interlocked.Exchange(ref _calls, 1);
        throw new TinyJitException($"{UserCode.Here()}{_method.Name} is not the same at each call: {difference}. A captured method may not depend on "
            + "a clock, random numbers of .NET or what it reads from elsewhere; pass such a value as an argument");
    }

    object? Run(Arguments arguments)
    {
        var values = _method.Values(arguments);
        var tensors = arguments.Tensors;
        var inputs = new DeviceBuffer[tensors.Count];
        for (int i = 0; i < inputs.Length; i++) inputs[i] = tensors[i].Tensor.Realize().Storage!.On(_device);
        var states = _states.ToDictionary(c => c, c => c.Bind(_device, _written.Contains(c)));
        var computed = _program.Run(p => inputs[p.Slot], values, c => states[c]);
        foreach (var cell in _written) cell.Wrote();
        for (int i = 0; i < _traced.WrittenInputs.Count; i++)
            tensors[_traced.WrittenInputs[i].Argument].Tensor.Assign(Tensor.FromStorage(computed[_computed.Length + i]));
        var results = _traced.Result.Tensors.Select((t, i) => _traced.AliasOf(i).Argument is { } a ? tensors[a].Tensor.SeenAs(t, values) : t.With(values)).ToArray();
        for (int i = 0; i < _computed.Length; i++) results[_computed[i]] = Tensor.FromStorage(computed[i]);
        return _traced.Result.Pack(results);
    }

    bool Overlap(Arguments arguments)
    {
        if (_written.Count + _traced.WrittenInputs.Count == 0) return false;
        var seen = new HashSet<Cell>(_states);
        return arguments.Tensors.Any(t => !seen.Add(t.Tensor.Cell))
            // Written as an argument, read as a constant.
            || _traced.WrittenInputs.Any(w => arguments.Tensors[w.Argument].Tensor.Cell is var cell && _traced.Constants.Any(c => c.Cell == cell));
    }
}
