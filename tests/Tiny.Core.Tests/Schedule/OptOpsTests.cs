using NUnit.Framework;
using System.Runtime.InteropServices;
using Tiny.Algebra;
using Tiny.Graph;
using Tiny.Lower;
using Tiny.Optimize;
using Tiny.Runtime;
using Tiny.Schedule;

namespace Tiny.Tests.Schedule;

/// <summary>Any legal choice of the optimiser gives the interpreter's result: random sequences on kernels of every form.</summary>
public sealed class OptOpsTests
{
    static readonly (string Name, Func<Tensor> Build)[] s_kernels =
    [
        ("elementwise", () => F(7, 33) * 2 + 1),
        ("row sum", () => F(5, 37).Sum(1)),
        ("column max", () => F(13, 21).Max(0)),
        ("matmul", () => F(9, 19).MatMul(F(19, 22))),
        ("conv", () => F(1, 3, 11, 14).Conv2d(F(5, 3, 3, 3), F(5)).Relu()),
        ("padded conv", () => F(1, 2, 9, 12).Conv2d(F(4, 2, 3, 3), padding: 1)),
        ("strided depthwise conv", () => F(1, 6, 13, 13).Conv2d(F(6, 1, 3, 3), stride: 2, groups: 6)),
        ("small log-softmax", () => F(1, 10).LogSoftmax()),
        ("variance", () => F(4, 30).Var(1)),
        ("cat", () => Tensor.Cat([F(3, 5), F(3, 6)], 1)),
    ];

    [Test]
    public void AnyLegalSequenceGivesTheSameResult([Range(0, 9)] int kernel, [Range(0, 11)] int seed)
    {
        var (name, build) = s_kernels[kernel];
        var node = build().Node;
        var expected = MemoryMarshal.Cast<byte, float>(Interpreter.Evaluate(node).Span).ToArray();
        var random = new Random(seed * 100 + kernel);
        var schedule = Scheduler.Run([node]);
        Assert.That(schedule.Launches, Has.Length.EqualTo(1), name);
        var body = schedule.Launches[0].Kernel;
        var cpu = Device.Get("cpu");
        var opts = new List<OptOp>();
        LinearKernel linear;
        using (body.Interner.Resume())
        {
            var simplify = Symbolic.Simplifier();
            var sink = body.Sink;
            for (int i = random.Next(4); i > 0; i--)
                if (Legal(sink, random, cpu.Profile, opts) is { } opt)
                {
                    opts.Add(opt);
                    sink = OptOps.Apply(sink, opt, simplify);
                }
            sink = Decompose.Run(Vectorize.Run(Expand.Run(sink, simplify), body.Params, simplify), cpu.Profile);
            linear = new LinearKernel(body.Name, Linearize.Run(sink, cpu.Profile), body.Params, cpu.Profile);
        }
        var result = cpu.Allocate(expected.Length * 4L);
        DeviceBuffer[] buffers = [.. schedule.Launches[0].Slots.Select(s => schedule.Slots[s].Storage?.On(cpu) ?? result)];
        cpu.Compile(linear).Launch(buffers);
        var actual = new float[expected.Length];
        result.CopyTo(MemoryMarshal.AsBytes(actual.AsSpan()));
        double scale = expected.Max(MathF.Abs);
        for (int i = 0; i < expected.Length; i++)
            Assert.That(actual[i], Is.EqualTo(expected[i]).Within(1e-5 * scale), $"{name} after {string.Join(" ", opts)}: element {i}");
    }

    // A random choice that may be applied now: one vector axis a kernel, amounts within the extent.
    static OptOp? Legal(UOp sink, Random random, TargetProfile profile, List<OptOp> before)
    {
        var ranges = sink.Topological().Where(u => u.Op == Op.Range && ((Axis)u.Arg!).Kind is AxisKind.Loop or AxisKind.Reduce && u.Max > 0)
            .GroupBy(u => ((Axis)u.Arg!).Id).Where(g => g.Count() == 1).Select(g => g.Single()).ToList();
        if (ranges.Count == 0) return null;
        var range = ranges[random.Next(ranges.Count)];
        int extent = (int)range.Max + 1, id = ((Axis)range.Arg!).Id;
        bool hasVector = before.Exists(o => o.Kind is OptKind.Vector or OptKind.VectorFold);
        int[] lanes = [.. profile.NarrowerLanes.Append(profile.VectorLanes).Where(l => l <= extent && l > 1)];
        if (!hasVector && lanes.Length > 0 && random.Next(2) == 0)
            return new OptOp(((Axis)range.Arg!).Kind == AxisKind.Loop ? OptKind.Vector : OptKind.VectorFold, id, lanes[random.Next(lanes.Length)]);
        if (((Axis)range.Arg!).Kind == AxisKind.Loop) return new OptOp(OptKind.Upcast, id, random.Next(2, Math.Min(extent, 5) + 1));
        int[] divisors = [.. Enumerable.Range(2, 4).Where(k => k <= extent && extent % k == 0)];
        return divisors.Length == 0 ? null : new OptOp(OptKind.Unroll, id, divisors[random.Next(divisors.Length)]);
    }

    static Tensor F(params int[] shape)
    {
        var random = new Random(shape.Aggregate(7, (h, d) => h * 31 + d));
        return Tensor.From<float>([.. Enumerable.Range(0, shape.Aggregate(1, (a, b) => a * b)).Select(_ => (float)(random.NextDouble() * 2 - 1))], shape);
    }
}
