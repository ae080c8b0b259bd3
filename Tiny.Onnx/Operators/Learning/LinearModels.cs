using Tiny.Onnx.Import;

namespace Tiny.Onnx.Operators.Learning;

/// <summary>Linear models: rows of features times rows of coefficients.</summary>
static class LinearModels
{
    const string Domain = "ai.onnx.ml";

    public static IReadOnlyList<Operator> Table { get; } =
    [
        new("LinearRegressor", n => Scores.Transform(Product(n), n.Text("post_transform", "NONE")).Cast(DType.Float32), Domain: Domain),
        new("LinearClassifier", Classify, Domain: Domain),
    ];

    static Tensor Product(NodeContext n)
    {
        var x = Scores.Rows(n[0]);
        var coefficients = n.Floats("coefficients") ?? throw NodeContext.Bad("attribute 'coefficients' is missing");
        int width = x.Shape[1];
        if (width == 0 || coefficients.Length % width != 0) throw NodeContext.Bad($"{coefficients.Length} coefficients for {width} features");
        var y = x.Linear(Tensor.From(coefficients, coefficients.Length / width, width).Cast(x.DType));
        return n.Floats("intercepts") is { Length: > 0 } intercepts ? y + Tensor.From(intercepts).Cast(x.DType) : y;
    }

    // One score for two classes is the second's, and the first has its negative.
    static Results Classify(NodeContext n)
    {
        var scores = Product(n);
        var (integers, strings) = (n.Integers("classlabels_ints"), n.Texts("classlabels_strings"));
        int classes = Math.Max(integers?.Length ?? 0, strings?.Length ?? 0);
        if (scores.Shape[1].Is(1) && classes == 2) scores = Tensor.Cat([-scores, scores], 1);
        var transform = n.Text("post_transform", "NONE");
        scores = Scores.Transform(scores, transform).Cast(DType.Float32);
        if (!scores.Shape[1].Is(1)) return new(Scores.Labels(n, scores.ArgMax(1), integers, strings), scores);
        // A single class is chosen or not.
        var chosen = scores.Squeeze(1).Ge(transform == "NONE" ? 0 : 0.5).Cast(DType.Int32);
        return new(Scores.Labels(n, chosen, classes == 0 || integers is null or { Length: 0 } ? null : [0, integers[0]], strings is { Length: > 0 } ? ["", strings[0]] : null), scores);
    }
}
