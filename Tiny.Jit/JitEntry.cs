using System.Collections.Concurrent;
using System.Reflection;
using System.Runtime.CompilerServices;
using System.Text;
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
        readonly MethodInfo _method;
        readonly Executable _program;
        readonly Device _device = Device.Default;
        readonly WeightWatch _weights;

        public Replay(MethodInfo method, object? self, Func<object?[], object?> body, object?[] args)
        {
            // Before the capture: what does not fit is said in the caller's terms.
            DeclaredShapes.Values(_method = method, args);
            _capture = Capture.Run(method, body, args);
            _weights = new WeightWatch(self);
            _program = new Executable(Scheduler.Run(_capture.Results, layouts: f => LayoutPass.Choose(f)), _device);
        }

        public bool IsCurrent => _weights.IsUnchanged();

        public object? Call(object?[] args)
        {
            var values = DeclaredShapes.Values(_method, args);
            var inputs = new DeviceBuffer?[args.Length];
            for (int i = 0; i < args.Length; i++) inputs[i] = (args[i] as Tensor)?.Realize().Storage!.On(_device);
            var results = _program.Run(p => inputs[p.Slot]!, values);
            return _capture.Pack([.. results.Select(Tensor.FromStorage)]);
        }
    }
}
