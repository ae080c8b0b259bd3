using NUnit.Framework;
using Tiny.Nn;
using Tiny.Tests.Tensors;

namespace Tiny.Tests.Nn;

/// <summary>Normalising layers against plain loops and the ONNX suite's values.</summary>
[TestFixture]
public sealed class NormTests
{
    [TestCase(new[] { 6, 3 })]
    [TestCase(new[] { 2, 3, 4 })]
    [TestCase(new[] { 2, 3, 2, 3 })]
    [TestCase(new[] { 2, 3, 2, 2, 2 })]
    public void Batch_norm_in_training_uses_the_batch_and_keeps_a_running_mean(int[] shape)
    {
        BatchNorm norm = shape.Length switch
        {
            2 or 3 => new BatchNorm1d(3, eps: 0.01, momentum: 0.25),
            4 => new BatchNorm2d(3, eps: 0.01, momentum: 0.25),
            _ => new BatchNorm3d(3, eps: 0.01, momentum: 0.25),
        };
        (norm.Weight, norm.Bias) = (Tensor.From([1f, 2f, -3f]), Tensor.From([0.5f, 0f, 1f]));
        double[] w = [1, 2, -3], b = [0.5, 0, 1], runningMean = [0, 0, 0], runningVar = [1, 1, 1];
        for (int step = 0; step < 3; step++)
        {
            var x = Values.Random(step, shape) * 2 + step;
            float[] xs = x.Floats(), expected = new float[xs.Length];
            int inner = xs.Length / shape[0] / 3;
            for (int c = 0; c < 3; c++)
            {
                int[] own = [.. Enumerable.Range(0, xs.Length).Where(i => i / inner % 3 == c)];
                double mean = own.Average(i => (double)xs[i]), squares = own.Sum(i => (xs[i] - mean) * (xs[i] - mean));
                foreach (int i in own) expected[i] = (float)((xs[i] - mean) / Math.Sqrt(squares / own.Length + 0.01) * w[c] + b[c]);
                runningMean[c] = 0.75 * runningMean[c] + 0.25 * mean;
                runningVar[c] = 0.75 * runningVar[c] + 0.25 * squares / (own.Length - 1);
            }
            Close.Check(norm.Forward(x, training: true).Floats(), expected, 1e-5, $"step {step}");
        }
        Close.Check(norm.RunningMean.Floats(), [.. runningMean.Select(v => (float)v)], 1e-5, "mean");
        Close.Check(norm.RunningVar.Floats(), [.. runningVar.Select(v => (float)v)], 1e-5, "variance");
        var y = Values.Random(9, shape);
        Assert.That(norm.Forward(y).Floats(), Is.EqualTo(y.BatchNorm(norm.RunningMean, norm.RunningVar, norm.Weight, norm.Bias, 0.01).Floats()));
    }

    [Test]
    public void Batch_norm_trains_on_every_float()
    {
        var x = Values.Random(1, 5, 3);
        float[] means = (x.Mean(0) * 0.5).Floats();
        foreach (var dtype in new[] { DType.Float16, DType.BFloat16, DType.Float32, DType.Float64 })
        {
            var norm = new BatchNorm(3, momentum: 0.5);
            var y = norm.Forward(x.Cast(dtype), training: true);
            Assert.That((norm.RunningMean.DType, norm.RunningVar.DType), Is.EqualTo((DType.Float32, DType.Float32)));
            Assert.That(norm.RunningMean.Floats(), Is.EqualTo(means).Within(1e-2), $"{dtype}");
            Assert.That(y.Cast(DType.Float32).ToArray<float>().Average(), Is.EqualTo(0).Within(2e-2), $"{dtype}");
        }
        var exact = new BatchNorm(3, affine: false) { RunningMean = Tensor.Zeros(new Shape(3), DType.Float16), RunningVar = Tensor.Ones(new Shape(3), DType.Float16) };
        exact.Forward(x, training: true);
        Assert.That(exact.RunningMean.DType, Is.EqualTo(DType.Float16));
    }

    [Test]
    public void Batch_norm_says_what_it_does_not_take()
    {
        var empty = new BatchNorm(3);
        Assert.That(() => empty.Forward(Tensor.Zeros(0, 3), training: true), Throws.TypeOf<ShapeException>().With.Message.Contains("no elements"));
        Assert.That(empty.RunningVar.Floats(), Is.EqualTo(new[] { 1f, 1, 1 }));
        Assert.That(() => new BatchNorm2d(3).Forward(Tensor.Zeros(2, 3)), Throws.TypeOf<ShapeException>().With.Message.Contains("BatchNorm2d: [2, 3] has 2 axes, not 4"));
        Assert.That(() => new BatchNorm1d(3).Forward(Tensor.Zeros(2, 3, 4, 5), training: true), Throws.TypeOf<ShapeException>().With.Message.Contains("not 2 or 3"));
        Assert.That(() => new BatchNorm(3).Forward(Tensor.Zeros(2, 4), training: true), Throws.TypeOf<ShapeException>().With.Message.Contains("[n, 3, ...]"));
        Assert.That(() => new BatchNorm(3).Forward(Tensor.Zeros(1, 3), training: true), Throws.TypeOf<ShapeException>().With.Message.Contains("one element"));
    }

    [TestCase("test_batchnorm_example_training_mode", 1e-5)]
    [TestCase("test_batchnorm_epsilon_training_mode", 1e-2)]
    public void Batch_norm_of_the_suite(string name, double eps)
    {
        var data = OnnxData.Read(name);
        // The suite keeps the biased variance, and its momentum is the share of the old.
        var norm = new BatchNorm(3, eps, momentum: 0.1) { Weight = data.Inputs[1], Bias = data.Inputs[2] };
        norm.RunningMean.Assign(data.Inputs[3]);
        norm.RunningVar.Assign(data.Inputs[4]);
        Close.Check(norm.Forward(data.Inputs[0], training: true).Floats(), data.Outputs[0].Floats(), 1e-5);
        Close.Check(norm.RunningMean.Floats(), data.Outputs[1].Floats(), 1e-5);
        float[] old = data.Inputs[4].Floats(), biased = data.Outputs[2].Floats();
        const double N = 2 * 4 * 5;
        Close.Check(norm.RunningVar.Floats(), [.. old.Zip(biased, (o, b) => (float)(0.9 * o + (b - 0.9 * o) * N / (N - 1)))], 1e-5);
    }

    [TestCase("test_group_normalization_epsilon", 1e-2, 2)]
    public void Group_norm_of_the_suite(string name, double eps, int groups)
    {
        var data = OnnxData.Read(name);
        var norm = new GroupNorm(groups, data.Inputs[0].Shape[1], eps) { Weight = data.Inputs[1], Bias = data.Inputs[2] };
        Close.Check(norm.Forward(data.Inputs[0]).Floats(), data.Outputs[0].Floats(), 1e-5);
    }

    [TestCase("test_instancenorm_epsilon", 1e-2)]
    public void Instance_norm_of_the_suite(string name, double eps)
    {
        var data = OnnxData.Read(name);
        var norm = new InstanceNorm(data.Inputs[0].Shape[1], eps) { Weight = data.Inputs[1], Bias = data.Inputs[2] };
        Close.Check(norm.Forward(data.Inputs[0]).Floats(), data.Outputs[0].Floats(), 1e-5);
    }

    [TestCase("test_layer_normalization_default_axis", 1, 1e-5)]
    [TestCase("test_layer_normalization_4d_axis2", 2, 1e-5)]
    [TestCase("test_layer_normalization_3d_axis1_epsilon", 2, 1e-1)]
    public void Layer_norm_of_the_suite(string name, int axes, double eps)
    {
        var data = OnnxData.Read(name);
        var norm = new LayerNorm(new Shape(data.Inputs[0].Shape.Dims[^axes..]), eps) { Weight = data.Inputs[1], Bias = data.Inputs[2] };
        Close.Check(norm.Forward(data.Inputs[0]).Floats(), data.Outputs[0].Floats(), 1e-5);
    }

    [TestCase("test_rms_normalization_default_axis", 1, 1e-5)]
    [TestCase("test_rms_normalization_4d_axis1", 3, 1e-5)]
    [TestCase("test_rms_normalization_3d_axis1_epsilon", 2, 1e-1)]
    public void Rms_norm_of_the_suite(string name, int axes, double eps)
    {
        var data = OnnxData.Read(name);
        var norm = new RMSNorm(new Shape(data.Inputs[0].Shape.Dims[^axes..]), eps) { Weight = data.Inputs[1] };
        Close.Check(norm.Forward(data.Inputs[0]).Floats(), data.Outputs[0].Floats(), 1e-5);
    }

    [Test]
    public void Short_floats_are_normalised_in_float32_and_rounded_once()
    {
        // The square of 1,000 is no float16.
        var x = Tensor.From([1000f, -1000, 0, 1000], 1, 2, 2);
        foreach (var dtype in new[] { DType.Float16, DType.BFloat16 })
            foreach (Func<Tensor, Tensor> norm in new Func<Tensor, Tensor>[]
            {
                t => t.LayerNorm(new Shape(2, 2)), t => new GroupNorm(1, 2, affine: false).Forward(t), t => new InstanceNorm(2, affine: false).Forward(t),
                t => new RMSNorm(new Shape(2), affine: false).Forward(t),
            })
            {
                var y = norm(x.Cast(dtype));
                Assert.That(y.DType, Is.EqualTo(dtype));
                Assert.That(y.Cast(DType.Float32).Floats(), Is.EqualTo(norm(x).Cast(dtype).Cast(DType.Float32).Floats()));
            }
    }

    [Test]
    public void Groups_must_divide_the_channels()
    {
        Assert.That(() => new GroupNorm(3, 8), Throws.TypeOf<ShapeException>().With.Message.Contains("8 channels do not divide into 3 groups"));
        Assert.That(() => new GroupNorm(2, 8).Forward(Tensor.Zeros(2, 4)), Throws.TypeOf<ShapeException>().With.Message.Contains("[n, 8, ...]"));
        Assert.That(() => new InstanceNorm(8).Forward(Tensor.Zeros(2, 4)), Throws.TypeOf<ShapeException>().With.Message.Contains("InstanceNorm"));
    }
}
