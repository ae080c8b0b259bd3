using NUnit.Framework;
using Tiny.Nn;
using Tiny.Render;
using Tiny.Runtime;
using Tiny.Schedule;
using Tiny.Tests.Tensors;

namespace Tiny.Tests.Schedule;

/// <summary>How many kernels named graphs become, and what they are called.</summary>
public sealed class KernelCountTests
{
    // Kernels, and the bytes that they read and write, so that computing again cannot buy counts.
    static readonly TestCaseData[] s_graphs =
    [
        Case("elementwise chain", 1, 1_848, () => ((F(7, 33) * 2 + 1) / 3).Relu()),
        Case("sum", 1, 25_856, () => F(64, 100).Sum(1)),
        Case("softmax", 2, 77_824, () => F(64, 100).Softmax()),
        Case("small log-softmax", 1, 80, () => F(1, 10).LogSoftmax()),
        Case("log-softmax", 2, 77_824, () => F(64, 100).LogSoftmax()),
        Case("layer norm", 2, 100_352, () => { var x = F(64, 128); return (x - x.Mean(1, true)) / (x.Var(1, true) + 1e-5f).Sqrt() * F(128) + F(128); }),
        Case("RMS norm", 2, 99_328, () => { var x = F(64, 128); return x * (x.Square().Mean(1, true) + 1e-5f).Rsqrt() * F(128); }),
        Case("matmul", 1, 26_624, () => F(64, 32).MatMul(F(32, 48))),
        Case("linear, bias, gelu", 1, 11_392, () => F(8, 64).Linear(F(32, 64), F(32)).Gelu()),
        Case("conv, bias, relu", 1, 45_952, () => F(1, 3, 32, 32).Conv2d(F(8, 3, 3, 3), F(8), padding: 1).Relu()),
        Case("conv, norm, relu", 1, 42_048, () => (F(1, 3, 32, 32).Conv2d(F(8, 3, 3, 3), F(8)) * F(8, 1, 1) + F(8, 1, 1)).Relu()),
        Case("two convs", 2, 98_208, () => F(1, 3, 32, 32).Conv2d(F(8, 3, 3, 3), F(8)).Relu().Conv2d(F(8, 8, 3, 3), F(8)).Relu()),
        Case("residual", 2, 135_680, () => { var x = F(1, 8, 32, 32); var y = x.Conv2d(F(8, 8, 3, 3), padding: 1).Relu(); return y.Conv2d(F(8, 8, 3, 3), padding: 1) + y; }),
        Case("max pool", 1, 40_960, () => F(1, 8, 32, 32).MaxPool2d(2)),
        Case("global mean of a conv", 2, 92_704, () => F(1, 8, 32, 32).Conv2d(F(8, 8, 3, 3)).Relu().Mean([2, 3])),
        // Scores, their maximum with the sum of exponentials, the quotients, and the values weighted by them.
        Case("attention", 4, 116_736, () => Attention(F(4, 32, 16), F(4, 32, 16), F(4, 32, 16))),
        Case("cat of three", 1, 144, () => Tensor.Cat([F(2, 3), F(2, 5), F(2, 1)], 1)),
        // A kernel for WebGPU has at most eight buffers: nine inputs beside the result do not fit one.
        Case("cat of ten", 2, 2_640, () => Tensor.Cat([.. Enumerable.Range(1, 10).Select(i => F(i, 3))], 0)),
        Case("embedding", 1, 8_304, () => F(100, 16).Take(I(4, 7))),
        Case("embedding with positions and norm", 2, 21_504, () => new RMSNorm(16).Forward(F(100, 16).Take(I(4, 7)) + F(50, 16).Take(Tensor.Arange(7)))),
        Case("threefry random", 1, 4_000, () => Tensor.Rand(new Shape(1000), 1)),
        Case("causal attention", 4, 116_736, () => Tensor.ScaledDotProductAttention(F(4, 32, 16), F(4, 32, 16), F(4, 32, 16), causal: true)),
        // The product is stored: the few terms beside it, which lie apart in memory, would cost it its vectors.
        Case("conv over a count in windows", 2, 46_080, () => F(1, 8, 12, 12).Conv2d(F(16, 8, 5, 5)) / F(1, 16, 16, 16).Gt(0).Cast(DType.Float32).AvgPool2d(2)),
        Case("average pool", 1, 40_960, () => F(1, 8, 32, 32).AvgPool2d(3, 2, 1, countPadding: false)),
        Case("running sum of 1,000", 3, 14_720, () => F(1000).CumSum()),
        Case("sum of a million", 2, 4_008_004, () => F(1_000_000).Sum()),
        Case("short running sum", 1, 1_200, () => F(3, 50).CumSum(1)),
        Case("running sum of 200", 2, 2_560, () => F(200).CumSum()),
        Case("running sum of 1,000,000", 3, 12_620_000, () => F(1_000_000).CumSum()),
        // Mean and variance, the normed rows; queries, keys and values, which are products; scores, maximum and sum, quotients, values, projection and sum;
        // the second norm's two; the two layers.
        Case("transformer block", 14, 344_832, () => Block(F(16, 64))),
        Case("a weight returned as it is", 1, 128, () => F(4, 4)),
        Case("nothing", 0, 0, () => F(0, 4) * 2),
    ];

    [TestCaseSource(nameof(s_graphs))]
    public void HasSoManyKernelsAndMovesSoManyBytes(int kernels, long bytes, Func<Tensor> build)
    {
        var schedule = Scheduler.Run([build().Node]);
        Assert.That(schedule.Launches.Select(l => l.Kernel.Name), Has.Exactly(kernels).Items);
        Assert.That(Moved(schedule), Is.EqualTo(bytes));
        Assert.That(schedule.Launches.Select(l => l.Slots.Length), Has.All.LessThanOrEqualTo(Scheduler.MostBuffers));
    }

    [Test]
    public void WhereATargetTakesMoreBuffersCatOfTenIsOneKernel()
    {
        var cat = Tensor.Cat([.. Enumerable.Range(1, 10).Select(i => Values.Random(i, i, 3))], 0);
        var schedule = Scheduler.Run([cat.Node], profile: ScheduleProfile.Of(Device.Get("cpu").Profile));
        Assert.That(schedule.Launches, Has.Length.EqualTo(1));
        cat.Floats();
        var more = Tensor.Cat([.. Enumerable.Range(0, 100).Select(i => Values.Random(i, 1, 3))], 0);
        more.Floats();
    }

    // A thread of a grid holds all outputs that a channel goes into, if these are few and there are threads enough; then what it is made of is computed once, in the same kernel.
    [TestCase(16, 12, 3, true, 1)]
    [TestCase(64, 12, 3, true, 1)]
    [TestCase(65, 12, 3, true, 2)]
    [TestCase(16, 8, 3, true, 2)]
    [TestCase(16, 12, 7, true, 2)]
    [TestCase(16, 12, 3, false, 2)]
    public void AShortReductionJoinsOneThatAThreadHoldsAllOutputsOf(int outputs, int side, int window, bool grid, int kernels)
    {
        var mixed = F(1, 8, side, side).Conv2d(F(8, 1, window, window), groups: 8, padding: window / 2).Relu().Conv2d(F(outputs, 8, 1, 1)).Relu();
        var schedule = Scheduler.Run([mixed.Node], profile: grid ? ScheduleProfile.Of(WgslRenderer.Profile) : ScheduleProfile.Of(Device.Get("cpu").Profile));
        Assert.That(schedule.Launches, Has.Length.EqualTo(kernels));
    }

    [Test]
    public void AProductOfProductsIsTwoKernelsOnAGridToo()
    {
        var schedule = Scheduler.Run([F(256, 64).MatMul(F(64, 256)).MatMul(F(256, 16)).Node], profile: ScheduleProfile.Of(WgslRenderer.Profile));
        Assert.That(schedule.Launches, Has.Length.EqualTo(2));
    }

    // State, and what a captured method writes into it: kernels, and the bytes that they read and write.
    static readonly TestCaseData[] s_written =
    [
        // Moments, weights and gradient are read, the first three written; the powers of the step, which every element needs and one would overwrite,
        // are a kernel before.
        Written("Adam over flat parameters", 2, 28_024, s => Adam(s[0], s[1], s[2], s[3], s[4], s[5]), [1000], [1000], [1000], [1000], [], []),
        Written("Adam over flat parameters, without correction", 1, 28_000, s => Adam(s[0], s[1], s[2], s[3]), [1000], [1000], [1000], [1000]),
        // One for each parameter: loops over other extents are other kernels; and the powers.
        Written("Adam over 30 parameters", 31, 82_344, s =>
        {
            for (int i = 0; i < 30; i++) Adam(s[4 * i + 2], s[4 * i + 3], s[4 * i + 4], s[4 * i + 5], i == 0 ? s[0] : null, i == 0 ? s[1] : null);
        }, [[], [], .. Enumerable.Range(0, 30).SelectMany(i => Enumerable.Repeat(new[] { 4, 10 + i }, 4))]),
        Written("SGD with momentum", 1, 20_000, s =>
        {
            s[1].Assign(s[1] * 0.9f + s[2]);
            s[0].Assign(s[0] - s[1] * 0.1f);
        }, [1000], [1000], [1000]),
        // What is read is overwritten, at the same place, after that.
        Written("the weight moved by the momentum before", 1, 20_000, s =>
        {
            s[0].Assign(s[0] - s[1] * 0.1f);
            s[1].Assign(s[1] * 0.9f + s[2]);
        }, [1000], [1000], [1000]),
        // Of other elements a kernel may not know which are written yet.
        Written("the weight moved by the momentum's mirror image", 2, 20_000, s =>
        {
            s[0].Assign(s[0] - s[1].Flip(0) * 0.1f);
            s[1].Assign(s[1] * 0.9f);
        }, [1000], [1000]),
    ];

    [TestCaseSource(nameof(s_written))]
    public void StatesAreWrittenInSoManyKernels(int kernels, long bytes, int[][] shapes, Action<Tensor[]> write)
    {
        Tensor[] states = [.. shapes.Select(s => Tensor.Zeros(new Shape(s), DType.Float32).Realize())];
        var schedule = CaptureScope.Run(scope =>
        {
            write(states);
            return Scheduler.Run([], states: [.. scope.Written.Select(c => (scope.MemoryOf(c), scope.Read(c)))]);
        });
        Assert.That(schedule.Launches.Select(l => l.Kernel.Name), Has.Exactly(kernels).Items);
        Assert.That(Moved(schedule), Is.EqualTo(bytes));
        Assert.That(schedule.Slots.Select(s => s.Role), Has.None.EqualTo(SlotRole.Temporary));
    }

    static void Adam(Tensor w, Tensor m, Tensor v, Tensor g, Tensor? power1 = null, Tensor? power2 = null)
    {
        m.Assign(m * 0.9f + g * 0.1f);
        v.Assign(v * 0.999f + g.Square() * 0.001f);
        power1?.Assign(power1 * 0.9f);
        power2?.Assign(power2 * 0.999f);
        var (mean, square) = power1 is null ? (m, v) : (m / (1 - power1), v / (1 - power2!));
        w.Assign(w - 0.001f * mean / (square.Sqrt() + 1e-8f));
    }

    static long Moved(KernelSchedule schedule) =>
        schedule.Launches.Sum(l => l.Slots.Select((s, i) => schedule.Slots[s].Bytes * (l.Kernel.Params[i].InPlace ? 2 : 1)).Sum());

    static TestCaseData Written(string name, int kernels, long bytes, Action<Tensor[]> write, params int[][] shapes) =>
        new TestCaseData(kernels, bytes, shapes, write).SetArgDisplayNames(name);

    [Test]
    public void ReductionsOfTheSameRowsAreOneKernelThatReadsThemOnce()
    {
        var x = F(64, 128);
        var schedule = Scheduler.Run([x.Sum(1).Node, x.Max(1).Node]);
        Assert.That(schedule.Launches, Has.Length.EqualTo(1));
        Assert.That(Moved(schedule), Is.EqualTo(64 * 128 * 4 + 2 * 64 * 4));
        schedule = Scheduler.Run([x.Mean(1).Node, x.Var(1).Node]);
        Assert.That(schedule.Launches, Has.Length.EqualTo(1));
        Assert.That(Moved(schedule), Is.EqualTo(64 * 128 * 4 + 2 * 64 * 4));
    }

    [Test]
    public void ProductsWithTheSameMatrixAreKernelsOfTheirOwn()
    {
        var x = F(64, 32);
        Assert.That(Scheduler.Run([x.MatMul(F(32, 48)).Node, x.MatMul(F(32, 48)).Node]).Launches, Has.Length.EqualTo(2));
    }

    static Tensor Block(Tensor x)
    {
        var (n, d) = (x.Shape[0], x.Shape[1]);
        var y = new LayerNorm(d).Forward(x);
        Tensor Heads(Tensor t) => t.Reshape(n, 4, d / 4).Transpose(0, 1);
        var a = Tensor.ScaledDotProductAttention(Heads(y.Linear(F(d, d), F(d))), Heads(y.Linear(F(d, d), F(d))), Heads(y.Linear(F(d, d), F(d))), causal: true);
        x += a.Transpose(0, 1).Reshape(n, d).Linear(F(d, d), F(d));
        return x + new LayerNorm(d).Forward(x).Linear(F(4 * d, d), F(4 * d)).Gelu().Linear(F(d, 4 * d), F(d));
    }

    static Tensor Attention(Tensor q, Tensor k, Tensor v) => (q.MatMul(k.Transpose(1, 2)) / MathF.Sqrt(16)).Softmax().MatMul(v);

    [Test]
    public void AProductOfMorePointsThanMemoryHoldsIsOneKernel() =>
        Assert.That(Scheduler.Run([F(2048, 2048).MatMul(F(2048, 2048)).Node]).Launches, Has.Length.EqualTo(1));

    [Test]
    public void AValueAndWhatIsComputedFromItOverTheSameLoopsAreOneKernelWithTwoResults()
    {
        var x = F(64, 128);
        var mean = x.Mean(1, true);
        var schedule = Scheduler.Run([mean.Node, (x - mean).Square().Sum(1, true).Node]);
        Assert.That(schedule.Launches, Has.Length.EqualTo(1));
        Assert.That(schedule.Launches[0].Kernel.Params.Select(p => p.Written), Is.EqualTo(new[] { true, true, false }));
    }

    [Test]
    public void WhatOnlyTheMergedKernelReadIsNotStored()
    {
        var x = F(64, 128);
        var schedule = Scheduler.Run([(x - x.Mean(1, true)).Square().Sum(1, true).Node]);
        Assert.That(schedule.Launches, Has.Length.EqualTo(1));
        Assert.That(schedule.ArenaBytes, Is.Zero);
    }

    [Test]
    public void AKernelJoinsAllThatItReadsElementByElement()
    {
        // Adam's update of flat parameters: two moments, and the parameters that they move; each of five buffers read once, three written.
        var (p, g, m, v, rate) = (F(1000), F(1000), F(1000), F(1000), F(1));
        Tensor m2 = m * 0.9f + g * 0.1f, v2 = v * 0.999f + g.Square() * 0.001f, p2 = p - rate * m2 / (v2.Sqrt() + 1e-8f);
        var schedule = Scheduler.Run([p2.Node, m2.Node, v2.Node]);
        Assert.That(schedule.Launches, Has.Length.EqualTo(1));
        Assert.That(schedule.Launches[0].Slots.Sum(s => schedule.Slots[s].Bytes), Is.EqualTo(7 * 4000 + 4));
    }

    [Test]
    public void AKernelThatReadsOtherElementsIsNotMerged()
    {
        var y = F(8, 8).MatMul(F(8, 8));
        Assert.That(Scheduler.Run([y.Node, (y + y.Flip(0)).MatMul(F(8, 8)).Node]).Launches, Has.Length.GreaterThan(1));
    }

    [Test]
    public void WhatSimplifiesAwayIsNeitherReadNorComputed()
    {
        // Of one element the largest is itself: x - x is 0, whatever x is.
        var x = Tensor.From<int>([1, 2, 3], 3, 1).Contiguous();
        var schedule = Scheduler.Run([(x - x.Max(1, true)).Node]);
        Assert.That(schedule.Launches, Has.Length.EqualTo(1));
        Assert.That(schedule.Launches[0].Slots, Has.Length.EqualTo(1));
        Assert.That(schedule.Slots.Select(s => s.Role), Is.EqualTo([SlotRole.Result]));
    }

    [Test]
    public void KernelsWithEqualBodiesOverBuffersOfDifferentLengthsAreTwo()
    {
        var (a, b) = (F(6), F(8));
        var schedule = Scheduler.Run([(a[0..4] * 2).Node, (b[0..4] * 2).Node]);
        Assert.That(schedule.Launches.Select(l => l.Kernel.Params[1].Count), Is.EqualTo([6, 8]));
    }

    [Test]
    public void EqualLayersShareAKernel()
    {
        var (x, w) = (F(1, 8, 16, 16), new[] { F(8, 8, 3, 3), F(8, 8, 3, 3) });
        var schedule = Scheduler.Run([x.Conv2d(w[0], padding: 1).Relu().Conv2d(w[1], padding: 1).Relu().Node]);
        Assert.That(schedule.Launches, Has.Length.EqualTo(2));
        Assert.That(schedule.Launches[0].Kernel, Is.SameAs(schedule.Launches[1].Kernel));
    }

    [Test]
    public void KernelsAreNamedForLayerAndOperations()
    {
        var w = F(8, 3, 3, 3);
        w.Storage!.Name = "conv1.weight";
        var schedule = Scheduler.Run([F(1, 3, 32, 32).Conv2d(w).Relu().Node]);
        Assert.That(schedule.Launches.Single().Kernel.Name, Is.EqualTo("conv1_conv2d_relu"));
    }

    [Test]
    public void TheSameResultTwiceHasMemoryTwice()
    {
        var y = (F(3) + 1).Node;
        var schedule = Scheduler.Run([y, y]);
        Assert.That(schedule.Results.Distinct().Count(), Is.EqualTo(2));
    }

    static TestCaseData Case(string name, int kernels, long bytes, Func<Tensor> build) => new TestCaseData(kernels, bytes, build).SetArgDisplayNames(name);

    static Tensor I(params int[] shape) =>
        Tensor.FromStorage(new Storage(DType.Int32, new Shape(shape), new OwnedMemory(4L * shape.Aggregate(1, (a, b) => a * b))));

    static Tensor F(params int[] shape) =>
        Tensor.FromStorage(new Storage(DType.Float32, new Shape(shape), new OwnedMemory(4L * Math.Max(1, shape.Aggregate(1, (a, b) => a * b)))));
}
