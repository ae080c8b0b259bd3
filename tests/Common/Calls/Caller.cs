using Tiny.Jit;

namespace Tiny.Tests;

/// <summary>What a caller holds: a tensor, or a place in the memory of a C program or a page.</summary>
public sealed class Held(object place, Shape shape)
{
    /// <summary>Where it is. After a call that writes it, it may be elsewhere.</summary>
    public object Place { get; set; } = place;
    public Shape Shape { get; } = shape;
}

/// <summary>
/// One who calls the methods of a <see cref="CallModel"/>: plainly, captured, in a compiled C program, in a browser. A sequence of calls is written once, over this.
/// Results that are given back as arguments, and parts of what is held, are passed on where they lie.
/// </summary>
public abstract class Caller(List<float[]>? readings = null) : IAsyncDisposable
{
    /// <summary>All that has been read, in order.</summary>
    public List<float[]> Readings { get; } = readings ?? [];

    /// <summary>Memory of the caller's with a tensor's elements.</summary>
    public abstract Task<Held> GiveAsync(Tensor value);

    /// <summary>A part of what is held, not copied.</summary>
    /// <param name="of">The whole.</param>
    /// <param name="start">Its first element.</param>
    /// <param name="shape">Its shape.</param>
    public abstract Held Part(Held of, int start, params int[] shape);

    /// <summary>Calls a method.</summary>
    /// <param name="method">Its name.</param>
    /// <param name="arguments">What is held for each tensor among its arguments, in order, and an int for each size.</param>
    /// <returns>The tensors in the result.</returns>
    public abstract Task<Held[]> CallAsync(string method, params object[] arguments);

    /// <summary>The elements, which are added to <see cref="Readings"/>.</summary>
    public async Task ReadAsync(params Held[] all)
    {
        foreach (var held in all) Readings.Add(await ElementsAsync(held));
    }

    /// <summary>A caller of another instance, that adds to the same readings.</summary>
    public abstract Task<Caller> AnotherAsync();

    protected abstract Task<float[]> ElementsAsync(Held held);

    public abstract ValueTask DisposeAsync();
}

/// <summary>Calls entry points of an exported <see cref="CallModel"/>.</summary>
public abstract class ExportCaller(Program program, List<float[]>? readings) : Caller(readings)
{
    /// <summary>The program that is exported.</summary>
    public static Program Capture(string name)
    {
        Tensor.ManualSeed(0);
        return Capturing.Of(name, new CallModel());
    }

    protected Program Program => program;

    public override async Task<Held[]> CallAsync(string method, params object[] arguments)
    {
        var entry = program.Entries.Single(e => e.Name == char.ToLowerInvariant(method[0]) + method[1..]);
        Held[] inputs = [.. arguments.OfType<Held>()];
        var sizes = typeof(CallModel).GetMethod(method)!.GetParameters().Where(p => p.ParameterType == typeof(Dim)).Zip(arguments.OfType<int>())
            .ToDictionary(x => x.First.Name!, x => x.Second);
        for (int i = 0; i < inputs.Length; i++)
            for (int d = 0; d < inputs[i].Shape.Rank; d++)
                if (program.Buffers[entry.Inputs[i].Buffer].Shape[d].Variables.FirstOrDefault() is { } variable) sizes[variable.Name] = inputs[i].Shape[d];
        var values = entry.Variables.ToDictionary(v => v, v => sizes[v.Name]);
        Held[] outputs = [.. entry.Outputs.Select(o => new Held(0, program.Buffers[o.Buffer].Shape.Bind(values)))];
        await RunAsync(entry, inputs, outputs, sizes);
        // A parameter that is written comes out too, by its own name.
        var names = entry.Inputs.Select(p => p.Name).ToList();
        for (int i = 0; i < outputs.Length; i++)
            if (names.IndexOf(entry.Outputs[i].Name) is >= 0 and var input) inputs[input].Place = outputs[i].Place;
        return [.. outputs.Where((_, i) => !names.Contains(entry.Outputs[i].Name))];
    }

    /// <summary>Calls an entry point, and sets the place of each output.</summary>
    protected abstract Task RunAsync(EntryPoint entry, Held[] inputs, Held[] outputs, IReadOnlyDictionary<string, int> sizes);
}
