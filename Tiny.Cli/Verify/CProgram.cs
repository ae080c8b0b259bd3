using System.ComponentModel;
using System.Diagnostics;
using Tiny.Jit;
using Tiny.Runtime;

namespace Tiny.Cli.Verify;

/// <summary>What a C program gave: for each call that was finished its results, and the exit code.</summary>
sealed record CRun(IReadOnlyList<IReadOnlyList<HostMemory>> Results, int Code);

/// <summary>Captured graphs as the entry points of one exported C program, with a driver that calls each of them once.</summary>
static class CProgram
{
    const string Name = "cases";

    /// <summary>Exports, compiles (with the compiler that CC names, else cc) and runs.</summary>
    /// <exception cref="TargetException">The compiler is missing or refuses the program.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public static CRun Run(IReadOnlyList<IProgramCall> calls, CancellationToken cancellation = default)
    {
        var target = new CTarget();
        var builder = new ProgramBuilder(target.Schedule);
        foreach (var call in calls) builder.Add(call.Name, call.Parameters, call.Capture);
        var program = builder.Build(Name);
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
            string compiler = Compiler, binary = At(OperatingSystem.IsWindows() ? "run.exe" : "run");
            var (code, _, errors) = Start(folder.FullName, compiler, ["-std=c99", "-O1", "-w", "-o", binary, "driver.c", $"{Name}.c", "-lm"], cancellation);
            if (code != 0) throw new InvalidOperationException($"{compiler} ends with code {code}: {errors.Split('\n')[0]}");
            (code, var dots, _) = Start(folder.FullName, binary, ["outputs"], cancellation);
            return new(Read(At("outputs"), [.. calls.Take(dots.Length)]), code);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    static string Compiler => Environment.GetEnvironmentVariable("CC") is { Length: > 0 } cc ? cc : "cc";

    /// <summary>Sees that there is a compiler.</summary>
    /// <exception cref="TargetException">There is none.</exception>
    public static void FindCompiler() => Start(Environment.CurrentDirectory, Compiler, ["--version"], default);

    static (int Code, string Output, string Errors) Start(string folder, string file, string[] arguments, CancellationToken cancellation)
    {
        try
        {
            cancellation.ThrowIfCancellationRequested();
            using var process = Process.Start(new ProcessStartInfo(file, arguments) { WorkingDirectory = folder, RedirectStandardError = true, RedirectStandardOutput = true })!;
            using var stop = cancellation.Register(() => process.Kill(entireProcessTree: true));
            var output = process.StandardOutput.ReadToEndAsync(CancellationToken.None);
            string errors = process.StandardError.ReadToEnd();
            process.WaitForExit();
            cancellation.ThrowIfCancellationRequested();
            return (process.ExitCode, output.Result, errors);
        }
        catch (Win32Exception e)
        {
            throw new TargetException($"c: '{file}' cannot be started ({e.Message}): install a C compiler, or name one by CC");
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
