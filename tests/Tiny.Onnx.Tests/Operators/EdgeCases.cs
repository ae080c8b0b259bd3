using static Tiny.Onnx.Tests.Operators.CaseData;

namespace Tiny.Onnx.Tests.Operators;

/// <summary>Numbers at the ends of their types, and options where implementations differ from the standard's text: what the text says, worked out by hand.</summary>
static class EdgeCases
{
    // The second overlaps the first; the third stands apart.
    static readonly CaseData s_boxes = F([1, 3, 4], 0, 0, 1, 1, 0, 0.1f, 1, 1.1f, 0, 10, 1, 11), s_scores = F([1, 1, 3], 0.9f, 0.8f, 0.7f);

    static OperatorCase Boxes(string name, long most) => new($"nms_of_at_most_{name}", "NonMaxSuppression", 11, [s_boxes, s_scores, L([1], most), F([1], 0.5f)], [L([2, 3], 0, 0, 0, 0, 0, 2)]);

    static OperatorCase Pow(string name, CaseData x, CaseData exponent, CaseData result, bool constant = false) => new($"pow_{name}", "Pow", 15, [x, exponent], [result]) { Constants = constant ? [1] : [] };

    public static IReadOnlyList<OperatorCase> All { get; } =
    [
        Boxes("three", 3), Boxes("2^40", 1L << 40), Boxes("any_number", long.MaxValue),
        new("onehot_of_places_beyond_32_bits", "OneHot", 11, [L([4], 1, 1L << 32, -(1L << 32), -3), L([], 3), F([2], 0, 1)], [F([4, 3], 0, 1, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0)]) { Constants = [1] },
        new("onehot_of_large_floats", "OneHot", 11, [F([3], 2, 4294967296f, -3e9f), L([], 3), F([2], 0, 1)], [F([3, 3], 0, 0, 1, 0, 0, 0, 0, 0, 0)]) { Constants = [1] },
        new("features_of_a_vector", "ArrayFeatureExtractor", 1, [F([4], 1, 2, 3, 4), L([2], 3, 1)], [F([1, 2], 4, 2)]) { Domain = "ai.onnx.ml" },
        new("attention_raw_scores_beside_a_cap", "Attention", 24, [F([1, 1, 2, 1], 3, 1), F([1, 1, 2, 1], 3, 0), F([1, 1, 2, 1], 5, 5)], [F([1, 1, 2, 1], 5, 5), null, null, F([1, 1, 2, 2], 9, 0, 3, 0)])
            { Attributes = [("softcap", 1f), ("scale", 1f)] },
        new("attention_capped_scores", "Attention", 24, [F([1, 1, 2, 1], 3, 1), F([1, 1, 2, 1], 3, 0), F([1, 1, 2, 1], 5, 5)],
            [F([1, 1, 2, 1], 5, 5), null, null, F([1, 1, 2, 2], [Math.Tanh(9), 0, Math.Tanh(3), 0])]) { Attributes = [("softcap", 1f), ("scale", 1f), ("qk_matmul_output_mode", 1L)] },
        Pow("of_a_large_integer_to_a_float", I([3], 16777217, -3, 5), F([3], 1, 3, 0), I([3], 16777217, -27, 1)),
        Pow("of_integers_to_a_constant_float", I([2], 16777217, -3), F([], 1), I([2], 16777217, -3), constant: true),
        Pow("of_integers_to_a_root", I([3], 16, 4, 81), F([3], 0.5f, -1, 0.25f), I([3], 4, 0, 3)),
        Pow("of_integers_to_2^62", I([4], 3, 1, -1, 2), L([], 1L << 62), I([4], 1, 1, 1, 0), constant: true),
        Pow("with_all_bits_of_a_byte", I([3], 3, 3, 2), U8([3], 200, 72, 128), I([3], Wrapped(3, 200), Wrapped(3, 72), 0)),
        Pow("beyond_32_bits", L([3], 2, 3, -1), L([3], (1L << 32) + 1, (1L << 40) + 1, (1L << 33) + 1), L([3], 0, (long)Wrapped64(3, (1L << 40) + 1), -1)),
        new("resize_pytorch_to_one_element", "Resize", 19, [F([3], 0, 10, 20), null, F([1], 0.5f)], [F([1], 0)])
            { Constants = [2], Attributes = [("mode", "linear"), ("coordinate_transformation_mode", "pytorch_half_pixel")] },
        new("resize_pytorch_to_one_element_by_data", "Resize", 19, [F([3], 0, 10, 20), null, F([1], 0.34f)], [F([1], 0)])
            { Attributes = [("mode", "cubic"), ("coordinate_transformation_mode", "pytorch_half_pixel")] },
        new("resize_float64", "Resize", 19, [D([2], 0, 1), null, F([1], 3)], [D([6], 0, 0, 1 / 3.0, 2 / 3.0, 1, 1)])
            { Constants = [2], Attributes = [("mode", "linear")], Relative = 1e-14, Absolute = 1e-14 },
        new("grid_float64", "GridSample", 20, [D([1, 1, 1, 4], 0, 1, 2, 3), D([1, 1, 2, 2], 1.0 / 3, 0, 0.1, 0)], [D([1, 1, 1, 2], 2, 1.65)])
            { Attributes = [("align_corners", 1L)], Relative = 1e-14, Absolute = 1e-14 },
        new("layernorm_stash_of_float64", "LayerNormalization", 17, [D([1, 2], 1, 3), D([2], 1, 1)], [D([1, 2], -1, 1), F([1, 1], 2), F([1, 1], 1)]) { Attributes = [("epsilon", 0f)] },
        new("quantize_to_floats_with_a_zero_point", "QuantizeLinear", 21, [F([2], 2, 4), F([], 2), new CaseData(17, [], [0x38])], [new CaseData(17, [2], [0x40, 0x44])]),
        new("dequantize_floats_with_a_zero_point", "DequantizeLinear", 21, [new CaseData(17, [2], [0x40, 0x44]), F([], 2), new CaseData(17, [], [0x38])], [F([2], 2, 4)]),
        new("regex_any_character", "RegexFullMatch", 20, [S([6], "😀", "a", "ab", "\n", "😀😀", "")], [Bool([6], true, true, false, false, false, false)]) { Attributes = [("pattern", ".")] },
        new("regex_any_other_character", "RegexFullMatch", 20, [S([5], "😀", "a", "ab", "b", "😀b")], [Bool([5], true, false, false, true, false)]) { Attributes = [("pattern", "[^a]")] },
        new("regex_repeated_characters", "RegexFullMatch", 20, [S([3], "😀😀", "😀", "a😀")], [Bool([3], true, true, false)]) { Attributes = [("pattern", "😀+")] },
        new("regex_no_word_character", "RegexFullMatch", 20, [S([4], "😀-", "a-", "--", "-😀")], [Bool([4], true, false, true, true)]) { Attributes = [("pattern", @"\W[\D-]")] },
    ];

    static int Wrapped(int x, int exponent) => Enumerable.Range(0, exponent).Aggregate(1, (a, _) => unchecked(a * x));

    static ulong Wrapped64(ulong x, long exponent)
    {
        ulong result = 1;
        for (; exponent > 0; exponent >>= 1, x = unchecked(x * x))
            if ((exponent & 1) != 0) result = unchecked(result * x);
        return result;
    }
}
