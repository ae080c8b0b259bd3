using System.Text;
using Tiny.Lower;
using Tiny.Render;

namespace Tiny.Export.C;

/// <summary>
/// Kernels as functions for one kind of processor. Those of one form (<see cref="KernelForms"/>) are one function with sizes as arguments, which each of them calls with its
/// own; compilers make each of it where it is called, so sharing saves text and costs nothing.
/// </summary>
sealed class CLevel
{
    // A function of sizes, and the name by which it is called.
    sealed record Form(string Name, CKernel Function);
    sealed record Part(int Kernel, string Text, Form? Form = null);

    readonly List<Part> _parts = [];

    /// <summary>The kernels given by their numbers in the program. How many forms of a name there are is counted on in <paramref name="taken"/>.</summary>
    public CLevel(CVariant variant, IReadOnlyList<(int Kernel, LinearKernel Code)> kernels, CNames names, Dictionary<string, int> taken)
    {
        Variant = variant;
        var forms = KernelForms.Of([.. kernels.Select(k => k.Code)]);
        var members = kernels.Select(k => k.Kernel).Zip(forms).ToLookup(f => f.Second.Code, f => f.First);
        var known = new Dictionary<LinearKernel, Form>();
        var helpers = new List<CHelper>();
        for (int i = 0; i < kernels.Count; i++)
        {
            var ((k, code), (shared, numbers)) = (kernels[i], forms[i]);
            var name = names.Kernel(k) + variant.Suffix;
            if (numbers.IsEmpty)
            {
                var alone = CRenderer.Render(code with { Name = name }, names.Parameters(k).Memory, names.Parameters(k).Variables);
                helpers.AddRange(alone.Helpers);
                _parts.Add(new(k, alone.Text));
                continue;
            }
            if (!known.TryGetValue(shared, out var form))
            {
                var (memory, variables) = names.Parameters([.. members[shared]], shared.Variables);
                string formName = names.Shared(k, taken) + variant.Suffix;
                form = known[shared] = new(formName, CRenderer.Render(shared with { Name = formName }, memory, variables, isShared: true));
                helpers.AddRange(form.Function.Helpers);
            }
            _parts.Add(new(k, CRenderer.Call(code with { Name = name }, names.Parameters(k).Memory, form.Name, numbers), form));
        }
        Helpers = helpers;
    }

    /// <summary>The processors.</summary>
    public CVariant Variant { get; }
    /// <summary>What the functions call.</summary>
    public IReadOnlyList<CHelper> Helpers { get; }
    /// <summary>No kernel is here.</summary>
    public bool IsEmpty => _parts.Count == 0;
    /// <summary>Some kernels share a function.</summary>
    public bool Shares => _parts.Exists(p => p.Form is not null);

    /// <summary>The functions, each shared one before the first that calls it. <paramref name="describe"/> gives a kernel's comment.</summary>
    public void Write(StringBuilder text, Func<int, string> describe)
    {
        var written = new HashSet<Form>();
        bool first = true;
        foreach (var part in _parts)
        {
            if (!first) text.Append('\n');
            first = false;
            if (part.Form is { } form && written.Add(form)) text.Append(form.Function.Text).Append('\n');
            if (Variant.Level == 0) text.Append(describe(part.Kernel));
            text.Append(part.Text);
        }
    }
}
