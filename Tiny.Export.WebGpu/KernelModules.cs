using System.Globalization;
using System.Text;
using Tiny.Jit;
using Tiny.Lower;
using Tiny.Optimize;
using Tiny.Render;

namespace Tiny.Export.WebGpu;

/// <summary>
/// A WGSL module. <paramref name="Access"/> has a letter for each binding: <c>w</c> bound writable, <c>r</c> read-only, and <c>u</c> the sizes, named
/// by <paramref name="Sizes"/> in their order. <paramref name="Groups"/> is JavaScript: workgroups in x and y, or a function of sizes that gives threads.
/// </summary>
internal sealed record KernelModule(string Name, string Code, string Entry, string Access, string Groups, string Sizes);

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

    public static KernelModules Render(Program program, TargetProfile profile, CancellationToken cancellation)
    {
        var result = new KernelModules();
        var names = new HashSet<string>(StringComparer.Ordinal);
        var rendered = new Dictionary<(int Kernel, string Access), KernelModule>();
        var lowered = new Dictionary<int, LinearKernel>();
        var calls = program.Entries.SelectMany((e, i) => e.Calls.Select((c, j) => (Call: c, Key: (i, j)))).ToList();
        var uses = calls.CountBy(c => c.Call.Kernel).ToDictionary();
        foreach (var (call, key) in calls)
        {
            cancellation.ThrowIfCancellationRequested();
            string access = string.Concat(call.Buffers.Select(b => program.Buffers[b].Role == BufferRole.Constant ? 'r' : 'w'));
            if (!rendered.TryGetValue((call.Kernel, access), out var module))
            {
                if (!lowered.TryGetValue(call.Kernel, out var kernel))
                    lowered[call.Kernel] = kernel = program.Kernels[call.Kernel].Lower(profile);
                module = Module(program, call, kernel, access, shared: uses[call.Kernel] > 1);
                if (result._all.Find(m => m == module with { Name = m.Name }) is { } same) module = same;
                else
                {
                    module = module with { Name = Unique(names, JsText.Identifier(kernel.Name)) };
                    result._all.Add(module);
                }
                rendered[(call.Kernel, access)] = module;
            }
            result._ofCall[key] = module;
        }
        return result;
    }

    // Bindings of a kernel that is launched once have the names of its buffers; those of a shared one say only what they are.
    static KernelModule Module(Program program, ProgramCall call, LinearKernel kernel, string access, bool shared)
    {
        var identifiers = Identifiers.ForWgsl();
        kernel = kernel with { Name = identifiers.Of(kernel.Name) };
        var bindings = call.Buffers.Select((b, i) => new WgslBinding(
            identifiers.Of(shared ? kernel.Params[i].Written ? "result" : "operand" : program.Buffers[b].Name), access[i] == 'w')).ToList();
        string sizes = kernel.UsesVariables ? string.Join(", ", kernel.Variables.Select(v => JsText.Quote(v.Name))) : "";
        return new("", WgslRenderer.Render(kernel, bindings), kernel.Name, sizes.Length > 0 ? access + "u" : access, Groups(kernel), sizes);
    }

    static string Groups(LinearKernel kernel)
    {
        if (kernel.GridExtent.IsSymbolic) return $"(s) => {JsText.Size(kernel.GridExtent)}";
        var (x, y) = WgslRenderer.DispatchSize(kernel);
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
        foreach (var m in _all)
        {
            string code = JsText.Template("\n" + m.Code.ReplaceLineEndings("\n"));
            text.Append("\nexport const ").Append(m.Name).Append(" = /* wgsl */ ").Append(code).Append(";\n");
        }
        return header.Script(text.Length == 0 ? "\nexport {};\n" : text.ToString());
    }
}
