using NUnit.Framework;
using Tiny.Jit;

namespace Tiny.Tests;

/// <summary>Random numbers in captured methods: the stream of plain calls goes on.</summary>
[NonParallelizable]
public sealed class RandomTests
{
    [TearDown]
    public void Begin() => Tensor.ManualSeed(0);

    [Test]
    public void CapturedCallsGiveWhatPlainCallsGive()
    {
        var expected = Draws.Plain(42, 4);
        Assert.That(expected.Select(r => r[5]).Distinct().Count(), Is.EqualTo(4), "each call has numbers of its own");
        Tensor.ManualSeed(42);
        var model = new Draws();
        var forward = TinyJit.Of(model.Forward);
        for (int i = 0; i < 4; i++)
            Close.Check((i == 2 ? model.Forward(Draws.Input(i + 1)) : forward(Draws.Input(i + 1))).ToArray<float>(), expected[i], 1e-6, $"call {i}, the third is a plain one");
    }

    [Test]
    public void TwoMethodsShareTheStream()
    {
        Tensor.ManualSeed(7);
        float[] all = Tensor.Rand(8).ToArray<float>();
        Tensor.ManualSeed(7);
        var two = TinyJit.Of((Tensor x) => Tensor.Rand(2) + x);
        var three = TinyJit.Of((Tensor x) => Tensor.Rand(3) + x);
        var zero = Tensor.Zeros(1);
        float[][] parts = [two(zero).ToArray<float>(), three(zero).ToArray<float>(), Tensor.Rand(1).ToArray<float>(), two(zero).ToArray<float>()];
        Assert.That(parts.SelectMany(p => p), Is.EqualTo(all));
    }

    [Test]
    public void ACaptureThatFailsTakesNothing()
    {
        Tensor.ManualSeed(3);
        float[] first = Tensor.Rand(2).ToArray<float>();
        Tensor.ManualSeed(3);
        var fails = TinyJit.Of((Tensor x) => Tensor.Rand(2).Sum().Item() > 0 ? x : -x);
        Assert.That(() => fails(Tensor.Zeros(2)), Throws.InstanceOf<TinyException>());
        Assert.That(Tensor.Rand(2).ToArray<float>(), Is.EqualTo(first));
    }

    [Test]
    public void ThreadsTakeNoNumberTwice()
    {
        Tensor.ManualSeed(1);
        var drawn = new System.Collections.Concurrent.ConcurrentBag<float>();
        var draw = TinyJit.Of((Tensor x) => Tensor.Rand(50) + x);
        Parallel.For(0, 40, i =>
        {
            foreach (float f in (i % 2 == 0 ? draw(Tensor.Zeros(1)) : Tensor.Rand(50)).ToArray<float>()) drawn.Add(f);
        });
        Tensor.ManualSeed(1);
        Assert.That(drawn.Order(), Is.EqualTo(Tensor.Rand(2000).ToArray<float>().Order()));
    }

    [Test]
    public void ASeedInsideBeginsAnewEachCall()
    {
        var draw = TinyJit.Of((Tensor x) =>
        {
            Tensor.ManualSeed(5);
            return Tensor.Rand(3) + x;
        });
        var first = draw(Tensor.Zeros(1)).ToArray<float>();
        Assert.That(draw(Tensor.Zeros(1)).ToArray<float>(), Is.EqualTo(first));
        Assert.That(first, Is.EqualTo(Tensor.Rand(new Shape(3), 5).ToArray<float>()));
    }
}
