using System.Globalization;
using System.Text;
using Tiny.Jit;

namespace Tiny.Cli.Verify;

/// <summary>
/// The main function that runs an exported program: it makes calls, one after another, with inputs from the file <c>inputs</c>, and writes all results to the file that its
/// argument names. To standard output goes a dot for each call that is finished, so that it is known how far a program came that ended early.
/// </summary>
static class CDriver
{
    /// <summary>The text of the file.</summary>
    /// <param name="program">The program.</param>
    /// <param name="calls">The entry points to call, with their sizes.</param>
    /// <param name="weightsBytes">The length of the weights' file.</param>
    public static string Source(Program program, IReadOnlyList<(int Entry, IReadOnlyDictionary<Variable, int> Sizes)> calls, long weightsBytes)
    {
        var text = new StringBuilder();
        long most = 64;
        foreach (var (number, sizes) in calls)
        {
            var entry = program.Entries[number];
            long place = 0;
            var (reads, writes) = (new StringBuilder(), new StringBuilder());
            List<string> arguments = ["&m", .. entry.Variables.Select(v => sizes[v].ToString(CultureInfo.InvariantCulture))];
            foreach (var (ports, into, verb) in new[] { (entry.Inputs, reads, "read"), (entry.Outputs, writes, "write") })
                foreach (var (port, buffer) in ports.Select(p => (p, program.Buffers[p.Buffer])))
                {
                    // A parameter that is written comes out too, by its own name: it is no result.
                    if (ports == entry.Inputs || !entry.Inputs.Any(i => i.Name == port.Name))
                        into.Append(CultureInfo.InvariantCulture, $" || !{verb}_bytes(memory + {place}, {(long)buffer.Shape.Bind(sizes).Numel * buffer.DType.Size})");
                    arguments.Add($"(void *)(memory + {place})");
                    place += (buffer.Bytes + 63) / 64 * 64;
                }
            most = Math.Max(most, place);
            text.AppendLine(CultureInfo.InvariantCulture, $"    if (0{reads}) return 3;");
            text.AppendLine(CultureInfo.InvariantCulture, $"    if ({program.Name}_{entry.Name}({string.Join(", ", arguments)}) != 0) return 4;");
            text.AppendLine(CultureInfo.InvariantCulture, $"    if (0{writes} || putchar('.') < 0 || fflush(stdout) != 0) return 5;");
        }
        string bytes = program.Name.ToUpperInvariant() + "_ARENA_BYTES";
        return $$"""
            #include <stdint.h>
            #include <stdio.h>
            #include <stdlib.h>
            #include "{{program.Name}}.h"

            static unsigned char *weights, *arena, *memory;
            static FILE *inputs, *outputs;

            static unsigned char *aligned(size_t bytes)
            {
                unsigned char *p = malloc(bytes + 64);
                return p ? p + (64 - (uintptr_t)p % 64) : p;
            }

            static int read_bytes(void *to, size_t bytes) { return fread(to, 1, bytes, inputs) == bytes; }
            static int write_bytes(const void *from, size_t bytes) { return fwrite(from, 1, bytes, outputs) == bytes && fflush(outputs) == 0; }

            int main(int argc, char **argv)
            {
                FILE *f = fopen("{{program.Name}}.weights", "rb");
                {{program.Name}} m;
                if (argc < 2) return 1;
                weights = aligned({{weightsBytes}});
                arena = aligned({{bytes}});
                memory = aligned({{most}});
                inputs = fopen("inputs", "rb");
                outputs = fopen(argv[1], "wb");
                if (!f || !inputs || !outputs || !weights || !arena || !memory) return 1;
                if ({{program.Name}}_init(&m, weights, fread(weights, 1, {{weightsBytes}}, f), arena, {{bytes}}) != 0) return 2;
            {{text}}
                return fclose(f) | fclose(inputs) | fclose(outputs);
            }

            """;
    }
}
