using System.Collections.Concurrent;
using System.Reflection;
using System.Runtime.CompilerServices;
using Tiny.Schedule;

namespace Tiny.Jit;

/// <summary>
/// The replaying JIT of one method. A call is captured and compiled once for each instance and signature (dtypes and shapes of
/// tensors, named dimensions by name, values of other arguments), then replayed. What the method may have read besides and what has changed since (a field, a captured
/// local, a list) is noticed, and it is captured anew.
/// </summary>
public sealed class JitEntry
{
    static readonly ConcurrentDictionary<(Type, string), JitEntry> s_entries = new();
    static readonly object s_static = new();

    readonly Declaration _method;
    readonly ConditionalWeakTable<object, ConcurrentDictionary<string, Lazy<Replay>>> _instances = new();

    JitEntry(MethodInfo method) => _method = new Declaration(method);

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
        var arguments = _method.Take(args);
        var replays = _instances.GetValue(self ?? s_static, static _ => new());
        var replay = replays.GetOrAdd(arguments.Key, static (_, make) => new(make), () => new Replay(_method, self, Bound(body, self), arguments));
        Replay ready;
        try
        {
            ready = replay.Value;
        }
        catch
        {
            // A capture that failed leaves nothing behind; the next call tries again.
            replays.TryRemove(new(arguments.Key, replay));
            throw;
        }
        if (!ready.IsCurrent)
        {
            ready = ready.Again(arguments);
            replays[arguments.Key] = new(ready);
        }
        return ready.Call(arguments);
    }

    // Apart, so that what is kept holds no arguments.
    static Func<object?[], object?> Bound(Func<object?, object?[], object?> body, object? self) => args => body(self, args);
}
