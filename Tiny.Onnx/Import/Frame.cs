using Tiny.Onnx.Model;

namespace Tiny.Onnx.Import;

/// <summary>Where nodes are run: a graph, or the body of a function for one call of it.</summary>
/// <param name="Opsets">The opset of each domain that nodes use.</param>
/// <param name="Scope">Values by name.</param>
/// <param name="Call">In a function: the call's own attributes, with the defaults of those left out.</param>
/// <param name="Types">Declared types by name.</param>
/// <param name="Depth">How many calls and subgraphs are open.</param>
sealed record Frame(IReadOnlyDictionary<string, long> Opsets, Scope Scope, IReadOnlyDictionary<string, OnnxAttribute>? Call, IReadOnlyDictionary<string, OnnxTypeInfo> Types, int Depth)
{
    /// <summary>The version of a domain that is asked for.</summary>
    public long Opset(string domain) => Opsets.TryGetValue(domain, out long version) ? version
        // Functions of old files do not say what they use.
        : throw new OnnxFormatException($"the model does not say which opset of '{(domain.Length > 0 ? domain : "ai.onnx")}' it uses");

    /// <summary>The attribute of a node; one that refers to the call's has its value.</summary>
    public OnnxAttribute? Attribute(OnnxNode node, string name) => node.Find(name) switch
    {
        { Reference.Length: > 0 } reference => Call?.GetValueOrDefault(reference.Reference),
        var own => own,
    };

    /// <summary>The declared element type of a value.</summary>
    public OnnxType? DeclaredType(string name) => Types.TryGetValue(name, out var type) && type is { Kind: OnnxKind.Tensor, Element: not OnnxType.Undefined } ? type.Element : null;

    /// <summary>The declared shape of a value, if it is declared with numbers.</summary>
    public Shape? Declared(string name) => Types.TryGetValue(name, out var type) && type is { Kind: OnnxKind.Tensor, Dims: { } dims } && dims.All(d => d.Size is >= 0 and <= int.MaxValue)
        ? new Shape([.. dims.Select(d => (Dim)d.Size!.Value)]) : null;
}
