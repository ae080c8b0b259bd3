using System.Text;
using Tiny.Jit;
using Tiny.Lower;
using Tiny.Render;

namespace Tiny.Export.C;

/// <summary>
/// All kernels of a program as functions for each kind of processor (<see cref="CVariant"/>), and the tables by which a model calls those of its own.
/// What two kinds have in common is written once.
/// </summary>
sealed class CKernels
{
    // Functions by their variant's level and kernel, each kernel alone; none where a lower level has the same.
    readonly Dictionary<(int Level, int Kernel), CKernel> _texts = [];
    readonly Program _program;
    readonly CNames _names;
    // What all levels may use; what the first two, of which the preprocessor chooses, have for themselves; then the others.
    readonly CLevel _common, _plain, _vectors;
    readonly List<CLevel> _higher = [];

    public CKernels(Program program, CNames names, int mostLevel, bool plainLoops, CancellationToken cancellation)
    {
        (_program, _names) = (program, names);
        CVariant[] variants = [.. CVariant.All.Where(v => v.Level <= mostLevel)];
        var code = new Dictionary<(int Level, int Kernel), LinearKernel>();
        for (int k = 0; k < program.Kernels.Length; k++)
            foreach (var variant in variants)
            {
                cancellation.ThrowIfCancellationRequested();
                var (parameters, sizes) = names.Parameters(k);
                var linear = code[(variant.Level, k)] = program.Kernels[k].Lower(variant.Profile with { PlainLoops = plainLoops });
                var text = CRenderer.Render(linear with { Name = names.Kernel(k) + variant.Suffix }, parameters, sizes);
                if (Below(variant.Level, k) is not { } below || !Same(text, variant, below, k)) _texts[(variant.Level, k)] = text;
            }
        var taken = new Dictionary<string, int>();
        _common = Level(0, k => !_texts.ContainsKey((1, k)), taken);
        _plain = Level(0, k => _texts.ContainsKey((1, k)), new(taken));
        _vectors = Level(1, _ => true, new(taken));
        foreach (var variant in CVariant.All.Skip(2)) _higher.Add(Level(variant.Level, _ => true, []));
        _higher.RemoveAll(l => l.IsEmpty);

        CLevel Level(int level, Func<int, bool> has, Dictionary<string, int> taken) => new(CVariant.All[level],
            [.. Enumerable.Range(0, program.Kernels.Length).Where(k => _texts.ContainsKey((level, k)) && has(k)).Select(k => (k, code[(level, k)]))], names, taken);
    }

    /// <summary>Some kernels use vectors.</summary>
    public bool HasVectors => !_vectors.IsEmpty || HasTables;

    /// <summary>Processors differ in kernels, so that a table is chosen.</summary>
    public bool HasTables => _higher.Count > 0;

    // The highest level under another that has the kernel.
    int? Below(int level, int kernel) => Enumerable.Range(0, level).Reverse().Select(l => (int?)l).FirstOrDefault(l => _texts.ContainsKey((l!.Value, kernel)));

    bool Same(CKernel text, CVariant variant, int below, int kernel)
    {
        return Plain(text.Text, variant) == Plain(_texts[(below, kernel)].Text, CVariant.All[below]);

        static string Plain(string text, CVariant variant) => variant.Attribute is null ? text
            : text.Replace($"static {variant.Attribute} void", "static void", StringComparison.Ordinal).Replace(variant.Suffix + "(", "(", StringComparison.Ordinal);
    }

    /// <summary>Helpers and kernels, level by level.</summary>
    public void Write(StringBuilder text)
    {
        var helpers = CommonHelpers(out var known);
        if (helpers.Length > 0) text.Append(CSource.Section("helpers")).Append(helpers);
        if (_common.Shares || _plain.Shares || _vectors.Shares || _higher.Exists(l => l.Shares)) text.Append(CSource.Section("functions of sizes")).Append(s_sized);
        if (!_common.IsEmpty)
        {
            text.Append(CSource.Section("kernels"));
            _common.Write(text, Shapes);
        }
        if (!_plain.IsEmpty)
        {
            text.Append(CSource.Section("kernels in C99")).Append($"#if {_names.Macro}_LEVEL < 1\n\n");
            _plain.Write(text, Shapes);
            text.Append("\n#else\n").Append(CSource.Section("kernels for vectors of 128 bits"));
            _vectors.Write(text, Shapes);
            text.Append("\n#endif\n");
        }
        foreach (var level in _higher)
        {
            text.Append(CSource.Section($"kernels for {level.Variant.Name}")).Append($"#if {_names.Macro}_LEVEL >= {level.Variant.Level}\n\n");
            var own = CHelper.Closure(level.Helpers).Where(h => known.Add(h.Name)).ToList();
            if (own.Count > 0) text.Append(CHelper.Listing(own)).Append('\n');
            level.Write(text, Shapes);
            text.Append("\n#endif\n");
        }
        if (HasTables) Tables(text);
    }

    const string s_sized = """
        /* Kernels that differ in sizes alone are one function of these, which compilers make for each of them where it is called. */
        #if defined(__GNUC__)
        #define SIZED static inline __attribute__((always_inline))
        #else
        #define SIZED static inline
        #endif

        """;

    // The first two levels exclude one another.
    string CommonHelpers(out HashSet<string> known)
    {
        var plain = CHelper.Closure([.. _common.Helpers, .. _plain.Helpers]);
        var vector = CHelper.Closure([.. _common.Helpers, .. _vectors.Helpers]);
        var both = plain.Select(h => h.Name).Intersect(vector.Select(h => h.Name)).ToHashSet();
        known = [.. vector.Select(h => h.Name)];
        var text = new StringBuilder(CHelper.Listing(plain.Where(h => both.Contains(h.Name))));
        var onlyVector = CHelper.Listing(vector.Where(h => !both.Contains(h.Name)));
        var onlyPlain = CHelper.Listing(plain.Where(h => !both.Contains(h.Name)));
        if (text.Length > 0 && onlyVector.Length + onlyPlain.Length > 0) text.Append('\n');
        if (onlyVector.Length > 0)
            text.Append($"#if {_names.Macro}_LEVEL >= 1\n").Append(onlyVector).Append(onlyPlain.Length > 0 ? "#else\n" : "").Append(onlyPlain).Append("#endif\n");
        else if (onlyPlain.Length > 0)
            text.Append($"#if {_names.Macro}_LEVEL < 1\n").Append(onlyPlain).Append("#endif\n");
        return text.ToString();
    }

    // A struct of pointers; one value for each kind of processor; the function that chooses one.
    void Tables(StringBuilder text)
    {
        var (prefix, macro) = (_names.Prefix, _names.Macro);
        text.Append(CSource.Section("choice of kernels")).Append($"struct {prefix}_kernels {{\n");
        for (int k = 0; k < _program.Kernels.Length; k++)
        {
            var types = _program.Kernels[k].Params.Select(p => $"{(p.Written ? "" : "const ")}{CRenderer.MemoryType(p.DType)} *")
                .Concat(_program.Kernels[k].Variables.Select(_ => "int"));
            text.Append(CSource.Wrapped($"    void (*{_names.Kernel(k)})({string.Join(", ", types)});\n"));
        }
        text.Append("};\n");
        foreach (var variant in _higher.Select(l => l.Variant).Prepend(CVariant.All[1]))
        {
            bool common = variant.Level == 1;
            text.Append(common ? $"\n/* Any processor. */\n" : $"\n#if {macro}_LEVEL >= {variant.Level}\n/* {variant.Name}. */\n")
                .Append($"static const struct {prefix}_kernels {Table(variant)} = {{\n");
            for (int k = 0; k < _program.Kernels.Length; k++)
                text.Append($"    {_names.Kernel(k)}{CVariant.All[Below(variant.Level + 1, k)!.Value].Suffix},\n");
            text.Append("};\n").Append(common ? "" : "#endif\n");
        }
        text.Append($"\n/* The best kernels for this processor. */\nstatic const struct {prefix}_kernels *choose_kernels(void)\n{{\n");
        foreach (var variant in _higher.Select(l => l.Variant).Reverse())
            text.Append($"#if {macro}_LEVEL >= {variant.Level}\n    if ({string.Join("\n        && ", variant.Features.Select(f => $"__builtin_cpu_supports(\"{f}\")"))})\n        return &{Table(variant)};\n#endif\n");
        text.Append($"    return &{Table(CVariant.All[1])};\n}}\n");

        string Table(CVariant variant) => $"kernels_{(variant.Level == 1 ? "any" : variant.Suffix[1..])}";
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
