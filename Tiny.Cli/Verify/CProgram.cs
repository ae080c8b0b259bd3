using System.ComponentModel;
using Tiny.Jit;
using Tiny.Runtime;

namespace Tiny.Cli.Verify;

/// <summary>What a C program gave: for each call that was finished its results, and how it ended if not well.</summary>
sealed record CRun(IReadOnlyList<IReadOnlyList<HostMemory>> Results, string? Problem);

/// <summary>Captured graphs as the entry points of one exported C program, with a driver that calls each of them once.</summary>
static class CProgram
{
    const string Name = "cases";

    /// <summary>Exports, compiles and runs.</summary>
    /// <param name="calls">The graphs.</param>
    /// <param name="limit">The longest that compiling, and running, may take.</param>
    /// <param name="cancellation">Ends it early.</param>
    /// <exception cref="TargetException">There is no compiler.</exception>
    /// <exception cref="CProgramException">It refuses the program.</exception>
    /// <exception cref="MemoryLimitException">The program would take more memory than may be used.</exception>
    public static CRun Run(IReadOnlyList<IProgramCall> calls, TimeSpan limit, CancellationToken cancellation)
    {
        var target = new CTarget();
        var builder = new ProgramBuilder(target.Schedule);
        foreach (var call in calls) builder.Add(call.Name, call.Parameters, call.Capture);
        var program = builder.Build(Name);
        long bytes = Bytes(program);
        MemoryLimit.Take(bytes);
        var folder = Directory.CreateTempSubdirectory("tiny-verify-");
        try
        {
            string At(string file) => Path.Combine(folder.FullName, file);
            target.Export(program, new ExportContext(folder.FullName, folder.FullName) { Cancellation = cancellation });
            var none = new Dictionary<Variable, int>();
            File.WriteAllText(At("driver.c"), CDriver.Source(program, [.. calls.Select((_, i) => (i, none))], new FileInfo(At($"{Name}.weights")).Length));
            using (var file = File.Create(At("inputs")))
                foreach (var input in calls.SelectMany(c => c.Inputs))
                {
                    var host = input.Storage!.ToHost();
                    file.Write(host.Span);
                    GC.KeepAlive(host);
                }
            var binary = At(OperatingSystem.IsWindows() ? "run.exe" : "run");
            CCompiler.Compile(folder.FullName, binary, ["driver.c", $"{Name}.c"], limit, cancellation);
            var (code, dots, errors) = Start(folder.FullName, binary, limit, cancellation);
            string? problem = code switch
            {
                0 => null,
                null => $"the program takes more than {limit.TotalSeconds:0} seconds",
                _ => $"the program ends with code {code}{(errors.Length > 0 ? ": " + errors.Split('\n')[0] : "")}",
            };
            return new(Read(At("outputs"), [.. calls.Take(dots.Length)]), problem);
        }
        finally
        {
            MemoryLimit.Give(bytes);
            folder.Delete(recursive: true);
        }
    }

    // What the driver allocates: one call at a time.
    static long Bytes(Program program) => program.ArenaBytes + program.StateBytes
        + program.Entries.Max(e => e.Inputs.Concat(e.Outputs).Sum(p => program.Buffers[p.Buffer].Bytes));

    static (int? Code, string Output, string Errors) Start(string folder, string binary, TimeSpan limit, CancellationToken cancellation)
    {
        try
        {
            return CCompiler.Run(folder, binary, ["outputs"], limit, cancellation);
        }
        catch (Win32Exception e)
        {
            throw new CProgramException($"c: the compiled program cannot be started: {e.Message}");
        }
    }

    static List<IReadOnlyList<HostMemory>> Read(string path, IReadOnlyList<IProgramCall> finished)
    {
        if (finished.Count == 0) return [];
        using var file = File.OpenRead(path);
        return [.. finished.Select(IReadOnlyList<HostMemory> (call) => [.. call.Results.Select(HostMemory (result) =>
        {
            var memory = new OwnedMemory((long)result.Shape.Numel * result.DType.Size);
            file.ReadExactly(memory.Writable);
            return memory;
        })])];
    }
}
