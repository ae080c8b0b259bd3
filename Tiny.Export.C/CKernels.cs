using System.Text;
using Tiny.Jit;
using Tiny.Lower;
using Tiny.Optimize;
using Tiny.Render;

namespace Tiny.Export.C;

/// <summary>
/// All kernels of a program as functions for each kind of processor (<see cref="CVariant"/>), and the tables by which a model calls those of its own.
/// What two kinds have in common is written once.
/// </summary>
sealed class CKernels
{
    // Functions by variant and kernel; none where the variant's base has the same.
    readonly Dictionary<(string Variant, int Kernel), CKernel> _texts = [];
    readonly Program _program;
    readonly CNames _names;
    // Sections of the file, in order; which choices of the preprocessor have each (one bit a variant), all where the processor is asked.
    readonly List<(CLevel Level, int Chosen)> _sections = [];

    public CKernels(Program program, CNames names, int mostLevel, bool plainLoops, Tuning? tuning, CancellationToken cancellation)
    {
        (_program, _names) = (program, names);
        var code = new Dictionary<(CVariant, int), LinearKernel>();
        for (int k = 0; k < program.Kernels.Length; k++)
            foreach (var variant in CVariant.All.Where(v => v.Level <= mostLevel))
            {
                cancellation.ThrowIfCancellationRequested();
                if (variant.OnlyBytes && program.Kernels[k].Params.All(p => p.DType.Size > 1)) continue;
                var (parameters, variables, _) = names.Parameters(k);
                var linear = code[(variant, k)] = program.Kernels[k].Lower(variant.Profile with { PlainLoops = plainLoops }, tuning);
                var text = CRenderer.RenderStatements(linear with { Name = names.Kernel(k) + variant.Suffix }, parameters, variables);
                if (variant.Base is null || !Same(text, variant, Owner(variant.Base, k), k)) _texts[(variant.Name, k)] = text;
            }
        Parts = [.. Enumerable.Range(0, program.Kernels.Length).Select(k => PartsOf(program.Kernels[k], CVariant.All.Where(v => code.ContainsKey((v, k))).Select(v => code[(v, k)])))];
        var taken = new Dictionary<string, int>();
        foreach (var variant in CVariant.ByCompiler)
            foreach (var group in Kernels(variant).GroupBy(k => Chosen(variant, k)).OrderByDescending(g => int.PopCount(g.Key)))
                _sections.Add((Level(variant, group, taken), group.Key));
        foreach (var variant in CVariant.ByProcessor.Where(HasOwn)) _sections.Add((Level(variant, Kernels(variant), []), -1));

        IEnumerable<int> Kernels(CVariant variant) => Enumerable.Range(0, program.Kernels.Length).Where(k => Own(variant, k) is not null);
        int Chosen(CVariant variant, int kernel) => CVariant.ByCompiler.Select((v, i) => Owner(v, kernel) == variant ? 1 << i : 0).Sum();
        CLevel Level(CVariant variant, IEnumerable<int> kernels, Dictionary<string, int> taken) => new(variant, [.. kernels.Select(k => (k, code[(variant, k)]))], k => Parts[k] > 1, names, taken);
    }

    // Lines of code below which a kernel is not worth sharing, about 10 microseconds; the fewest in a part, about 3. Threads wait for the one that has the last part:
    // of many parts that is short.
    const double FewestLines = 49152, FewestOfPart = 16384;
    const int MostParts = 128;

    /// <summary>Into how many parts threads may share each kernel; 1 for those that the caller runs.</summary>
    public IReadOnlyList<int> Parts { get; }

    /// <summary>Threads may share kernels.</summary>
    public bool HasParts => Parts.Any(p => p > 1);

    // On the processor that is through with it first.
    static int PartsOf(Kernel kernel, IEnumerable<LinearKernel> code)
    {
        if (!kernel.Variables.IsEmpty) return 1;
        var loops = code.Select(ParallelLoop.Of).OfType<ParallelLoop>().ToList();
        if (loops.Count == 0) return 1;
        double lines = loops.Min(l => l.Lines * (l.Range.Max + 1));
        return lines < FewestLines ? 1 : (int)Math.Min(Math.Min(lines / FewestOfPart, MostParts), loops.Max(l => l.Iterations));
    }

    /// <summary>Some kernels use vectors.</summary>
    public bool HasVectors => _texts.Keys.Any(t => t.Variant != CVariant.Plain.Name);

    /// <summary>Processors differ in kernels, so that a table is chosen.</summary>
    public bool HasTables => CVariant.ByProcessor.Any(HasOwn);

    /// <summary>Some kernels have a form of their own for this kind of processor.</summary>
    public bool HasOwn(CVariant variant) => _texts.Keys.Any(t => t.Variant == variant.Name);

    CKernel? Own(CVariant variant, int kernel) => _texts.GetValueOrDefault((variant.Name, kernel));

    // The variant whose function this one calls.
    CVariant Owner(CVariant variant, int kernel)
    {
        while (Own(variant, kernel) is null) variant = variant.Base!;
        return variant;
    }

    bool Same(CKernel text, CVariant variant, CVariant below, int kernel)
    {
        // Helpers of one name are one text, unless a processor has an instruction for it.
        var under = Own(below, kernel)!;
        return Plain(text.Text, variant) == Plain(under.Text, below)
            && (variant.Attribute is not null || CHelper.Listing(CHelper.Closure(text.Helpers)) == CHelper.Listing(CHelper.Closure(under.Helpers)));

        static string Plain(string text, CVariant variant) => variant.Attribute is null ? text
            : text.Replace($"static {variant.Attribute} void", "static void", StringComparison.Ordinal).Replace(variant.Suffix + "(", "(", StringComparison.Ordinal);
    }

    /// <summary>Helpers and kernels, first those that the preprocessor chooses among.</summary>
    public void Write(StringBuilder text)
    {
        var helpers = CommonHelpers(out var known);
        if (helpers.Length > 0) text.Append(CSource.Section("helpers")).Append(helpers);
        if (HasParts) text.Append(CSource.Section("kernels in parts")).Append(s_parts);
        if (_sections.Exists(s => s.Level.Shares)) text.Append(CSource.Section("functions that kernels share")).Append(s_sized);
        foreach (var (level, chosen) in _sections)
        {
            var condition = chosen < 0 ? level.Variant.Condition(_names.Macro) : Condition(chosen);
            text.Append(CSource.Section(condition is null ? "kernels" : $"kernels for {level.Variant.Name}"));
            if (condition is not null) text.Append($"#if {condition}\n\n");
            if (chosen < 0)
            {
                var own = CHelper.Closure(level.Helpers).Where(h => known.Add(h.Name)).ToList();
                if (own.Count > 0) text.Append(CHelper.Listing(own)).Append('\n');
            }
            level.Write(text, Shapes);
            if (condition is not null) text.Append("\n#endif\n");
        }
        if (HasTables) Tables(text);
    }

    const string s_parts = """
        /* A kernel that threads may share: the addresses of its memory, which part of it to run, and how many parts it is divided into. The parts write different
         * elements, or the same elements the same, and which thread runs them changes nothing. */
        typedef void kernel_part(const void *const *p, int part, int parts);

        """;

    const string s_sized = """
        /* A function that kernels call, with sizes if they differ in these alone: compilers make it for each of them where it is called. */
        #if defined(__GNUC__)
        #define SIZED static inline __attribute__((always_inline))
        #else
        #define SIZED static inline
        #endif

        """;

    // What the preprocessor chooses among excludes one another: each helper once, where one of those that need it is chosen.
    string CommonHelpers(out HashSet<string> known)
    {
        var needed = CVariant.ByCompiler.Select((_, i) => CHelper.Closure(_sections.Where(s => s.Chosen >= 0 && (s.Chosen >> i & 1) == 1).SelectMany(s => s.Level.Helpers))).ToList();
        // Functions that are chosen by the processor come after those of the base that they have in common.
        known = [.. needed[CVariant.ByCompiler.ToList().IndexOf(CVariant.Vectors)].Select(h => h.Name)];
        var text = new StringBuilder();
        // What needs a helper is chosen no more often than that is.
        foreach (var group in needed.SelectMany(n => n).DistinctBy(h => (h.Name, h.Text)).GroupBy(Users).OrderByDescending(g => int.PopCount(g.Key)).ThenBy(g => g.Key))
        {
            if (text.Length > 0) text.Append('\n');
            var condition = Condition(group.Key);
            text.Append(condition is null ? "" : $"#if {condition}\n").Append(CHelper.Listing(group)).Append(condition is null ? "" : "#endif\n");
        }
        return text.ToString();

        // One bit a variant.
        int Users(CHelper helper) => Enumerable.Range(0, needed.Count).Where(i => needed[i].Any(h => h.Name == helper.Name && h.Text == helper.Text)).Sum(i => 1 << i);
    }

    // That one of these variants is chosen, of which each takes what the one after it leaves: null where that is always so.
    string? Condition(int variants)
    {
        var all = CVariant.ByCompiler;
        var parts = new List<string>();
        for (int i = 0; i < all.Count; i++)
        {
            if ((variants >> i & 1) == 0) continue;
            int last = i;
            while (last + 1 < all.Count && (variants >> (last + 1) & 1) == 1) last++;
            var least = i == 0 ? null : all[i].Condition(_names.Macro);
            var most = last + 1 == all.Count ? null : $"!({all[last + 1].Condition(_names.Macro)})";
            if (least is null && most is null) return null;
            parts.Add(least is null ? most! : most is null ? least : $"{least} && {most}");
            i = last;
        }
        return parts.Count == 1 ? parts[0] : string.Join(" || ", parts.Select(p => $"({p})"));
    }

    // A struct of pointers; one value for each kind of processor; the function that chooses one.
    void Tables(StringBuilder text)
    {
        var (prefix, macro) = (_names.Prefix, _names.Macro);
        text.Append(CSource.Section("choice of kernels")).Append($"struct {prefix}_kernels {{\n");
        for (int k = 0; k < _program.Kernels.Length; k++)
        {
            if (Parts[k] > 1)
            {
                text.Append($"    kernel_part *{_names.Kernel(k)};\n");
                continue;
            }
            var types = _program.Kernels[k].Params.Select(p => $"{(p.Written ? "" : "const ")}{CRenderer.MemoryType(p.DType)} *")
                .Concat(_program.Kernels[k].Variables.Select(_ => "int"));
            text.Append(CSource.Wrapped($"    void (*{_names.Kernel(k)})({string.Join(", ", types)});\n"));
        }
        text.Append("};\n");
        foreach (var variant in CVariant.ByProcessor.Where(HasOwn).Prepend(CVariant.Vectors))
        {
            bool common = variant == CVariant.Vectors;
            text.Append(common ? $"\n/* Any processor. */\n" : $"\n#if {variant.Condition(macro)}\n/* {variant.Name}. */\n")
                .Append($"static const struct {prefix}_kernels {Table(variant)} = {{\n");
            for (int k = 0; k < _program.Kernels.Length; k++)
                text.Append($"    {_names.Kernel(k)}{Owner(variant, k).Suffix},\n");
            text.Append("};\n").Append(common ? "" : "#endif\n");
        }
        text.Append($"\n/* The best kernels for this processor. */\nstatic const struct {prefix}_kernels *choose_kernels(void)\n{{\n");
        foreach (var variant in CVariant.ByProcessor.Where(HasOwn).Reverse())
            text.Append($"#if {variant.Condition(macro)}\n    if ({string.Join("\n        && ", variant.Features.Select(f => $"__builtin_cpu_supports(\"{f}\")"))})\n        return &{Table(variant)};\n#endif\n");
        text.Append($"    return &{Table(CVariant.Vectors)};\n}}\n");

        string Table(CVariant variant) => $"kernels_{(variant == CVariant.Vectors ? "any" : variant.Suffix[1..])}";
    }

    // "out [1, 8, 26, 26] from x [1, 1, 28, 28], weight [8, 1, 3, 3]"; of a kernel that several calls share, the first one's.
    string Shapes(int kernel)
    {
        var calls = _program.Entries.SelectMany(e => e.Calls).Where(c => c.Kernel == kernel).ToList();
        if (calls.Count == 0) return "";
        var parameters = _names.Parameters(kernel).Memory;
        string List(bool written) => string.Join(", ", calls[0].Buffers.Select((id, i) => (id, i))
            .Where(x => _program.Kernels[kernel].Params[x.i].Written == written)
            .Select(x => $"{parameters[x.i]} {_program.Buffers[x.id].Shape}{(_program.Kernels[kernel].Params[x.i].InPlace ? " in place" : "")}"));
        var reads = List(false);
        return CSource.Comment($"{List(true)}{(reads.Length > 0 ? " from " : "")}{reads}{(calls.Count > 1 ? $"; used {calls.Count} times" : "")}", "");
    }
}
