namespace Tiny.Onnx.Import;

/// <summary>What a node computes: from its inputs and attributes to its results.</summary>
delegate Results OperatorBody(NodeContext node);

/// <summary>
/// An operator as it is from an opset on, until one of the same name with a later opset. <paramref name="Since"/> is the first opset whose meaning the body has;
/// differences between opsets that are small are inside of the body, by <see cref="NodeContext.Opset"/>.
/// </summary>
sealed record Operator(string Name, OperatorBody Body, int Since = 1, string Domain = "");

/// <summary>A node's results in order. Those that nobody asked for may be left out at the end.</summary>
readonly struct Results(params OnnxValue?[] values)
{
    public IReadOnlyList<OnnxValue?> Values => values;

    public static implicit operator Results(Tensor tensor) => new(tensor);
    public static implicit operator Results(OnnxValue? value) => new(value);
    public static implicit operator Results(Tensor[] tensors) => new([.. tensors.Select(t => (OnnxValue)t)]);
    public static implicit operator Results(OnnxValue?[] values) => new(values);
    public static implicit operator Results((Tensor, Tensor) pair) => new(pair.Item1, pair.Item2);
    public static implicit operator Results((Tensor, Tensor, Tensor) three) => new(three.Item1, three.Item2, three.Item3);
}
