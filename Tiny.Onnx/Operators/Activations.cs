using Tiny.Onnx.Import;

namespace Tiny.Onnx.Operators;

/// <summary>Activation functions of nets.</summary>
static class Activations
{
    public static IReadOnlyList<Operator> Table { get; } =
    [
        new("Relu", n => n[0].Relu()),
        new("LeakyRelu", n => n[0].LeakyRelu(n.Float("alpha", 0.01f))),
        new("PRelu", n => PRelu(n[0], n[1], n.Opset)),
        new("Sigmoid", n => n[0].Sigmoid()),
        new("HardSigmoid", n => HardSigmoid(n[0], n.Float("alpha", 0.2f), n.Float("beta", 0.5f))),
        new("HardSwish", n => n[0].HardSwish()),
        new("Elu", n => n[0].Elu(n.Float("alpha", 1))),
        new("Celu", n => n[0].Celu(n.Float("alpha", 1))),
        new("Selu", n => Selu(n[0], n.Float("alpha", 1.6732f), n.Float("gamma", 1.0507f))),
        new("Selu", n => Selu(n[0], n.Float("alpha", 1.6732632f), n.Float("gamma", 1.050701f)), Since: 6),
        new("Gelu", n => n[0].Gelu(exact: n.Text("approximate", "none") != "tanh")),
        new("Mish", n => n[0].Mish()),
        new("Softplus", n => n[0].Softplus()),
        new("Softsign", n => n[0].Softsign()),
        new("ThresholdedRelu", n => n[0].Gt(n.Float("alpha", 1)).Where(n[0], 0)),
        new("Shrink", n => Shrink(n[0], n.Float("lambd", 0.5f), n.Float("bias", 0))),
        new("Swish", n => n[0] * (n[0] * n.Float("alpha", 1)).Sigmoid()),
        new("Softmax", n => Flattened(n, x => Softmax(x, 1))),
        new("Softmax", n => Softmax(n[0], n.Axis("axis", -1, n[0].Rank)), Since: 13),
        new("LogSoftmax", n => Flattened(n, x => LogSoftmax(x, 1))),
        new("LogSoftmax", n => LogSoftmax(n[0], n.Axis("axis", -1, n[0].Rank)), Since: 13),
        new("Hardmax", n => Flattened(n, x => Hardmax(x, 1))),
        new("Hardmax", n => Hardmax(n[0], n.Axis("axis", -1, n[0].Rank)), Since: 13),
    ];

    static Tensor PRelu(Tensor x, Tensor slope, int opset)
    {
        // Before opset 7 a slope for each channel.
        if (opset < 7 && slope.Rank == 1 && x.Rank > 2 && !slope.Shape[0].Is(1)) slope = slope.Reshape([slope.Shape[0], .. Enumerable.Repeat((Dim)1, x.Rank - 2)]);
        return x.Lt(0).Where(x * slope, x);
    }

    static Tensor HardSigmoid(Tensor x, float alpha, float beta) => (x * alpha + beta).Clamp(0, 1);

    static Tensor Selu(Tensor x, float alpha, float gamma) => x.Elu(alpha) * gamma;

    static Tensor Shrink(Tensor x, float lambda, float bias) => x.Lt(-lambda).Where(x + bias, x.Gt(lambda).Where(x - bias, x.ZerosLike())).Cast(x.DType);

    static Tensor Softmax(Tensor x, int axis) => Over(x, axis, t => t.Softmax(axis));

    static Tensor LogSoftmax(Tensor x, int axis) => Over(x, axis, t => t.LogSoftmax(axis));

    static Tensor Hardmax(Tensor x, int axis) => Over(x, axis, t => t.ArgMax(axis).OneHot(t.Shape[axis], x.DType).MoveDim(-1, axis));

    // Of an axis that may be empty, as far as is known, all that there is room for, with nothing behind its elements.
    static Tensor Over(Tensor x, int axis, Func<Tensor, Tensor> f) => f(Movement.NotEmpty(x, [axis], Limits.Least(x.DType))).Shrink([.. x.Shape.Select(d => ((Dim)0, d))]);

    // Before opset 13 the axes from one on are one: a matrix.
    static Tensor Flattened(NodeContext n, Func<Tensor, Tensor> rows)
    {
        var x = n[0];
        int axis = n.Axis("axis", 1, x.Rank);
        return rows(x.Reshape([Movement.Count(x.Shape.Dims[..axis]), Movement.Count(x.Shape.Dims[axis..])])).Reshape(x.Shape);
    }
}
