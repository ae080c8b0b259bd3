using System.Globalization;
using System.Text;
using Tiny.Jit;
using Tiny.Runtime;
using Tiny.Tests;

namespace Tiny.Export.Tests;

/// <summary>Graphs as the entry points of one exported C program, with a driver that makes calls of them, each with inputs and sizes of its own.</summary>
sealed class CEntries : IDisposable
{
    readonly TemporaryFolder _folder = new();

    public CEntries(IReadOnlyList<GraphEntry> entries, IReadOnlyList<(int Entry, IReadOnlyDictionary<Variable, int> Sizes)> made, IEnumerable<Tensor> inputs)
        : this(ProgramCapture.Capture("graphs", entries, new CTarget().Schedule), made, inputs) { }

    /// <summary>Entry points of a program named "graphs", called in the given order, with the inputs of each call.</summary>
    public CEntries(Program exported, IReadOnlyList<(int Entry, IReadOnlyDictionary<Variable, int> Sizes)> made, IEnumerable<Tensor> inputs)
    {
        new CTarget().Export(exported, new ExportContext(_folder.Path, _folder.Path));
        File.WriteAllText(_folder["driver.c"], Driver(exported, made, new FileInfo(_folder["graphs.weights"]).Length));
        using var file = File.Create(_folder["inputs"]);
        foreach (var tensor in inputs) file.Write(Interpreter.Evaluate(tensor.Node).Copied()[..(tensor.Numel * tensor.DType.Size)]);
    }

    /// <summary>Each entry point is called once, and has no sizes.</summary>
    public CEntries(IReadOnlyList<GraphEntry> entries, IEnumerable<Tensor> inputs)
        : this(entries, [.. entries.Select((_, i) => (i, (IReadOnlyDictionary<Variable, int>)new Dictionary<Variable, int>()))], inputs) { }

    /// <summary>Compiles and runs: all results in order, and what went wrong, or null.</summary>
    /// <exception cref="InvalidOperationException">The compiler refuses or warns.</exception>
    public (byte[] Results, string? Problem) Run(string compiler, string options)
    {
        var name = $"run{HashCode.Combine(compiler, options):x}";
        // Not by an assertion: a failure is caught, and looked for in smaller programs.
        var compiled = Tools.Run(_folder.Path, compiler, $"{Tools.Strict} {options} -o {name} driver.c graphs.c -lm");
        if (compiled.Code != 0) throw new InvalidOperationException($"{compiler} {options}: {compiled.Output}{compiled.Errors}");
        var run = Tools.Run(_folder.Path, _folder[name], $"{name}.out");
        return (File.ReadAllBytes(_folder[$"{name}.out"]), run.Code == 0 ? null : $"code {run.Code} {run.Errors}");
    }

    static string Driver(Program program, IReadOnlyList<(int Entry, IReadOnlyDictionary<Variable, int> Sizes)> made, long weights)
    {
        var calls = new StringBuilder();
        int most = 64;
        foreach (var (number, sizes) in made)
        {
            var entry = program.Entries[number];
            int place = 0;
            var (reads, writes) = (new StringBuilder(), new StringBuilder());
            List<string> arguments = [.. entry.Variables.Select(v => sizes[v].ToString(CultureInfo.InvariantCulture))];
            foreach (var (ports, into, verb) in new[] { (entry.Inputs, reads, "read"), (entry.Outputs, writes, "write") })
                foreach (var (port, buffer) in ports.Select(p => (p, program.Buffers[p.Buffer])))
                {
                    // A parameter that is written comes out too, by its own name: it is no result.
                    if (ports == entry.Inputs || !entry.Inputs.Any(i => i.Name == port.Name)) into.Append(CultureInfo.InvariantCulture, $" || !{verb}_bytes(memory + {place}, {(long)buffer.Shape.Bind(sizes).Numel * buffer.DType.Size})");
                    arguments.Add($"(void *)(memory + {place})");
                    place += ((int)buffer.Bytes + 63) / 64 * 64;
                }
            most = Math.Max(most, place);
            calls.AppendLine(CultureInfo.InvariantCulture, $"    if (0{reads}) return 3;");
            calls.AppendLine(CultureInfo.InvariantCulture, $"    if (graphs_{entry.Name}(&m, {string.Join(", ", arguments)}) != 0) return 4;");
            calls.AppendLine(CultureInfo.InvariantCulture, $"    if (0{writes}) return 5;");
        }
        return $$"""
            #define _ISOC11_SOURCE
            #include <stdio.h>
            #include <stdlib.h>
            #include "graphs.h"

            static unsigned char *memory;
            static FILE *inputs, *outputs;

            static int read_bytes(void *to, size_t bytes) { return fread(to, 1, bytes, inputs) == bytes; }
            static int write_bytes(const void *from, size_t bytes) { return fwrite(from, 1, bytes, outputs) == bytes && fflush(outputs) == 0; }

            int main(int argc, char **argv)
            {
                FILE *f = fopen("graphs.weights", "rb");
                unsigned char *weights = aligned_alloc(64, {{weights / 64 * 64 + 64}}), *arena = aligned_alloc(64, GRAPHS_ARENA_BYTES / 64 * 64 + 64);
                graphs m;
                if (argc < 2) return 1;
                memory = aligned_alloc(64, {{most}});
                inputs = fopen("inputs", "rb");
                outputs = fopen(argv[1], "wb");
                if (!f || !inputs || !outputs || !weights || !arena || !memory) return 1;
                if (graphs_init(&m, weights, fread(weights, 1, {{weights}}, f), arena, GRAPHS_ARENA_BYTES) != 0) return 2;
            {{calls}}
                free(weights);
                free(arena);
                free(memory);
                return fclose(f) | fclose(inputs) | fclose(outputs);
            }

            """;
    }

    public void Dispose() => _folder.Dispose();
}
