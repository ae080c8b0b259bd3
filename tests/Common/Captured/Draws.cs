namespace Tiny.Tests;

/// <summary>A captured method that takes random numbers from the common stream: each call gets others.</summary>
public sealed class Draws
{
    [TinyJit]
    public Tensor Forward([Shape(3)] Tensor x) => Tensor.Cat([Tensor.Rand(3) + x, Tensor.RandN(2) * 0.5, Tensor.RandInt(new Shape(2), -5, 1000).Cast(DType.Float32), x.Dropout(0.5)]);

    /// <summary>What plain calls give from the beginning of a stream.</summary>
    public static float[][] Plain(long seed, int calls)
    {
        Tensor.ManualSeed(seed);
        var model = new Draws();
        return [.. Enumerable.Range(1, calls).Select(i => model.Forward(Input(i)).ToArray<float>())];
    }

    public static Tensor Input(int call) => Tensor.From([call, -call, 0.5f]);
}
