using Tiny.Nn;

namespace Tiny.Tests;

/// <summary>
/// A net of seeded random weights that holds what the trained ones do not: a residual connection, a concatenation, a 1-d convolution,
/// two inputs and two results.
/// </summary>
public sealed class RandomNet
{
    public Conv1d Stem, Left, Right, Residual;
    public Linear Side, Head;
    public BatchNorm Norm;

    public RandomNet() : this(1) { }

    public RandomNet(int seed)
    {
        var random = new Random(seed);
        Stem = Fill(new Conv1d(3, 8, 5, padding: 2), random);
        Left = Fill(new Conv1d(8, 4, 3), random);
        Right = Fill(new Conv1d(8, 6, 3, dilation: 1), random);
        Residual = Fill(new Conv1d(10, 10, 3, padding: 1), random);
        Norm = new BatchNorm(10)
        {
            Weight = Values(random, 10),
            Bias = Values(random, 10),
            RunningMean = Values(random, 10),
            RunningVar = Values(random, 10) + 1.5f,
        };
        Side = new Linear(7, 10) { Weight = Values(random, 10, 7), Bias = Values(random, 10) };
        Head = new Linear(10, 4) { Weight = Values(random, 4, 10), Bias = Values(random, 4) };
    }

    [TinyJit]
    public (Tensor Scores, Tensor Features) Forward([Shape(1, 3, 41)] Tensor signal, [Shape(1, 7)] Tensor side)
    {
        var x = Stem.Forward(signal).Relu();
        x = Tensor.Cat([Left.Forward(x).Tanh(), Right.Forward(x).Sigmoid()], 1);
        x = Norm.Forward(Residual.Forward(x)).Relu() + x;
        var features = x.Mean(2) + Side.Forward(side);
        return (Head.Forward(features).Softmax(), features);
    }

    static Conv1d Fill(Conv1d layer, Random random)
    {
        layer.Weight = Values(random, [.. layer.Weight!.Shape]);
        layer.Bias = Values(random, layer.Weight.Shape[0]);
        return layer;
    }

    internal static Tensor Values(Random random, params int[] shape) =>
        Tensor.From<float>([.. Enumerable.Range(0, shape.Aggregate(1, (a, b) => a * b)).Select(_ => (float)(random.NextDouble() - 0.5))], shape);
}
