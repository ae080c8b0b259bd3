using NUnit.Framework;
using Tiny.Nn;
using Tiny.Tests.Tensors;

namespace Tiny.Tests.Nn;

[TestFixture]
public sealed class LayerTests
{
    static T Seeded<T>(long seed, Func<T> make)
    {
        Initial.Seed(seed);
        return make();
    }

    [Test]
    public void First_values_follow_from_the_seed_and_the_order()
    {
        var (a, b, c) = (Seeded(5, () => new Linear(16, 8)), Seeded(5, () => new Linear(16, 8)), Seeded(6, () => new Linear(16, 8)));
        var d = new Linear(16, 8);
        Assert.That(a.Weight.Floats(), Is.EqualTo(b.Weight.Floats()));
        Assert.That(a.Weight.Floats(), Is.Not.EqualTo(c.Weight.Floats()).And.Not.EqualTo(d.Weight.Floats()));
        Assert.That(a.Bias!.Shape, Is.EqualTo(new Shape(8)));
        Assert.That(new Linear(16, 8, bias: false).Bias, Is.Null);
    }

    // The default of each layer of PyTorch: its bound, which values come close to and do not pass.
    static IEnumerable<TestCaseData> Bounds()
    {
        yield return new TestCaseData(() => new Linear(100, 50).Weight, 0.1).SetArgDisplayNames("linear");
        yield return new TestCaseData(() => new Conv1d(8, 32, 5, groups: 2).Weight, 1 / Math.Sqrt(20)).SetArgDisplayNames("conv1d");
        yield return new TestCaseData(() => new Conv2d(8, 32, (3, 5)).Weight, 1 / Math.Sqrt(120)).SetArgDisplayNames("conv2d");
        yield return new TestCaseData(() => new Conv3d(4, 16, (2, 3, 5)).Weight, 1 / Math.Sqrt(120)).SetArgDisplayNames("conv3d");
        yield return new TestCaseData(() => new ConvTranspose2d(16, 8, 3).Weight, 1 / Math.Sqrt(72)).SetArgDisplayNames("conv_transpose2d");
        yield return new TestCaseData(() => new ConvTranspose3d(8, 4, 3, groups: 2).Bias!.Reshape(1, -1).Expand(200, 4), 1 / Math.Sqrt(54)).SetArgDisplayNames("conv_transpose3d bias");
        yield return new TestCaseData(() => new LSTMCell(3, 25).WeightHh, 0.2).SetArgDisplayNames("lstm");
        yield return new TestCaseData(() => new GRUCell(30, 25).WeightIh, 0.2).SetArgDisplayNames("gru");
        yield return new TestCaseData(() => new MultiHeadAttention(32, 4).InProjWeight, Math.Sqrt(6 / 128.0)).SetArgDisplayNames("attention");
    }

    [TestCaseSource(nameof(Bounds))]
    public void First_values_are_uniform_within_their_bound(Func<Tensor> weight, double bound)
    {
        float[] values = Seeded(1, weight).Floats();
        Assert.That(values, Is.All.InRange((float)-bound, (float)bound));
        if (values.Distinct().Count() < 100) return;
        Assert.That(values.Max(), Is.GreaterThan(0.95 * bound));
        Assert.That(values.Min(), Is.LessThan(-0.95 * bound));
        Assert.That(values.Average(v => v * v), Is.EqualTo(bound * bound / 3).Within(10).Percent);
    }

    [Test]
    public void An_embedding_begins_normally_distributed()
    {
        float[] values = Seeded(3, () => new Embedding(200, 64)).Weight.Floats();
        Assert.That(values.Average(), Is.EqualTo(0).Within(0.03));
        Assert.That(values.Average(v => v * v), Is.EqualTo(1).Within(0.05));
        Assert.That(values.Average(v => v * v * v * v), Is.EqualTo(3).Within(0.3));
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

    [Test]
    public void Convolutions_apply_their_parameters()
    {
        var volume = Values.Random(4, 2, 4, 3, 4, 5);
        var conv3 = new Conv3d(4, 6, (1, 2, 3), stride: (1, 2, 1), padding: (0, 1, 1), groups: 2);
        Assert.That(conv3.Forward(volume).Floats(), Is.EqualTo(volume.Conv3d(conv3.Weight, conv3.Bias, (1, 2, 1), (0, 1, 1), null, 2).Floats()));
        var back1 = new ConvTranspose1d(4, 6, 3, stride: 2, padding: 1, outputPadding: 1, groups: 2);
        Assert.That(back1.Weight.Shape, Is.EqualTo(new Shape(4, 3, 3)));
        var line = volume.Flatten(2);
        Assert.That(back1.Forward(line).Floats(), Is.EqualTo(line.ConvTranspose1d(back1.Weight, back1.Bias, 2, 1, 1, 1, 2).Floats()));
        var back2 = new ConvTranspose2d(4, 2, (2, 3), stride: (2, 1), dilation: (1, 2));
        var image = volume.Flatten(2, 3);
        Assert.That(back2.Forward(image).Floats(), Is.EqualTo(image.ConvTranspose2d(back2.Weight, back2.Bias, (2, 1), default, null, (1, 2)).Floats()));
        var back3 = new ConvTranspose3d(4, 2, 2, stride: 2, bias: false);
        Assert.That(back3.Forward(volume).Shape, Is.EqualTo(new Shape(2, 2, 6, 8, 10)));
        Assert.That(back3.Forward(volume).Floats(), Is.EqualTo(volume.ConvTranspose3d(back3.Weight, null, 2).Floats()));
    }

    [Test]
    public void A_sequence_applies_its_layers_and_functions()
    {
        var first = new Linear(3, 4);
        var norm = new BatchNorm(4);
        var net = new Sequential { first, x => x.Relu(), norm, new Sequential(new Linear(4, 2)) };
        Assert.That(StateDict.Of(net).Select(p => p.Key), Is.EqualTo(new[]
        {
            "0.weight", "0.bias", "2.weight", "2.bias", "2.running_mean", "2.running_var", "3.0.weight", "3.0.bias",
        }));
        Assert.That(StateDict.Parameters(net), Has.Count.EqualTo(6).And.No.Member(norm.RunningMean));
        var x = Values.Random(7, 5, 3);
        var last = (Linear)((Sequential)net[3])[0];
        Assert.That(net.Forward(x).Floats(), Is.EqualTo(last.Forward(norm.Forward(first.Forward(x).Relu())).Floats()));
        Assert.That(norm.RunningMean.Floats(), Is.All.Zero);
        net.Forward(x, training: true).Floats();
        Assert.That(norm.RunningMean.Floats(), Is.Not.All.Zero, "training reached the layer within");
    }

    [Test]
    public void Parameters_require_gradients_and_buffers_do_not()
    {
        var norm = new BatchNorm(2);
        Assert.That((norm.Weight!.RequiresGrad, norm.RunningMean.RequiresGrad, norm.RunningVar.RequiresGrad), Is.EqualTo((true, false, false)));
        var layer = new Linear(3, 2);
        layer.Forward(Values.Random(1, 4, 3)).Sum().Backward();
        Assert.That(layer.Bias!.Grad!.Floats(), Is.All.EqualTo(4));
    }

    [Test]
    public void A_seed_is_that_of_layers_too()
    {
        Tensor.ManualSeed(8);
        float[] first = new Linear(4, 4).Weight.Floats();
        Tensor.ManualSeed(8);
        Assert.That(new Linear(4, 4).Weight.Floats(), Is.EqualTo(first));
    }

    [Test]
    public void Dropout_leaves_out_in_training_only()
    {
        Tensor.ManualSeed(1);
        var net = new Sequential { new Dropout(0.25) };
        var x = Tensor.Ones(4000);
        Assert.That(net.Forward(x), Is.SameAs(x));
        float[] y = net.Forward(x, training: true).ToArray<float>();
        Assert.That(y.Distinct().Order(), Is.EqualTo(new[] { 0, 1 / 0.75f }).Within(1e-6));
        Assert.That(y.Count(v => v == 0), Is.InRange(900, 1100));
        Assert.That(() => new Dropout(1.5), Throws.TypeOf<ArgumentOutOfRangeException>());
    }
}
