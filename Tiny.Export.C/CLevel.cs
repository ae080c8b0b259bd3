using System.Text;
using Tiny.Lower;
using Tiny.Render;

namespace Tiny.Export.C;

/// <summary>
/// Kernels as functions for one kind of processor. Those of one form (<see cref="KernelForms"/>) are one function with sizes as arguments, which each of them calls with its
/// own; compilers make each of it where it is called, so sharing saves text and costs nothing. A kernel that threads may share is a call, too: of a function that is told the
/// iterations to run.
/// </summary>
sealed class CLevel
{
    // A function of sizes, the name by which it is called, and whether it is told the iterations to run.
    sealed record Form(string Name, CKernel Function, bool Spans);
    sealed record Part(int Kernel, string Text, Form? Form = null);

    readonly List<Part> _parts = [];

    /// <summary>
    /// The kernels given by their numbers in the program, those that run <paramref name="inParts"/> among them. How many functions of a name there are is counted on in <paramref name="taken"/>.
    /// </summary>
    public CLevel(CVariant variant, IReadOnlyList<(int Kernel, LinearKernel Code)> kernels, Func<int, bool> inParts, CNames names, Dictionary<string, int> taken)
    {
        Variant = variant;
        var forms = KernelForms.Of([.. kernels.Select(k => k.Code)]);
        var members = kernels.Select(k => k.Kernel).Zip(forms).ToLookup(f => f.Second.Code, f => f.First);
        var known = new Dictionary<LinearKernel, Form>();
        var helpers = new List<CHelper>();
        for (int i = 0; i < kernels.Count; i++)
        {
            var ((k, code), (shared, numbers)) = (kernels[i], forms[i]);
            code = code with { Name = names.Kernel(k) + variant.Suffix };
            var own = names.Parameters(k);
            if (numbers.IsEmpty && !inParts(k))
            {
                var alone = CRenderer.Render(code, own.Memory, own.Variables);
                helpers.AddRange(alone.Helpers);
                _parts.Add(new(k, alone.Text));
                continue;
            }
            if (!known.TryGetValue(shared, out var form))
            {
                var all = members[shared].ToList();
                var (memory, variables, bounds) = names.Parameters(all, shared.Variables);
                string name = names.Shared(k, numbers.IsEmpty ? "span" : "sized", taken) + variant.Suffix;
                bool spans = all.Exists(m => inParts(m)) && ParallelLoop.Of(shared) is not null;
                form = known[shared] = new(name, CRenderer.Render(shared with { Name = name }, memory, variables, isShared: true, spans ? bounds : null), spans);
                helpers.AddRange(form.Function.Helpers);
            }
            var text = inParts(k) ? CRenderer.CallPart(code, form.Name, numbers) : CRenderer.Call(code, own.Memory, form.Name, numbers, form.Spans);
            _parts.Add(new(k, text, form));
        }
        Helpers = helpers;
    }

    /// <summary>The processors.</summary>
    public CVariant Variant { get; }
    /// <summary>What the functions call.</summary>
    public IReadOnlyList<CHelper> Helpers { get; }
    /// <summary>No kernel is here.</summary>
    public bool IsEmpty => _parts.Count == 0;
    /// <summary>Some kernels are calls of another function.</summary>
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
