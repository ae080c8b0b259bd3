using Tiny.Cli.Models;
using Tiny.Jit;

namespace Tiny.Cli.Export;

/// <summary>What <c>--opt</c> changes of how kernels are made: a table of settings.</summary>
static class OptSettings
{
    sealed record Setting(string Form, string Meaning, string? Target, Func<string, ExportTarget, ExportTarget?> OnTarget, Func<ExportContext, ExportContext> OnContext)
    {
        public string Name => Form.Split('=')[0];
    }

    static readonly Setting[] s_all =
    [
        new("noopt", "kernels stay plain loops, small and slow: to read, or to look for errors in", null, (value, target) => value.Length == 0 ? target : null, c => c with { PlainLoops = true }),
        new($"level=0..{CTarget.HighestLevel}", "the highest kind of processor that C has kernels for: C99 alone, vectors of 128 bits, AVX2 and NEON, AVX-512, that with VNNI", "c",
            (value, target) => value is [>= '0' and <= (char)('0' + CTarget.HighestLevel)] ? new CTarget((CTarget)target) { MostLevel = value[0] - '0' } : null, c => c),
        new("direct", "convolutions in C are computed as they are written, not by Winograd's transforms: slower, with smaller errors, and an infinity or NaN stays where it is read", "c",
            (value, target) => value.Length == 0 ? new CTarget((CTarget)target) { FasterForms = false } : null, c => c),
    ];

    /// <summary>All settings, for a reader.</summary>
    public static string Help => string.Join("; ", s_all.Select(s => $"{s.Form}: {s.Meaning}"));

    /// <summary>Targets and their context, changed.</summary>
    /// <exception cref="CommandException">There is no such setting, or it has no such value, or it is for another target.</exception>
    public static (IReadOnlyList<ExportTarget> Targets, ExportContext Context) Apply(IEnumerable<string> given, IReadOnlyList<ExportTarget> targets, ExportContext context)
    {
        foreach (var text in given)
        {
            string[] parts = text.Split('=', 2);
            var setting = Array.Find(s_all, s => s.Name == parts[0]) ?? throw new CommandException($"--opt {text}: there is no '{parts[0]}'; there are: {string.Join(", ", s_all.Select(s => s.Form))}");
            if (setting.Target is { } only && targets.All(t => t.Name != only)) throw new CommandException($"--opt {text}: it is for the target {only}");
            targets = [.. targets.Select(t => setting.Target is { } name && t.Name != name ? t
                : setting.OnTarget(parts.Length > 1 ? parts[1] : "", t) ?? throw new CommandException($"--opt {text}: write {setting.Form}"))];
            context = setting.OnContext(context);
        }
        return (targets, context);
    }
}
