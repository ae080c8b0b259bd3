using System.Diagnostics;
using System.Runtime.InteropServices;
using NUnit.Framework;
using Tiny.Jit;
using Tiny.Runtime;
using Tiny.Tests;

namespace Tiny.Export.Tests;

/// <summary>Calls an exported model in a process that runs it. Tensors lie in that process's memory, one right behind the other.</summary>
sealed class CCaller : ExportCaller
{
    static readonly TimeSpan s_patience = TimeSpan.FromMinutes(1);

    sealed class Shared(Process process)
    {
        public Process Process { get; } = process;
        public int Used { get; set; }
        public int Instances { get; set; }
    }

    readonly Shared _shared;
    readonly int _instance;

    CCaller(Program program, Shared shared, List<float[]>? readings) : base(program, readings) => (_shared, _instance) = (shared, shared.Instances++);

    /// <summary>A caller of a new process.</summary>
    public static Task<CCaller> StartAsync(CServer server) => NewAsync(server.Program, new(server.Start()), null);

    static async Task<CCaller> NewAsync(Program program, Shared shared, List<float[]>? readings)
    {
        var caller = new CCaller(program, shared, readings);
        await caller.DoAsync([], [], CServer.NewInstance, caller._instance);
        return caller;
    }

    public override async Task<Held> GiveAsync(Tensor value)
    {
        var bytes = Interpreter.Evaluate(value.Node).Copied()[..(value.Numel * value.DType.Size)].ToArray();
        var held = new Held(Allocate(bytes.Length), value.Shape);
        await DoAsync(bytes, [], CServer.Write, (int)held.Place, bytes.Length);
        return held;
    }

    public override Held Part(Held of, int start, params int[] shape) => new((int)of.Place + start * sizeof(float), new Shape(shape));

    public override async Task<Caller> AnotherAsync() => await NewAsync(Program, _shared, Readings);

    protected override async Task<float[]> ElementsAsync(Held held)
    {
        var bytes = new byte[held.Shape.Numel * sizeof(float)];
        await DoAsync([], bytes, CServer.Read, (int)held.Place, bytes.Length);
        return MemoryMarshal.Cast<byte, float>(bytes).ToArray();
    }

    protected override async Task RunAsync(EntryPoint entry, Held[] inputs, Held[] outputs, IReadOnlyDictionary<string, int> sizes)
    {
        foreach (var output in outputs) output.Place = Allocate(output.Shape.Numel * sizeof(float));
        int[] arguments = [.. entry.Variables.Select(v => sizes[v.Name]), .. inputs.Select(h => (int)h.Place), .. outputs.Select(h => (int)h.Place)];
        await DoAsync([], [], [CServer.FirstEntry + Program.Entries.IndexOf(entry), _instance, .. arguments]);
    }

    // No more than an element's alignment, which is all that a caller promises.
    int Allocate(int bytes)
    {
        int place = _shared.Used;
        _shared.Used += bytes;
        return _shared.Used <= CServer.MemoryBytes ? place : throw new InvalidOperationException("the sequence takes more memory than the process has");
    }

    async Task DoAsync(byte[] to, byte[] from, params int[] command)
    {
        using var patience = new CancellationTokenSource(s_patience);
        var (input, output) = (_shared.Process.StandardInput.BaseStream, _shared.Process.StandardOutput.BaseStream);
        try
        {
            Array.Resize(ref command, CServer.CommandLength);
            await input.WriteAsync(MemoryMarshal.AsBytes(command.AsSpan()).ToArray(), patience.Token);
            await input.WriteAsync(to, patience.Token);
            await input.FlushAsync(patience.Token);
            await output.ReadExactlyAsync(from, patience.Token);
            var code = new byte[sizeof(int)];
            await output.ReadExactlyAsync(code, patience.Token);
            Assert.That(BitConverter.ToInt32(code), Is.Zero);
        }
        catch (IOException e)
        {
            throw new InvalidOperationException($"the program ended: {await _shared.Process.StandardError.ReadToEndAsync(patience.Token)}", e);
        }
    }

    public override async ValueTask DisposeAsync()
    {
        if (_instance > 0) return;
        using var process = _shared.Process;
        using var patience = new CancellationTokenSource(s_patience);
        process.StandardInput.Close();
        try
        {
            await process.WaitForExitAsync(patience.Token);
        }
        catch (OperationCanceledException)
        {
            process.Kill();
            throw;
        }
        Assert.That(process.ExitCode, Is.Zero, await process.StandardError.ReadToEndAsync(CancellationToken.None));
    }
}
