using Tiny.Onnx.Import;

namespace Tiny.Onnx.Operators.Learning;

/// <summary>What classifiers make of their scores: probabilities, and labels.</summary>
static class Scores
{
    /// <summary>The names of transforms in the order of their numbers.</summary>
    public static readonly string[] Transforms = ["NONE", "SOFTMAX", "LOGISTIC", "SOFTMAX_ZERO", "PROBIT"];

    /// <summary>A transform of rows of scores.</summary>
    public static Tensor Transform(Tensor x, string transform) => transform switch
    {
        "NONE" => x,
        "SOFTMAX" => x.Softmax(-1),
        "LOGISTIC" => x.Sigmoid(),
        "SOFTMAX_ZERO" => SoftmaxOfOthers(x),
        "PROBIT" => Probit(x),
        _ => throw NodeContext.Bad($"post_transform '{transform}'"),
    };

    // As softmax, but scores that are zero have no share.
    static Tensor SoftmaxOfOthers(Tensor x)
    {
        var shares = x.Abs().Gt(1e-7).Where((x - x.Max(-1, true)).Exp(), 0);
        var sum = shares.Sum(-1, true);
        return sum.Eq(0).Where(0.5, shares / sum).Cast(x.DType);
    }

    // The quantile of the normal distribution, by an inverse of erf that is right to 0.2 % (Winitzki, 2008).
    static Tensor Probit(Tensor p)
    {
        const double a = 0.147;
        var x = p * 2 - 1;
        var log = ((1 - x) * (1 + x)).Log();
        var half = log * 0.5 + 2 / (Math.PI * a);
        return (((half * half - log / a).Sqrt() - half).Sqrt() * 1.41421356).CopySign(x);
    }

    /// <summary>Labels by their places: integers, or strings, for which the places are read. Without labels the places themselves.</summary>
    public static OnnxValue Labels(NodeContext n, Tensor place, long[]? integers, string[]? strings)
    {
        if (strings is { Length: > 0 })
        {
            n.OnHost(place);
            return new StringValue(place.Shape, [.. n.Numbers(place).Select(i => strings[i])]);
        }
        return integers is { Length: > 0 } ? Tensor.From(integers).Take(place) : place.Cast(DType.Int64);
    }

    /// <summary>Rows of features, as float32 unless they are float64: one row is a matrix too.</summary>
    public static Tensor Rows(Tensor x)
    {
        var rows = x.Rank == 1 ? x.Unsqueeze(0) : x;
        if (rows.Rank != 2) throw NodeContext.Bad($"features {x.Shape} are neither [n] nor [rows, n]");
        return rows.DType == DType.Float64 ? rows : rows.Cast(DType.Float32);
    }
}
