using Tiny.Onnx.Import;
using Tiny.Onnx.Model;

namespace Tiny.Onnx.Operators;

/// <summary>Values brought to a mean, a variance or a length.</summary>
static class Normalization
{
    public static IReadOnlyList<Operator> Table { get; } =
    [
        new("BatchNormalization", BatchNorm),
        new("InstanceNormalization", n => Scaled(Standard(n[0], Spatial(n[0]), n.Float("epsilon", 1e-5f)), n[1], n[2])),
        new("GroupNormalization", GroupNorm),
        new("LayerNormalization", LayerNorm),
        new("RMSNormalization", RmsNorm),
        new("MeanVarianceNormalization", n => MeanVariance(n)),
        new("LpNormalization", n => LpNorm(n[0], n.Axis("axis", -1, n[0].Rank), n.Integer("p", 2))),
        new("LRN", n => Lrn(n[0], n.Integer("size"), n.Float("alpha", 1e-4f), n.Float("beta", 0.75f), n.Float("bias", 1))),
    ];

    static int[] Spatial(Tensor x) => [.. Enumerable.Range(2, Math.Max(0, x.Rank - 2))];

    // A vector along axis 1.
    static Tensor Channels(Tensor vector, int rank) => vector.Reshape([vector.Shape[0], .. Enumerable.Repeat((Dim)1, rank - 2)]);

    static Tensor Scaled(Tensor x, Tensor scale, Tensor bias) => x * Channels(scale, x.Rank) + Channels(bias, x.Rank);

    static Tensor Standard(Tensor x, int[] axes, double eps)
    {
        var centred = x - x.Mean(axes, true);
        return centred * (centred.Square().Mean(axes, true) + eps).Rsqrt();
    }

    static Results BatchNorm(NodeContext n)
    {
        var (x, scale, bias, mean, variance) = (n[0], n[1], n[2], n[3], n[4]);
        float eps = n.Float("epsilon", 1e-5f), momentum = n.Float("momentum", 0.9f);
        bool training = n.Opset >= 14 ? n.Flag("training_mode") : n.Outputs > 1 && n.Opset < 7 && !n.Flag("is_test");
        if (!training) return x.BatchNorm(mean.Cast(x.DType), variance.Cast(x.DType), scale.Cast(x.DType), bias.Cast(x.DType), eps);
        int[] axes = [0, .. Spatial(x)];
        Tensor m = x.Mean(axes), v = x.Var(axes, correction: 0);
        var y = x.BatchNorm(m, v, scale, bias, eps);
        return new([y, mean * momentum + m * (1 - momentum), variance * momentum + v * (1 - momentum)]);
    }

    static Results GroupNorm(NodeContext n)
    {
        var x = n[0];
        Dim groups = n.Integer("num_groups"), channels = x.Shape[1];
        var y = x.Cast(Wide(n, x)).Reshape([x.Shape[0], groups, -1]);
        y = Standard(y, [2], n.Float("epsilon", 1e-5f)).Reshape(x.Shape).Cast(x.DType);
        // Before opset 21 scale and bias were those of groups.
        Tensor Each(Tensor t) => n.Opset < 21 || !t.Shape[0].Equals(channels) ? t.RepeatInterleave((int)(channels / groups)) : t;
        return Scaled(y, Each(n[1]), Each(n[2]));
    }

    static DType Wide(NodeContext n, Tensor x) => n.Integer("stash_type", 1) == 1 && x.DType.Size < 4 ? DType.Float32 : x.DType;

    static Results LayerNorm(NodeContext n)
    {
        var x = n[0];
        int axis = n.Axis("axis", -1, x.Rank);
        int[] axes = [.. Enumerable.Range(axis, x.Rank - axis)];
        var wide = x.Cast(Wide(n, x));
        var mean = wide.Mean(axes, true);
        var centred = wide - mean;
        var inverse = (centred.Square().Mean(axes, true) + n.Float("epsilon", 1e-5f)).Rsqrt();
        var y = (centred * inverse).Cast(x.DType) * n[1];
        if (n.Optional(2) is { } bias) y += bias;
        // What is stashed has the type that is said, whatever was computed with.
        var stash = n.Integer("stash_type", 1) == 1 ? DType.Float32 : x.DType;
        return (y, mean.Cast(stash), inverse.Cast(stash));
    }

    static Results RmsNorm(NodeContext n)
    {
        var x = n[0];
        int axis = n.Axis("axis", -1, x.Rank);
        int[] axes = [.. Enumerable.Range(axis, x.Rank - axis)];
        var wide = x.Cast(Wide(n, x));
        var y = wide * (wide.Square().Mean(axes, true) + n.Float("epsilon", 1e-5f)).Rsqrt();
        return (y.Cast(x.DType) * n[1]).Cast(n[1].DType);
    }

    static Tensor MeanVariance(NodeContext n)
    {
        var x = n[0];
        int[] axes = NodeContext.Axes(n.Integers("axes") ?? [0, 2, 3], x.Rank);
        var centred = x - x.Mean(axes, true);
        return centred / (centred.Square().Mean(axes, true).Sqrt() + 1e-9);
    }

    static Tensor LpNorm(Tensor x, int axis, long p)
    {
        var norm = p switch { 1 => x.Abs().Sum(axis, true), 2 => x.Square().Sum(axis, true).Sqrt(), _ => throw NodeContext.Bad($"p = {p}") };
        return norm.Eq(0).Where(x.ZerosLike(), x / norm);
    }

    // Each element by the squares of so many channels around it.
    static Tensor Lrn(Tensor x, long size, float alpha, float beta, float bias)
    {
        Dim[] shape = [.. x.Shape];
        int before = (int)((size - 1) / 2), after = (int)(size - 1 - before);
        var squares = x.Square().Reshape([x.Shape[0], 1, x.Shape[1], -1]);
        var sum = squares.AvgPool([(int)size, 1], [1, 1], [(before, after), (0, 0)], [1, 1]) * size;
        return x / (sum.Reshape(shape) * (alpha / (double)size) + bias).Pow(beta);
    }
}
