using Tiny.Onnx.Import;
using Tiny.Onnx.Model;

namespace Tiny.Onnx.Operators;

/// <summary>Random numbers. A node with a seed draws the same ones at each call, others take from the stream of all draws (<see cref="Tensor.ManualSeed"/>).</summary>
static class RandomDraws
{
    public static IReadOnlyList<Operator> Table { get; } =
    [
        new("RandomUniform", n => Uniform(n, Given(n), OnnxType.Float32)),
        new("RandomUniformLike", n => Uniform(n, n[0].Shape, n.TypedAt(0).Type)),
        new("RandomNormal", n => Normal(n, Given(n), OnnxType.Float32)),
        new("RandomNormalLike", n => Normal(n, n[0].Shape, n.TypedAt(0).Type)),
        // A draw from [0, 1) is below 1 always, and below 0 never.
        new("Bernoulli", n => Result(n, Tensor.Uniform(n[0].Shape, seed: Seed(n)).Lt(n[0].Cast(DType.Float32)), n.TypedAt(0).Type)),
        new("Multinomial", n => Result(n, n[0].Softmax(-1).Multinomial(checked((int)n.Integer("sample_size", 1)), replacement: true, Seed(n)), OnnxType.Int32)),
        new("Dropout", n => Kept(n, n[0], Tensor.Full(n[0].Shape, true))),
        new("Dropout", n => Dropout(n), Since: 12),
    ];

    static OnnxValue Uniform(NodeContext n, Shape shape, OnnxType type) => Result(n, Tensor.Uniform(shape, n.Float("low", 0), n.Float("high", 1), Seed(n)), type);

    static OnnxValue Normal(NodeContext n, Shape shape, OnnxType type) => Result(n, Tensor.Normal(shape, n.Float("mean", 0), n.Float("scale", 1), Seed(n)), type);

    static OnnxValue Result(NodeContext n, Tensor drawn, OnnxType type) => Casting.Convert(new TensorValue(drawn), n.Type("dtype", type));

    static Shape Given(NodeContext n) => new([.. (n.Integers("shape") ?? throw NodeContext.Bad("attribute 'shape' is missing")).Select(d => (Dim)d)]);

    // Seeds are floats there: each has bits of its own.
    static long? Seed(NodeContext n) => n.HasAttribute("seed") ? BitConverter.SingleToInt32Bits(n.Float("seed", 0)) : null;

    // Before opset 10 the mask has the type of the values, and in no opset before 12 anything is dropped.
    static Results Kept(NodeContext n, Tensor x, Tensor mask) => (x, n.Opset >= 10 ? mask : mask.Cast(x.DType));

    // Since opset 12 an input asks for it.
    static Results Dropout(NodeContext n)
    {
        var x = n[0];
        var all = Tensor.Full(x.Shape, true);
        if (!n.Has(2) || n.IsKnown(2) && n.Integer(2) == 0) return Kept(n, x, all);
        var ratio = n.Optional(1)?.Reshape([]).Cast(DType.Float32) ?? Tensor.Scalar(0.5f);
        var (training, mask) = (n[2].Reshape([]), (n.HasAttribute("seed") ? Draws(x.Shape, n.Integer("seed")) : Tensor.Rand(x.Shape)).Ge(ratio));
        var scale = training.Where(1 / (1 - ratio), 1f).Cast(x.DType);
        mask = training.Where(mask, all);
        return (mask.Where(x * scale, x.ZerosLike()), mask);
    }

    // Rounded down to float32, a number is below a ratio of float32 if and only if it was before.
    static Tensor Draws(Shape shape, long seed)
    {
        var generator = new MersenneTwister(seed);
        var draws = HostTable.New<float>(shape.Size);
        foreach (ref float draw in draws.AsSpan()) draw = Down(generator.NextDouble());
        return Tensor.From(draws).Reshape(shape);

        static float Down(double x) => (float)x is var near && near > x ? MathF.BitDecrement(near) : near;
    }
}
