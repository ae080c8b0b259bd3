using System.Diagnostics;
using System.Text.Json;
using Tiny.Export.WebGpu;
using Tiny.Jit;
using Tiny.Render;
using Tiny.Runtime;
using Tiny.Schedule;
using Tiny.Tests;

namespace Tiny.Wasm.Tests;

/// <summary>A program as WebAssembly modules, with calls of its entry points that Node makes, each with inputs and sizes of its own.</summary>
sealed class WasmEntries : IDisposable
{
    /// <summary>What a program for these tests is scheduled for.</summary>
    public static ScheduleProfile Schedule { get; } = ScheduleProfile.Of(WasmModule.Profile);

    readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("tiny-wasm-");

    public WasmEntries(Program program, IReadOnlyList<(int Entry, IReadOnlyDictionary<Variable, int> Sizes)> made, IEnumerable<Tensor> inputs)
    {
        var wasm = WasmProgram.Of(program)!;
        Plan = wasm.Plan;
        File.WriteAllBytes(Path("plain.wasm"), wasm.Module);
        File.WriteAllBytes(Path("relaxed.wasm"), wasm.Relaxed);
        using var data = File.Create(Path("data"));
        var constants = program.Buffers.Where(b => b.Role == BufferRole.Constant).ToList();
        foreach (var c in constants) data.Write(c.Data!.Copied()[..(int)c.Bytes]);
        foreach (var tensor in inputs) data.Write(Interpreter.Evaluate(tensor.Node).Copied()[..(tensor.Numel * tensor.DType.Size)]);
        long[] Place(ProgramBuffer b, IReadOnlyDictionary<Variable, int> sizes) => [Plan[b.Id], (long)b.Shape.Bind(sizes).Numel * b.DType.Size];
        File.WriteAllText(Path("run.json"), JsonSerializer.Serialize(new
        {
            constants = constants.Select(c => new[] { Plan[c.Id], c.Bytes }),
            states = program.States.Select(s => new[] { Plan[s.Id], Plan[s.Initial!.Value], s.Bytes }),
            calls = made.Select(m => (Of: program.Entries[m.Entry], m.Sizes)).Select(m => new
            {
                entry = WasmProgram.Export(m.Of),
                sizes = m.Of.Variables.Select(v => m.Sizes[v]),
                inputs = m.Of.Inputs.Select(p => Place(program.Buffers[p.Buffer], m.Sizes)),
                // A parameter that is written comes out too, by its own name: it is no result.
                outputs = m.Of.Outputs.Where(o => !m.Of.Inputs.Any(i => i.Name == o.Name)).Select(p => Place(program.Buffers[p.Buffer], m.Sizes)),
            }),
            end = Plan.Bytes,
            guard = WasmModule.Guard,
        }));
    }

    public WasmEntries(IReadOnlyList<GraphEntry> entries, IReadOnlyList<(int Entry, IReadOnlyDictionary<Variable, int> Sizes)> made, IEnumerable<Tensor> inputs)
        : this(ProgramCapture.Capture("graphs", entries, Schedule), made, inputs) { }

    /// <summary>Each entry point is called once, and has no sizes.</summary>
    public WasmEntries(Program program, IEnumerable<Tensor> inputs)
        : this(program, [.. program.Entries.Select((_, i) => (i, (IReadOnlyDictionary<Variable, int>)new Dictionary<Variable, int>()))], inputs) { }

    public WasmPlan Plan { get; }

    /// <summary>All results in order, and what went wrong, or null.</summary>
    public (byte[] Results, string? Problem) Run(string module)
    {
        string output = Path($"{module}.out"), driver = System.IO.Path.Combine(AppContext.BaseDirectory, "driver.mjs");
        using var node = Process.Start(new ProcessStartInfo(Needs.Tool("node"), [driver, $"{module}.wasm", output])
            { WorkingDirectory = _folder.FullName, RedirectStandardOutput = true, RedirectStandardError = true })!;
        var errors = node.StandardError.ReadToEndAsync();
        node.StandardOutput.ReadToEnd();
        if (!node.WaitForExit(TimeSpan.FromMinutes(3)))
        {
            node.Kill(entireProcessTree: true);
            return ([], "Node took more than three minutes");
        }
        return (File.Exists(output) ? File.ReadAllBytes(output) : [], node.ExitCode == 0 ? null : errors.Result);
    }

    string Path(string file) => System.IO.Path.Combine(_folder.FullName, file);

    public void Dispose() => _folder.Delete(recursive: true);
}
