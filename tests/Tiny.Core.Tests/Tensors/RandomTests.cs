using NUnit.Framework;

namespace Tiny.Tests.Tensors;

/// <summary>The common stream of random numbers, and the distributions made of it.</summary>
[TestFixture, NonParallelizable]
public sealed class RandomTests
{
    [TearDown]
    public void Begin() => Tensor.ManualSeed(0);

    [Test]
    public void The_stream_of_a_seed_goes_on()
    {
        Tensor.ManualSeed(99);
        float[] a = Tensor.Rand(2, 3).Floats(), b = Tensor.Rand(new Shape(4)).Floats();
        Assert.That(a.Concat(b), Is.EqualTo(Tensor.Rand(new Shape(10), 99).Floats()));
        Tensor.ManualSeed(99);
        Assert.That(Tensor.Rand(6).Floats(), Is.EqualTo(a), "begun anew");
        Tensor.ManualSeed(99 + (1L << 32));
        Assert.That(Tensor.Rand(6).Floats(), Is.Not.EqualTo(a), "all bits of the seed count");
        Tensor.ManualSeed(5);
        var later = Tensor.Rand(2);
        var now = Tensor.Rand(2);
        Assert.That(now.Floats(), Is.EqualTo(Tensor.Rand(new Shape(4), 5).Floats()[2..]), "numbers are taken in the order of calls, not of computing");
        Assert.That(later.Floats(), Is.EqualTo(Tensor.Rand(new Shape(4), 5).Floats()[..2]));
    }

    [Test]
    public void Distributions()
    {
        Tensor.ManualSeed(11);
        var shape = new Shape(100, 100);
        float[] uniform = Tensor.Uniform(shape, -3, 5).Floats(), normal = Tensor.Normal(shape, 2, 0.5).Floats();
        Assert.That(uniform, Is.All.InRange(-3f, 5f));
        Assert.That(uniform.Average(), Is.EqualTo(1).Within(0.1));
        Assert.That(uniform.Average(x => (x - 1) * (x - 1)), Is.EqualTo(64.0 / 12).Within(0.15));
        Assert.That(normal.Average(), Is.EqualTo(2).Within(0.02));
        Assert.That(normal.Average(x => (x - 2) * (x - 2)), Is.EqualTo(0.25).Within(0.01));
        int[] whole = Tensor.RandInt(shape, -2, 3).Ints();
        for (int i = -2; i < 3; i++) Assert.That(whole.Count(w => w == i), Is.EqualTo(2000).Within(200));
        Assert.That(Tensor.RandInt(new Shape(1000), int.MinValue, int.MaxValue).Ints().Average(x => (double)x), Is.EqualTo(0).Within(0.15 * int.MaxValue));
        Assert.That(() => Tensor.RandInt(shape, 3, 3), Throws.TypeOf<ShapeException>().With.Message.Contains("from 3"));
        Assert.That(Tensor.Zeros(2, 3).RandNLike().Shape, Is.EqualTo(new Shape(2, 3)));
        Assert.That(Tensor.Zeros(new Shape(2), DType.Float64).RandLike().DType, Is.EqualTo(DType.Float64));
        Assert.That(Tensor.Zeros(2).RandIntLike(0, 2).DType, Is.EqualTo(DType.Int32));
        Assert.That(Tensor.Rand(0, 3).Floats(), Is.Empty);
        Assert.That(Tensor.Rand().Shape, Is.EqualTo(Shape.Scalar));
    }

    // Fan in 30 * 3 * 3, fan out 20 * 3 * 3.
    [Test]
    public void First_weights()
    {
        var shape = new Shape(20, 30, 3, 3);
        void Uniform(Tensor t, double bound)
        {
            var x = t.Floats();
            Assert.That(x.Max(), Is.InRange(0.99 * bound, bound));
            Assert.That(x.Min(), Is.InRange(-bound, -0.99 * bound));
            Assert.That(x.Average(v => v * v), Is.EqualTo(bound * bound / 3).Within(5).Percent);
        }
        void Normal(Tensor t, double std) => Assert.That(Math.Sqrt(t.Floats().Average(v => v * v)), Is.EqualTo(std).Within(5).Percent);
        Uniform(Tensor.GlorotUniform(shape, 1), Math.Sqrt(6.0 / 450));
        Normal(Tensor.GlorotNormal(shape, 2), Math.Sqrt(2.0 / 450));
        Uniform(Tensor.KaimingUniform(shape, Math.Sqrt(5), 3), Math.Sqrt(1.0 / 270));
        Normal(Tensor.KaimingNormal(shape, 0, 4), Math.Sqrt(2.0 / 270));
        Uniform(Tensor.ScaledUniform(shape, 5), Math.Sqrt(1.0 / 5400));
        Normal(Tensor.ScaledNormal(shape), Math.Sqrt(1.0 / 5400));
        Assert.That(() => Tensor.GlorotUniform(new Shape(3)), Throws.TypeOf<ShapeException>().With.Message.Contains("[3]"));
    }

    [Test]
    public void Dropout()
    {
        var x = Tensor.Ones(100, 100);
        var y = x.Dropout(0.25, training: true, seed: 1).Floats();
        Assert.That(y.Distinct().Order(), Is.EqualTo(new[] { 0f, 1 / 0.75f }));
        Assert.That(y.Count(v => v == 0), Is.EqualTo(2500).Within(150));
        Assert.That(x.Dropout(0.25, training: false), Is.SameAs(x));
        Assert.That(x.Dropout(1).Floats(), Is.All.Zero);
        Assert.That(x.Dropout(0), Is.SameAs(x));
        Assert.That(() => x.Dropout(1.5), Throws.TypeOf<ArgumentOutOfRangeException>());
        Assert.That(Tensor.Ones(new Shape(4), DType.Float16).Dropout(0.5).DType, Is.EqualTo(DType.Float16));
    }

    [Test]
    public void Creation()
    {
        Assert.That(Tensor.Linspace(0, 1, 5).Floats(), Is.EqualTo(new[] { 0f, 0.25f, 0.5f, 0.75f, 1 }));
        Assert.That(Tensor.Linspace(3, -1, 3).Floats(), Is.EqualTo(new[] { 3f, 1, -1 }));
        Assert.That(Tensor.Linspace(0.1, 0.7, 101).Floats()[100], Is.EqualTo(0.7f), "both ends are exact");
        Assert.That(Tensor.Linspace(2, 9, 1).Floats(), Is.EqualTo(new[] { 2f }));
        Assert.That(Tensor.Linspace(2, 9, 0).Floats(), Is.Empty);
        Assert.That(Tensor.Linspace(0, 9, 10, DType.Int32).Ints(), Is.EqualTo(Enumerable.Range(0, 10)));
        Assert.That(() => Tensor.Linspace(0, 1, -1), Throws.TypeOf<ShapeException>());
        Assert.That(Tensor.Eye(2).Floats(), Is.EqualTo(new[] { 1f, 0, 0, 1 }));
        Assert.That(Tensor.Eye(2, 3, DType.Int32).Ints(), Is.EqualTo(new[] { 1, 0, 0, 0, 1, 0 }));
        Assert.That(Tensor.Eye(0).Shape, Is.EqualTo(new Shape(0, 0)));
        Assert.That(() => Tensor.Eye(-1), Throws.TypeOf<ShapeException>());
        var like = Tensor.Zeros(new Shape(2, 2), DType.Int32);
        Assert.That(like.OnesLike().Ints(), Is.EqualTo(new[] { 1, 1, 1, 1 }));
        Assert.That(like.ZerosLike(DType.Float32).Floats(), Is.EqualTo(new float[4]));
        Assert.That(like.FullLike(7).Ints(), Is.EqualTo(new[] { 7, 7, 7, 7 }));
        Assert.That(() => like.FullLike(1L << 40), Throws.TypeOf<DTypeException>());
        Assert.That(like.EmptyLike().Shape, Is.EqualTo(like.Shape));
        Assert.That(Tensor.Empty(3).DType, Is.EqualTo(DType.Float32));
        Assert.That(Tensor.Empty(new Shape(3), DType.Bool).DType, Is.EqualTo(DType.Bool));
    }
}
