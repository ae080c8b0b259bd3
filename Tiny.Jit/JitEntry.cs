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
    public static JitEntry For(Type model, string method) => s_entries.GetOrAdd((model, method), static key => For(Find(key.Item1, key.Item2)));

    /// <summary>The entry of a generic method with its types chosen. Each call makes one: keep it.</summary>
    /// <exception cref="TinyJitException">There is no such method, or it is overloaded.</exception>
    public static JitEntry For(Type model, string method, params Type[] typeArguments)
    {
        ArgumentNullException.ThrowIfNull(typeArguments);
        return typeArguments.Length == 0 ? For(model, method) : For(Find(model, method).MakeGenericMethod(typeArguments));
    }

    internal static JitEntry For(MethodInfo method) => new(method);

    static MethodInfo Find(Type model, string method)
    {
        ArgumentNullException.ThrowIfNull(model);
        var found = model.GetMethods(BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.Static).Where(m => m.Name == method).ToList();
        // Of overloads, the one that is marked.
        if (found.Count > 1) found.RemoveAll(m => m.DeclaringType != model || !m.IsDefined(typeof(TinyJitAttribute), inherit: false));
        return found is [var only] ? only
            : throw new TinyJitException($"{model.Name} has {found.Count} methods named {method}; a captured method needs a name of its own");
    }

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
