using System.Collections.Concurrent;
using System.Reflection;
using System.Runtime.CompilerServices;
using System.Text;
using Tiny.Graph;
using Tiny.Runtime;
using Tiny.Schedule;

namespace Tiny.Jit;

/// <summary>
/// The replaying JIT of one method. A call is captured and compiled once for each instance and signature (dtypes and shapes of
/// tensors, named dimensions by name, values of other arguments), then replayed. A weight of the instance that was replaced since is noticed and captured anew.
/// </summary>
public sealed class JitEntry
{
    static readonly ConcurrentDictionary<(Type, string), JitEntry> s_entries = new();
    static readonly object s_static = new();

    readonly MethodInfo _method;
    readonly ConditionalWeakTable<object, ConcurrentDictionary<string, Lazy<Replay>>> _instances = new();

    JitEntry(MethodInfo method) => _method = method;

    /// <summary>The entry of a method.</summary>
    /// <exception cref="TinyJitException">There is no such method, or it is overloaded.</exception>
    public static JitEntry For(Type model, string method)
    {
        ArgumentNullException.ThrowIfNull(model);
        return s_entries.GetOrAdd((model, method), static key =>
        {
            var found = key.Item1.GetMethods(BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.Static)
                .Where(m => m.Name == key.Item2).ToList();
            // Of overloads, the one that is marked.
            if (found.Count > 1) found.RemoveAll(m => m.DeclaringType != key.Item1 || !m.IsDefined(typeof(TinyJitAttribute), inherit: false));
            return found is [var only] ? For(only)
                : throw new TinyJitException($"{key.Item1.Name} has {found.Count} methods named {key.Item2}; a captured method needs a name of its own");
        });
    }

    internal static JitEntry For(MethodInfo method) => new(method);

    /// <summary>Calls the method: replayed where this call's signature has been captured before.</summary>
    /// <param name="self">The instance; null for a static method.</param>
    /// <param name="body">Calls the method itself.</param>
    /// <param name="args">The arguments in order.</param>
    public object? Invoke(object? self, Func<object?, object?[], object?> body, object?[] args)
    {
        ArgumentNullException.ThrowIfNull(body);
        ArgumentNullException.ThrowIfNull(args);
        // A captured method inside another one's capture is part of that.
        if (CaptureScope.IsOpen) return body(self, args);
        var replays = _instances.GetValue(self ?? s_static, static _ => new());
        string signature = Signature(args);
        var replay = replays.GetOrAdd(signature, static (_, make) => new(make), () => new Replay(_method, self, a => body(self, a), args));
        Replay ready;
        try
        {
            ready = replay.Value;
        }
        catch
        {
            // A capture that failed leaves nothing behind; the next call tries again.
            replays.TryRemove(new(signature, replay));
            throw;
        }
        if (!ready.IsCurrent)
        {
            ready = new Replay(_method, self, a => body(self, a), args);
            replays[signature] = new(ready);
        }
        return ready.Call(args);
    }

    string Signature(object?[] args)
    {
        var text = new StringBuilder();
        var parameters = _method.GetParameters();
        if (parameters.Length != args.Length) throw new TinyJitException($"{_method.Name} takes {parameters.Length} arguments, not {args.Length}");
        for (int i = 0; i < args.Length; i++)
            text.Append(args[i] switch
            {
                Tensor t => $"{t.DType}{DeclaredShapes.Of(parameters[i], t.Shape)}",
                Dim d => DeclaredShapes.VariableOf(parameters[i])?.ToString() ?? $"{d}",
                null => "null",
                string s => $"\"{s.Length}:{s}",
                Enum e => e.ToString("D"),
                bool or int or long or float or double => FormattableString.Invariant($"{args[i]}"),
                _ => throw new TinyJitException($"{_method.Name}: argument '{parameters[i].Name}' is a {args[i]!.GetType().Name}; "
                    + "captured methods take tensors, numbers, bools, enums and strings"),
            }).Append(';');
        return text.ToString();
    }

    /// <summary>One captured signature, compiled for the default device.</summary>
    sealed class Replay
    {
        readonly Capture _capture;
        readonly Traced _traced;
        readonly MethodInfo _method;
        readonly Executable _program;
        readonly Device _device = Device.Default;
        readonly WeightWatch _weights;
        readonly Func<object?[], object?> _body;
        readonly Cell[] _states;
        readonly HashSet<Cell> _written;
        // The results that are computed; the others are tensors from outside, or views of them.
        readonly int[] _computed;

        public Replay(MethodInfo method, object? self, Func<object?[], object?> body, object?[] args)
        {
            _body = body;
            // Before the capture: what does not fit is said in the caller's terms.
            DeclaredShapes.Values(_method = method, args);
            _capture = Capture.Run(method, body, args);
            _traced = _capture.Traced;
            _weights = new WeightWatch(self);
            _states = [.. _traced.States.OrderBy(c => c.Id)];
            _written = [.. _traced.WrittenStates.Select(w => w.Cell)];
            _computed = [.. Enumerable.Range(0, _traced.Tensors.Count).Where(i => !_traced.AliasOf(_traced.Tensors[i]).Outside)];
            UOp[] results = [.. _computed.Select(i => _capture.Results[i]), .. _capture.Results.Skip(_traced.Tensors.Count)];
            _program = new Executable(Scheduler.Run(results, states: _capture.States, mostBuffers: _device.Profile.MostBuffers, layouts: f => LayoutPass.Choose(f)), _device);
        }

        public bool IsCurrent => _weights.IsUnchanged() && _traced.Constants.All(c => !c.Cell.IsState && ReferenceEquals(c.Cell.Value, c.Value));

        public object? Call(object?[] args)
        {
            // Where arguments share memory with what is written, the order of reads and writes is the method's own.
            if (Overlap(args)) return _body(args);
            int locked = 0;
            try
            {
                for (; locked < _states.Length; locked++) Monitor.Enter(_states[locked]);
                return Run(args);
            }
            finally
            {
                while (locked > 0) Monitor.Exit(_states[--locked]);
            }
        }

        object? Run(object?[] args)
        {
            var values = DeclaredShapes.Values(_method, args);
            var inputs = new DeviceBuffer?[args.Length];
            for (int i = 0; i < args.Length; i++) inputs[i] = (args[i] as Tensor)?.Realize().Storage!.On(_device);
            var states = _states.ToDictionary(c => c, c => c.Bind(_device, _written.Contains(c)));
            var computed = _program.Run(p => inputs[p.Slot]!, values, c => states[c]);
            foreach (var cell in _written) cell.Wrote();
            for (int i = 0; i < _traced.WrittenInputs.Count; i++)
                ((Tensor)args[_traced.WrittenInputs[i].Parameter]!).Assign(Tensor.FromStorage(computed[_computed.Length + i]));
            var results = _traced.Tensors.Select(t => _traced.AliasOf(t).Parameter is { } p ? ((Tensor)args[p]!).SeenAs(t, values) : t.With(values)).ToArray();
            for (int i = 0; i < _computed.Length; i++) results[_computed[i]] = Tensor.FromStorage(computed[i]);
            return _traced.Pack(results);
        }

        bool Overlap(object?[] args)
        {
            if (_written.Count + _traced.WrittenInputs.Count == 0) return false;
            var seen = new HashSet<Cell>(_states);
            return args.OfType<Tensor>().Any(t => !seen.Add(t.Cell));
        }
    }
}
