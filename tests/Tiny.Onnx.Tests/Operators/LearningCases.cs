using static Tiny.Onnx.Tests.Operators.CaseData;

namespace Tiny.Onnx.Tests.Operators;

/// <summary>Operators of ai.onnx.ml: small examples worked out by hand.</summary>
static class LearningCases
{
    const string Domain = "ai.onnx.ml";
    const float Nan = float.NaN;

    // One question: is the first feature at most 1?
    static readonly (string, object)[] s_stump =
    [
        ("nodes_treeids", new[] { 0L, 0, 0 }), ("nodes_nodeids", new[] { 0L, 1, 2 }), ("nodes_featureids", new[] { 0L, 0, 0 }), ("nodes_values", new[] { 1f, 0, 0 }),
        ("nodes_modes", new[] { "BRANCH_LEQ", "LEAF", "LEAF" }), ("nodes_truenodeids", new[] { 1L, 0, 0 }), ("nodes_falsenodeids", new[] { 2L, 0, 0 }),
    ];

    public static IReadOnlyList<OperatorCase> All { get; } =
    [
        Case("binarizer_integers", "Binarizer", [L([3], 1, 2, 3)], [L([3], 0, 0, 1)], ("threshold", 2f)),
        Case("scaler_each", "Scaler", [I([2, 2], 1, 2, 3, 4)], [F([2, 2], 0, 8, 4, 12)], ("offset", new[] { 1f, -2 }), ("scale", new[] { 2f, 2 })),
        Case("normalizer_max", "Normalizer", [F([2, 2], 1, -4, 0, 0)], [F([2, 2], 0.25f, -1, 0, 0)]),
        Case("normalizer_l1", "Normalizer", [F([1, 3], 1, -2, 1)], [F([1, 3], 0.25f, -0.5f, 0.25f)], ("norm", "L1")),
        Case("normalizer_l2", "Normalizer", [F([1, 2], 3, -4)], [F([1, 2], 0.6f, -0.8f)], ("norm", "L2")),
        Case("imputer_nan", "Imputer", [F([2, 2], Nan, 1, 2, Nan)], [F([2, 2], 7, 1, 2, 8)], ("imputed_value_floats", new[] { 7f, 8 }), ("replaced_value_float", Nan)),
        Case("imputer_integers", "Imputer", [L([2, 2], -1, 1, 2, -1)], [L([2, 2], 5, 1, 2, 5)], ("imputed_value_int64s", new[] { 5L }), ("replaced_value_int64", -1L)),
        Case("one_hot_encoder", "OneHotEncoder", [F([3], 2, 9, 1)], [F([3, 2], 0, 1, 0, 0, 1, 0)], ("cats_int64s", new[] { 1L, 2 })),
        Case("one_hot_encoder_texts", "OneHotEncoder", [S([1, 2], "b", "x")], [F([1, 2, 2], 0, 1, 0, 0)], ("cats_strings", new[] { "a", "b" })),
        Case("feature_vectorizer", "FeatureVectorizer", [F([2, 1], 1, 2), F([2, 3], 3, 4, 5, 6, 7, 8)], [F([2, 4], 1, 0, 3, 4, 2, 0, 6, 7)], ("inputdimensions", new[] { 2L, 2 })),
        Case("label_encoder_numbers", "LabelEncoder", [F([4], 1.5f, Nan, 2, 3)], [L([4], 10, 20, 40, -5)],
            ("keys_floats", new[] { 1.5f, Nan, 2, 2 }), ("values_int64s", new[] { 10L, 20, 30, 40 }), ("default_int64", -5L)),
        Case("label_encoder_to_texts", "LabelEncoder", [L([3], 1, 2, 3)], [S([3], "one", "two", "_Unused")], ("keys_int64s", new[] { 1L, 2 }), ("values_strings", new[] { "one", "two" })),
        Case("category_mapper", "CategoryMapper", [S([3], "b", "a", "z")], [L([3], 7, 5, -1)], ("cats_strings", new[] { "a", "b" }), ("cats_int64s", new[] { 5L, 7 })),
        Case("linear_regressor", "LinearRegressor", [F([2, 2], 1, 2, 3, 4)], [F([2, 2], 6, -1, 12, -1)], ("coefficients", new[] { 1f, 2, 1, -1 }), ("intercepts", new[] { 1f, 0 }), ("targets", 2L)),
        Case("linear_classifier_binary", "LinearClassifier", [F([3, 1], -2, 0.5f, 2)], [L([3], 10, 20, 20), F([3, 2], 2, -2, -0.5f, 0.5f, -2, 2)],
            ("coefficients", new[] { 1f }), ("classlabels_ints", new[] { 10L, 20 })),
        Case("linear_classifier_softmax", "LinearClassifier", [F([1, 2], 1, 2)], [L([1], 2), F([1, 3], Softmax(1, 2, 3))],
            ("coefficients", new[] { 1f, 0, 0, 1, 1, 1 }), ("classlabels_ints", new[] { 0L, 1, 2 }), ("post_transform", "SOFTMAX")),
        Case("linear_classifier_texts", "LinearClassifier", [F([2, 1], 1, -1)], [S([2], "yes", "no"), F([2, 2], Sigmoid(-3), Sigmoid(3), Sigmoid(3), Sigmoid(-3))],
            ("coefficients", new[] { 3f }), ("classlabels_strings", new[] { "no", "yes" }), ("post_transform", "LOGISTIC")),
        Case("probit", "LinearRegressor", [F([1, 2], 0.975f, 0.5f)], [F([1, 2], 1.95996f, 0)], ("coefficients", new[] { 1f, 0, 0, 1 }), ("targets", 2L), ("post_transform", "PROBIT")) with { Relative = 5e-3, Absolute = 1e-4 },
        Case("softmax_zero", "LinearRegressor", [F([1, 3], 1, 0, 2)], [F([1, 3], [1 / (1 + Math.E), 0, Math.E / (1 + Math.E)])],
            ("coefficients", new[] { 1f, 0, 0, 0, 1, 0, 0, 0, 1 }), ("targets", 3L), ("post_transform", "SOFTMAX_ZERO")),
        // Two trees over two features; the second is a leaf with a node in front whose branches are the same leaf.
        .. new[] { ("SUM", 1L, new[] { 15f, 0, 25, 0, 5, 3 }), ("AVERAGE", 0, [7.5f, 0, 12.5f, 0, 2.5f, 1.5f]), ("MAX", 3, [10f, float.MinValue, 20, float.MinValue, 5, 3]) }
            .Select(a => Ensemble($"tree_ensemble_{a.Item1.ToLowerInvariant()}", a.Item2, a.Item3)),
        Case("tree_regressor_missing", "TreeEnsembleRegressor", [F([4, 1], 0, 1, 3, Nan)], [F([4, 1], 11, 11, 21, 21)],
            ("nodes_treeids", new[] { 0L, 0, 0 }), ("nodes_nodeids", new[] { 0L, 1, 2 }), ("nodes_featureids", new[] { 0L, 0, 0 }), ("nodes_values", new[] { 1f, 0, 0 }),
            ("nodes_modes", new[] { "BRANCH_GT", "LEAF", "LEAF" }), ("nodes_truenodeids", new[] { 1L, 0, 0 }), ("nodes_falsenodeids", new[] { 2L, 0, 0 }), ("nodes_missing_value_tracks_true", new[] { 1L, 0, 0 }),
            ("target_treeids", new[] { 0L, 0 }), ("target_nodeids", new[] { 1L, 2 }), ("target_ids", new[] { 0L, 0 }), ("target_weights", new[] { 20f, 10 }), ("n_targets", 1L), ("base_values", new[] { 1f })),
        Case("tree_classifier", "TreeEnsembleClassifier", [F([2, 2], 0, 5, 2, 5)], [S([2], "a", "c"), F([2, 3], 0.7f, 0.3f, 0, 0, 0, 1)],
            [.. s_stump, ("class_nodeids", new[] { 1L, 1, 2 }), ("class_treeids", new[] { 0L, 0, 0 }), ("class_ids", new[] { 0L, 1, 2 }), ("class_weights", new[] { 0.7f, 0.3f, 1 }), ("classlabels_strings", new[] { "a", "b", "c" })]),
        Case("tree_classifier_binary", "TreeEnsembleClassifier", [F([2, 2], 0, 5, 2, 5)], [L([2], 4, 6), F([2, 2], Sigmoid(1.5), Sigmoid(-1.5), Sigmoid(-2), Sigmoid(2))],
            [.. s_stump, ("class_nodeids", new[] { 1L, 2 }), ("class_treeids", new[] { 0L, 0 }), ("class_ids", new[] { 0L, 0 }), ("class_weights", new[] { -1.5f, 2 }), ("classlabels_int64s", new[] { 4L, 6 }), ("post_transform", "LOGISTIC")]),
    ];

    static OperatorCase Ensemble(string name, long aggregate, float[] expected) => new(name, "TreeEnsemble", 5, [F([3, 2], 0, 9, 2, 0, 2, 5)], [F([3, 2], expected)])
    {
        Domain = Domain,
        Attributes =
        [
            ("n_targets", 2L), ("aggregate_function", aggregate), ("tree_roots", new[] { 0L, 2 }), ("nodes_featureids", new[] { 0L, 1, 0 }), ("nodes_modes", U8([3], 1, 5, 0)),
            ("nodes_splits", F([3], 1, 5, 0)), ("nodes_truenodeids", new[] { 0L, 1, 3 }), ("nodes_trueleafs", new[] { 1L, 1, 1 }), ("nodes_falsenodeids", new[] { 1L, 2, 3 }),
            ("nodes_falseleafs", new[] { 0L, 1, 1 }), ("leaf_targetids", new[] { 0L, 0, 1, 0 }), ("leaf_weights", F([4], 10, 20, 3, 5)),
        ],
    };

    static OperatorCase Case(string name, string op, CaseData[] inputs, CaseData[] outputs, params (string, object)[] attributes) =>
        new(name, op, op.StartsWith("TreeEnsemble", StringComparison.Ordinal) ? 3 : op == "LabelEncoder" ? 4 : 1, inputs, outputs) { Domain = Domain, Attributes = attributes };

    static float Sigmoid(double x) => (float)(1 / (1 + Math.Exp(-x)));

    static double[] Softmax(params double[] x) => [.. x.Select(v => Math.Exp(v) / x.Sum(Math.Exp))];
}
