using Tiny.Nn;

namespace Tiny.Tests;

/// <summary>A model that trains itself: a small net with a convolution and a batch norm, and an optimizer. Its whole step is one captured method.</summary>
public sealed class Learns
{
    // What a batch norm follows needs no bias: its gradient would be rounding alone.
    public readonly Conv2d Conv = new(1, 4, 3, bias: false);
    public readonly BatchNorm2d Norm = new(4);
    public readonly Linear Dense = new(4 * 3 * 3, 3);
    public readonly Optimizer Optimizer;

    public Learns() : this(parameters => new Adam(parameters, new WarmUpSchedule(2, 0.01))) { }

    public Learns(Func<IReadOnlyList<Tensor>, Optimizer> optimizer) => Optimizer = optimizer(StateDict.Parameters(this));

    /// <summary>The same net every time.</summary>
    public static Learns Seeded(Func<IReadOnlyList<Tensor>, Optimizer>? optimizer = null)
    {
        Initial.Seed(11);
        return optimizer is null ? new Learns() : new Learns(optimizer);
    }

    /// <summary>One step on pictures of three classes; a class is a number in a float.</summary>
    [TinyJit]
    public (Tensor Loss, Tensor Convolution, Tensor Weight, Tensor Mean) Step([Shape(8, 1, 8, 8)] Tensor pictures, [Shape(8)] Tensor classes)
    {
        var loss = Learn(pictures, classes);
        return (loss, Conv.Weight + 0, Dense.Weight + 0, Norm.RunningMean + 0);
    }

    /// <summary>One step; its loss.</summary>
    public Tensor Learn(Tensor pictures, Tensor classes)
    {
        var x = Norm.Forward(Conv.Forward(pictures), training: true).Relu().MaxPool2d(2);
        var loss = Dense.Forward(x.Flatten(1)).CrossEntropy(classes.Cast(DType.Int32));
        Optimizer.Step(loss);
        return loss;
    }

    /// <summary>The arguments of a step: noise, with a bright row where the class says.</summary>
    public static float[][] Sample(int step)
    {
        var random = new Random(step);
        float[] classes = [.. Enumerable.Range(0, 8).Select(_ => (float)random.Next(3))];
        var pictures = new float[8 * 64];
        for (int i = 0; i < pictures.Length; i++) pictures[i] = random.NextSingle() + (i / 8 % 8 == 2 * (int)classes[i / 64] + 1 ? 1 : 0);
        return [pictures, classes];
    }
}
