using System.Reflection;
using System.Runtime.InteropServices;
using Tiny.Jit;
using Tiny.Runtime;

namespace Tiny.Tests;

/// <summary>Calls a <see cref="CallModel"/> in this process.</summary>
public sealed class LiveCaller : Caller
{
    readonly CallModel _model = new();
    readonly AllSuites.Calling _call;
    readonly bool _interpreted;

    /// <summary>A caller that calls in some way, on the default device.</summary>
    public LiveCaller(AllSuites.Calling call) : this(call, false, null) { }

    LiveCaller(AllSuites.Calling call, bool interpreted, List<float[]>? readings) : base(readings) => (_call, _interpreted) = (call, interpreted);

    /// <summary>Calls methods as they are written, and has every value computed by the interpreter: what all others are compared with.</summary>
    public static LiveCaller Interpreted() => new(AsWritten, true, null);
    /// <summary>Calls methods as they are written.</summary>
    public static LiveCaller Plain() => new(AsWritten);
    /// <summary>Calls methods by the replaying JIT.</summary>
    public static LiveCaller Captured() => new(static (method, self, a) => JitEntry.For(self.GetType(), method.Name).Invoke(self, (s, b) => AsWritten(method, s, b), a));

    static object? AsWritten(MethodInfo method, object? self, object?[] arguments) => method.Invoke(self, BindingFlags.DoNotWrapExceptions, null, arguments, null);

    public override Task<Held> GiveAsync(Tensor value) => Task.FromResult(new Held(value, value.Shape));

    public override Held Part(Held of, int start, params int[] shape)
    {
        var part = ((Tensor)of.Place).Flatten()[start..(start + new Shape(shape).Numel)].Reshape(shape);
        return new(part, part.Shape);
    }

    public override Task<Held[]> CallAsync(string method, params object[] arguments)
    {
        var info = typeof(CallModel).GetMethod(method)!;
        var result = _call(info, _model, Flat.Arguments(info, [.. arguments.OfType<Held>().Select(h => (Tensor)h.Place)], [.. arguments.OfType<int>()]));
        return Task.FromResult<Held[]>([.. Flat.Results(result).Select(t => new Held(t, t.Shape))]);
    }

    public override Task<Caller> AnotherAsync() => Task.FromResult<Caller>(new LiveCaller(_call, _interpreted, Readings));

    public override ValueTask DisposeAsync() => ValueTask.CompletedTask;

    protected override Task<float[]> ElementsAsync(Held held)
    {
        var t = (Tensor)held.Place;
        return Task.FromResult(_interpreted ? MemoryMarshal.Cast<byte, float>(Interpreter.Evaluate(t.Node).Copied())[..t.Numel].ToArray() : t.ToArray<float>());
    }
}
