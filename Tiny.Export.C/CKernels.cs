using System.Text;
using Tiny.Jit;
using Tiny.Lower;
using Tiny.Render;

namespace Tiny.Export.C;

/// <summary>
/// All kernels of a program as functions. One that vectors do not change is written once; of the others both texts stand side by side,
/// and each branch of the preprocessor has the helpers that it alone needs.
/// </summary>
sealed record CKernels(bool HasVectors, string Helpers, string Functions)
{
    public static CKernels Render(Program program, CNames names, CancellationToken cancellation)
    {
        var functions = new StringBuilder();
        var (plainHelpers, vectorHelpers) = (new List<CHelper>(), new List<CHelper>());
        bool hasVectors = false;
        for (int k = 0; k < program.Kernels.Length; k++)
        {
            cancellation.ThrowIfCancellationRequested();
            var kernel = program.Kernels[k];
            var (parameters, variables) = names.Parameters(k);
            CKernel Text(LinearKernel linear) => CRenderer.Render(linear with { Name = names.Kernel(k) }, parameters, variables);
            var plain = Text(kernel.Lower(CRenderer.Plain));
            var vectors = Text(kernel.Lower(CRenderer.Gnu128));
            plainHelpers.AddRange(plain.Helpers);
            vectorHelpers.AddRange(vectors.Helpers);
            if (k > 0) functions.Append('\n');
            if (Shapes(program, k, parameters) is { } comment) functions.Append(CSource.Comment(comment, ""));
            if (plain.Text == vectors.Text)
            {
                functions.Append(plain.Text);
                continue;
            }
            hasVectors = true;
            functions.Append($"#ifdef {names.Macro}_VECTORS\n{vectors.Text}#else\n{plain.Text}#endif\n");
        }
        return new CKernels(hasVectors, Prologue(names.Macro, plainHelpers, vectorHelpers), functions.ToString());
    }

    static string Prologue(string macro, IEnumerable<CHelper> plainHelpers, IEnumerable<CHelper> vectorHelpers)
    {
        var plain = CHelper.Closure(plainHelpers);
        var vector = CHelper.Closure(vectorHelpers);
        var both = plain.Select(h => h.Name).Intersect(vector.Select(h => h.Name)).ToHashSet();
        var text = new StringBuilder(CHelper.Listing(plain.Where(h => both.Contains(h.Name))));
        var onlyVector = CHelper.Listing(vector.Where(h => !both.Contains(h.Name)));
        var onlyPlain = CHelper.Listing(plain.Where(h => !both.Contains(h.Name)));
        if (text.Length > 0 && onlyVector.Length + onlyPlain.Length > 0) text.Append('\n');
        if (onlyVector.Length > 0)
            text.Append($"#ifdef {macro}_VECTORS\n").Append(onlyVector).Append(onlyPlain.Length > 0 ? "#else\n" : "").Append(onlyPlain).Append("#endif\n");
        else if (onlyPlain.Length > 0)
            text.Append($"#ifndef {macro}_VECTORS\n").Append(onlyPlain).Append("#endif\n");
        return text.ToString();
    }

    // "out [1, 8, 26, 26] from x [1, 1, 28, 28], weight [8, 1, 3, 3]"; of a kernel that several calls share, the first one's.
    static string? Shapes(Program program, int kernel, IReadOnlyList<string> parameters)
    {
        var calls = program.Entries.SelectMany(e => e.Calls).Where(c => c.Kernel == kernel).ToList();
        if (calls.Count == 0) return null;
        string List(bool written) => string.Join(", ", calls[0].Buffers.Select((id, i) => (id, i))
            .Where(x => program.Kernels[kernel].Params[x.i].Written == written)
            .Select(x => $"{parameters[x.i]} {program.Buffers[x.id].Shape}{(program.Kernels[kernel].Params[x.i].InPlace ? " in place" : "")}"));
        var reads = List(false);
        return $"{List(true)}{(reads.Length > 0 ? " from " : "")}{reads}{(calls.Count > 1 ? $"; used {calls.Count} times" : "")}";
    }
}
