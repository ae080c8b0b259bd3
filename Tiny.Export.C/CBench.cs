using System.Text;
using Tiny.Lower;
using Tiny.Optimize;
using Tiny.Render;

namespace Tiny.Export.C;

/// <summary>
/// The text of a library that runs kernels in order to measure them: <c>tune_run(i, memory, sizes, times)</c> calls kernel i and gives the processor time of a call in
/// seconds; <c>tune_cool(bytes)</c> fills the caches with other memory; <c>tune_warm(memory, bytes)</c> reads memory; <c>tune_has(variant)</c> says whether this processor
/// runs kernels of a variant, by its place among all.
/// </summary>
static class CBench
{
    const string Macro = "TUNE";

    /// <summary>The variants that a search is for, the highest first: those with vectors. By their places among all.</summary>
    public static IReadOnlyList<(int Variant, TargetProfile Profile)> Variants { get; } =
        [.. CVariant.All.Select((v, i) => (Variant: i, v.Profile, v.OnlyBytes)).Where(v => v.Profile.VectorLanes > 1 && !v.OnlyBytes).Select(v => (v.Variant, v.Profile)).Reverse()];

    /// <summary>The text for kernels of one form of parameters.</summary>
    public static string Text(IReadOnlyList<LinearKernel> kernels)
    {
        var text = new StringBuilder("#define _POSIX_C_SOURCE 200809L\n#include <stddef.h>\n#include <stdint.h>\n#include <stdlib.h>\n#include <time.h>\n");
        text.Append(CSource.Includes).Append(CSource.Levels(Macro)).Append(s_common);
        for (int i = 0; i < CVariant.All.Count; i++)
        {
            var variant = CVariant.All[i];
            var has = variant.Features.Length == 0 ? "1" : string.Join(" && ", variant.Features.Select(f => $"__builtin_cpu_supports(\"{f}\")"));
            text.Append($"#if {variant.Condition(Macro)}\n    if (variant == {i}) return {has};\n#endif\n");
        }
        text.Append("    return 0;\n}\n\n");
        var functions = kernels.Select((k, i) => CRenderer.Render(k with { Name = $"kernel{i}" }, [.. k.Params.Select((_, j) => $"p{j}")], [.. k.Variables.Select((_, j) => $"n{j}")])).ToList();
        text.Append(CRenderer.Prologue(functions.SelectMany(f => f.Helpers))).Append('\n');
        foreach (var function in functions) text.Append(function.Text).Append('\n');
        text.Append("TUNE_EXPORT double tune_run(int which, void *const *p, const int *n, int times)\n{\n    (void)p;\n    (void)n;\n    double start = now();\n    for (int i = 0; i < times; i++) {\n        switch (which) {\n");
        for (int i = 0; i < kernels.Count; i++)
            text.Append($"        case {i}: kernel{i}({string.Join(", ", kernels[i].Params.Select((_, j) => $"p[{j}]").Concat(kernels[i].Variables.Select((_, j) => $"n[{j}]")))}); break;\n");
        return text.Append("        }\n    }\n    return (now() - start) / times;\n}\n").ToString();
    }

    const string s_common = """
        #if defined(_WIN32)
        #define TUNE_EXPORT __declspec(dllexport)
        #else
        #define TUNE_EXPORT __attribute__((visibility("default")))
        #endif

        static double now(void)
        {
        #if defined(CLOCK_THREAD_CPUTIME_ID)
            struct timespec t;
            clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
            return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
        #else
            return (double)clock() / CLOCKS_PER_SEC;
        #endif
        }

        TUNE_EXPORT void tune_cool(size_t bytes)
        {
            static unsigned char *other;
            static unsigned char value;
            if (!other) other = malloc(bytes);
            if (other) memset(other, ++value, bytes);
        }

        TUNE_EXPORT int tune_warm(const unsigned char *p, size_t bytes)
        {
            volatile unsigned char sum = 0;
            for (size_t i = 0; i < bytes; i += 64) sum += p[i];
            return sum;
        }

        TUNE_EXPORT int tune_has(int variant)
        {

        """;
}
