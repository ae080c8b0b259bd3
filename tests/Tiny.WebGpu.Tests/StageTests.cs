using System.Runtime.InteropServices;
using NUnit.Framework;
using Tiny.Graph;
using Tiny.Lower;
using Tiny.Optimize;
using Tiny.Render;
using Tiny.Runtime;
using Tiny.Schedule;

namespace Tiny.Tests;

/// <summary>Kernels that keep values in stages, which the heuristic does not choose for a GPU, in WGSL: they give what the interpreter gives.</summary>
public sealed class StageTests
{
    static readonly (string Name, Func<Tensor> Build, OptOp[] Choices)[] s_kernels =
    [
        ("panel of columns", () => F(9, 19).MatMul(F(19, 22)), [OptOp.Stage(2, 2, 1)]),
        ("row of the left matrix", () => F(9, 19).MatMul(F(19, 22)), [OptOp.Stage(1, 2)]),
        ("tiles over both", () => F(9, 18).MatMul(F(18, 22)), [new(OptKind.Upcast, 0, 3), new(OptKind.Upcast, 1, 2), OptOp.Stage(1, 2), OptOp.Stage(2, 2)]),
        ("column, loops exchanged", () => F(9, 19).MatMul(F(19, 22)), [new(OptKind.Swap, 0, 1), OptOp.Stage(2, 2)]),
        ("all of an operand", () => F(13, 21).Max(0), [OptOp.Stage(1, 1, 0)]),
        ("bytes", () => (F(13, 21) * 90).Cast(DType.Int8).Realize().Max(0).Cast(DType.Float32), [OptOp.Stage(1, 1, 0)]),
        ("floats of 16 bits beside float32", () => (F(9, 19).Cast(DType.Float16).Realize().Cast(DType.Float32) * F(9, 19)).Sum(1), [OptOp.Stage(1, 1, 0), OptOp.Stage(2, 1)]),
        ("weights of a convolution", () => F(1, 3, 8, 9).Conv2d(F(4, 3, 3, 3)).Relu(), [OptOp.Stage(2, 3, 4)]),
    ];

    static IEnumerable<string> Names => s_kernels.Select(k => k.Name);

    [TestCaseSource(nameof(Names))]
    public void AgreesWithTheInterpreter(string name)
    {
        var (_, build, choices) = s_kernels.Single(k => k.Name == name);
        Check(build().Node, _ => choices);
    }

    [Test]
    public void WhatTwoLoopsNeedIsComputedOnce() => Check(F(1, 10).LogSoftmax().Node, kernel =>
    {
        var ranges = kernel.Sink.Topological().FindAll(u => u.Op == Op.Range);
        return [ranges.SelectMany(a => ranges.Where(b => Staging.Shared(kernel.Sink, a, b) is not null).Select(b => new OptOp(OptKind.Share, Id(a), Id(b)))).First()];
    });

    [Test]
    public void MoreThanAFunctionsVariablesMayHoldIsRefused()
    {
        var kernel = Scheduler.Run([F(9, 64).MatMul(F(64, 33)).Node]).Launches.Single().Kernel;
        Assert.That(() => LowerPipeline.Run(kernel, WgslRenderer.Profile, chosen: [OptOp.Stage(2, 2, 1)]),
            Throws.TypeOf<OptException>().With.Message.Contains("8448 bytes in stages"));
    }

    static void Check(UOp node, Func<Kernel, OptOp[]> choose)
    {
        var (schedule, device) = (Scheduler.Run([node]), Device.Default);
        var launch = schedule.Launches.Single();
        OptOp[] choices;
        using (launch.Kernel.Interner.Resume()) choices = choose(launch.Kernel);
        var linear = LowerPipeline.Run(launch.Kernel, device.Profile, chosen: choices);
        Assert.That(WgslRenderer.Render(linear, [.. linear.Params.Select((p, i) => new WgslBinding($"p{i}", p.Written))]), Does.Contain("var stage0"));
        var expected = MemoryMarshal.Cast<byte, float>(Interpreter.Evaluate(node).Copied()).ToArray();
        var result = device.Allocate(expected.Length * 4L);
        device.Compile(linear).Launch([.. launch.Slots.Select(s => schedule.Slots[s].Storage?.On(device) ?? result)]);
        var actual = new float[expected.Length];
        result.CopyTo(MemoryMarshal.AsBytes(actual.AsSpan()));
        Close.Check(actual, expected, 1e-5);
    }

    static int Id(UOp range) => ((Axis)range.Arg!).Id;

    static Tensor F(params int[] shape) =>
        Tensor.From<float>([.. Enumerable.Range(0, shape.Aggregate(1, (a, b) => a * b)).Select(i => i * 37 % 101 / 50f - 1)], shape);
}
