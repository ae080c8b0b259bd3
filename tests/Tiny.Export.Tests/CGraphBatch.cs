using System.Globalization;
using System.Text;
using Tiny.Jit;
using Tiny.Runtime;
using Tiny.Tests;

namespace Tiny.Export.Tests;

/// <summary>Graphs as the entry points of one exported C program, with a driver that runs each once on its inputs.</summary>
sealed class CGraphBatch : IDisposable
{
    readonly TemporaryFolder _folder = new();
    readonly IReadOnlyList<GraphCase> _cases;
    readonly IExpectation[] _expected;

    public CGraphBatch(IReadOnlyList<GraphCase> cases)
    {
        _cases = cases;
        _expected = [.. cases.Select(c => c.Expect())];
        var exported = ProgramCapture.Capture("graphs", [.. cases.Select(Entry)]);
        new CTarget().Export(exported, new ExportContext(_folder.Path, _folder.Path));
        File.WriteAllText(_folder["driver.c"], Driver(exported, new FileInfo(_folder["graphs.weights"]).Length));
        using var inputs = File.Create(_folder["inputs"]);
        foreach (var tensor in cases.SelectMany(c => c.Inputs)) inputs.Write(Interpreter.Evaluate(tensor.Node).Span[..(tensor.Numel * tensor.DType.Size)]);
    }

    /// <summary>Compiles and runs: the first graph that gives something else than the interpreter, and what, or null.</summary>
    public (int Case, string Problem)? Run(string compiler, string options)
    {
        var name = $"run{HashCode.Combine(compiler, options):x}";
        // Not by an assertion: a failure is caught, and looked for in smaller programs.
        var compiled = Tools.Run(_folder.Path, compiler, $"{Tools.Strict} {options} -o {name} driver.c graphs.c -lm");
        if (compiled.Code != 0) throw new InvalidOperationException($"{compiler} {options}: {compiled.Output}{compiled.Errors}");
        var run = Tools.Run(_folder.Path, _folder[name], $"{name}.out");
        var bytes = File.ReadAllBytes(_folder[$"{name}.out"]);
        int at = 0;
        for (int i = 0; i < _cases.Count; i++)
            for (int r = 0; r < _expected[i].Results; r++)
            {
                if (at >= bytes.Length) return (i, $"{_cases[i]}: no output: code {run.Code} {run.Errors}");
                if (_expected[i].Difference(r, bytes.AsSpan(at)) is { } problem) return (i, $"{_cases[i]}, {compiler} {options}: {problem}");
                at += _expected[i].Bytes(r);
            }
        return run.Code == 0 ? null : (_cases.Count - 1, $"code {run.Code} {run.Errors}");
    }

    static GraphEntry Entry(GraphCase graph) => new(graph.Name, [.. graph.Inputs.Select((t, i) => new GraphInput($"in{i}", t.DType, t.Shape))], graph.Build);

    static string Driver(Program program, long weights)
    {
        var calls = new StringBuilder();
        int most = 64;
        foreach (var entry in program.Entries)
        {
            int place = 0;
            var (reads, writes, arguments) = (new StringBuilder(), new StringBuilder(), new List<string>());
            foreach (var (ports, into, verb) in new[] { (entry.Inputs, reads, "read"), (entry.Outputs, writes, "write") })
                foreach (var buffer in ports.Select(p => program.Buffers[p.Buffer]))
                {
                    into.Append(CultureInfo.InvariantCulture, $" || !{verb}_bytes(memory + {place}, {buffer.Bytes})");
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
