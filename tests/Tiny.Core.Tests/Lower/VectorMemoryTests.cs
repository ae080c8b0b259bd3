using NUnit.Framework;
using Tiny.Graph;
using Tiny.Lower;
using Tiny.Optimize;
using Tiny.Render;
using Tiny.Schedule;

namespace Tiny.Core.Tests.Lower;

/// <summary>Which memory of a kernel for WGSL becomes an array of vectors, and what its loads become.</summary>
public sealed class VectorMemoryTests
{
    [Test]
    public void ATileOfAProductIsVectorsThroughout()
    {
        var linear = Lowered(F(16, 32).MatMul(F(32, 24)), new(OptKind.Vector, 1, 4), new(OptKind.Upcast, 0, 2), new(OptKind.Unroll, 2, 4));
        Assert.That(linear.Params.Select(p => p.Lanes), Is.All.EqualTo(4));
        Assert.That(Loads(linear), Has.Count.EqualTo(6).And.All.Property(nameof(UOp.DType)).EqualTo(DType.Float32.Vec(4)), "two of a row each, four of a column each");
    }

    [Test]
    public void NeighboursOfATileAreLoadedAndStoredTogether()
    {
        var linear = Lowered(F(64).Exp() * 2, new OptOp(OptKind.Upcast, 0, 4));
        Assert.That(Loads(linear), Has.Count.EqualTo(1));
        Assert.That(linear.Code.Count(u => u.Op == Op.Store), Is.EqualTo(1));
    }

    [Test]
    public void RowsThatAreNoMultipleGoLaneByLane()
    {
        var linear = Lowered(F(16, 9).MatMul(F(9, 18)), new OptOp(OptKind.Vector, 1, 4));
        Assert.That(linear.Params.Select(p => p.Lanes), Is.All.EqualTo(1));
        Assert.That(linear.Code.Where(u => u.Op is Op.Load or Op.Store), Has.All.Matches<UOp>(u => u!.Src[0].DType.Lanes == 1 && (u.Op == Op.Load ? u.DType : u.Src[2].DType).Lanes == 1));
    }

    [Test]
    public void APartOfAVectorIsNotStored()
    {
        // Each thread writes two of four neighbours.
        var linear = Lowered(F(64).Exp() * 2, new OptOp(OptKind.Upcast, 0, 2));
        Assert.That(linear.Params.Select(p => p.Lanes), Is.All.EqualTo(1));
    }

    static List<UOp> Loads(LinearKernel kernel) => [.. kernel.Code.Where(u => u.Op == Op.Load)];

    static LinearKernel Lowered(Tensor x, params OptOp[] choices) => LowerPipeline.Run(Scheduler.Run([x.Node]).Launches.Single().Kernel, WgslRenderer.Profile, chosen: choices);

    static Tensor F(params int[] shape) => Tensor.From<float>([.. Enumerable.Range(0, shape.Aggregate(1, (a, b) => a * b)).Select(i => i * 37 % 101 / 50f - 1)], shape);
}
