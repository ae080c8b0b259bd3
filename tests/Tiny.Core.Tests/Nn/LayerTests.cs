using NUnit.Framework;
using Tiny.Nn;
using Tiny.Tests.Tensors;

namespace Tiny.Tests.Nn;

[TestFixture]
public sealed class LayerTests
{
    [Test]
    public void First_values_are_the_same_every_time_and_small()
    {
        var (a, b) = (new Linear(16, 8), new Linear(16, 8));
        Assert.That(a.Weight.Floats(), Is.EqualTo(b.Weight.Floats()));
        Assert.That(a.Weight.Floats(), Is.All.InRange(-0.25f, 0.25f));
        Assert.That(a.Weight.Floats().Distinct().Count(), Is.GreaterThan(100));
        Assert.That(a.Bias!.Shape, Is.EqualTo(new Shape(8)));
        Assert.That(new Linear(16, 8, bias: false).Bias, Is.Null);
    }

    [Test]
    public void Layers_apply_their_parameters()
    {
        var x = Values.Random(1, 2, 4, 6);
        var linear = new Linear(6, 3);
        Assert.That(linear.Forward(x).Floats(), Is.EqualTo(x.Linear(linear.Weight, linear.Bias).Floats()));
        var conv1 = new Conv1d(4, 8, 3, stride: 2, padding: (1, 0), groups: 2);
        Assert.That(conv1.Weight.Shape, Is.EqualTo(new Shape(8, 2, 3)));
        Assert.That(conv1.Forward(x).Floats(), Is.EqualTo(x.Conv1d(conv1.Weight, conv1.Bias, 2, (1, 0), 1, 2).Floats()));
        var conv2 = new Conv2d(4, 2, (1, 3), stride: (1, 2), padding: (0, 1), bias: false);
        var image = x.Unsqueeze(2);
        Assert.That(conv2.Forward(image).Shape, Is.EqualTo(new Shape(2, 2, 1, 3)));
        Assert.That(conv2.Forward(image).Floats(), Is.EqualTo(image.Conv2d(conv2.Weight, null, (1, 2), (0, 1)).Floats()));
    }

    [TestCase(new[] { 5, 3 })]
    [TestCase(new[] { 2, 3, 4 })]
    [TestCase(new[] { 2, 3, 2, 2 })]
    public void Batch_norm(int[] shape)
    {
        var norm = new BatchNorm(3, eps: 0.01) { Weight = Tensor.From([1f, 2f, -3f]), Bias = Tensor.From([0.5f, 0f, 1f]),
            RunningMean = Tensor.From([0f, 1f, -1f]), RunningVar = Tensor.From([1f, 4f, 0.25f]) };
        var x = Values.Random(2, shape);
        float[] xs = x.Floats(), expected = new float[xs.Length];
        int inner = xs.Length / shape[0] / 3;
        double[] w = [1, 2, -3], b = [0.5, 0, 1], m = [0, 1, -1], v = [1, 4, 0.25];
        for (int i = 0; i < xs.Length; i++)
        {
            int c = i / inner % 3;
            expected[i] = (float)((xs[i] - m[c]) / Math.Sqrt(v[c] + 0.01) * w[c] + b[c]);
        }
        Close.Check(norm.Forward(x).Floats(), expected, 1e-6);
        Assert.That(() => norm.Forward(Tensor.Zeros(2, 4)), Throws.TypeOf<ShapeException>().With.Message.Contains("[2, 4]"));
    }

    [Test]
    public void Layer_norm()
    {
        var x = Values.Random(3, 2, 3, 4) * 5 + 7;
        var norm = new LayerNorm(new Shape(3, 4));
        float[] xs = x.Floats(), expected = new float[24];
        for (int n = 0; n < 2; n++)
        {
            var part = xs.AsSpan(n * 12, 12).ToArray();
            double mean = part.Average(), variance = part.Average(p => (p - mean) * (p - mean));
            for (int i = 0; i < 12; i++) expected[n * 12 + i] = (float)((part[i] - mean) / Math.Sqrt(variance + 1e-5));
        }
        Close.Check(norm.Forward(x).Floats(), expected, 1e-5);
        Assert.That(new LayerNorm(4).Forward(x).Shape, Is.EqualTo(x.Shape));
        Assert.That(() => norm.Forward(Tensor.Zeros(3, 5)), Throws.TypeOf<ShapeException>().With.Message.Contains("[3, 4]"));
    }
}
