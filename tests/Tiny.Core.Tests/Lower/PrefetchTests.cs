using System.Collections.Immutable;
using System.Runtime.InteropServices;
using NUnit.Framework;
using Tiny.Graph;
using Tiny.Lower;
using Tiny.Optimize;
using Tiny.Render;
using Tiny.Runtime;
using Tiny.Schedule;

namespace Tiny.Tests;

/// <summary>Memory is asked for ahead where a processor does not see what comes: rows of an image that are read element by element.</summary>
public class PrefetchTests
{
    static Tensor Stored(params int[] shape) => Tensor.RandN(new Shape([.. shape.Select(n => (Dim)n)]), seed: shape.Length).Realize();

    [Test]
    public void RowsOfAnImageAreAskedForAhead()
    {
        var code = Code(Stored(1, 3, 64, 224).Conv2d(Stored(32, 3, 3, 3), stride: 2, padding: 1), CRenderer.Avx512);
        var ahead = code.Where(l => l.Op == Op.Prefetch).ToList();
        Assert.That(ahead, Is.Not.Empty);
        var loads = code.Where(l => l.Op == Op.Load && l.Src[0] == ahead[0].Src[0]).ToList();
        // Two rows below what is read now, in another line each.
        foreach (var line in ahead) Assert.That(loads.Select(l => Constant(line.Src[1]) - Constant(l.Src[1])), Does.Contain(448));
        Assert.That(ahead.Select(l => Constant(l.Src[1])).Order().Zip(ahead.Select(l => Constant(l.Src[1])).Order().Skip(1), (a, b) => b - a), Is.All.GreaterThanOrEqualTo(16));
    }

    [Test]
    public void OtherKernelsAskForNothing()
    {
        Assert.That(Code(Stored(256, 300).MatMul(Stored(300, 256)), CRenderer.Avx512).Any(l => l.Op == Op.Prefetch), Is.False, "a product: what is read comes in streams");
        Assert.That(Code(Stored(1, 3, 16, 64).Conv2d(Stored(32, 3, 3, 3), padding: 1), CRenderer.Avx512).Any(l => l.Op == Op.Prefetch), Is.False, "an image that stays in the cache");
        Assert.That(Code(Stored(1, 3, 64, 224).Conv2d(Stored(32, 3, 3, 3), stride: 2, padding: 1), CRenderer.Plain).Any(l => l.Op == Op.Prefetch), Is.False, "a target without the instruction");
    }

    [Test]
    public void WhatIsAskedForChangesNoResult()
    {
        var (image, weight) = (Stored(1, 3, 65, 227), Stored(32, 3, 3, 3));
        Tensor Net() => image.Conv2d(weight, stride: 2, padding: 1);
        var memory = Interpreter.Evaluate(Net().Node);
        Close.Check(Net().ToArray<float>(), MemoryMarshal.Cast<byte, float>(memory.Copied()).ToArray(), 1e-5);
    }

    static ImmutableArray<UOp> Code(Tensor result, TargetProfile target) => Scheduler.Run([result.Node], profile: ScheduleProfile.Of(target)).Launches[^1].Kernel.Lower(target).Code;

    static long Constant(UOp index) => index is { Op: Op.Add, Src: [_, { Int: { } n }] } ? n : 0;
}
