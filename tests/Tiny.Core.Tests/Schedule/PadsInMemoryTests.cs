using NUnit.Framework;
using Tiny.Graph;
using Tiny.Lower;
using Tiny.Optimize;
using Tiny.Render;
using Tiny.Runtime;
using Tiny.Schedule;

namespace Tiny.Tests;

/// <summary>Where testing loads costs a target more than a copy, images that are read many times have their padding in memory; and a tile's loads have registers.</summary>
public class PadsInMemoryTests
{
    static readonly TargetProfile s_wasm = WasmModule.Profile;

    static Tensor F(params int[] shape) => Tensor.From<float>(new float[shape.Aggregate(1, (a, b) => a * b)], shape);

    static Kernel[] Kernels(Tensor result, TargetProfile target) =>
        [.. Scheduler.Run([result.Node], profile: ScheduleProfile.Of(target) with { FasterForms = false }).Launches.Select(l => l.Kernel)];

    static Tensor Convolution(int padding = 1) => F(1, 64, 28, 28).Conv2d(F(32, 64, 3, 3), padding: padding);

    static bool IsTested(UOp line) => line.Op == Op.Load && line.Src.Length > 2 || line.Op == Op.Where;

    [Test]
    public void AConvolutionReadsACopyWithItsPadding()
    {
        var kernels = Kernels(Convolution(), s_wasm);
        Assert.That(kernels, Has.Length.EqualTo(2));
        Assert.That(kernels[0].Lower(s_wasm).Code.Count(IsTested), Is.GreaterThan(0), "the copy");
        Assert.That(kernels[1].Lower(s_wasm).Code.Count(IsTested), Is.Zero, "the convolution");
        Assert.That(Kernels(Convolution(padding: 0), s_wasm), Has.Length.EqualTo(1), "nothing to pad");
    }

    [Test]
    public void WhatIsReadAFewTimesHasNoCopy()
    {
        Assert.That(Kernels(F(1, 64, 28, 28).Conv2d(F(64, 1, 3, 3), padding: 1, groups: 64), s_wasm), Has.Length.EqualTo(1), "each channel by itself");
        Assert.That(Kernels(F(64, 64).Pad([(1, 1), (1, 1)]) * 2, s_wasm), Has.Length.EqualTo(1), "once");
    }

    [Test]
    public void WhereManyOutputsShareATestOnlyWideWindowsOfEachChannelHaveACopy([Values("cpu", "c", "c-avx512")] string target)
    {
        var profile = target switch { "cpu" => Device.Get("cpu").Profile, "c" => CRenderer.Plain, _ => CRenderer.Avx512 };
        Assert.That(Kernels(Convolution(), profile), Has.Length.EqualTo(1), "a test for all 32 channels");
        Assert.That(Kernels(F(1, 64, 28, 28).Conv2d(F(64, 1, 3, 3), padding: 1, groups: 64), profile), Has.Length.EqualTo(1), "nine tests of an element");
        Assert.That(Kernels(F(1, 64, 28, 28).Conv2d(F(64, 1, 7, 7), padding: 3, groups: 64), profile), Has.Length.EqualTo(2), "49 tests of an element");
    }

    [Test]
    public void WhereTestsAreFreeNothingIsCopied() =>
        Assert.That(Kernels(F(1, 64, 28, 28).Conv2d(F(64, 1, 7, 7), padding: 3, groups: 64), WgslRenderer.Profile), Has.Length.EqualTo(1));

    [Test]
    public void WhatABlockLoadsAndItsSumsHaveRegisters([Values(1, 2)] int stride)
    {
        var code = Kernels(F(1, 64, 28, 28).Conv2d(F(64, 64, 3, 3), padding: 1, stride: stride), s_wasm)[^1].Lower(s_wasm).Code.ToList();
        int first = code.FindIndex(l => l.Op == Op.Set);
        while (code[first].Op != Op.Range) first--;
        int vectors = code.Skip(first).TakeWhile(l => l.Op != Op.End).Count(l => l.DType.Lanes > 1 && l.Op is Op.Load or Op.Broadcast);
        int sums = code.Count(l => l.Op == Op.Acc && l.DType.Lanes > 1);
        Assert.That(sums, Is.GreaterThanOrEqualTo(6));
        Assert.That(sums + vectors, Is.LessThanOrEqualTo(s_wasm.Registers));
    }

    [Test]
    public void WhatIsAddedToASumInAnotherOrderLeavesItItsVectors()
    {
        // The input and the result are row-major, the image between lies channel by channel.
        var x = F(1, 64, 28, 28);
        var code = Kernels(x.Conv2d(F(64, 64, 3, 3), padding: 1).Relu().Conv2d(F(64, 64, 3, 3), padding: 1) + x, s_wasm)[^1].Lower(s_wasm).Code;
        Assert.That(code.Where(l => l.Op == Op.Acc).Select(l => l.DType.Lanes), Is.All.EqualTo(4));
    }

    [Test]
    public void EachStepIsAssignedWhereLinesAreTakenAsTheyCome()
    {
        // Three steps of each sum are written out.
        var code = Kernels(F(1, 64, 28, 28).Conv2d(F(64, 1, 3, 3), padding: 1, groups: 64), s_wasm)[0].Lower(s_wasm).Code;
        var sets = code.Where(l => l.Op == Op.Set).ToList();
        Assert.That(sets, Has.Count.EqualTo(3 * code.Count(l => l.Op == Op.Acc)));
        Assert.That(sets.TrueForAll(s => s.Src[1].Src.Contains(s.Src[0])), "a step reads its sum");
    }
}
