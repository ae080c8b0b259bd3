using System.Globalization;
using NUnit.Framework;
using Tiny.Jit;

namespace Tiny.Export.Tests;

/// <summary>An exported C program of one entry point, compiled with a loop around it: many samples in one process.</summary>
sealed class CBatch : IDisposable
{
    readonly TemporaryFolder _folder = new();
    readonly Program _program;

    public CBatch(Program program, string compiler, string options)
    {
        _program = program;
        new CTarget().Export(program, new ExportContext(_folder.Path, _folder.Path));
        File.WriteAllText(_folder["batch.c"], Harness());
        Tools.Compile(_folder.Path, compiler, $"{options} -o batch batch.c {program.Name}.c -lm");
    }

    /// <summary>The outputs of every sample; a sample is one array for each input, after the sizes where the entry point has some.</summary>
    public float[][][] Run(IReadOnlyList<float[][]> samples)
    {
        _folder.Floats("inputs", samples.SelectMany(s => s.SelectMany(x => x)).ToArray());
        var run = Tools.Run(_folder.Path, _folder["batch"], samples.Count.ToString(CultureInfo.InvariantCulture));
        Assert.That(run.Code, Is.Zero, run.Errors);
        var all = _folder.Floats("outputs");
        int at = 0;
        return [.. samples.Select(_ => Counts(_program.Entries[0].Outputs).Select(n => all[at..(at += n)]).ToArray())];
    }

    int[] Counts(IEnumerable<Port> ports) => [.. ports.Select(p => _program.Buffers[p.Buffer].Shape.Numel)];

    string Harness()
    {
        string name = _program.Name;
        var entry = _program.Entries[0];
        int sizes = entry.Variables.Length;
        int[] ins = Counts(entry.Inputs), outs = Counts(entry.Outputs);
        int[] starts = [.. ins.Select((_, i) => sizes + ins.Take(i).Sum())], places = [.. outs.Select((_, i) => outs.Take(i).Sum())];
        var arguments = string.Join(", ", Enumerable.Range(0, sizes).Select(i => $"(int)in[{i}]").Concat(starts.Select(s => $"in + {s}")).Concat(places.Select(p => $"out + {p}")));
        return $$"""
            #include <stdio.h>
            #include <stdlib.h>
            #include "{{name}}.h"

            static float arena[{{name.ToUpperInvariant()}}_ARENA_BYTES / sizeof(float) + 1];
            static float in[{{sizes + ins.Sum()}}], out[{{outs.Sum()}}];

            int main(int argc, char **argv)
            {
                FILE *f = fopen("{{name}}.weights", "rb"), *inputs = fopen("inputs", "rb"), *outputs = fopen("outputs", "wb");
                unsigned char *weights = aligned_alloc(64, {{new FileInfo(_folder[name + ".weights"]).Length / 64 * 64 + 64}});
                size_t bytes;
                int samples = argc > 1 ? atoi(argv[1]) : 0;
                {{name}} m;
                if (!f || !inputs || !outputs || !weights) return 1;
                bytes = fread(weights, 1, {{new FileInfo(_folder[name + ".weights"]).Length}}, f);
                if ({{name}}_init(&m, weights, bytes, arena, sizeof arena) != 0) return 2;
                while (samples-- > 0) {
                    if (fread(in, sizeof in, 1, inputs) != 1) return 3;
                    if ({{name}}_{{entry.Name}}(&m, {{arguments}}) != 0) return 4;
                    if (fwrite(out, sizeof out, 1, outputs) != 1) return 5;
                }
                free(weights);
                return fclose(f) | fclose(inputs) | fclose(outputs);
            }

            """.Replace("#include <stdio.h>", "#define _ISOC11_SOURCE\n#include <stdio.h>", StringComparison.Ordinal);
    }

    public void Dispose() => _folder.Dispose();
}
