using System.Runtime.InteropServices;
using NUnit.Framework;
using Tiny.Graph;
using Tiny.Runtime;
using Tiny.Schedule;

namespace Tiny.Tests;

/// <summary>Operations in the form that takes least: convolutions by Winograd's transforms.</summary>
[TestFixture]
public sealed class FasterFormTests
{
    static readonly Device s_cpu = Device.Get("cpu");

    // n, ins, height, width, outs; before, after, left, right of the padding; kernels with the form
    [TestCase(1, 32, 16, 16, 32, 1, 1, 1, 1, 3, TestName = "tiles of 4")]
    [TestCase(1, 48, 14, 14, 40, 1, 1, 1, 1, 3, TestName = "tiles of 2, channels that fill no vector")]
    [TestCase(2, 32, 12, 20, 33, 1, 1, 1, 1, 3, TestName = "a batch")]
    [TestCase(1, 32, 18, 18, 32, 0, 0, 0, 0, 3, TestName = "no padding")]
    [TestCase(1, 32, 15, 16, 32, 2, 1, 0, 2, 3, TestName = "uneven padding")]
    public void AConvolutionByTransformsIsTheSum(int n, int ins, int height, int width, int outs, int before, int after, int left, int right, int kernels)
    {
        var values = Tensor.RandN(new Shape(n, ins, height, width), seed: 1).Realize();
        var weight = Tensor.RandN(new Shape(outs, ins, 3, 3), seed: 2).Realize();
        var bias = Tensor.RandN(new Shape(outs), seed: 3).Realize();
        Tensor Of(Tensor x) => (x * 2).Conv2d(weight, bias, padding: new Padding2d(before, after, left, right)).Relu() + 1;
        var schedule = Scheduled(Of(Param(values.Shape)));
        var actual = new Executable(schedule, s_cpu).Run(_ => values.Storage!.On(s_cpu))[0];
        Close.Check(Floats(actual.ToHost()), Floats(Interpreter.Evaluate(Of(values).Node)), 2e-5);
        // The image, the products, the result.
        Assert.That(schedule.Launches, Has.Length.EqualTo(kernels));
        Assert.That(schedule.Slots.Where(s => s.Role == SlotRole.Stored).Select(s => s.Shape), Has.None.EqualTo(weight.Shape).And.Some.Matches<Shape>(s => s!.Rank == 4 && s[0].Equals(s[1])));
    }

    [TestCase(64, 56, 64, 36)]
    [TestCase(128, 28, 128, 36)]
    [TestCase(256, 14, 256, 16)]
    [TestCase(512, 7, 512, 0, Description = "tiles do not divide it, and each weight is used for few places")]
    [TestCase(3, 224, 64, 0, Description = "too few channels to sum over")]
    [TestCase(64, 56, 2, 0, Description = "too few to compute")]
    public void WhatTakesLeastIsChosen(int ins, int side, int outs, int products)
    {
        var weight = Tensor.FromStorage(new Storage(DType.Float32, new Shape(outs, ins, 3, 3), new OwnedMemory(outs * ins * 9 * 4)));
        var slots = Scheduled((Param(new Shape(1, ins, side, side)) + 1).Conv2d(weight, padding: 1)).Slots;
        Assert.That(slots.Single(s => s.Role == SlotRole.Stored).Shape.Numel, Is.EqualTo(outs * ins * (products == 0 ? 9 : products)));
    }

    [Test]
    public void OtherConvolutionsStaySums()
    {
        var x = Param(new Shape(1, 32, 16, 16));
        Assert.Multiple(() =>
        {
            Assert.That(Weights(w => x.Conv2d(w, padding: 1, stride: 2), 32, 3), Is.EqualTo(new Shape(32, 32, 3, 3)), "stride");
            Assert.That(Weights(w => x.Conv2d(w, padding: 2, dilation: 2), 32, 3), Is.EqualTo(new Shape(32, 32, 3, 3)), "dilation");
            Assert.That(Weights(w => x.Conv2d(w, padding: 1, groups: 2), 16, 3), Is.EqualTo(new Shape(32, 16, 3, 3)), "groups");
            Assert.That(Weights(w => x.Conv2d(w, padding: 2), 32, 5), Is.EqualTo(new Shape(32, 32, 5, 5)), "another window");
        });

        static Shape Weights(Func<Tensor, Tensor> net, int ins, int size) =>
            Scheduled(net(Tensor.RandN(new Shape(32, ins, size, size), seed: 2).Realize())).Slots.Single(s => s.Role == SlotRole.Stored).Shape;
    }

    [Test]
    public void TargetsThatDoNotAskForItGetTheSum() =>
        Assert.That(Scheduler.Run([(Param(new Shape(1, 64, 56, 56)) + 1).Conv2d(Tensor.Ones(64, 64, 3, 3).Contiguous().Realize(), padding: 1).Node], profile: ScheduleProfile.Any).Launches, Has.Length.EqualTo(1));

    static KernelSchedule Scheduled(Tensor y) => Scheduler.Run([y.Node], profile: ScheduleProfile.Of(s_cpu.Profile));

    static Tensor Param(Shape shape) => new(UOp.New(Op.Param, DType.Float32, [], new ParamArg(0, "x", shape)));

    static ReadOnlySpan<float> Floats(HostMemory memory) => MemoryMarshal.Cast<byte, float>(memory.Copied());
}
