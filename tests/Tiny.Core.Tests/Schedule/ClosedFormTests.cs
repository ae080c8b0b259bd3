using System.Runtime.InteropServices;
using NUnit.Framework;
using Tiny.Algebra;
using Tiny.Graph;
using Tiny.Runtime;
using Tiny.Schedule;
using Tiny.Tests.Algebra;
using Tiny.Tests.Tensors;

namespace Tiny.Tests.Schedule;

/// <summary>Reductions that need no loop have none, and give what the loop gives.</summary>
public sealed class ClosedFormTests
{
    static readonly Tensor s_table = Values.Random(3, 7, 5), s_wide = Values.Random(4, 3, 6, 4);
    static readonly Tensor s_index = Tensor.From([4, -1, 0, 6, 7, int.MinValue, 3, int.MaxValue], 2, 4);

    static TestCaseData Case(string name, Func<Tensor> build) => new TestCaseData(build).SetArgDisplayNames(name);

    static readonly TestCaseData[] s_graphs =
    [
        Case("embedding", () => s_table.Take(s_index)),
        Case("embedding by int64", () => s_table.Take(Tensor.From([4L, -1, 0, 6, 7, long.MinValue, 1L << 32, long.MaxValue], 2, 4))),
        Case("embedding by uint8", () => s_table.Take(Tensor.From(new byte[] { 4, 255, 0, 6 }))),
        Case("embedding by computed indices", () => s_table.Take((s_index * 3 + 1).Mod(9))),
        Case("embedding plus one", () => s_table.Take(s_index) * 2 + 1),
        Case("embedding of positions", () => s_table.Take(Tensor.Arange(4))),
        Case("embedding of positions backwards, too many", () => s_table.Take(Tensor.Arange(9, -3, -1))),
        Case("take in the middle", () => s_wide.Take(s_index, 1)),
        Case("take of two indices", () => s_wide.Take(s_index, 1).Take(Tensor.From([2, 0]), -1)),
        Case("take of integers", () => Tensor.From([5, -6, 7]).Take(s_index)),
        Case("take of bools", () => Tensor.From([true, false, true]).Take(s_index)),
        Case("gather", () => s_wide.Gather(1, Tensor.From([.. Enumerable.Range(0, 3 * 8 * 3).Select(i => i * 5 % 9 - 1)], 3, 8, 3))),
        Case("one-hot product", () => s_index.OneHot(7).Ne(0).Unsqueeze(-1).Where(s_table, 0).Sum(-2)),
        Case("one-hot integers", () => (s_index.OneHot(7, DType.Int32).Unsqueeze(-1) * Tensor.From([.. Enumerable.Range(5, 21)], 7, 3)).Sum(-2)),
        Case("classes counted", () => s_index.OneHot(7, DType.Int32).Sum(-1)),
        Case("largest by index", () => Tensor.Arange(7).Eq(s_index.Unsqueeze(-1)).Where(s_table[.., 2], -3).Max(-1)),
        Case("identity times matrix", () => Tensor.Arange(7).Unsqueeze(1).Eq(Tensor.Arange(7)).Unsqueeze(-1).Where(s_table, 0).Sum(1)),
        Case("beside the diagonal", () => (Tensor.Arange(7).Unsqueeze(1) + 2).Eq(Tensor.Arange(7)).Unsqueeze(-1).Where(s_table, 0).Sum(1)),
        Case("reversed by a sum", () => (6 - Tensor.Arange(7).Unsqueeze(1)).Eq(Tensor.Arange(7)).Unsqueeze(-1).Where(s_table, 0).Sum(1)),
        Case("every second", () => (Tensor.Arange(7) * 2).Eq(Tensor.Arange(14).Unsqueeze(1)).Unsqueeze(-1).Where(s_table, 0).Sum(1)),
        Case("every second by index", () => (Tensor.Arange(7) * 2).Eq(s_index.Reshape(8, 1)).Unsqueeze(-1).Where(s_table, 0).Sum(1)),
        Case("cumulative sum of ones", () => Triangle(9).Where(1, 0).Sum(1)),
        Case("cumulative sum of float ones", () => Triangle(9).Where(1f, 0f).Sum(1)),
        Case("mask with a product", () => Triangle(9).Where(Tensor.Arange(9).Unsqueeze(1) * 3, -2).Sum(1)),
        Case("mask and its largest", () => Triangle(9).Where(Tensor.Arange(9).Unsqueeze(1) * 3 - 7, 2).Max(1)),
        Case("any of a mask", () => Tensor.Arange(9).Gt(s_index.Unsqueeze(-1)).Max(-1)),
        Case("how many are larger", () => Tensor.Arange(9).Gt(s_index.Unsqueeze(-1)).Sum(-1)),
        Case("sum of an arange", () => Tensor.Arange(70_000).Sum()),
        Case("sum of an arange by a number and a value", () => (Tensor.Arange(9) * 3 + s_index.Unsqueeze(-1)).Sum(-1)),
        Case("largest of an arange", () => (5 - Tensor.Arange(9) * 3).Max()),
        Case("a value summed again", () => s_index.Unsqueeze(-1).Expand(2, 4, 100).Sum(-1)),
        Case("window counts", () => Tensor.Ones(1, 1, 6, 7).AvgPool2d(3, stride: 1, padding: 1)),
        Case("two axes", () => (s_index.Reshape(8, 1, 1).Eq(Tensor.Arange(3).Unsqueeze(1)) & (s_index.Reshape(8, 1, 1) - 2).Eq(Tensor.Arange(6)))
            .Unsqueeze(-1).Where(s_wide, 0).Sum([1, 2])),
    ];

    static Tensor Triangle(int n) => Tensor.Arange(n).Le(Tensor.Arange(n).Unsqueeze(1));

    [TestCaseSource(nameof(s_graphs))]
    public void HasNoLoopAndIsExact(Func<Tensor> build)
    {
        var t = build();
        var schedule = Scheduler.Run([t.Node]);
        Assert.That(schedule.Launches, Has.Length.EqualTo(1));
        Assert.That(schedule.Launches[0].Kernel.Sink.Topological().Where(u => u.Op == Op.Fold), Is.Empty);
        var check = new AccessCheck();
        check.Add(schedule.Launches[0].Kernel, [Device.Get("cpu").Profile]);
        Assert.That(check.Undecided(), Is.Empty);
        var expected = Interpreter.Evaluate(t.Node).Copied().ToArray();
        byte[] actual = t.DType.Size == 4 ? MemoryMarshal.AsBytes(t.Bitcast32()).ToArray() : [.. t.ToArray<bool>().Select(b => (byte)(b ? 1 : 0))];
        Assert.That(actual, Is.EqualTo(expected));
    }

    [Test]
    public void WhatIsNotChosenIsNotThere()
    {
        var table = Tensor.From([float.NaN, 1f, float.PositiveInfinity, -0f]);
        int[] bits = [.. table.Take(Tensor.From([1, 3, 2, 9, 0])).ToArray<float>().Select(BitConverter.SingleToInt32Bits)];
        Assert.That(bits[..4], Is.EqualTo(new[] { 1f, 0f, float.PositiveInfinity, 0f }.Select(BitConverter.SingleToInt32Bits)), "the zero is +0, as in a sum");
        Assert.That(BitConverter.Int32BitsToSingle(bits[4]), Is.NaN);
    }

    [Test]
    public void AFloatSumOfAValueIsStillALoop()
    {
        // 0.1 taken ten times is not 0.1 added up ten times.
        var sum = Tensor.From([0.1f]).Expand(10).Sum();
        Assert.That(Scheduler.Run([sum.Node]).Launches.Single().Kernel.Sink.Topological().Count(u => u.Op == Op.Fold), Is.EqualTo(1));
    }

    [Test]
    public void AGatherJoinsWhatReadsIt()
    {
        // Known to be cheap, it is computed where it is needed.
        var x = s_table.Take(s_index);
        Assert.That(Scheduler.Run([x.Linear(Values.Random(5, 3, 5)).Node]).Launches, Has.Length.EqualTo(1));
    }

    // Random choices by affine sums of the loop variable, another variable and memory, below random other conditions.
    [Test]
    public void RandomFoldsAreEqualEverywhere([Range(0, 9)] int seed)
    {
        using var table = Interner.Open();
        var random = new Random(seed);
        var simplify = Symbolic.Simplifier();
        var forms = new ClosedForms(simplify);
        int closed = 0;
        for (int n = 0; n < 200; n++)
        {
            UOp r = UOp.Range(9, AxisKind.Reduce, random.Next(2, 7)), s = UOp.Range(8, AxisKind.Reduce, random.Next(2, 5)), i = UOp.Range(0, AxisKind.Loop, random.Next(2, 6));
            UOp[] ranges = random.Next(4) == 0 ? [s, r] : [r];
            var value = simplify.Run(Value(random, r, s, i, 2));
            var op = new[] { Op.Add, Op.Max, Op.Min }[random.Next(3)];
            if (!ranges.Contains(s)) value = simplify.Run(value.Substitute(new Dictionary<UOp, UOp>(ReferenceEqualityComparer.Instance) { [s] = i }));
            var before = UOp.New(Op.Fold, DType.Int32, [value, .. ranges], new FoldArg(op, 1));
            var (after, isClosed) = forms.Fold(op, value, ranges);
            if (isClosed) closed++;
            foreach (var point in IndexFuzzTests.Points([i]))
                Assert.That(IndexFuzzTests.Value(after, point), Is.EqualTo(IndexFuzzTests.Value(before, point)), () => $"{op} of {IndexFuzzTests.Text(value)} became {IndexFuzzTests.Text(after)}");
        }
        Assert.That(closed, Is.GreaterThan(50));
    }

    static UOp Value(Random random, UOp r, UOp s, UOp i, int depth)
    {
        if (depth == 0 || random.Next(5) == 0) return random.Next(4) switch
        {
            0 => UOp.Index(random.Next(-3, 4)),
            1 => Affine(random, r, s, i),
            2 => i * 2 + 1,
            _ => UOp.New(Op.Load, DType.Int32, [UOp.New(Op.Pointer, DType.Int32, [], 1), r * 10 + i]),
        };
        var condition = Condition(random, r, s, i);
        if (random.Next(3) == 0) condition = condition.Alu(random.Next(2) == 0 ? Op.And : Op.Or, Condition(random, r, s, i));
        var (a, b) = (Value(random, r, s, i, depth - 1), UOp.Index(random.Next(2) == 0 ? 0 : random.Next(-4, 5)));
        if (random.Next(6) == 0) return a + Value(random, r, s, i, depth - 1) * random.Next(-2, 3);
        return random.Next(2) == 0 ? condition.Where(a, b) : condition.Where(b, a);
    }

    static UOp Condition(Random random, UOp r, UOp s, UOp i)
    {
        var (a, b) = (Affine(random, r, s, i), random.Next(2) == 0 ? Affine(random, i, s, i) : Memory(random, i));
        var c = random.Next(2) == 0 ? a.Ne(b) : random.Next(2) == 0 ? a.Lt(b) : b.Lt(a);
        return random.Next(2) == 0 ? c : c.Not();
    }

    static UOp Affine(Random random, UOp r, UOp s, UOp i) =>
        r * new[] { 1, 1, 1, -1, 2, -3 }[random.Next(6)] + random.Next(-2, 3) + (random.Next(3) == 0 ? i * random.Next(-1, 2) : UOp.Index(0)) + (random.Next(4) == 0 ? s : UOp.Index(0));

    static UOp Memory(Random random, UOp i) => UOp.New(Op.Load, DType.Int32, [UOp.New(Op.Pointer, DType.Int32, [], random.Next(2, 4)), i]);
}

static class Bits
{
    public static int[] Bitcast32(this Tensor t) => t.DType == DType.Float32 ? [.. t.ToArray<float>().Select(BitConverter.SingleToInt32Bits)] : t.ToArray<int>();
}
