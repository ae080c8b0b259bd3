using NUnit.Framework;
using Tiny.Algebra;
using Tiny.Graph;

namespace Tiny.Tests.Algebra;

/// <summary>Random integer and bool expressions over small ranges: simplified, they have the same value everywhere, and stay in their bounds.</summary>
public sealed class IndexFuzzTests
{
    static readonly int[] s_extents = [2, 3, 4, 5, 6, 7];

    [Test]
    public void SimplifiedExpressionsAreEqualEverywhere([Range(0, 19)] int seed)
    {
        using var table = Interner.Open();
        var random = new Random(seed);
        var simplify = Symbolic.Simplifier();
        for (int n = 0; n < 150; n++)
        {
            UOp[] ranges = [.. Enumerable.Range(0, 3).Select(i => UOp.Range(i, AxisKind.Loop, s_extents[random.Next(s_extents.Length)]))];
            var before = random.Next(3) == 0 ? Condition(random, ranges, 3) : Index(random, ranges, 4);
            var after = simplify.Run(before);
            foreach (var point in Points(ranges))
            {
                long expected = Value(before, point);
                Assert.That(Value(after, point), Is.EqualTo(expected), () => $"{Text(before)}  became  {Text(after)}  at {string.Join(", ", point.Values)}");
                Assert.That(expected, Is.InRange(before.Min, before.Max), () => $"bounds of {Text(before)}");
                Assert.That(expected, Is.InRange(after.Min, after.Max), () => $"bounds of {Text(after)}");
            }
            Assert.That(simplify.Run(after), Is.SameAs(after), "simplifying is idempotent");
        }
    }

    /// <summary>C compilers warn of such comparisons, and are right.</summary>
    [Test]
    public void BitsThatAreSetAreNotThoseOfANumberWithoutThem()
    {
        using var table = Interner.Open();
        var x = UOp.New(Op.Or, DType.Int32, [UOp.Range(0, AxisKind.Loop, 9) + -4, UOp.Index(10)]);
        var simplify = Symbolic.Simplifier();
        foreach (int other in new[] { 0, 8, 5, -16 }) Assert.That(simplify.Run(x.Ne(UOp.Index(other))).IsOne, Is.True, $"{other}");
        foreach (int other in new[] { 10, 11, -1 }) Assert.That(simplify.Run(x.Ne(UOp.Index(other))).Op, Is.EqualTo(Op.CmpNe), $"{other}");
    }

    // What windows and regrouped shapes must become, or no loop is free of divisions.
    [Test]
    public void WindowsByRepetitionNeedNoDivision()
    {
        using var table = Interner.Open();
        var o = UOp.Range(0, AxisKind.Loop, 13);
        var k = UOp.Range(1, AxisKind.Reduce, 3);
        // element k * (28 + 1) + o * 2 of an input of 28 repeated
        Assert.That(Text(Symbolic.Simplifier().Run((k * 29 + o * 2) % 28)), Is.EqualTo("(r0 * 2) + r1"));
    }

    [Test]
    public void SplittingAndJoiningAnIndexIsNothing()
    {
        using var table = Interner.Open();
        var i = UOp.Range(0, AxisKind.Loop, 60);
        Assert.That(Symbolic.Simplifier().Run(i / 12 * 12 + i / 4 % 3 * 4 + i % 4), Is.SameAs(i));
    }

    [Test]
    public void AWrappingSumIsNotDivided()
    {
        using var table = Interner.Open();
        var x = UOp.New(Op.Load, DType.Int32, [UOp.New(Op.Pointer, DType.Int32, [], 0), UOp.Index(0)]);
        // 4 * x may wrap, so (4 * x) / 4 is not x.
        Assert.That(Symbolic.Simplifier().Run(x * 4 / 4), Is.Not.SameAs(x));
    }

    // What movement makes of a pad: loads below conjunctions of comparisons, chosen again by the same or other conditions.
    [Test]
    public void GatedLoadsReadTheSameEverywhere([Range(0, 9)] int seed)
    {
        using var table = Interner.Open();
        var random = new Random(1000 + seed);
        var simplify = Symbolic.Simplifier();
        var pointer = UOp.New(Op.Pointer, DType.Int32, [], 1);
        for (int n = 0; n < 150; n++)
        {
            UOp[] ranges = [.. Enumerable.Range(0, 3).Select(i => UOp.Range(i, AxisKind.Loop, s_extents[random.Next(s_extents.Length)]))];
            var (gate, other) = (Gate(random, ranges), Gate(random, ranges));
            var load = UOp.New(Op.Load, DType.Int32, [pointer, Index(random, ranges, 3), random.Next(3) == 0 ? gate & other : gate]);
            var before = gate.Where(other.Where(load, random.Next(2) == 0 ? UOp.Index(0) : gate.Where(load, UOp.Index(1))), UOp.Index(0));
            var after = simplify.Run(before);
            foreach (var point in Points(ranges))
                Assert.That(Value(after, point), Is.EqualTo(Value(before, point)), () => $"{Text(before)}  became  {Text(after)}");
        }
    }

    // Where sums come near the ends of the dtype, no rule may make one wrap that did not.
    [Test]
    public void WideValuesWrapAsBefore([Range(0, 9)] int seed)
    {
        using var table = Interner.Open();
        var random = new Random(2000 + seed);
        var simplify = Symbolic.Simplifier();
        for (int n = 0; n < 200; n++)
        {
            UOp[] atoms = [.. Enumerable.Range(0, 3).Select(i => Wide(random, i))];
            var before = random.Next(3) == 0 ? Condition(random, atoms, 2) : Index(random, atoms, 3);
            var after = simplify.Run(before);
            for (int k = 0; k < 60; k++)
            {
                var point = new Dictionary<UOp, long>(ReferenceEqualityComparer.Instance);
                foreach (var a in atoms) point[a] = Math.Clamp(random.Next(3) switch
                {
                    0 => a.Min + random.Next(20),
                    1 => a.Max - random.Next(20),
                    _ => random.NextInt64(a.Min, a.Max + 1),
                }, a.Min, a.Max);
                Assert.That(Value(after, point), Is.EqualTo(Value(before, point)),
                    () => $"{Text(before)}  became  {Text(after)}  at {string.Join(", ", point.Select(p => $"{Text(p.Key)} = {p.Value}"))}");
            }
        }
    }

    [Test]
    public void AConstantIsNotMovedWhereTheSumWouldWrap()
    {
        using var table = Interner.Open();
        var x = Samples.Atom(0, 0, int.MaxValue);
        var point = new Dictionary<UOp, long>(ReferenceEqualityComparer.Instance) { [x] = int.MaxValue };
        foreach (var before in new[] { (x + -1) / 7, (x + -1) % 7 })
            Assert.That(Value(Symbolic.Simplifier().Run(before), point), Is.EqualTo(Value(before, point)), Text(before));
    }

    static UOp Wide(Random random, int id) => random.Next(4) switch
    {
        0 => Samples.Atom(id, int.MinValue + random.Next(10), int.MaxValue - random.Next(10)),
        1 => Samples.Atom(id, -random.Next(10), int.MaxValue - random.Next(10)),
        2 => Samples.Atom(id, int.MinValue + random.Next(10), random.Next(10)),
        _ => Samples.Atom(id, -random.Next(100), random.Next(int.MaxValue / 8)),
    };

    internal static UOp Gate(Random random, UOp[] ranges)
    {
        var gate = Compare(random, ranges);
        for (int i = random.Next(4); i > 0; i--) gate &= Compare(random, ranges);
        return gate;
    }

    static UOp Compare(Random random, UOp[] ranges)
    {
        var c = Index(random, ranges, 2).Lt(UOp.Index(random.Next(-5, 12)));
        return random.Next(2) == 0 ? c.Not() : c;
    }

    internal static UOp Index(Random random, UOp[] ranges, int depth)
    {
        if (depth == 0 || random.Next(6) == 0) return random.Next(4) == 0 ? UOp.Index(random.Next(-8, 20)) : ranges[random.Next(ranges.Length)];
        var a = Index(random, ranges, depth - 1);
        return random.Next(9) switch
        {
            0 or 1 => a + Index(random, ranges, depth - 1),
            2 => a * random.Next(-3, 9),
            3 or 4 => a / random.Next(1, 13),
            5 or 6 => a % random.Next(1, 13),
            7 => a.Alu(random.Next(2) == 0 ? Op.Min : Op.Max, Index(random, ranges, depth - 1)),
            _ => Condition(random, ranges, depth - 1).Where(a, Index(random, ranges, depth - 1)),
        };
    }

    static UOp Condition(Random random, UOp[] ranges, int depth)
    {
        if (depth > 0 && random.Next(3) == 0)
            return Condition(random, ranges, depth - 1).Alu(random.Next(2) == 0 ? Op.And : Op.Or, Condition(random, ranges, depth - 1));
        var c = Index(random, ranges, Math.Max(depth, 1)).Lt(random.Next(3) == 0 ? Index(random, ranges, 1) : UOp.Index(random.Next(-5, 20)));
        return random.Next(3) == 0 ? c.Not() : c;
    }

    internal static IEnumerable<Dictionary<UOp, long>> Points(UOp[] ranges)
    {
        var distinct = ranges.Distinct().ToArray();
        for (int a = 0; a <= distinct[0].Max; a++)
            for (int b = 0; b <= (distinct.Length > 1 ? distinct[1].Max : 0); b++)
                for (int c = 0; c <= (distinct.Length > 2 ? distinct[2].Max : 0); c++)
                {
                    var point = new Dictionary<UOp, long>(ReferenceEqualityComparer.Instance) { [distinct[0]] = a };
                    if (distinct.Length > 1) point[distinct[1]] = b;
                    if (distinct.Length > 2) point[distinct[2]] = c;
                    yield return point;
                }
    }

    internal static long Value(UOp u, Dictionary<UOp, long> at)
    {
        if (at.TryGetValue(u, out long given)) return given;
        if (u.Int is { } constant) return constant;
        // Memory whose every element, and what a false gate reads, can be told apart.
        if (u.Op == Op.Fold) return Folded(u, at);
        if (u.Op == Op.Load && (int)u.Src[0].Arg! > 1) return (Value(u.Src[1], at) * 7 + (int)u.Src[0].Arg!) % 11 - 3;
        if (u.Op == Op.Load) return u.Src.Length > 2 && Value(u.Src[2], at) == 0 ? 0 : 1000 + Value(u.Src[1], at);
        long[] s = [.. u.Src.Select(x => Value(x, at))];
        return u.Op switch
        {
            Op.Add => (int)(s[0] + s[1]),
            Op.Mul => (int)(s[0] * s[1]),
            Op.FloorDiv => (long)Math.Floor((double)s[0] / s[1]),
            Op.FloorMod => s[0] - (long)Math.Floor((double)s[0] / s[1]) * s[1],
            Op.Min => Math.Min(s[0], s[1]),
            Op.Max => Math.Max(s[0], s[1]),
            Op.CmpLt => s[0] < s[1] ? 1 : 0,
            Op.CmpNe => s[0] != s[1] ? 1 : 0,
            Op.And => s[0] & s[1],
            Op.Or => s[0] | s[1],
            Op.Cast => s[0],
            Op.Where => s[0] != 0 ? s[1] : s[2],
            _ => throw new InvalidOperationException($"{u.Op}"),
        };
    }

    static long Folded(UOp fold, Dictionary<UOp, long> at)
    {
        var inside = new Dictionary<UOp, long>(at, ReferenceEqualityComparer.Instance);
        var op = ((FoldArg)fold.Arg!).Op;
        long sum = op switch { Op.Add => 0, Op.Max => int.MinValue, _ => int.MaxValue };
        Loop(1);
        return sum;

        void Loop(int i)
        {
            if (i < fold.Src.Length)
                for (inside[fold.Src[i]] = 0; inside[fold.Src[i]] <= fold.Src[i].Max; inside[fold.Src[i]]++) Loop(i + 1);
            else if (Value(fold.Src[0], inside) is var value) sum = op switch { Op.Add => (int)(sum + value), Op.Max => Math.Max(sum, value), _ => Math.Min(sum, value) };
        }
    }

    internal static string Text(UOp u) => u.Op switch
    {
        Op.Range => $"r{((Axis)u.Arg!).Id}",
        Op.Const => $"{u.Int}",
        Op.Lane => $"a{u.Arg}[{u.Min}..{u.Max}]",
        Op.Where => $"({Text(u.Src[0])} ? {Text(u.Src[1])} : {Text(u.Src[2])})",
        Op.Add => $"{Operand(u.Src[0])} + {Operand(u.Src[1])}",
        Op.Mul => $"{Operand(u.Src[0])} * {Operand(u.Src[1])}",
        _ => $"{u.Op}({string.Join(", ", u.Src.Select(Text))})",
    };

    static string Operand(UOp u) => u.Src.Length == 2 ? $"({Text(u)})" : Text(u);
}
