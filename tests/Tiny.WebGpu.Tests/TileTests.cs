using System.Runtime.InteropServices;
using NUnit.Framework;
using Tiny.Graph;
using Tiny.Lower;
using Tiny.Optimize;
using Tiny.Runtime;
using Tiny.Schedule;

namespace Tiny.Tests;

/// <summary>Register tiles and vectors that are chosen here, not by the heuristic, in WGSL: each gives what the interpreter gives, in whole blocks and at edges.</summary>
public sealed class TileTests
{
    static readonly (string Name, Func<Tensor> Build)[] s_kernels =
    [
        ("product", () => F(16, 24).MatMul(F(24, 32))),
        ("product of odd sizes", () => F(9, 19).MatMul(F(19, 22))),
        ("transposed product", () => F(16, 24).MatMul(F(32, 24).Permute(1, 0)).Relu()),
        ("pointwise convolution", () => F(1, 16, 6, 6).Conv2d(F(8, 16, 1, 1)).Relu()),
        ("pointwise convolution of 7x7", () => F(1, 16, 7, 7).Conv2d(F(8, 16, 1, 1)) + F(1, 8, 7, 7)),
        ("convolution", () => F(1, 4, 8, 12).Conv2d(F(8, 4, 3, 3), padding: 1).Clamp(0, 6)),
        ("convolution by steps of 2", () => F(1, 3, 9, 9).Conv2d(F(8, 3, 3, 3), stride: 2, padding: 1)),
        ("depthwise convolution", () => F(1, 8, 8, 8).Conv2d(F(8, 1, 3, 3), groups: 8, padding: 1)),
        ("depthwise convolution by steps of 2", () => F(1, 8, 9, 12).Conv2d(F(8, 1, 3, 3), groups: 8, padding: 1, stride: 2)),
        ("depthwise convolution inside of a pointwise one", () => F(1, 8, 12, 12).Conv2d(F(8, 1, 3, 3), groups: 8, padding: 1).Clamp(0, 6).Conv2d(F(12, 8, 1, 1)) + F(1, 12, 12, 12)),
        ("sums of rows", () => (F(12, 64) * 2).Sum(1)),
        ("maxima of columns", () => F(33, 20).Max(0)),
        ("variance", () => (F(8, 40) - F(8, 40).Mean(1).Reshape(8, 1)).Square().Sum(1)),
    ];

    static IEnumerable<TestCaseData> Cases => s_kernels.SelectMany(k => Enumerable.Range(0, 6).Select(seed => new TestCaseData(k.Name, seed)));

    [TestCaseSource(nameof(Cases))]
    public void AgreesWithTheInterpreter(string name, int seed)
    {
        var node = s_kernels.Single(k => k.Name == name).Build().Node;
        var device = Device.Default;
        var profile = ScheduleProfile.Of(device.Profile);
        var schedule = Scheduler.Run([node], profile: profile, layouts: profile.OfTemporaries);
        var expected = MemoryMarshal.Cast<byte, float>(Interpreter.Evaluate(node).Copied()).ToArray();
        var random = new Random(seed);
        var memory = schedule.Slots.Select(s => s.Storage?.On(device) ?? device.Allocate(Math.Max(4, s.Bytes))).ToArray();
        foreach (var launch in schedule.Launches)
        {
            OptOp[] choices;
            using (launch.Kernel.Interner.Resume()) choices = Tile(launch.Kernel.Sink, random);
            TestContext.Out.WriteLine($"{launch.Kernel.Name}: {string.Join(" ", choices.AsEnumerable())}");
            device.Compile(LowerPipeline.Run(launch.Kernel, device.Profile, chosen: choices)).Launch([.. launch.Slots.Select(s => memory[s])]);
        }
        var actual = new float[expected.Length];
        memory[schedule.Results[0]].CopyTo(MemoryMarshal.AsBytes(actual.AsSpan()));
        Close.Check(actual, expected, 1e-5);
    }

    // A vector axis or none, tiles of some output axes, some reductions unrolled.
    static OptOp[] Tile(UOp sink, Random random)
    {
        var ranges = sink.Topological().FindAll(u => u.Op == Op.Range);
        var chosen = new List<OptOp>();
        var vector = random.Next(4) > 0 ? ranges.Where(r => IsLoop(r) && Extent(r) >= 4).OrderBy(_ => random.Next()).FirstOrDefault() : null;
        if (vector is not null) chosen.Add(new(OptKind.Vector, Id(vector), 4));
        foreach (var r in ranges)
        {
            int extent = r == vector ? (Extent(r) + 3) / 4 : Extent(r);
            int[] amounts = IsLoop(r) ? [.. new[] { 2, 3, 4, 8 }.Where(k => k <= extent)] : [.. new[] { 2, 3, 4 }.Where(k => k <= extent && extent % k == 0)];
            if (amounts.Length > 0 && random.Next(3) > 0) chosen.Add(new(IsLoop(r) ? OptKind.Upcast : OptKind.Unroll, Id(r), amounts[random.Next(amounts.Length)]));
        }
        return [.. chosen];
    }

    static bool IsLoop(UOp range) => ((Axis)range.Arg!).Kind == AxisKind.Loop;
    static int Id(UOp range) => ((Axis)range.Arg!).Id;
    static int Extent(UOp range) => (int)range.Max + 1;

    static Tensor F(params int[] shape) =>
        Tensor.From<float>([.. Enumerable.Range(0, shape.Aggregate(1, (a, b) => a * b)).Select(i => i * 37 % 101 / 50f - 1)], shape);
}
