using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using Tiny.Jit;
using Tiny.Render;

namespace Tiny.Export.C;

/// <summary>The text of <c>NAME.c</c>: helpers, kernels, set-up and entry points.</summary>
static partial class CSource
{
    const int LineLength = 120;

    /// <summary>Names of the file that no kernel, buffer or parameter may have.</summary>
    public static readonly string[] FileScope =
        ["WEIGHTS", "ARENA", "SIZED", "AVX2", "AVX512", "AVX512VNNI", "kernels_any", "kernels_avx2", "kernels_avx512", "kernels_avx512vnni", "choose_kernels", "rotate", "read64", "read32", "xxh64_round", "xxh64", "kernel_part", "job", "run", "run_part"];

    /// <summary>Bytes that the weights and the arena must be aligned to: those of the largest element, so that any array of it will do.</summary>
    public static int Alignment(Program program) =>
        program.Buffers.Where(b => b.Role is BufferRole.Constant or BufferRole.Arena or BufferRole.State).Select(b => b.DType.Size).Append(1).Max();

    /// <summary>A C type whose arrays are aligned as the arena must be.</summary>
    public static string ArenaElement(Program program) => Alignment(program) switch { 1 => "char", <= 4 => "float", _ => "double" };

    public static string Text(Program program, CNames names, WeightsFile weights, CKernels kernels, string banner)
    {
        var macro = names.Macro;
        var text = new StringBuilder();
        text.Append($$"""
            {{banner}}
            #include "{{names.Prefix}}.h"

            {{Includes}}
            """);
        if (kernels.HasVectors) text.Append(Levels(macro));
        kernels.Write(text);
        text.Append(Section("set-up")).Append(SetUp(program, names, weights, kernels));
        text.Append(Section("entry points")).Append($"""
            #define WEIGHTS(type, offset) ((const type *)(const void *)(m->weights + (offset)))
            #define ARENA(type, offset) ((type *)(void *)(m->arena + (offset)))

            """);
        if (kernels.HasParts) text.Append(Run(names));
        foreach (var e in program.Entries) text.Append('\n').Append(Entry(program, names, weights, e, kernels));
        return text.ToString();
    }

    /// <summary>What kernels need of the standard library, and how floats are rounded.</summary>
    internal const string Includes = """
        #include <math.h>
        #include <stdbool.h>
        #include <string.h>

        #if defined(__BYTE_ORDER__) && __BYTE_ORDER__ != __ORDER_LITTLE_ENDIAN__
        #error "the weights are little-endian"
        #endif

        /* Products and sums are rounded one by one, as everywhere that this model runs. */
        #if defined(__clang__)
        #pragma STDC FP_CONTRACT OFF
        #elif defined(__GNUC__)
        #pragma GCC optimize ("fp-contract=off")
        #endif

        """;

    /// <summary>Which kinds of processors there are kernels for.</summary>
    internal static string Levels(string macro) => $"""

        /* Kernels for several kinds of processors are here. {macro}_LEVEL is the highest to use: 0 C99 alone, 1 vectors of 128 bits by the notation that
         * gcc and clang share (SSE2 on x86-64), 2 NEON on 64-bit Arm, AVX2 and FMA on x86-64, 3 AVX-512, 4 that with VNNI. Those from AVX2 on, init chooses by asking the
         * processor; no compiler flags are needed. */
        #if !defined(__clang__) && !(defined(__GNUC__) && __GNUC__ >= 9)
        #undef {macro}_LEVEL
        #define {macro}_LEVEL 0
        #elif !defined({macro}_LEVEL)
        #define {macro}_LEVEL {CTarget.HighestLevel}
        #endif
        #if {CVariant.Neon.Condition(macro)}
        #include <arm_neon.h>
        #endif
        #if {CVariant.Avx2.Condition(macro)}
        /* Without what it includes for an allocator: that has names which kernels may have too. */
        #define _MM_MALLOC_H_INCLUDED
        #define __MM_MALLOC_H
        #include <immintrin.h>
        #define AVX2 __attribute__((target("avx2,fma")))
        #if defined(__clang__)
        #define AVX512 __attribute__((target("avx512f,avx512bw,avx512dq,avx512vl,avx2,fma"), min_vector_width(512)))
        #define AVX512VNNI __attribute__((target("avx512f,avx512bw,avx512dq,avx512vl,avx2,fma,avx512vnni"), min_vector_width(512)))
        #else
        #define AVX512 __attribute__((target("avx512f,avx512bw,avx512dq,avx512vl,avx2,fma")))
        #define AVX512VNNI __attribute__((target("avx512f,avx512bw,avx512dq,avx512vl,avx2,fma,avx512vnni")))
        #endif
        #endif

        """;

    /// <summary>A line that opens a part of the file.</summary>
    public static string Section(string title) => $"\n/* ---- {title} {new string('-', 100 - title.Length)} */\n\n";

    static string SetUp(Program program, CNames names, WeightsFile weights, CKernels kernels)
    {
        var (prefix, macro) = (names.Prefix, names.Macro);
        var texts = string.Concat(CHeader.Errors(program).Select(e => $"    case {macro}_{e.Name}: return \"{e.Meaning}\";\n"));
        int alignment = Alignment(program);
        var aligned = alignment == 1 ? "" : $"    if (((uintptr_t)arena | (uintptr_t)weights) % {alignment} != 0) return {macro}_ERROR_ALIGNMENT;\n";
        // Nothing is smaller than an arena of no bytes, and compilers say so.
        var arena = program.ArenaBytes + program.StateBytes == 0 ? "    (void)arena_bytes;\n"
            : $"    if (arena_bytes < {macro}_ARENA_BYTES) return {macro}_ERROR_ARENA;\n";
        var reset = program.StateBytes == 0 ? "" : $"\nint {prefix}_reset({names.Model} *m)\n{{\n    if (m == NULL) return {macro}_ERROR_ARGUMENT;\n"
            + string.Concat(program.States.Select(s => $"    memcpy(m->arena + {CNames.Number(program.ArenaBytes + s.Offset)}, "
                + $"m->weights + {CNames.Number(weights.OffsetOf(program.Buffers[s.Initial!.Value]))}, {CNames.Number(s.Bytes)}); /* {s.Name} {s.Shape} */\n"))
            + $"    return {macro}_OK;\n}}\n";
        return string.Create(CultureInfo.InvariantCulture, $$"""
            {{s_hash}}
            int {{prefix}}_init({{names.Model}} *m, const void *weights, size_t bytes, void *arena, size_t arena_bytes)
            {
                const uint64_t payload = UINT64_C({{weights.PayloadBytes}}), hash = UINT64_C(0x{{weights.Hash:x16}});
                const unsigned char *header = weights;

                if (m == NULL || weights == NULL || arena == NULL) return {{macro}}_ERROR_ARGUMENT;
            {{aligned}}    if (bytes < {{WeightsFile.HeaderBytes}}) return {{macro}}_ERROR_LENGTH;
                if (memcmp(header, "{{WeightsFile.Magic}}", 8) != 0 || read32(header + 8) != {{WeightsFile.Version}}) return {{macro}}_ERROR_FORMAT;
                if (read64(header + 16) != payload || read64(header + 24) != hash) return {{macro}}_ERROR_MODEL;
                if (bytes - {{WeightsFile.HeaderBytes}} != payload) return {{macro}}_ERROR_LENGTH;
                if (xxh64(header + {{WeightsFile.HeaderBytes}}, bytes - {{WeightsFile.HeaderBytes}}) != hash) return {{macro}}_ERROR_HASH;
            {{arena}}
                m->weights = header + {{WeightsFile.HeaderBytes}};
                m->arena = arena;
            {{(kernels.HasTables ? "    m->kernels = choose_kernels();\n" : "")}}{{(kernels.HasParts ? "    m->parallel_for = NULL;\n    m->parallel_context = NULL;\n" : "")}}    return {{(program.StateBytes > 0 ? $"{prefix}_reset(m)" : $"{macro}_OK")}};
            }
            {{reset}}{{(kernels.HasParts ? ParallelFor(names) : "")}}
            const char *{{prefix}}_error_text(int code)
            {
                switch (code) {
            {{texts}}    default: return "unknown error";
                }
            }

            """);
    }

    static string ParallelFor(CNames names) => $$"""

        void {{names.Prefix}}_set_parallel_for({{names.Model}} *m, {{names.Prefix}}_parallel_for run, void *context)
        {
            m->parallel_for = run;
            m->parallel_context = context;
        }

        """;

    static string Run(CNames names) => $$"""

        struct job {
            kernel_part *kernel;
            const void *const *p;
            int parts;
        };

        static void run_part(void *work, int part)
        {
            const struct job *job = work;
            job->kernel(job->p, part, job->parts);
        }

        /* Runs a kernel, in parts if somebody shares them out. */
        static void run(const {{names.Model}} *m, kernel_part *kernel, int parts, const void *const *p)
        {
            struct job job;
            if (m->parallel_for == NULL) {
                kernel(p, 0, 1);
                return;
            }
            job.kernel = kernel;
            job.p = p;
            job.parts = parts;
            m->parallel_for(m->parallel_context, run_part, &job, parts);
        }

        """;

    static string Entry(Program program, CNames names, WeightsFile weights, EntryPoint entry, CKernels kernels)
    {
        var scope = names.Scope();
        var variables = CNames.Variables(entry, scope);
        var ports = names.Ports(entry, scope);
        var pointers = new Dictionary<int, string>();
        var copies = new List<(ProgramBuffer From, string To)>();
        foreach (var p in ports)
            if ((p.Written && p.Buffer.Role != BufferRole.Output) || !pointers.TryAdd(p.Buffer.Id, p.Name))
                copies.Add((p.Buffer, p.Name));
        var used = entry.Calls.SelectMany(c => c.Buffers).Concat(copies.Select(c => c.From.Id)).Distinct()
            .Where(id => !pointers.ContainsKey(id)).Select(id => program.Buffers[id]).ToList();

        var text = new StringBuilder(names.Signature(entry)).Append("\n{\n");
        var wrong = string.Join(" || ", ports.Select(p => $"{p.Name} == NULL").Prepend("m == NULL"));
        text.Append(Wrapped($"    if ({wrong}) return {names.Macro}_ERROR_ARGUMENT;\n"));
        foreach (var v in entry.Variables)
            text.Append(CultureInfo.InvariantCulture, $"    if ({variables[v.Name]} < {v.Min} || {variables[v.Name]} > {v.Max}) return {names.Macro}_ERROR_SIZE;\n");
        Pointers(BufferRole.Constant, b => ($"const {CRenderer.MemoryType(b.DType)} *", $"WEIGHTS({CRenderer.MemoryType(b.DType)}, {CNames.Number(weights.OffsetOf(b))})"));
        Pointers(BufferRole.Arena, b => ($"{CRenderer.MemoryType(b.DType)} *", $"ARENA({CRenderer.MemoryType(b.DType)}, {CNames.Number(b.Offset)})"));
        Pointers(BufferRole.State, b => ($"{CRenderer.MemoryType(b.DType)} *", $"ARENA({CRenderer.MemoryType(b.DType)}, {CNames.Number(program.ArenaBytes + b.Offset)})"));
        var written = new HashSet<int>();
        foreach (var call in entry.Calls)
        {
            var kernel = program.Kernels[call.Kernel];
            string List(bool written) => string.Join(", ", call.Buffers.Where((_, i) => kernel.Params[i].Written == written)
                .Select(id => $"{pointers[id]} {program.Buffers[id].Shape}{Overwritten(program.Buffers[id])}"));
            var reads = List(false);
            text.Append('\n').Append(Comment($"{List(true)}{(reads.Length > 0 ? " from " : "")}{reads}"));
            written.UnionWith(call.Buffers);
            var function = (kernels.HasTables ? "m->kernels->" : "") + names.Kernel(call.Kernel);
            var arguments = string.Join(", ", call.Buffers.Select(id => pointers[id]).Concat(kernel.Variables.Select(v => variables[v.Name])));
            text.Append(Wrapped(kernels.Parts[call.Kernel] > 1 ? $"    run(m, {function}, {CNames.Number(kernels.Parts[call.Kernel])}, (const void *[]){{ {arguments} }});\n" : $"    {function}({arguments});\n"));
        }
        if (copies.Count > 0) text.Append('\n');
        foreach (var (from, to) in copies)
            text.Append($"    memcpy({to}, {pointers[from.Id]}, {Bytes(from)}); /* {from.Shape} */\n");
        return text.Append($"\n    return {names.Macro}_OK;\n}}\n").ToString();

        string Bytes(ProgramBuffer b) => !b.Shape.IsSymbolic ? CNames.Number(b.Bytes)
            : $"(size_t)({CNames.Text(b.Shape.Count, variables)}) * {b.DType.Size}";

        string Overwritten(ProgramBuffer b) => b.InPlaceOf is { } operand && !written.Contains(b.Id) ? $" in place of {pointers[operand]}" : "";

        void Pointers(BufferRole role, Func<ProgramBuffer, (string Type, string Value)> write)
        {
            var lines = used.Where(b => b.Role == role).Select(b =>
            {
                pointers[b.Id] = scope.Of(b.Name);
                var (type, value) = write(b);
                return ($"    {type}{pointers[b.Id]} = {value};", b.Shape);
            }).ToList();
            if (lines.Count > 0) text.Append('\n');
            int width = lines.Select(l => l.Item1.Length).Append(0).Max();
            foreach (var (line, shape) in lines) text.Append(line.PadRight(width)).Append($" /* {shape} */\n");
        }
    }

    /// <summary>A comment of one paragraph, broken into lines.</summary>
    public static string Comment(string words, string indent = "    ")
    {
        var text = new StringBuilder(indent + "/* ");
        int column = text.Length;
        // Between things, not inside a shape's brackets.
        foreach (var word in Separator().Split(words).Select((w, i) => i == 0 ? w : ", " + w))
        {
            var next = word;
            if (column + next.Length > LineLength - 3)
            {
                text.Append(",\n").Append(indent).Append(" * ");
                next = word.TrimStart(',', ' ');
                column = indent.Length + 3;
            }
            text.Append(next);
            column += next.Length;
        }
        return text.Append(" */\n").ToString();
    }

    [GeneratedRegex(@", (?![^\[]*\])")]
    private static partial Regex Separator();

    // A call or condition that is too long continues under its opening parenthesis.
    public static string Wrapped(string line)
    {
        if (line.Length <= LineLength) return line;
        var indent = new string(' ', line.IndexOf('(', StringComparison.Ordinal) + 1);
        var text = new StringBuilder();
        while (line.Length > LineLength)
        {
            int cut = Math.Max(line.LastIndexOf(", ", LineLength, StringComparison.Ordinal) + 1, line.LastIndexOf("|| ", LineLength, StringComparison.Ordinal) + 2);
            if (cut <= indent.Length + 2) break;
            text.Append(line[..cut].TrimEnd()).Append('\n');
            line = indent + line[cut..].TrimStart();
        }
        return text.Append(line).ToString();
    }

    const string s_hash = """
        static uint64_t rotate(uint64_t x, int n)
        {
            return (x << n) | (x >> (64 - n));
        }

        static uint64_t read64(const unsigned char *p)
        {
            uint64_t x;
            memcpy(&x, p, sizeof x);
            return x;
        }

        static uint32_t read32(const unsigned char *p)
        {
            uint32_t x;
            memcpy(&x, p, sizeof x);
            return x;
        }

        static uint64_t xxh64_round(uint64_t lane, uint64_t input)
        {
            return rotate(lane + input * UINT64_C(0xC2B2AE3D27D4EB4F), 31) * UINT64_C(0x9E3779B185EBCA87);
        }

        /* XXH64 with seed 0, after the published specification of xxHash. */
        static uint64_t xxh64(const unsigned char *p, size_t n)
        {
            const uint64_t p1 = UINT64_C(0x9E3779B185EBCA87), p2 = UINT64_C(0xC2B2AE3D27D4EB4F), p3 = UINT64_C(0x165667B19E3779F9);
            const uint64_t p4 = UINT64_C(0x85EBCA77C2B2AE63), p5 = UINT64_C(0x27D4EB2F165667C5);
            const unsigned char *end = p + n;
            uint64_t h = p5;
            if (n >= 32) {
                uint64_t a = p1 + p2, b = p2, c = 0, d = 0 - p1;
                for (; end - p >= 32; p += 32) {
                    a = xxh64_round(a, read64(p));
                    b = xxh64_round(b, read64(p + 8));
                    c = xxh64_round(c, read64(p + 16));
                    d = xxh64_round(d, read64(p + 24));
                }
                h = rotate(a, 1) + rotate(b, 7) + rotate(c, 12) + rotate(d, 18);
                h = (h ^ xxh64_round(0, a)) * p1 + p4;
                h = (h ^ xxh64_round(0, b)) * p1 + p4;
                h = (h ^ xxh64_round(0, c)) * p1 + p4;
                h = (h ^ xxh64_round(0, d)) * p1 + p4;
            }
            h += n;
            for (; end - p >= 8; p += 8) h = rotate(h ^ xxh64_round(0, read64(p)), 27) * p1 + p4;
            if (end - p >= 4) {
                h = rotate(h ^ read32(p) * p1, 23) * p2 + p3;
                p += 4;
            }
            for (; p < end; p++) h = rotate(h ^ *p * p5, 11) * p1;
            h = (h ^ (h >> 33)) * p2;
            h = (h ^ (h >> 29)) * p3;
            return h ^ (h >> 32);
        }

        """;
}
