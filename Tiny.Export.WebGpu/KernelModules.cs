using System.Globalization;
using System.Text;
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
internal sealed record KernelModule(string Name, string Text, string Code, string Entry, string Access, string Groups, string Sizes, string Numbers);

/// <summary>
/// The WGSL of a program, one module for each different text. A kernel whose calls read now weights, now working memory
/// needs a module for each way of binding.
/// </summary>
internal sealed class KernelModules
{
    readonly Dictionary<(int Entry, int Call), KernelModule> _ofCall = [];
    readonly List<KernelModule> _all = [];

    /// <summary>Every module, in the order of first use.</summary>
    public IReadOnlyList<KernelModule> All => _all;

    /// <summary>The module that a call of an entry point launches.</summary>
    public KernelModule Of(int entry, int call) => _ofCall[(entry, call)];

    public static KernelModules Render(Program program, TargetProfile profile, Tuning? tuning, CancellationToken cancellation)
    {
        var result = new KernelModules();
        var names = new HashSet<string>(StringComparer.Ordinal);
        var rendered = new Dictionary<(int Kernel, string Access), KernelModule>();
        var calls = program.Entries.SelectMany((e, i) => e.Calls.Select((c, j) => (Call: c, Key: (i, j)))).ToList();
        var forms = Forms(program, profile, tuning, cancellation);
        var uses = calls.CountBy(c => forms[c.Call.Kernel].Code).ToDictionary();
        foreach (var (call, key) in calls)
        {
            string access = string.Concat(call.Buffers.Select(b => program.Buffers[b].Role == BufferRole.Constant ? 'r' : 'w'));
            if (!rendered.TryGetValue((call.Kernel, access), out var module))
            {
                var (name, form) = (program.Kernels[call.Kernel].Name, forms[call.Kernel]);
                module = Module(program, call, form, access, shared: uses[form.Code] > 1);
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

    // Bindings of a kernel that is launched once have the names of its buffers; those of a shared one say only what they are.
    static KernelModule Module(Program program, ProgramCall call, KernelForm form, string access, bool shared)
    {
        var identifiers = Identifiers.ForWgsl();
        var kernel = form.Code with { Name = identifiers.Of(form.Code.Name) };
        var bindings = call.Buffers.Select((b, i) => new WgslBinding(
            identifiers.Of(shared ? kernel.Params[i].Written ? "result" : "operand" : program.Buffers[b].Name), access[i] == 'w')).ToList();
        bool ownNumbers = form.Numbers.Length > 0;
        string sizes = kernel.UsesVariables && !ownNumbers ? string.Join(", ", kernel.Variables.Select(v => JsText.Quote(v.Name))) : "";
        return new("", "", WgslRenderer.Render(kernel, bindings), kernel.Name, kernel.UsesVariables ? access + "u" : access, Groups(form), sizes, string.Join(", ", form.Numbers));
    }

    static string Groups(KernelForm form)
    {
        var kernel = form.Code;
        if (kernel.GridExtent.IsSymbolic && form.Numbers.IsEmpty) return $"(s) => {JsText.Size(kernel.GridExtent)}";
        var (x, y) = WgslRenderer.DispatchSize(kernel, kernel.Variables.Zip(form.Numbers).ToDictionary());
        return string.Create(CultureInfo.InvariantCulture, $"[{x}, {y}]");
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
        var text = new StringBuilder();
        foreach (var m in _all.Where(m => m.Text == m.Name))
        {
            string code = JsText.Template("\n" + m.Code.ReplaceLineEndings("\n"));
            text.Append("\nexport const ").Append(m.Name).Append(" = /* wgsl */ ").Append(code).Append(";\n");
        }
        return header.Script(text.Length == 0 ? "\nexport {};\n" : text.ToString());
    }
}
