using NUnit.Framework;
using Tiny.Graph;
using Tiny.Schedule;

namespace Tiny.Tests.Schedule;

/// <summary>What the scheduler expects of axes that choose is what kernels do with them: all are written out, or none.</summary>
[TestFixture]
public sealed class ChoosersTests
{
    [TestCase(new[] { 4 }, 0.25)]
    [TestCase(new[] { 8, 8 }, 1.0 / 64)]
    [TestCase(new[] { 8, 8, 2 }, 1.0)]
    public void AllAxesAreWrittenOutOrNone(int[] extents, double share)
    {
        using var interner = Interner.Open();
        Assert.That(Choosers.Share([.. extents.Select(Axis)], []), Is.EqualTo(share));
    }

    [Test]
    public void WhatDependsOnAnAxisIsComputedForEachOfItsElements()
    {
        using var interner = Interner.Open();
        var (a, b) = (Axis(4, 0), Axis(2, 1));
        Assert.That(Choosers.Share([a, b], [a]), Is.EqualTo(0.5));
    }

    static UOp Axis(int extent, int id) => UOp.Range(id, AxisKind.Loop, extent);
}
