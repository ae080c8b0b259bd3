using Tiny.Onnx.Import;
using Tiny.Onnx.Model;

namespace Tiny.Onnx.Operators.Text;

/// <summary>
/// Operators that only move elements, on strings: the operator moves the strings' numbers, and its results are the strings of the numbers that arrive.
/// </summary>
static class StringMovement
{
    static readonly HashSet<string> s_operators =
    [
        "Reshape", "Flatten", "Squeeze", "Unsqueeze", "Transpose", "Expand", "Tile", "Concat", "Split", "Slice", "Gather", "GatherElements", "GatherND", "Compress", "Where",
        "ScatterElements", "ScatterND", "ReverseSequence", "DepthToSpace", "SpaceToDepth", "ArrayFeatureExtractor", "SplitToSequence", "ConcatFromSequence",
    ];

    /// <summary>The node moves strings.</summary>
    public static bool Applies(OnnxNode node, IReadOnlyList<OnnxValue?> inputs) => s_operators.Contains(node.Operator) && inputs.Any(i => i is StringValue or SequenceValue { Items: [StringValue, ..] });

    /// <summary>The results of an operator that moves strings.</summary>
    public static Results Run(NodeContext n, OperatorBody body)
    {
        var all = new List<string>();
        var results = body(n.With([.. Enumerable.Range(0, n.Count).Select(i => Numbered(n.At(i)))])).Values;
        return new([.. results.Select(Named)]);

        OnnxValue? Numbered(OnnxValue? value)
        {
            if (value is SequenceValue sequence) return new SequenceValue([.. sequence.Items.Select(i => Numbered(i)!)]);
            if (value is not StringValue strings) return value;
            int first = all.Count;
            all.AddRange(strings.Elements);
            return Tensor.From([.. Enumerable.Range(first, strings.Elements.Count)]).Reshape(strings.Shape);
        }

        OnnxValue? Named(OnnxValue? value) => value switch
        {
            SequenceValue sequence => new SequenceValue([.. sequence.Items.Select(i => Named(i)!)]),
            TensorValue numbers => new StringValue(numbers.Tensor.Shape, [.. n.Numbers(numbers.Tensor).Select(i => all[(int)i])]),
            _ => value,
        };
    }
}
