using Tiny.Onnx.Import;

namespace Tiny.Onnx.Operators.Learning;

/// <summary>Features scaled, filled in, encoded and joined.</summary>
static class Features
{
    const string Domain = "ai.onnx.ml";

    public static IReadOnlyList<Operator> Table { get; } =
    [
        new("Binarizer", n => n[0].Gt(n.Float("threshold", 0)).Cast(n[0].DType), Domain: Domain),
        new("Scaler", n => (n[0].Cast(DType.Float32) - Each(n, "offset", 0)) * Each(n, "scale", 1), Domain: Domain),
        new("Normalizer", n => Normalize(n[0].Cast(DType.Float32), n.Text("norm", "MAX")), Domain: Domain),
        new("Imputer", n => Impute(n), Domain: Domain),
        new("OneHotEncoder", n => OneHot(n), Domain: Domain),
        new("FeatureVectorizer", n => Join(n), Domain: Domain),
    ];

    // A number for all features, or one for each.
    static Tensor Each(NodeContext n, string attribute, float otherwise) => Tensor.From(n.Floats(attribute) is { Length: > 0 } given ? given : [otherwise]);

    static Tensor Normalize(Tensor x, string norm)
    {
        var by = norm switch
        {
            "MAX" => x.Abs().Max(-1, true),
            "L1" => x.Abs().Sum(-1, true),
            "L2" => x.Square().Sum(-1, true).Sqrt(),
            _ => throw NodeContext.Bad($"norm '{norm}'"),
        };
        return by.Eq(0).Where(x, x / by);
    }

    static Tensor Impute(NodeContext n)
    {
        var x = n[0];
        if (n.Floats("imputed_value_floats") is { Length: > 0 } floats)
        {
            float missing = n.Float("replaced_value_float", 0);
            return (float.IsNaN(missing) ? x.IsNan() : x.Eq(missing)).Where(Tensor.From(floats).Cast(x.DType), x);
        }
        if (n.Integers("imputed_value_int64s") is not { Length: > 0 } integers) throw NodeContext.Bad("no imputed values are given");
        return x.Eq(n.Integer("replaced_value_int64", 0)).Where(Tensor.From(integers).Cast(x.DType), x);
    }

    // Whether a category that is not among those given is an error, cannot be told where the program is built: it has zeros.
    static Tensor OneHot(NodeContext n)
    {
        if (n.At(0) is StringValue texts)
        {
            var categories = n.Texts("cats_strings") ?? throw NodeContext.Bad("attribute 'cats_strings' is missing");
            var places = Tensor.From([.. texts.Elements.Select(e => Array.IndexOf(categories, e))]).Reshape(texts.Shape);
            return places.OneHot(categories.Length, DType.Float32);
        }
        var given = n.Integers("cats_int64s") ?? throw NodeContext.Bad("attribute 'cats_int64s' is missing");
        return n[0].Cast(DType.Int64).Unsqueeze(-1).Eq(Tensor.From(given)).Cast(DType.Float32);
    }

    // Rows side by side, each input cut off or with zeros behind to the width that is said.
    static Tensor Join(NodeContext n)
    {
        var widths = n.Integers("inputdimensions");
        return Tensor.Cat([.. n.All().Select((x, i) => Fit(x.Rank == 1 ? x.Unsqueeze(0) : x, widths is not null && i < widths.Length ? widths[i] : null).Cast(DType.Float32))], 1);

        static Tensor Fit(Tensor x, long? width)
        {
            if (x.Rank != 2) throw NodeContext.Bad($"input {x.Shape} is neither [n] nor [rows, n]");
            if (width is not { } wanted || x.Shape[1].Equals((Dim)wanted)) return x;
            return (int)x.Shape[1] > wanted ? Movement.Part(x, 1, 0, wanted) : x.Pad([(0, 0), (0, (Dim)wanted - x.Shape[1])]);
        }
    }
}
