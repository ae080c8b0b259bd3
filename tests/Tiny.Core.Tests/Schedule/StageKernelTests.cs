using System.Runtime.InteropServices;
using NUnit.Framework;
using Tiny.Graph;
using Tiny.Lower;
using Tiny.Optimize;
using Tiny.Render;
using Tiny.Runtime;
using Tiny.Schedule;

namespace Tiny.Tests.Schedule;

/// <summary>A cheap reduction is computed inside the product that reads it, through a stage; a product's own or a small one is not.</summary>
public sealed class StageKernelTests
{
    static readonly (string Name, Func<Tensor> Build)[] s_staged =
    [
        ("depthwise 3x3", () => Block(96, 14, 14, x => x.Conv2d(F(96, 1, 3, 3), F(96), padding: 1, groups: 96).Clamp(0, 6))),
        ("by steps of two, columns that tiles do not divide", () => Block(96, 29, 26, x => x.Conv2d(F(96, 1, 3, 3), F(96), stride: 2, padding: 1, groups: 96).Clamp(0, 6))),
        ("5x5, channels that vectors do not divide", () => Block(90, 15, 17, x => x.Conv2d(F(90, 1, 5, 5), padding: 2, groups: 90).Tanh())),
        ("average pool", () => Block(96, 30, 28, x => x.AvgPool2d(2))),
        ("greatest of windows", () => Block(96, 16, 16, x => x.MaxPool2d(3, 1))),
        ("with a residual", () => { var x = F(1, 24, 14, 14).Conv2d(F(24, 24, 1, 1)).Relu(); return (Inverted(x) + x).Conv2d(F(8, 24, 1, 1)); }),
    ];

    static readonly (string Name, Func<Tensor> Build)[] s_apart =
    [
        ("a row is no tile", () => Block(512, 7, 7, x => x.Conv2d(F(512, 1, 3, 3), padding: 1, groups: 512).Relu())),
        ("little memory", () => Block(32, 14, 14, x => x.Conv2d(F(32, 1, 3, 3), padding: 1, groups: 32).Relu())),
        ("a product itself", () => F(1, 80, 14, 14).Conv2d(F(96, 80, 1, 1)).Relu().Conv2d(F(24, 96, 1, 1)).Relu().Conv2d(F(8, 24, 1, 1))),
        ("more work than the product", () => Block(96, 14, 14, x => x.Conv2d(F(96, 1, 7, 7), padding: 3, groups: 96).Relu())),
        ("read by two", () => Block(96, 14, 14, x => { var y = x.Conv2d(F(96, 1, 3, 3), padding: 1, groups: 96).Relu().Contiguous(); return y + y.Conv2d(F(96, 1, 3, 3), padding: 1, groups: 96).Tanh().Contiguous(); })),
        ("a great matrix", () => F(1, 8, 14, 14).Conv2d(F(96, 8, 1, 1)).Relu().Conv2d(F(96, 1, 3, 3), padding: 1, groups: 96).Relu().Conv2d(F(768, 96, 1, 1)).Relu().Conv2d(F(8, 768, 1, 1))),
    ];

    static Tensor Block(int channels, int rows, int columns, Func<Tensor, Tensor> middle) =>
        middle(F(1, 8, rows, columns).Conv2d(F(channels, 8, 1, 1)).Relu()).Conv2d(F(28, channels, 1, 1)).Relu().Conv2d(F(4, 28, 1, 1));

    static Tensor Inverted(Tensor x) => x.Conv2d(F(96, 24, 1, 1)).Relu().Conv2d(F(96, 1, 3, 3), padding: 1, groups: 96).Relu().Conv2d(F(24, 96, 1, 1));

    static readonly TargetProfile s_cpu = Device.Get("cpu").Profile;

    static readonly TargetProfile[] s_profiles =
    [
        s_cpu,
        s_cpu with { Name = "narrow", VectorLanes = 4, NarrowerLanes = [], Registers = 16 },
        s_cpu with { Name = "scalar", VectorLanes = 1, NarrowerLanes = [], Registers = 16 },
        s_cpu with { Name = "plain loops", PlainLoops = true },
    ];

    [Test]
    public void IsComputedInsideTheProduct([Range(0, 5)] int index)
    {
        var (name, build) = s_staged[index];
        var node = build().Node;
        var profile = ScheduleProfile.Of(s_cpu);
        var apart = Scheduler.Run([node], profile: profile with { Stages = false });
        var schedule = Scheduler.Run([node], profile: profile);
        Assert.That(schedule.Launches, Has.Length.EqualTo(apart.Launches.Length - 1), name);
        Assert.That(schedule.ArenaBytes, Is.LessThanOrEqualTo(apart.ArenaBytes), name);
        var expected = MemoryMarshal.Cast<byte, float>(Interpreter.Evaluate(node).Copied()).ToArray();
        foreach (var target in s_profiles)
        {
            var actual = Run(schedule, target, expected.Length);
            double scale = expected.Max(MathF.Abs);
            for (int i = 0; i < expected.Length; i++) Assert.That(actual[i], Is.EqualTo(expected[i]).Within(1e-5 * scale), $"{name}, {target.Name}: element {i}");
        }
    }

    [Test]
    public void IsApartWhereNothingIsGained([Range(0, 5)] int index)
    {
        var (name, build) = s_apart[index];
        var node = build().Node;
        var schedule = Scheduler.Run([node], profile: ScheduleProfile.Of(s_cpu));
        Assert.That(schedule.Launches.Where(l => IsStaged(l.Kernel)), Is.Empty, name);
    }

    [Test]
    public void AResultIsStored()
    {
        var middle = F(1, 24, 16, 16).Conv2d(F(96, 24, 1, 1)).Relu().Conv2d(F(96, 1, 3, 3), padding: 1, groups: 96).Relu();
        var schedule = Scheduler.Run([middle.Node, middle.Conv2d(F(24, 96, 1, 1)).Node], profile: ScheduleProfile.Of(s_cpu));
        Assert.That(schedule.Launches.Where(l => IsStaged(l.Kernel)), Is.Empty);
    }

    [Test]
    public void AGridHasNoStages()
    {
        var schedule = Scheduler.Run([s_staged[0].Build().Node], profile: ScheduleProfile.Of(WgslRenderer.Profile));
        Assert.That(schedule.Launches.Where(l => IsStaged(l.Kernel)), Is.Empty);
    }

    [Test]
    public void ATileOfPlacesSharesAStageAndNothingIsComputedTwice()
    {
        var schedule = Scheduler.Run([s_staged[0].Build().Node], profile: ScheduleProfile.Of(CRenderer.Avx512));
        var kernel = schedule.Launches.Single(l => IsStaged(l.Kernel)).Kernel;
        var code = kernel.Lower(CRenderer.Avx512);
        var stage = code.Code.Single(l => l.Op == Op.Stage);
        Assert.That(code.CountOf(stage), Is.EqualTo(14 * 96));
        // Row by row: inside of it the stage, and beside that the loop over outputs.
        Assert.That(ParallelLoop.Of(code)!.Range.Max, Is.EqualTo(13));
        Assert.That(code.Code.Where(l => l.Op == Op.Store && l.Src[0] == stage).Select(l => l.Src[2].DType.Lanes), Is.All.EqualTo(16));
    }

    static bool IsStaged(Kernel kernel) => kernel.Sink.Topological().Exists(u => u.Op == Op.Stage);

    static float[] Run(KernelSchedule schedule, TargetProfile target, int count)
    {
        var cpu = Device.Get("cpu");
        var (arena, result) = (cpu.Allocate(schedule.ArenaBytes), cpu.Allocate(count * 4L));
        foreach (var launch in schedule.Launches)
            cpu.Compile(launch.Kernel.Lower(target)).Launch([.. launch.Slots.Select(s => schedule.Slots[s] switch
            {
                { Role: SlotRole.Temporary } slot => arena.Slice(slot.Offset, slot.Bytes),
                var slot => slot.Storage?.On(cpu, slot.Layout) ?? result,
            })]);
        var values = new float[count];
        result.CopyTo(MemoryMarshal.AsBytes(values.AsSpan()));
        return values;
    }

    static Tensor F(params int[] shape)
    {
        var random = new Random(shape.Aggregate(7, (h, d) => h * 31 + d));
        return Tensor.From<float>([.. Enumerable.Range(0, shape.Aggregate(1, (a, b) => a * b)).Select(_ => (float)(random.NextDouble() * 2 - 1))], shape);
    }
}
