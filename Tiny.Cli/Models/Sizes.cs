using System.Globalization;
using Tiny.Onnx.Model;
using Tiny.Render;

namespace Tiny.Cli.Models;

/// <summary>
/// The shapes of a model's inputs: as it declares them, or as <c>--shape input=1x3xhxw</c> says; sizes that are names are numbers or bounds by <c>--dim h=1..512</c>.
/// A size with bounds is a <see cref="Variable"/>.
/// </summary>
sealed class Sizes
{
    readonly Dictionary<string, Dim> _dims = [];
    readonly List<string> _missing = [];

    Sizes() { }

    /// <summary>The shape of each input.</summary>
    public Dictionary<string, Shape> Shapes { get; } = [];

    /// <summary>Resolves all sizes.</summary>
    /// <param name="inputs">The inputs that are tensors.</param>
    /// <param name="shapes">Options of the form NAME=SHAPE.</param>
    /// <param name="dims">Options of the form NAME=N or NAME=MIN..MAX.</param>
    /// <param name="scope">Where identifiers for variables come from.</param>
    /// <exception cref="CommandException">An option is not understood, or a size is not told; the message says which options to add.</exception>
    public static Sizes Of(IReadOnlyList<OnnxValueInfo> inputs, IEnumerable<string> shapes, IEnumerable<string> dims, Identifiers scope)
    {
        var sizes = new Sizes();
        var given = NamedOption.Parse("--shape", shapes, [.. inputs.Select(i => i.Name)]).ToDictionary(s => s.Key, s => Tokens(s.Key, s.Value));
        string[][] tokens = [.. inputs.Select(i => given.GetValueOrDefault(i.Name) ?? [.. (i.Type?.Dims ?? []).Select(d => d.ToString())])];
        var names = tokens.SelectMany(t => t).Concat(inputs.SelectMany(i => i.Type?.Dims ?? []).Select(d => d.Name ?? "")).Where(t => t.Length > 0 && t != "?" && !char.IsAsciiDigit(t[0])).Distinct().ToList();
        foreach (var (name, value) in NamedOption.Parse("--dim", dims, names)) sizes._dims[name] = Size(name, value, scope);
        // A number in the place of a name is that name's size everywhere.
        foreach (var (input, shape) in inputs.Zip(tokens))
            if (given.ContainsKey(input.Name) && input.Type?.Dims is { } declared && declared.Count == shape.Length)
                for (int i = 0; i < shape.Length; i++)
                    if (declared[i].Name is { Length: > 0 } name && Number(shape[i]) is { } size) sizes._dims.TryAdd(name, size);
        for (int k = 0; k < inputs.Count; k++) sizes.Add(inputs[k], tokens[k], given.ContainsKey(inputs[k].Name));
        return sizes._missing.Count == 0 ? sizes : throw new CommandException($"sizes are missing: {string.Join("; ", sizes._missing)}");
    }

    void Add(OnnxValueInfo input, string[] tokens, bool given)
    {
        if (!given && input.Type?.Dims is null)
        {
            _missing.Add($"input '{input.Name}' has no declared shape: give one, as in --shape {input.Name}=1x3x224x224");
            return;
        }
        var open = tokens.Where(t => Number(t) is null && !_dims.ContainsKey(t)).Distinct().ToList();
        if (open.Count == 0) Shapes[input.Name] = new Shape([.. tokens.Select(t => Number(t) is { } n ? (Dim)n : _dims[t])]);
        else
            _missing.Add($"input '{input.Name}' is {input.Type}: "
                + (open.Contains("?") ? $"give its shape, as in --shape {input.Name}={string.Join('x', tokens.Select(t => Number(t)?.ToString(CultureInfo.InvariantCulture) ?? "1"))}"
                    : $"give {(open.Count == 1 ? "its size" : "the sizes")} {string.Join(", ", open)} as numbers ({string.Join(' ', open.Select(o => $"--dim {o}=1"))}) or with bounds (--dim {open[^1]}=1..512)"));
    }

    // "1x3xhxw"; with commas where names have an x in them; nothing is a scalar.
    static string[] Tokens(string input, string text)
    {
        string[] tokens = text.Length == 0 ? [] : text.Split(text.Contains(',') ? ',' : 'x', StringSplitOptions.TrimEntries);
        return tokens.All(t => t.Length > 0 && (!char.IsAsciiDigit(t[0]) || Number(t) is not null)) ? tokens
            : throw new CommandException($"--shape {input}={text}: write sizes with x between them, as in 1x3x224x224 or nx3xhxw (with commas where a name has an x in it)");
    }

    static int? Number(string text) => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int n) ? n : null;

    static Dim Size(string name, string text, Identifiers scope)
    {
        if (Number(text) is { } number) return number;
        if (text.Split("..") is [var lo, var hi] && Number(lo) is { } min && Number(hi) is { } max && min <= max) return new Variable(SafeNames.Of(scope, name), min, max);
        throw new CommandException($"--dim {name}={text}: write a number, or bounds as in {name}=1..512");
    }
}
