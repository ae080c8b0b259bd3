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
    // Functions by their variant's level and kernel; null where a lower level has the same.
    readonly Dictionary<(int Level, int Kernel), CKernel> _texts = [];
    readonly Program _program;
    readonly CNames _names;

    public CKernels(Program program, CNames names, int mostLevel, bool plainLoops, Tuning? tuning, CancellationToken cancellation)
    {
        (_program, _names) = (program, names);
        for (int k = 0; k < program.Kernels.Length; k++)
            foreach (var variant in CVariant.All.Where(v => v.Level <= mostLevel))
            {
                cancellation.ThrowIfCancellationRequested();
                var (parameters, variables) = names.Parameters(k);
                var linear = program.Kernels[k].Lower(variant.Profile with { PlainLoops = plainLoops }, tuning);
                var text = CRenderer.Render(linear with { Name = names.Kernel(k) + variant.Suffix }, parameters, variables);
                if (Below(variant.Level, k) is not { } below || !Same(text, variant, below, k)) _texts[(variant.Level, k)] = text;
            }
    }

    /// <summary>Some kernels use vectors.</summary>
    public bool HasVectors => _texts.Keys.Any(t => t.Level > 0);

    /// <summary>Processors differ in kernels, so that a table is chosen.</summary>
    public bool HasTables => _texts.Keys.Any(t => t.Level > 1);

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
        text.Append(CSource.Section("kernels"));
        for (int k = 0; k < _program.Kernels.Length; k++)
        {
            if (k > 0) text.Append('\n');
            Shapes(text, k);
            var plain = _texts[(0, k)].Text;
            text.Append(_texts.TryGetValue((1, k), out var vectors) ? $"#if {_names.Macro}_LEVEL >= 1\n{vectors.Text}#else\n{plain}#endif\n" : plain);
        }
        foreach (var variant in CVariant.All.Skip(2))
        {
            int[] kernels = [.. Enumerable.Range(0, _program.Kernels.Length).Where(k => _texts.ContainsKey((variant.Level, k)))];
            if (kernels.Length == 0) continue;
            text.Append(CSource.Section($"kernels for {variant.Name}")).Append($"#if {_names.Macro}_LEVEL >= {variant.Level}\n\n");
            var own = CHelper.Closure(kernels.SelectMany(k => _texts[(variant.Level, k)].Helpers)).Where(h => known.Add(h.Name)).ToList();
            if (own.Count > 0) text.Append(CHelper.Listing(own)).Append('\n');
            foreach (int k in kernels)
            {
                Shapes(text, k);
                text.Append(_texts[(variant.Level, k)].Text).Append('\n');
            }
            text.Append("#endif\n");
        }
        if (HasTables) Tables(text);
    }

    // The first two levels exclude one another.
    string CommonHelpers(out HashSet<string> known)
    {
        var plain = CHelper.Closure(Helpers(0));
        var vector = CHelper.Closure(Enumerable.Range(0, _program.Kernels.Length).SelectMany(k => _texts.GetValueOrDefault((1, k), _texts[(0, k)]).Helpers));
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

    IEnumerable<CHelper> Helpers(int level) => _texts.Where(t => t.Key.Level == level).OrderBy(t => t.Key.Kernel).SelectMany(t => t.Value.Helpers);

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
        foreach (var variant in CVariant.All.Skip(1).Where(v => v.Level == 1 || _texts.Keys.Any(t => t.Level == v.Level)))
        {
            bool common = variant.Level == 1;
            text.Append(common ? $"\n/* Any processor. */\n" : $"\n#if {macro}_LEVEL >= {variant.Level}\n/* {variant.Name}. */\n")
                .Append($"static const struct {prefix}_kernels {Table(variant)} = {{\n");
            for (int k = 0; k < _program.Kernels.Length; k++)
                text.Append($"    {_names.Kernel(k)}{CVariant.All[Below(variant.Level + 1, k)!.Value].Suffix},\n");
            text.Append("};\n").Append(common ? "" : "#endif\n");
        }
        text.Append($"\n/* The best kernels for this processor. */\nstatic const struct {prefix}_kernels *choose_kernels(void)\n{{\n");
        foreach (var variant in CVariant.All.Skip(2).Reverse().Where(v => _texts.Keys.Any(t => t.Level == v.Level)))
            text.Append($"#if {macro}_LEVEL >= {variant.Level}\n    if ({string.Join("\n        && ", variant.Features.Select(f => $"__builtin_cpu_supports(\"{f}\")"))})\n        return &{Table(variant)};\n#endif\n");
        text.Append($"    return &{Table(CVariant.All[1])};\n}}\n");

        string Table(CVariant variant) => $"kernels_{(variant.Level == 1 ? "any" : variant.Suffix[1..])}";
    }

    // "out [1, 8, 26, 26] from x [1, 1, 28, 28], weight [8, 1, 3, 3]"; of a kernel that several calls share, the first one's.
    void Shapes(StringBuilder text, int kernel)
    {
        var calls = _program.Entries.SelectMany(e => e.Calls).Where(c => c.Kernel == kernel).ToList();
        if (calls.Count == 0) return;
        var parameters = _names.Parameters(kernel).Memory;
        string List(bool written) => string.Join(", ", calls[0].Buffers.Select((id, i) => (id, i))
            .Where(x => _program.Kernels[kernel].Params[x.i].Written == written)
            .Select(x => $"{parameters[x.i]} {_program.Buffers[x.id].Shape}{(_program.Kernels[kernel].Params[x.i].InPlace ? " in place" : "")}"));
        var reads = List(false);
        text.Append(CSource.Comment($"{List(true)}{(reads.Length > 0 ? " from " : "")}{reads}{(calls.Count > 1 ? $"; used {calls.Count} times" : "")}", ""));
    }
}
