using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using System.Text;
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
    public static CRun Run(IReadOnlyList<IProgramCall> calls)
    {
        var target = new CTarget();
        var builder = new ProgramBuilder(target.Schedule);
        foreach (var call in calls) builder.Add(call.Name, call.Parameters, call.Capture);
        var program = builder.Build(Name);
        var folder = Directory.CreateTempSubdirectory("tiny-verify-");
        try
        {
            string At(string file) => Path.Combine(folder.FullName, file);
            target.Export(program, new ExportContext(folder.FullName, folder.FullName));
            File.WriteAllText(At("driver.c"), Driver(program, new FileInfo(At($"{Name}.weights")).Length));
            using (var file = File.Create(At("inputs")))
                foreach (var input in calls.SelectMany(c => c.Inputs))
                {
                    var host = input.Storage!.ToHost();
                    file.Write(host.Span);
                    GC.KeepAlive(host);
                }
            string compiler = Environment.GetEnvironmentVariable("CC") is { Length: > 0 } cc ? cc : "cc", binary = At(OperatingSystem.IsWindows() ? "run.exe" : "run");
            var (code, errors) = Start(folder.FullName, compiler, ["-std=c99", "-O1", "-w", "-o", binary, "driver.c", $"{Name}.c", "-lm"]);
            if (code != 0) throw new InvalidOperationException($"{compiler} ends with code {code}: {errors.Split('\n')[0]}");
            (code, _) = Start(folder.FullName, binary, []);
            return new(Read(At("outputs"), calls), code);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    static (int Code, string Errors) Start(string folder, string file, string[] arguments)
    {
        try
        {
            using var process = Process.Start(new ProcessStartInfo(file, arguments) { WorkingDirectory = folder, RedirectStandardError = true, RedirectStandardOutput = true })!;
            var output = process.StandardOutput.ReadToEndAsync();
            string errors = process.StandardError.ReadToEnd();
            process.WaitForExit();
            return (process.ExitCode, errors + output.Result);
        }
        catch (Win32Exception e)
        {
            throw new TargetException($"c: '{file}' cannot be started ({e.Message}): install a C compiler, or name one by CC");
        }
    }

    static List<IReadOnlyList<HostMemory>> Read(string path, IReadOnlyList<IProgramCall> calls)
    {
        var all = new List<IReadOnlyList<HostMemory>>();
        if (!File.Exists(path)) return all;
        using var file = File.OpenRead(path);
        foreach (var call in calls)
        {
            var results = new List<HostMemory>();
            foreach (var (dtype, shape) in call.Results)
            {
                var memory = new OwnedMemory((long)shape.Numel * dtype.Size);
                if (file.ReadAtLeast(memory.Writable, memory.Writable.Length, throwOnEndOfStream: false) < memory.Writable.Length) return all;
                results.Add(memory);
            }
            // A mark behind each call, so that one without results counts as finished too.
            if (file.ReadByte() < 0) return all;
            all.Add(results);
        }
        return all;
    }

    static string Driver(Program program, long weights)
    {
        var calls = new StringBuilder();
        long most = 64;
        foreach (var entry in program.Entries)
        {
            long place = 0;
            var (reads, writes) = (new StringBuilder(), new StringBuilder());
            var arguments = new List<string>();
            foreach (var (ports, into, verb) in new[] { (entry.Inputs, reads, "read_bytes"), (entry.Outputs, writes, "write_bytes") })
                foreach (var buffer in ports.Select(p => program.Buffers[p.Buffer]))
                {
                    into.Append(CultureInfo.InvariantCulture, $" || !{verb}(memory + {place}, {buffer.Bytes})");
                    arguments.Add($"(void *)(memory + {place})");
                    place += (buffer.Bytes + 63) / 64 * 64;
                }
            most = Math.Max(most, place);
            calls.AppendLine(CultureInfo.InvariantCulture, $"    if (0{reads}) return 3;");
            calls.AppendLine(CultureInfo.InvariantCulture, $"    if ({Name}_{entry.Name}({string.Join(", ", arguments.Prepend("&m"))}) != 0) return 4;");
            calls.AppendLine(CultureInfo.InvariantCulture, $"    if (0{writes} || !write_bytes(\"\\n\", 1)) return 5;");
        }
        return $$"""
            #define _ISOC11_SOURCE
            #include <stdio.h>
            #include <stdlib.h>
            #include "{{Name}}.h"

            static unsigned char *memory;
            static FILE *inputs, *outputs;

            static int read_bytes(void *to, size_t bytes) { return fread(to, 1, bytes, inputs) == bytes; }
            static int write_bytes(const void *from, size_t bytes) { return fwrite(from, 1, bytes, outputs) == bytes && fflush(outputs) == 0; }

            int main(void)
            {
                FILE *f = fopen("{{Name}}.weights", "rb");
                unsigned char *weights = aligned_alloc(64, {{weights / 64 * 64 + 64}}), *arena = aligned_alloc(64, {{Name.ToUpperInvariant()}}_ARENA_BYTES / 64 * 64 + 64);
                {{Name}} m;
                memory = aligned_alloc(64, {{most}});
                inputs = fopen("inputs", "rb");
                outputs = fopen("outputs", "wb");
                if (!f || !inputs || !outputs || !weights || !arena || !memory) return 1;
                if ({{Name}}_init(&m, weights, fread(weights, 1, {{weights}}, f), arena, {{Name.ToUpperInvariant()}}_ARENA_BYTES) != 0) return 2;
            {{calls}}
                return fclose(f) | fclose(inputs) | fclose(outputs);
            }

            """;
    }
}
