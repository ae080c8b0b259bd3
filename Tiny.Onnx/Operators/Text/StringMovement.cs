using Tiny.Onnx.Import;
using Tiny.Onnx.Model;

namespace Tiny.Onnx.Operators.Text;

/// <summary>
/// Operators that only move, compare or fill with elements, on strings: the operator works on the strings' numbers, and its results are the strings of the numbers that arrive. Numbers
/// have the order of the strings, and 0 is the empty one, which fills. They are int32; places and counts, which some operators give too, are int64.
/// </summary>
static class StringMovement
{
    static readonly HashSet<string> s_operators =
    [
        "Reshape", "Flatten", "Squeeze", "Unsqueeze", "Transpose", "Expand", "Tile", "Concat", "Split", "Slice", "Gather", "GatherElements", "GatherND", "Compress", "Where",
        "ScatterElements", "ScatterND", "ReverseSequence", "DepthToSpace", "SpaceToDepth", "ArrayFeatureExtractor", "SplitToSequence", "ConcatFromSequence",
        "Scatter", "Pad", "CenterCropPad", "Trilu", "OneHot", "Unique", "TensorScatter",
    ];

    /// <summary>The node moves strings.</summary>
    public static bool Applies(OnnxNode node, IReadOnlyList<OnnxValue?> inputs) => s_operators.Contains(node.Operator) && inputs.Any(i => i is StringValue or SequenceValue { Items: [StringValue, ..] });

    /// <summary>The results of an operator that moves strings.</summary>
    public static Results Run(NodeContext n, OperatorBody body)
    {
        var given = Enumerable.Range(0, n.Count).Select(n.At).ToList();
        string[] all = [.. given.SelectMany(Texts).Append("").Distinct().Order(StringComparer.Ordinal)];
        var numbers = new Dictionary<string, int>();
        for (int i = 0; i < all.Length; i++) numbers[all[i]] = i;
        var results = body(n.With([.. given.Select(Numbered)])).Values;
        return new([.. results.Select(Named)]);

        OnnxValue? Numbered(OnnxValue? value) => value switch
        {
            SequenceValue sequence => new SequenceValue([.. sequence.Items.Select(i => Numbered(i)!)]),
            StringValue strings => Tensor.From([.. strings.Elements.Select(e => numbers[e])]).Reshape(strings.Shape),
            _ => value,
        };

        OnnxValue? Named(OnnxValue? value) => value switch
        {
            SequenceValue sequence => new SequenceValue([.. sequence.Items.Select(i => Named(i)!)]),
            TensorValue { Tensor: var t } when t.DType == DType.Int32 => new StringValue(t.Shape, [.. n.Numbers(t).Select(i => all[(int)i])]),
            _ => value,
        };
    }

    static IEnumerable<string> Texts(OnnxValue? value) => value switch
    {
        SequenceValue sequence => sequence.Items.SelectMany(Texts),
        StringValue strings => strings.Elements,
        _ => [],
    };
}
