using Tiny.Nn;

namespace Tiny.Tests;

/// <summary>
/// A net of seeded random weights that uses what the trained ones do not: a residual, a concatenation, a 1-d convolution, two inputs
/// and two results.
/// </summary>
public sealed class RandomNet
{
    public Conv1d Stem = new(3, 8, 5, padding: 2), Residual = new(8, 8, 3, padding: 1), Merge = new(13, 6, 1);
    public LayerNorm Norm = new(20);
    public Linear Side = new(7, 100), Head = new(6 * 20, 9);

    public RandomNet()
    {
        var random = new Random(20);
        foreach (var (_, weight) in StateDict.Of(this))
        {
            float[] values = [.. Enumerable.Range(0, weight.Shape.Numel).Select(_ => (float)(random.NextDouble() - 0.5))];
            weight.Node = Tensor.From<float>(values, [.. weight.Shape]).Node;
        }
    }

    [TinyJit]
    public (Tensor Scores, Tensor Features) Forward([Shape(2, 3, 20)] Tensor signal, [Shape(2, 7)] Tensor side)
    {
        var x = Stem.Forward(signal).Relu();
        x = Norm.Forward(x + Residual.Forward(x).Tanh());
        x = Tensor.Cat([x, Side.Forward(side).Sigmoid().Reshape(2, 5, 20)], 1);
        var features = Merge.Forward(x);
        return (Head.Forward(features.Flatten(1)).Softmax(), features);
    }

    /// <summary>Seeded arguments.</summary>
    public static Tensor[] Arguments(int seed)
    {
        var random = new Random(seed);
        float[] Some(int count) => [.. Enumerable.Range(0, count).Select(_ => (float)(random.NextDouble() * 2 - 1))];
        return [Tensor.From<float>(Some(2 * 3 * 20), 2, 3, 20), Tensor.From<float>(Some(2 * 7), 2, 7)];
    }
}
