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

    static UOp Index(Random random, UOp[] ranges, int depth)
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

    static IEnumerable<Dictionary<UOp, long>> Points(UOp[] ranges)
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

    static long Value(UOp u, Dictionary<UOp, long> at)
    {
        if (u.Op == Op.Range) return at[u];
        if (u.Int is { } constant) return constant;
        long[] s = [.. u.Src.Select(x => Value(x, at))];
        return u.Op switch
        {
            Op.Add => s[0] + s[1],
            Op.Mul => s[0] * s[1],
            Op.FloorDiv => (long)Math.Floor((double)s[0] / s[1]),
            Op.FloorMod => s[0] - (long)Math.Floor((double)s[0] / s[1]) * s[1],
            Op.Min => Math.Min(s[0], s[1]),
            Op.Max => Math.Max(s[0], s[1]),
            Op.CmpLt => s[0] < s[1] ? 1 : 0,
            Op.CmpNe => s[0] != s[1] ? 1 : 0,
            Op.And => s[0] & s[1],
            Op.Or => s[0] | s[1],
            Op.Where => s[0] != 0 ? s[1] : s[2],
            _ => throw new InvalidOperationException($"{u.Op}"),
        };
    }

    static string Text(UOp u) => u.Op switch
    {
        Op.Range => $"r{((Axis)u.Arg!).Id}",
        Op.Const => $"{u.Int}",
        Op.Where => $"({Text(u.Src[0])} ? {Text(u.Src[1])} : {Text(u.Src[2])})",
        Op.Add => $"{Operand(u.Src[0])} + {Operand(u.Src[1])}",
        Op.Mul => $"{Operand(u.Src[0])} * {Operand(u.Src[1])}",
        _ => $"{u.Op}({string.Join(", ", u.Src.Select(Text))})",
    };

    static string Operand(UOp u) => u.Src.Length == 2 ? $"({Text(u)})" : Text(u);
}
