using NUnit.Framework;

namespace Tiny.Tests.Tensors;

[TestFixture]
public sealed class LossTests
{
    static readonly float[] s_logits = [0.5f, -1f, 2f, 1.5f, 0.25f, -0.75f];
    static readonly double[][] s_logs = [.. s_logits.Chunk(3).Select(row => row.Select(v => v - Math.Log(row.Sum(u => Math.Exp(u)))).ToArray())];
    static readonly Tensor s_x = Tensor.From(s_logits, 2, 3);

    [Test]
    public void Two_classes()
    {
        float[] x = [-200f, -1f, 0f, 2f, 300f], t = [0f, 1f, 0.25f, 1f, 1f];
        double[] each = [.. x.Zip(t, (a, b) => Math.Max(a, 0) - (double)a * b + Math.Log(1 + Math.Exp(-Math.Abs((double)a))))];
        Tensor logits = Tensor.From(x), target = Tensor.From(t);
        Close.Check(logits.BinaryCrossEntropyLogits(target, reduction: Reduction.None).Floats(), [.. each.Select(e => (float)e)], 1e-6);
        Close.Check(logits.BinaryCrossEntropyLogits(target).Floats(), [(float)each.Average()], 1e-6);
        Assert.That(Tensor.From([-1f]).BinaryCrossEntropyLogits(Tensor.From([1f]), Tensor.Scalar(3.0)).Item(), Is.EqualTo(3 * each[1]).Within(1e-5));
        var p = Tensor.From([0.25f, 1f, 0f]).BinaryCrossEntropy(Tensor.From([1f, 1f, 1f]), Reduction.None).Floats();
        Close.Check(p, [(float)Math.Log(4), 0, 100], 1e-6);
        Assert.That(Tensor.From([0.25f, 0.5f]).BinaryCrossEntropy(Tensor.From([0f, 1f]), Reduction.Sum).Item(), Is.EqualTo(Math.Log(4 / 3.0) + Math.Log(2)).Within(1e-6));
        Assert.That(() => logits.BinaryCrossEntropyLogits(Tensor.Zeros(4)), Throws.TypeOf<ShapeException>().With.Message.Contains("[4]").And.Message.Contains("[5]"));
    }

    [Test]
    public void Many_classes()
    {
        var target = Tensor.From([2, 0]);
        double a = -s_logs[0][2], b = -s_logs[1][0];
        Assert.That(s_x.CrossEntropy(target).Item(), Is.EqualTo((a + b) / 2).Within(1e-6));
        Assert.That(s_x.CrossEntropy(target, reduction: Reduction.Sum).Item(), Is.EqualTo(a + b).Within(1e-6));
        Close.Check(s_x.CrossEntropy(target, reduction: Reduction.None).Floats(), [(float)a, (float)b], 1e-6);
        Assert.That(s_x.CrossEntropy(Tensor.From([2, 1]), ignore: 1).Item(), Is.EqualTo(a).Within(1e-6));
        Assert.That(s_x.CrossEntropy(Tensor.From([1, 1]), ignore: 1).Item(), Is.NaN, "a mean of nothing");
        Assert.That(s_x.CrossEntropy(target, Tensor.From([3f, 1f, 0.5f])).Item(), Is.EqualTo((0.5 * a + 3 * b) / 3.5).Within(1e-6));
        double smooth = 0.9 * (a + b) / 2 - 0.1 * (s_logs[0].Average() + s_logs[1].Average()) / 2;
        Assert.That(s_x.CrossEntropy(target, smoothing: 0.1).Item(), Is.EqualTo(smooth).Within(1e-6));
        Assert.That(s_x.CrossEntropy(Tensor.From([2, -100]), smoothing: 0.1).Item(), Is.EqualTo(0.9 * a - 0.1 * s_logs[0].Average()).Within(1e-6));
        var probabilities = Tensor.From([0f, 0f, 1f, 0.5f, 0.5f, 0f], 2, 3);
        double soft = (a - 0.5 * (s_logs[1][0] + s_logs[1][1])) / 2;
        Assert.That(s_x.CrossEntropy(probabilities).Item(), Is.EqualTo(soft).Within(1e-6));
        Assert.That(s_x[0].CrossEntropy(Tensor.Scalar(2)).Item(), Is.EqualTo(a).Within(1e-6));
    }

    [Test]
    public void Log_probabilities()
    {
        var logs = s_x.LogSoftmax();
        var target = Tensor.From([2L, 0L]);
        Assert.That(logs.NllLoss(target).Item(), Is.EqualTo(s_x.CrossEntropy(target).Item()).Within(1e-6));
        Assert.That(logs.NllLoss(target, Tensor.From([3f, 1f, 0.5f]), ignore: 2).Item(), Is.EqualTo(-s_logs[1][0]).Within(1e-6));
        // Another class that is impossible does not matter.
        Assert.That(Tensor.From([float.NegativeInfinity, -1f], 1, 2).NllLoss(Tensor.From([1])).Item(), Is.EqualTo(1f));
        var spatial = Values.Random(1, 2, 3, 4);
        var places = Tensor.From([0, 1, 2, 0, 1, 2, 0, 1], 2, 4);
        Assert.That(spatial.CrossEntropy(places, reduction: Reduction.None).Shape, Is.EqualTo(new Shape(2, 4)));
        Assert.That(spatial.Transpose(1, 2).SparseCategoricalCrossEntropy(places).Item(), Is.EqualTo(spatial.CrossEntropy(places).Item()).Within(1e-6));
        Assert.That(s_x.SparseCategoricalCrossEntropy(Tensor.From([2, -1])).Item(), Is.EqualTo(-s_logs[0][2]).Within(1e-6));
    }

    [Test]
    public void Class_numbers_of_every_dtype()
    {
        var target = Tensor.From([2, 0]);
        var logs = s_x.LogSoftmax();
        foreach (var kind in new[] { DType.Int8, DType.UInt8, DType.Int16, DType.UInt16, DType.Int32, DType.UInt32, DType.Int64, DType.UInt64 })
        {
            var own = target.Cast(kind);
            Assert.That(s_x.CrossEntropy(own, smoothing: 0.1).Floats(), Is.EqualTo(s_x.CrossEntropy(target, smoothing: 0.1).Floats()), $"{kind}");
            Assert.That(logs.NllLoss(own).Floats(), Is.EqualTo(logs.NllLoss(target).Floats()), $"{kind}");
            Assert.That(s_x.SparseCategoricalCrossEntropy(own).Floats(), Is.EqualTo(s_x.SparseCategoricalCrossEntropy(target).Floats()), $"{kind}");
            Assert.That(logs.NllLoss(own, ignore: 2).Floats(), Is.EqualTo(logs.NllLoss(target, ignore: 2).Floats()), $"{kind}");
        }
    }

    [Test]
    public void Short_floats_are_summed_in_float32_and_rounded_once()
    {
        // 4,096 losses of 18: neither their sum nor their count is a float16.
        var logits = Tensor.From([0f, 18f], 1, 2).Expand(4096, 2).Cast(DType.Float16);
        var target = Tensor.Zeros(new Shape(4096), DType.Int32);
        foreach (var loss in new[] { logits.CrossEntropy(target), logits.LogSoftmax().NllLoss(target) })
        {
            Assert.That(loss.DType, Is.EqualTo(DType.Float16));
            Assert.That(loss.Same<Half>(), Is.EqualTo(new[] { (Half)18 }));
        }
        var weight = Tensor.From([1f, 2f]);
        Assert.That(logits.NllLoss(target, weight).DType, Is.EqualTo(DType.Float32));
        Assert.That(logits.CrossEntropy(target, weight).DType, Is.EqualTo(DType.Float32));
    }

    [Test]
    public void Misuse_is_said()
    {
        Assert.That(() => s_x.CrossEntropy(Tensor.From([1])), Throws.TypeOf<ShapeException>().With.Message.Contains("CrossEntropy").And.Message.Contains("[2]"));
        Assert.That(() => s_x.CrossEntropy(Tensor.From([1f])), Throws.TypeOf<ShapeException>());
        Assert.That(() => s_x.NllLoss(Tensor.From([1f, 2f])), Throws.TypeOf<DTypeException>().With.Message.Contains("float32"));
        Assert.That(() => s_x.CrossEntropy(Tensor.From([1, 2]), Tensor.Zeros(2)), Throws.TypeOf<ShapeException>().With.Message.Contains("weight"));
        Assert.That(() => s_x.CrossEntropy(Tensor.From([1, 2]), smoothing: 2), Throws.TypeOf<ArgumentOutOfRangeException>());
    }
}
