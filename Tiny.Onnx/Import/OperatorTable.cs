using Tiny.Onnx.Operators;
using Tiny.Onnx.Operators.Images;
using Tiny.Onnx.Operators.Learning;
using Tiny.Onnx.Operators.Signal;
using Tiny.Onnx.Operators.Text;

namespace Tiny.Onnx.Import;

/// <summary>All operators, by domain and name, the newest first.</summary>
static class OperatorTable
{
    static readonly Dictionary<(string Domain, string Name), Operator[]> s_all = All().GroupBy(o => (o.Domain, o.Name))
        .ToDictionary(g => g.Key, g => g.OrderByDescending(o => o.Since).ToArray());

    // What the rows hold up to: a later opset may mean something else by the same name.
    static readonly Dictionary<string, long> s_newest = new() { [""] = 28, ["ai.onnx.ml"] = 6, ["ai.onnx.preview"] = 1, ["ai.onnx.preview.training"] = 1 };

    /// <summary>The newest opset of a domain whose operators are known.</summary>
    public static long Newest(string domain) => s_newest.GetValueOrDefault(domain, long.MaxValue);

    /// <summary>The operator as it is in an opset, or null.</summary>
    public static Operator? Find(string domain, string name, long opset) =>
        s_all.TryGetValue((domain, name), out var versions) ? Array.Find(versions, v => v.Since <= opset) : null;

    /// <summary>Some opset has the operator.</summary>
    public static bool Knows(string domain, string name) => s_all.ContainsKey((domain, name));

    /// <summary>Domain, name and first opset of each.</summary>
    public static IEnumerable<Operator> List => s_all.Values.SelectMany(v => v).OrderBy(o => o.Domain, StringComparer.Ordinal).ThenBy(o => o.Name, StringComparer.Ordinal).ThenBy(o => o.Since);

    // A family of operators a file.
    static IEnumerable<Operator> All() =>
    [
        .. Elementwise.Table, .. Logic.Table, .. Activations.Table, .. Casting.Table,
        .. Reductions.Table, .. Movement.Table, .. Indexing.Table, .. Creation.Table,
        .. Products.Table, .. Convolutions.Table, .. Pooling.Table, .. Normalization.Table, .. Losses.Table,
        .. Attention.Table, .. Resizing.Table, .. Sampling.Table, .. Spectra.Table, .. WindowFunctions.Table, .. Quantized.Table, .. Recurrent.Table, .. Detection.Table, .. Sets.Table,
        .. Control.Table, .. Sequences.Table, .. RandomDraws.Table, .. Training.Table, .. Strings.Table, .. ImageDecoder.Table,
        .. Features.Table, .. LabelMaps.Table, .. LinearModels.Table, .. SupportVectors.Table, .. TreeEnsembles.Table,
    ];
}
