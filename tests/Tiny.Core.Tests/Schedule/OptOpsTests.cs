using NUnit.Framework;
using System.Runtime.InteropServices;
using System.Text;
using Tiny.Core.Tests.Render;
using Tiny.Algebra;
using Tiny.Graph;
using Tiny.Lower;
using Tiny.Optimize;
using Tiny.Render;
using Tiny.Runtime;
using Tiny.Schedule;
using Tiny.Tests.Tensors;

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
        ("rows taken twice", () => F(9, 19).MatMul(F(10, 22).RepeatInterleave(2, 0)[1..])),
        ("transposed matmul", () => F(6, 16).MatMul(F(18, 16).Transpose(0, 1))),
    ];

    // Programs of several kernels: sums that overwrite an operand in place.
    static readonly (string Name, Func<Tensor> Build)[] s_programs =
    [
        ("residual matmul", () => Residual(F(9, 19), x => x.MatMul(F(19, 19))).MatMul(F(19, 7))),
        ("residual conv", () => Residual(F(1, 3, 7, 13), x => x.Conv2d(F(3, 3, 3, 3), padding: 1)).Flip(3).Conv2d(F(2, 3, 3, 3))),
    ];

    static Tensor Residual(Tensor x, Func<Tensor, Tensor> layer)
    {
        x = layer(x);
        return layer(layer(x)) + x;
    }

    [Test]
    public void AnyLegalSequenceGivesTheSameResult([Range(0, 11)] int kernel, [Range(0, 19)] int seed)
    {
        var (name, build) = s_kernels[kernel];
        var schedule = Check(name, build().Node, new Random(seed * 100 + kernel));
        Assert.That(schedule.Launches, Has.Length.EqualTo(1), name);
    }

    [Test]
    public void InPlaceToo([Range(0, 1)] int program, [Range(0, 29)] int seed)
    {
        var (name, build) = s_programs[program];
        var schedule = Check(name, build().Node, new Random(seed * 100 + program));
        Assert.That(schedule.Launches.Any(l => l.Kernel.Params.Any(p => p.InPlace)), name);
    }

    [Test]
    public void InCToo()
    {
        var (functions, calls, helpers, input) = (new StringBuilder(), new StringBuilder(), new List<CHelper>(), new List<byte>());
        var expected = new List<(string What, float[] Values)>();
        foreach (var (name, build) in s_kernels)
        {
            var node = build().Node;
            var schedule = Scheduler.Run([node]);
            var launch = schedule.Launches.Single();
            var values = MemoryMarshal.Cast<byte, float>(Interpreter.Evaluate(node).Copied()).ToArray();
            int[] at = [.. launch.Slots.Select(s =>
            {
                int begin = input.Count;
                if (schedule.Slots[s].Storage is { } stored) input.AddRange(stored.ToHost().Copied());
                return begin;
            })];
            for (int seed = 0; seed < 6; seed++)
            {
                var (linear, opts) = Optimised(launch.Kernel, seed % 2 == 0 ? CRenderer.Gnu128 : CRenderer.Plain, new Random(seed * 100 + functions.Length));
                var text = CRenderer.Render(linear with { Name = $"kernel{expected.Count}" }, [.. linear.Params.Select((_, i) => $"p{i}")]);
                helpers.AddRange(text.Helpers);
                functions.Append(text.Text).Append('\n');
                var arguments = launch.Slots.Select((s, i) => schedule.Slots[s].Storage is null ? $"out + {expected.Sum(e => e.Values.Length)}" : $"in + {at[i] / 4}");
                calls.Append($"    kernel{expected.Count}({string.Join(", ", arguments)});\n");
                expected.Add(($"{name} after {string.Join(" ", opts)}", values));
            }
        }
        var source = $$"""
            #include <math.h>
            #include <stdbool.h>
            #include <stdint.h>
            #include <stdio.h>
            #include <string.h>

            {{CRenderer.Prologue(helpers)}}
            {{functions}}
            static float in[{{input.Count / 4}}], out[{{expected.Sum(e => e.Values.Length)}}];

            int main(void)
            {
                FILE *f = fopen("in", "rb");
                if (!f || fread(in, 1, sizeof in, f) != sizeof in || fclose(f) != 0) return 1;
            {{calls}}    f = fopen("out", "wb");
                return !f || fwrite(out, 1, sizeof out, f) != sizeof out || fclose(f) != 0;
            }

            """;
        Assert.That(source, Does.Contain(" stage0["));
        var actual = MemoryMarshal.Cast<byte, float>(CCompiler.Run("gcc", "-O1 -g -fsanitize=undefined,address -fno-sanitize-recover=all", source, [.. input]));
        int next = 0;
        foreach (var (what, values) in expected)
        {
            double scale = values.Max(MathF.Abs);
            foreach (float value in values) Assert.That(actual[next++], Is.EqualTo(value).Within(1e-5 * scale), what);
        }
    }

    [Test]
    public void TheHeuristicPacksAMatrixWhoseRowsLieBadly()
    {
        var (good, bad) = (F(128, 256).MatMul(F(256, 500)).Node, F(128, 256).MatMul(F(256, 512)).Node);
        var profile = Device.Get("cpu").Profile;
        Assert.That(Choices(good), Has.None.Matches<OptOp>(o => o!.Kind == OptKind.Stage));
        Assert.That(Choices(bad).Select(o => o.Kind), Is.EqualTo(new[] { OptKind.Vector, OptKind.Upcast, OptKind.Upcast, OptKind.Swap, OptKind.Stage }));
        float[] actual = Tensor.FromStorage(new Executable(Scheduler.Run([bad]), Device.Get("cpu")).Run(_ => null!)[0]).ToArray<float>();
        Assert.That(actual, Is.EqualTo(MemoryMarshal.Cast<byte, float>(Interpreter.Evaluate(bad).Copied()).ToArray()).Within(1e-4));

        IReadOnlyList<OptOp> Choices(UOp node) => Chosen(node, profile);
    }

    [Test]
    public void ATileIsSmallerWhereMuchFollowsItsSum()
    {
        var profile = Device.Get("cpu").Profile;
        var (short_, long_) = (F(128, 256).MatMul(F(256, 512)).Node, F(128, 256).MatMul(F(256, 512)).Gelu().Node);
        int after = Kernel(long_).Topological().Count(u => u.DType.IsFloat && Cost.Computes(u)) - 1;
        Assert.That(Tile(short_, profile with { MostValues = 100 }), Is.EqualTo(Tile(short_, profile)));
        Assert.That(Tile(long_, profile with { MostValues = 8 * after }), Is.InRange(1, 8).And.LessThan(Tile(long_, profile with { MostValues = int.MaxValue })));

        static int Tile(UOp node, TargetProfile profile) => Chosen(node, profile).Where(o => o.Kind == OptKind.Upcast).Aggregate(1, (n, o) => n * o.Amount);
        static UOp Kernel(UOp node) => Scheduler.Run([node]).Launches.Single().Kernel.Sink;
    }

    static IReadOnlyList<OptOp> Chosen(UOp node, TargetProfile profile)
    {
        var kernel = Scheduler.Run([node]).Launches.Single().Kernel;
        using var table = kernel.Interner.Resume();
        return Heuristic.Choose(kernel.Sink, profile);
    }

    [Test]
    public void VectorsAreAlongWhatFillsThem()
    {
        var profile = new TargetProfile("wide") { VectorLanes = 16, NarrowerLanes = [8, 4], Registers = 32 };
        // A convolution's weights have a gradient of 5 by 5; the rows that it is summed over are longer.
        var weights = F(8, 4, 5, 5);
        Assert.That(Chosen(Gradient(8), profile)[0].Kind, Is.EqualTo(OptKind.VectorFold));
        Assert.That(Chosen(Gradient(4), profile)[0].Kind, Is.EqualTo(OptKind.Vector));
        // Too few terms to combine lanes for.
        Assert.That(Chosen(F(8, 32).MatMul(F(4, 32).Transpose().Contiguous().Realize()).Node, profile)[0].Kind, Is.EqualTo(OptKind.Vector));
        foreach (int width in new[] { 4, 8 })
        {
            var gradient = new Tensor(Gradient(width));
            gradient.Floats();
        }

        UOp Gradient(int width)
        {
            weights.RequiresGrad = true;
            return F(16, 4, width + 4, width + 4).Conv2d(weights).Mul(F(16, 8, width, width)).Sum().Gradient(weights)[0].Node;
        }
    }

    [Test]
    public void AFewLoadsLaneByLaneTakeNoVectorsFromAProduct()
    {
        var profile = Device.Get("cpu").Profile;
        Tensor product = F(33, 64).MatMul(F(64, 48)), sum = product + F(48, 33).Transpose(), every = F(33, 4).MatMul(F(4, 48)) + F(48, 33).Transpose();
        Assert.That(Chosen(sum.Node, profile)[0], Is.EqualTo(Chosen(product.Node, profile)[0]));
        Assert.That(Chosen(every.Node, profile)[0].Kind, Is.Not.EqualTo(OptKind.Vector));
        sum.Floats();
    }

    [Test]
    public void WhatCannotBeKeptIsRefused()
    {
        var matmul = Scheduler.Run([F(9, 19).MatMul(F(19, 22)).Node]).Launches.Single().Kernel;
        using var table = matmul.Interner.Resume();
        var simplify = Symbolic.Simplifier();
        foreach (var opt in new[] { new OptOp(OptKind.Share, 0, 2), OptOp.Stage(1, 1), OptOp.Stage(0, 0), OptOp.Stage(1, 7), new OptOp(OptKind.Swap, 0, 2) })
            Assert.Throws<ArgumentException>(() => OptOps.Apply(matmul.Sink, opt, simplify), $"{opt}");
        var packed = OptOps.Apply(matmul.Sink, OptOp.Stage(2, 2, 1), simplify);
        Assert.That(packed.Topological().Single(u => u.Op == Op.Stage).Arg, Is.EqualTo(new StageArg(19 * 22)));
        // The panel depends on no loop that is left open, so it is filled before all of them.
        var lines = Linearize.Run(packed, CRenderer.Plain);
        Assert.That(lines.IndexOf(lines.Single(l => l.Op == Op.Stage)), Is.Zero);
    }

    [Test]
    public void ALoopThatFillsAStageIsSplitWhereItIsDivided()
    {
        var matmul = Scheduler.Run([F(9, 20).MatMul(F(20, 22)).Node]).Launches.Single().Kernel;
        using var table = matmul.Interner.Resume();
        var simplify = Symbolic.Simplifier();
        var packed = OptOps.Apply(matmul.Sink, OptOp.Stage(2, 2), simplify);
        // The stage takes the rows in another order: 0, 10, 1, 11, ...
        var (load, filling) = packed.Topological().Single(u => u.Op == Op.Stage) is var stage ? (stage.Src[0], stage.Src[2]) : default;
        var shuffled = load.Substitute(new Dictionary<UOp, UOp>(ReferenceEqualityComparer.Instance) { [filling] = filling % 2 * 10 + filling / 2 });
        packed = packed.Substitute(new Dictionary<UOp, UOp>(ReferenceEqualityComparer.Instance) { [load] = shuffled });
        Assert.That(Divisions(packed), Is.EqualTo(2));
        var split = SplitRanges.Run(packed, simplify);
        Assert.That(Divisions(split), Is.Zero);
        Assert.That(split.Topological().Single(u => u.Op == Op.Stage).Src[2..].Select(r => r.Max + 1), Is.EqualTo(new[] { 10, 2 }));
        Assert.That(split.Topological().Single(u => u.Op == Op.Fold).Src[1..].Select(r => r.Max + 1), Is.EqualTo(new[] { 20 }));
        Spec.Kernel(split, matmul.Params, "split", [AxisKind.Loop, AxisKind.Reduce]);

        static int Divisions(UOp sink) => sink.Topological().Count(u => u.Op is Op.FloorDiv or Op.FloorMod);
    }

    [Test]
    public void WhatIsMadeOfElementsThatAreOverwrittenIsComputedOnce()
    {
        var state = Tensor.Zeros(37).Realize();
        var schedule = CaptureScope.Run(scope =>
        {
            var twice = state * 2;
            state.Assign(state + 1);
            return Scheduler.Run([twice.Node], states: [.. scope.Written.Select(c => (scope.MemoryOf(c), scope.Read(c)))]);
        });
        var kernel = schedule.Launches.Single().Kernel;
        using var table = kernel.Interner.Resume();
        // The last block overlaps the one before: either store leaves out what has been done, also the one into other memory.
        var split = OptOps.Apply(kernel.Sink, new OptOp(OptKind.Upcast, 0, 8), Symbolic.Simplifier());
        Assert.That(split.Src.Select(s => s.Src.Length), Is.EqualTo(new[] { 4, 4 }));
    }

    [Test]
    public void WhatTwoLoopsNeedIsComputedOnce()
    {
        var kernel = Scheduler.Run([F(1, 10).LogSoftmax().Node]).Launches.Single().Kernel;
        using var table = kernel.Interner.Resume();
        var ranges = kernel.Sink.Topological().FindAll(u => u.Op == Op.Range);
        var share = ranges.SelectMany(a => ranges.Where(b => Staging.Shared(kernel.Sink, a, b) is not null).Select(b => new OptOp(OptKind.Share, Id(a), Id(b)))).First();
        int Loads(UOp sink) => Linearize.Run(sink, CRenderer.Plain).Count(l => l.Op == Op.Load && l.Src[0].Op == Op.Pointer);
        Assert.That(Loads(OptOps.Apply(kernel.Sink, share, Symbolic.Simplifier())), Is.EqualTo(Loads(kernel.Sink) - 1));
    }

    [Test]
    public void LanesLeftOutAreNotWrittenOverAnotherStore()
    {
        // Vectors at 0, 4, ... 16 and 18, two in an iteration: of the last, the first two lanes are the other one's. What is overwritten is read
        // before the reduction, for both.
        var x = F(9, 11).MatMul(F(11, 22));
        var sum = (x.MatMul(F(22, 22)).Unsqueeze(1) * F(22, 22) * x.Unsqueeze(2)).Sum(2).MatMul(F(22, 7));
        var schedule = Check("sum over an operand", sum.Node, body =>
        {
            if (!body.Params.Any(p => p.InPlace)) return Optimised(body, Device.Get("cpu").Profile, new Random(0));
            using var table = body.Interner.Resume();
            int columns = Id(body.Sink.Topological().Single(u => u.Op == Op.Range && Kind(u) == AxisKind.Loop && u.Max == 21));
            return Lowered(body, Device.Get("cpu").Profile, [new OptOp(OptKind.Vector, columns, 4), new OptOp(OptKind.Upcast, columns, 2)]);
        });
        Assert.That(schedule.Launches.Count(l => l.Kernel.Params.Any(p => p.InPlace)), Is.EqualTo(1));
    }

    [Test]
    public void WhatATileLeavesOutIsNoCondition()
    {
        // Two vectors of 16 cover 24 columns: the second writes back what the first has done.
        var schedule = Scheduler.Run([Residual(F(28, 24), x => x.MatMul(F(24, 24))).MatMul(F(24, 7)).Node], profile: ScheduleProfile.Of(CRenderer.Avx512));
        var kernel = schedule.Launches.Select(l => l.Kernel).Single(k => k.Params.Any(p => p.InPlace));
        var stores = kernel.Lower(CRenderer.Avx512).Code.Where(l => l.Op == Op.Store).ToList();
        Assert.That(stores.Select(s => s.Src[2].DType.Lanes), Is.All.EqualTo(16));
        Assert.That(stores.Select(s => s.Src.Length), Is.All.EqualTo(3));
    }

    /// <summary>Widths of vectors that this machine has, with shorter extents.</summary>
    static IEnumerable<(int Lanes, int Extent)> Narrow => new[] { (4, 3), (8, 3), (8, 5), (8, 7) }.Where(c => c.Item1 <= Device.Get("cpu").Profile.VectorLanes);

    [Test]
    public void VectorsMayBeWiderThanAReduction([ValueSource(nameof(Narrow))] (int Lanes, int Extent) narrow, [Values] bool max)
    {
        int extent = narrow.Extent;
        // Parts of rows, which do not join to longer ones.
        Tensor x = F(6, 4, 9)[.., .., ..extent], y = F(6, 4, 10)[.., .., 1..(extent + 1)];
        var node = max ? (x + 1).Max([1, 2]).Node : (x * y).Sum([1, 2]).Node;
        Check("narrow rows", node, body =>
        {
            using var table = body.Interner.Resume();
            var range = body.Sink.Topological().Where(u => u.Op == Op.Range && Kind(u) == AxisKind.Reduce).MaxBy(Id)!;
            return Lowered(body, Device.Get("cpu").Profile, [new OptOp(OptKind.VectorFold, Id(range), narrow.Lanes)]);
        });
    }

    static KernelSchedule Check(string name, UOp node, Random random) => Check(name, node, body => Optimised(body, Device.Get("cpu").Profile, random));

    static KernelSchedule Check(string name, UOp node, Func<Kernel, (LinearKernel, List<OptOp>)> optimise)
    {
        var expected = MemoryMarshal.Cast<byte, float>(Interpreter.Evaluate(node).Copied()).ToArray();
        var schedule = Scheduler.Run([node]);
        var cpu = Device.Get("cpu");
        var arena = cpu.Allocate(schedule.ArenaBytes);
        var result = cpu.Allocate(expected.Length * 4L);
        var choices = new List<string>();
        foreach (var launch in schedule.Launches)
        {
            var (linear, opts) = optimise(launch.Kernel);
            choices.Add(string.Join(" ", opts));
            cpu.Compile(linear).Launch([.. launch.Slots.Select(s => schedule.Slots[s] switch
            {
                { Role: SlotRole.Temporary } slot => arena.Slice(slot.Offset, slot.Bytes),
                var slot => slot.Storage?.On(cpu) ?? result,
            })]);
        }
        var actual = new float[expected.Length];
        result.CopyTo(MemoryMarshal.AsBytes(actual.AsSpan()));
        double scale = expected.Max(MathF.Abs);
        for (int i = 0; i < expected.Length; i++)
            Assert.That(actual[i], Is.EqualTo(expected[i]).Within(1e-5 * scale), $"{name} after {string.Join(" | ", choices)}: element {i}");
        return schedule;
    }

    static (LinearKernel, List<OptOp>) Optimised(Kernel body, TargetProfile profile, Random random)
    {
        using var table = body.Interner.Resume();
        var opts = new List<OptOp>();
        var simplify = Symbolic.Simplifier();
        var sink = body.Sink;
        for (int i = random.Next(5); i > 0; i--)
            if ((random.Next(3) == 0 ? Keeping(sink, random) : Legal(sink, random, profile, opts)) is { } opt)
            {
                opts.Add(opt);
                sink = OptOps.Apply(sink, opt, simplify);
            }
        return Lowered(body, sink, profile, opts, simplify);
    }

    static (LinearKernel, List<OptOp>) Lowered(Kernel body, TargetProfile profile, List<OptOp> opts)
    {
        var simplify = Symbolic.Simplifier();
        return Lowered(body, opts.Aggregate(body.Sink, (sink, opt) => OptOps.Apply(sink, opt, simplify)), profile, opts, simplify);
    }

    static (LinearKernel, List<OptOp>) Lowered(Kernel body, UOp sink, TargetProfile profile, List<OptOp> opts, Rewriter simplify)
    {
        sink = Decompose.Run(Vectorize.Run(Expand.Run(sink, simplify), body.Params, simplify), profile);
        var linear = new LinearKernel(body.Name, Linearize.Run(sink, profile), body.Params, profile);
        Spec.Linear(linear, string.Join(" ", opts));
        return (linear, opts);
    }

    // A random choice of order or of what is kept in a stage.
    static OptOp? Keeping(UOp sink, Random random)
    {
        var nodes = sink.Topological();
        var ranges = nodes.Where(u => u.Op == Op.Range).ToList();
        var loops = ranges.FindAll(u => Kind(u) == AxisKind.Loop);
        var shared = loops.SelectMany(a => ranges.Where(b => Staging.Shared(sink, a, b) is not null).Select(b => new OptOp(OptKind.Share, Id(a), Id(b)))).ToList();
        if (shared.Count > 0 && random.Next(2) == 0) return shared[random.Next(shared.Count)];
        if (loops.Count > 1 && random.Next(3) == 0)
        {
            random.Shuffle(CollectionsMarshal.AsSpan(loops));
            return new OptOp(OptKind.Swap, Id(loops[0]), Id(loops[1]));
        }
        // Some of the axes that every load of an operand depends on.
        var free = FreeRanges.Of(sink);
        var operands = nodes.Where(u => u.Op == Op.Load && u.Src[0].Op == Op.Pointer).GroupBy(u => (int)u.Src[0].Arg!)
            .Where(g => !sink.Src.Any(s => (int)s.Src[0].Arg! == g.Key)).ToList();
        if (operands.Count == 0) return null;
        var operand = operands[random.Next(operands.Count)];
        var axes = ranges.FindAll(r => operand.All(l => free.DependsOn(l, r)) && random.Next(3) > 0).OrderBy(r => Kind(r) == AxisKind.Vector).ToList();
        // Of one number there must be one range: a reduction's rest has the number of its blocks.
        if (axes.Count == 0 || axes.Any(a => ranges.Count(r => Id(r) == Id(a)) > 1)) return null;
        return axes.Aggregate(1L, (n, r) => n * (r.Max + 1)) > 4096 ? null : OptOp.Stage(operand.Key, [.. axes.Select(Id)]);
    }

    static AxisKind Kind(UOp range) => ((Axis)range.Arg!).Kind;
    static int Id(UOp range) => ((Axis)range.Arg!).Id;

    // A random choice that may be applied now: one vector axis a kernel, amounts within the extent.
    static OptOp? Legal(UOp sink, Random random, TargetProfile profile, List<OptOp> before)
    {
        var ranges = sink.Topological().Where(u => u.Op == Op.Range && ((Axis)u.Arg!).Kind is AxisKind.Loop or AxisKind.Reduce && u.Max > 0)
            .GroupBy(u => ((Axis)u.Arg!).Id).Where(g => g.Count() == 1).Select(g => g.Single()).ToList();
        if (ranges.Count == 0) return null;
        var range = ranges[random.Next(ranges.Count)];
        int extent = (int)range.Max + 1, id = ((Axis)range.Arg!).Id;
        bool fills = sink.Topological().Exists(u => u.Op == Op.Stage && OptOps.ClosedBy(u).Contains(range));
        bool hasVector = before.Exists(o => o.Kind is OptKind.Vector or OptKind.VectorFold);
        int[] lanes = [.. profile.NarrowerLanes.Append(profile.VectorLanes).Where(l => l <= extent && l > 1)];
        if (fills) lanes = [.. lanes.Where(l => extent % l == 0 && sink.Topological().TrueForAll(u => u.Op != Op.Stage || OptOps.ClosedBy(u)[^1] == range))];
        // A reduction's vectors may be wider than it is long.
        if (((Axis)range.Arg!).Kind == AxisKind.Reduce && !sink.Topological().Exists(u => u.Op == Op.Stage))
            lanes = [.. profile.NarrowerLanes.Append(profile.VectorLanes).Where(l => l > 1)];
        if (!hasVector && lanes.Length > 0 && random.Next(2) == 0)
            return new OptOp(((Axis)range.Arg!).Kind == AxisKind.Loop ? OptKind.Vector : OptKind.VectorFold, id, lanes[random.Next(lanes.Length)]);
        if (((Axis)range.Arg!).Kind == AxisKind.Loop) return new OptOp(OptKind.Upcast, id, random.Next(2, Math.Min(extent, 5) + 1));
        if (fills) return null;
        int[] divisors = [.. Enumerable.Range(2, 4).Where(k => k <= extent && extent % k == 0)];
        return divisors.Length == 0 ? null : new OptOp(OptKind.Unroll, id, divisors[random.Next(divisors.Length)]);
    }

    static Tensor F(params int[] shape)
    {
        var random = new Random(shape.Aggregate(7, (h, d) => h * 31 + d));
        return Tensor.From<float>([.. Enumerable.Range(0, shape.Aggregate(1, (a, b) => a * b)).Select(_ => (float)(random.NextDouble() * 2 - 1))], shape);
    }
}
