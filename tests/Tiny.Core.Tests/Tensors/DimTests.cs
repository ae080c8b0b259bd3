using NUnit.Framework;
using Tiny.Algebra;
using Tiny.Graph;

namespace Tiny.Tests.Tensors;

/// <summary>Arithmetic and comparisons of sizes, against numbers.</summary>
public sealed class DimTests
{
    static readonly Variable s_t = new("t", 2, 9), s_u = new("u", 0, 5);
    static readonly Dim s_a = s_t, s_b = s_u;

    [Test]
    public void EqualExpressionsAreEqual()
    {
        Assert.That(s_a + s_b, Is.EqualTo(s_b + s_a));
        Assert.That((s_a + 1) * (s_b + 2), Is.EqualTo(s_a * s_b + 2 * s_a + s_b + 2));
        Assert.That(s_a - s_a, Is.EqualTo((Dim)0));
        Assert.That((4 * s_a + 3) / 4, Is.EqualTo(s_a));
        Assert.That((4 * s_a + 7) % 4, Is.EqualTo((Dim)3));
        Assert.That((Dim)new Variable("t", 2, 9), Is.EqualTo(s_a));
        Assert.That((Dim)new Variable("t", 2, 8), Is.Not.EqualTo(s_a));
        Assert.That($"{2 * s_a * s_b - s_b + 1}, {(s_a + 1) / 2 * 3}", Is.EqualTo("2*t*u - u + 1, 3*((t + 1)/2)"));
        Assert.That(new Shape(1, s_a, 64).ToString(), Is.EqualTo("[1, t, 64]"));
    }

    [Test]
    public void RandomExpressionsHaveTheValuesAndBoundsOfTheirNumbers()
    {
        var random = new Random(3);
        for (int n = 0; n < 500; n++)
        {
            var steps = Enumerable.Range(0, 6).Select(_ => (Kind: random.Next(6), Number: random.Next(1, 5), Other: random.Next(2))).ToArray();
            Dim Make(Dim t, Dim u) => steps.Aggregate(t, (d, s) => s.Kind switch
            {
                0 => d + (s.Other == 0 ? t : u),
                1 => d - (s.Other == 0 ? u : s.Number),
                2 => d * s.Number,
                3 => d / s.Number,
                4 => d % s.Number,
                _ => s.Other == 0 ? d + s.Number : d * u - t,
            });
            var made = Make(s_a, s_b);
            for (int t = s_t.Min; t <= s_t.Max; t++)
                for (int u = s_u.Min; u <= s_u.Max; u++)
                {
                    long expected = (long)Make(t, u);
                    Assert.That((long)made.Bind(new Dictionary<Variable, int> { [s_t] = t, [s_u] = u }), Is.EqualTo(expected), $"{made}");
                    Assert.That(expected, Is.InRange(made.Min, made.Max), $"{made}");
                    using var table = Interner.Open();
                    var node = Symbolic.Simplifier().Run(made.ToUOp());
                    Assert.That(Dim.Of(node).Bind(new Dictionary<Variable, int> { [s_t] = t, [s_u] = u }), Is.EqualTo((Dim)expected), $"{made}");
                }
        }
    }

    [Test]
    public void ComparisonsAreDecidedByBoundsOrErrors()
    {
        Assert.That(s_a > 1 && s_a >= 2 && s_a < 10 && s_a <= 9 && s_a != 1 && s_a != 10 && !(s_a == 0) && !(s_a < 2), Is.True);
        Assert.That(s_a + s_b >= s_a && s_a - 3 < s_a && s_a + s_b == s_b + s_a && 2 * s_a != s_a, Is.True);
        foreach (var open in (Func<bool>[])[() => s_a > 5, () => s_a == 5, () => s_a != 5, () => s_a < s_b, () => s_a >= 3, () => s_a <= 8])
            Assert.That(() => open(), Throws.TypeOf<ShapeException>().With.Message.Contains("depends on t (2..9)"));
        Assert.That(() => { int n = s_a; return n; }, Throws.TypeOf<ShapeException>().With.Message.Contains("a number is needed here"));
        Assert.That(() => 6 / s_a, Throws.TypeOf<ShapeException>().With.Message.Contains("positive number"));
    }

    [Test]
    public void ShapesThatMayNotBeAreErrors()
    {
        Assert.That(() => new Shape(s_a - 3), Throws.TypeOf<ShapeException>().With.Message.Contains("negative extent for some values of t (2..9)"));
        Assert.That(() => new Shape(s_a).Numel, Throws.TypeOf<ShapeException>().With.Message.Contains("t depends on t (2..9)"));
        Assert.That(() => Tensor.Zeros(new Shape(s_a, 3), DType.Float32).Reshape(-1, 2), Throws.TypeOf<ShapeException>().With.Message.Contains("(3*t elements) does not fit"));
        Assert.That(() => new Variable("t", 3, 2), Throws.TypeOf<ShapeException>());
        Assert.That(() => new Variable("2t", 1, 2), Throws.TypeOf<ShapeException>());
        Assert.That((new Shape(s_a, 3).Size, new Shape(s_a, 3).MaxNumel, new Shape(s_a, 3).Count), Is.EqualTo((27L, 27, 3 * s_a)));
    }

    [Test]
    public void AnIndexIsDividedByASizeOnlyWhereTheQuotientIsKnown()
    {
        using var table = Interner.Open();
        var simplify = Symbolic.Simplifier();
        var size = simplify.Run((s_a + 3).ToUOp());
        UOp r = UOp.Range(0, AxisKind.Loop, 4), s = UOp.Range(1, AxisKind.Loop, s_a - 1);
        var index = simplify.Run(r * (s_a + 3).ToUOp() + s + 2);
        Assert.That(SymbolicBounds.Divide(index, size) is var (quotient, rest) && quotient == r && rest == simplify.Run(s + 2), Is.True);
        Assert.That(SymbolicBounds.Divide(simplify.Run(r * (s_a + 3).ToUOp() + s + 5), size), Is.Null);
        Assert.That(AccessProof.Inside(index, null, 4 * (s_a + 3)), Is.True);
        Assert.That(AccessProof.Inside(index, null, 4 * (s_a + 3) - 3), Is.False);
    }
}
