using NUnit.Framework;
using Tiny.Graph;
using Tiny.Schedule;
using Tiny.Tests.Tensors;

namespace Tiny.Tests.Schedule;

/// <summary>Long reductions to few results are two, each with loops for many threads, and give what one gives.</summary>
public sealed class SplitReductionTests
{
    [TestCase(new[] { 1_000_000 }, new[] { 0 }, 2)]
    [TestCase(new[] { 4, 262_144 }, new[] { 1 }, 2)]
    [TestCase(new[] { 262_144, 3 }, new[] { 0 }, 2)]
    [TestCase(new[] { 300, 400 }, new[] { 0, 1 }, 2)]
    [TestCase(new[] { 2, 3, 50_021, 2 }, new[] { 1, 2, 3 }, 2)]
    [TestCase(new[] { 100_003 }, new[] { 0 }, 2)] // a prime
    [TestCase(new[] { 5, 65_536, 2 }, new[] { 0, 1 }, 2)]
    [TestCase(new[] { 4, 1000 }, new[] { 1 }, 1)] // short
    [TestCase(new[] { 1000, 1000 }, new[] { 1 }, 1)] // many results
    public void IsTwoKernels(int[] shape, int[] axes, int kernels)
    {
        var random = new Random(shape.Length);
        int[] numbers = new int[shape.Aggregate(1, (a, b) => a * b)];
        for (int i = 0; i < numbers.Length; i++) numbers[i] = random.Next(-1000, 1000);
        var x = Tensor.From(numbers, shape);
        var schedule = Scheduler.Run([x.Sum(axes).Node]);
        Assert.That(schedule.Launches, Has.Length.EqualTo(kernels));
        if (kernels == 2)
            foreach (var fold in schedule.Launches.SelectMany(l => l.Kernel.Sink.Topological()).Where(u => u.Op == Op.Fold))
                Assert.That(fold.Src.Skip(1).Aggregate(1L, (n, r) => n * (r.Max + 1)), Is.LessThanOrEqualTo(4096), "as many steps for a thread");
        x.Sum(axes).Ints();
        x.Max(axes).Ints();
        x.Min(axes).Ints();
        // Not as exact as it is: a maximum of NaN wherever it stands.
        Assert.That(x.Eq(-1000).Where(float.NaN, x.Cast(DType.Float32)).Max().Floats().Single(), Is.NaN);
    }

    [Test]
    public void ASumOfManyFloatsLosesLess()
    {
        var x = Tensor.Full(new Shape(1 << 20), 0.1f).Contiguous();
        Assert.That(x.Sum().Item(), Is.EqualTo(104857.6).Within(0.5));
    }

    [Test]
    public void AReductionThatNeedsNoLoopIsNotSplit()
    {
        var x = Values.Random(1, 100_000).Take(Tensor.From([99_999, -1, 5]));
        Assert.That(Scheduler.Run([x.Node]).Launches, Has.Length.EqualTo(1));
        x.Floats();
    }

    [Test]
    public void WhatIsComputedFromItIsSplitToo()
    {
        var x = Values.Random(1, 2, 40_000);
        x.Softmax().Floats();
        x.Var(1).Floats();
        ((x - x.Mean()) * x.Max(1, true)).Floats();
    }
}
