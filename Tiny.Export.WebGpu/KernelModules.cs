using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using Tiny.Jit;
using Tiny.Lower;
using Tiny.Optimize;
using Tiny.Render;

namespace Tiny.Export.WebGpu;

/// <summary>
/// A WGSL module and how it is launched. <paramref name="Text"/> is the name of its code, which kernels of one form share; <paramref name="Numbers"/> are what tells them apart.
/// <paramref name="Access"/> has a letter for each binding: <c>w</c> bound writable, <c>r</c> read-only, and <c>u</c> the numbers, or the sizes, named
/// by <paramref name="Sizes"/> in their order. <paramref name="Groups"/> is JavaScript: workgroups in x and y, or a function of sizes that gives threads.
/// </summary>
internal sealed record KernelModule(string Name, string Text, string Code, string Access, string Groups, string Sizes, string Numbers)
{
    /// <summary>Its row in a table of kernels.</summary>
    public string Row
    {
        get
        {
            string numbers = Sizes.Length > 0 ? $", [{Sizes}]" : Numbers.Length > 0 ? $", [{Numbers}]" : "";
            string text = Text == Name ? "" : $"{(numbers.Length > 0 ? "" : ", 0")}, {JsText.Quote(Text)}";
            return $"{Name}: [{JsText.Quote(Access)}, {Groups}{numbers}{text}],";
        }
    }
}

/// <summary>
/// The WGSL of a program, one module for each different text. A kernel whose calls read now weights, now working memory
/// needs a module for each way of binding.
/// </summary>
internal sealed partial class KernelModules
{
    // A module has one, which the runtime need not name.
    const string Entry = "main";
    // No kernel's name.
    const string Table = "kernels";

    readonly Dictionary<(int Entry, int Call), KernelModule> _ofCall = [];
    readonly List<KernelModule> _all = [];

    /// <summary>Every module, in the order of first use.</summary>
    public IReadOnlyList<KernelModule> All => _all;

    /// <summary>The module that a call of an entry point launches.</summary>
    public KernelModule Of(int entry, int call) => _ofCall[(entry, call)];

    public static KernelModules Render(Program program, TargetProfile profile, Tuning? tuning, CancellationToken cancellation)
    {
        var result = new KernelModules();
        var names = new HashSet<string>(StringComparer.Ordinal) { Table };
        var rendered = new Dictionary<(int Kernel, string Access), KernelModule>();
        var calls = program.Entries.SelectMany((e, i) => e.Calls.Select((c, j) => (Call: c, Key: (i, j)))).ToList();
        var forms = Forms(program, profile, tuning, cancellation);
        foreach (var (call, key) in calls)
        {
            string access = string.Concat(call.Buffers.Select(b => program.Buffers[b].Role == BufferRole.Constant ? 'r' : 'w'));
            if (!rendered.TryGetValue((call.Kernel, access), out var module))
            {
                var (name, form) = (program.Kernels[call.Kernel].Name, forms[call.Kernel]);
                module = Module(form, access);
                if (result._all.Find(m => m == module with { Name = m.Name, Text = m.Text }) is { } same) module = same;
                else
                {
                    module = module with { Name = Unique(names, JsText.Identifier(name)) };
                    module = module with { Text = result._all.Find(m => m.Code == module.Code)?.Text ?? module.Name };
                    result._all.Add(module);
                }
                rendered[(call.Kernel, access)] = module;
            }
            result._ofCall[key] = module;
        }
        return result;
    }

    static IReadOnlyList<KernelForm> Forms(Program program, TargetProfile profile, Tuning? tuning, CancellationToken cancellation) => KernelForms.Of([.. program.Kernels.Select(k =>
    {
        cancellation.ThrowIfCancellationRequested();
        return k.Lower(profile, tuning);
    })]);

    // The text has no names of its program's, so that it serves every kernel that does the same.
    static KernelModule Module(KernelForm form, string access)
    {
        var identifiers = Identifiers.ForWgsl();
        var kernel = form.Code with { Name = identifiers.Of(Entry) };
        var bindings = kernel.Params.Select((p, i) => new WgslBinding(identifiers.Of(p.Written ? "result" : "operand"), access[i] == 'w')).ToList();
        bool ownNumbers = form.Numbers.Length > 0;
        string sizes = kernel.UsesVariables && !ownNumbers ? string.Join(", ", kernel.Variables.Select(v => JsText.Quote(v.Name))) : "";
        return new("", "", WgslRenderer.Render(kernel, bindings), kernel.UsesVariables ? access + "u" : access, Groups(form), sizes, string.Join(", ", form.Numbers));
    }

    static string Groups(KernelForm form)
    {
        var kernel = form.Code;
        if (kernel.GridExtent.IsSymbolic && form.Numbers.IsEmpty) return $"(s) => {JsText.Size(kernel.GridExtent)}";
        var (x, y) = WgslRenderer.DispatchSize(kernel, kernel.Variables.Zip(form.Numbers).ToDictionary());
        return y == 1 ? x.ToString(CultureInfo.InvariantCulture) : string.Create(CultureInfo.InvariantCulture, $"[{x}, {y}]");
    }

    static string Unique(HashSet<string> taken, string name)
    {
        string unique = name;
        for (int i = 2; !taken.Add(unique); i++) unique = $"{name}_{i}";
        return unique;
    }

    /// <summary>The file <c>NAME.wgsl.js</c>.</summary>
    public string Write(FileHeader header)
    {
        string text = Texts(_all);
        return header.Script(text.Length == 0 ? "\nexport {};\n" : text);
    }

    /// <summary>
    /// The file of kernels that have another form than in <paramref name="plain"/>, the same program's: their part of the table of kernels, and their texts. Null where there are none.
    /// </summary>
    public string? WriteOthers(KernelModules plain, FileHeader header)
    {
        var others = new List<KernelModule>();
        foreach (var calls in _ofCall.GroupBy(c => plain._ofCall[c.Key].Name))
        {
            // Calls that are one kernel there might be several here, and then stay what they are.
            if (calls.Select(c => c.Value).Distinct().ToList() is not [var one] || one.Code == plain._ofCall[calls.First().Key].Code) continue;
            others.Add(one with { Name = calls.Key, Text = others.Find(m => m.Code == one.Code)?.Text ?? calls.Key });
        }
        return others.Count == 0 ? null : header.Script($"\nexport const {Table} = {{\n{string.Concat(others.Select(m => m.Row + "\n"))}}};\n{Texts(others)}");
    }

    static string Texts(IEnumerable<KernelModule> modules) => string.Concat(modules.Where(m => m.Text == m.Name)
        .Select(m => $"\nexport const {m.Name} = /* wgsl */ {JsText.Template(Margin().Replace("\n" + m.Code.ReplaceLineEndings("\n"), "\n"))};\n"));

    // Nobody would load indentation and comments.
    [GeneratedRegex(@"\n(?:\s+|// .*\n)+")]
    private static partial Regex Margin();
}
