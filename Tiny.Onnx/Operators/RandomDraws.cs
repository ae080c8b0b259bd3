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
    ];

    static OnnxValue Uniform(NodeContext n, Shape shape, OnnxType type) => Result(n, Tensor.Uniform(shape, n.Float("low", 0), n.Float("high", 1), Seed(n)), type);

    static OnnxValue Normal(NodeContext n, Shape shape, OnnxType type) => Result(n, Tensor.Normal(shape, n.Float("mean", 0), n.Float("scale", 1), Seed(n)), type);

    static OnnxValue Result(NodeContext n, Tensor drawn, OnnxType type) => Casting.Convert(new TensorValue(drawn), n.Type("dtype", type));

    static Shape Given(NodeContext n) => new([.. (n.Integers("shape") ?? throw NodeContext.Bad("attribute 'shape' is missing")).Select(d => (Dim)d)]);

    // Seeds are floats there: each has bits of its own.
    static long? Seed(NodeContext n) => n.HasAttribute("seed") ? BitConverter.SingleToInt32Bits(n.Float("seed", 0)) : null;
}
