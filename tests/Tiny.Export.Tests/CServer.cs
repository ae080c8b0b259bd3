using System.Diagnostics;
using System.Globalization;
using System.Text;
using Tiny.Jit;

namespace Tiny.Export.Tests;

/// <summary>An exported program, compiled with a driver that does what it reads from its input: write memory, read memory, call an entry point.</summary>
sealed class CServer : IDisposable
{
    readonly TemporaryFolder _folder = new();

    public CServer(Program program, string compiler, string options)
    {
        Program = program;
        new CTarget().Export(program, new ExportContext(_folder.Path, _folder.Path));
        File.WriteAllText(_folder["server.c"], Driver(program, new FileInfo(_folder[program.Name + ".weights"]).Length));
        Tools.Compile(_folder.Path, compiler, $"{options} -o server server.c {program.Name}.c -lm");
    }

    public Program Program { get; }

    /// <summary>Starts it.</summary>
    public Process Start() => Process.Start(new ProcessStartInfo(_folder["server"])
    {
        WorkingDirectory = _folder.Path, RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true,
    })!;

    /// <summary>The ints of one command.</summary>
    public const int CommandLength = 16;
    /// <summary>Bytes of the caller's memory.</summary>
    public const int MemoryBytes = 1 << 22;

    public const int NewInstance = 0, Write = 1, Read = 2, FirstEntry = 3;

    static string Driver(Program program, long weights)
    {
        var (name, macro) = (program.Name, program.Name.ToUpperInvariant());
        var cases = new StringBuilder();
        for (int i = 0; i < program.Entries.Length; i++)
        {
            var entry = program.Entries[i];
            int next = 2;
            var arguments = entry.Variables.Select(_ => $"n[{next++}]").Concat(entry.Inputs.Concat(entry.Outputs).Select(_ => $"AT(n[{next++}])")).ToList();
            cases.Append(CultureInfo.InvariantCulture, $"        case {FirstEntry + i}: code = {name}_{entry.Name}(&instances[n[1]], {string.Join(", ", arguments)}); break;\n");
        }
        return $$"""
            #define _ISOC11_SOURCE
            #include <stdio.h>
            #include <stdlib.h>
            #include "{{name}}.h"

            #define AT(place) ((void *)((char *)memory + (place)))

            static double memory[{{MemoryBytes / sizeof(double)}}];
            static {{name}} instances[4];

            static int get(void *to, size_t bytes) { return fread(to, 1, bytes, stdin) == bytes; }
            static int put(const void *from, size_t bytes) { return fwrite(from, 1, bytes, stdout) == bytes && fflush(stdout) == 0; }

            int main(void)
            {
                int n[{{CommandLength}}];
                FILE *f = fopen("{{name}}.weights", "rb");
                void *weights = aligned_alloc(64, {{weights / 64 * 64 + 64}}), *arena;
                if (!f || !weights || fread(weights, 1, {{weights}}, f) != {{weights}} || fclose(f)) return 1;
                while (get(n, sizeof n)) {
                    int code = 0;
                    switch (n[0]) {
                    case {{NewInstance}}:
                        arena = aligned_alloc(64, {{macro}}_ARENA_BYTES / 64 * 64 + 64);
                        if (!arena) return 2;
                        code = {{name}}_init(&instances[n[1]], weights, {{weights}}, arena, {{macro}}_ARENA_BYTES);
                        break;
                    case {{Write}}: if (!get(AT(n[1]), (size_t)n[2])) return 3; break;
                    case {{Read}}: if (!put(AT(n[1]), (size_t)n[2])) return 4; break;
            {{cases}}        default: return 5;
                    }
                    if (!put(&code, sizeof code)) return 6;
                }
                return 0;
            }

            """;
    }

    public void Dispose() => _folder.Dispose();
}
