using NUnit.Framework;
using Tiny.Graph;

namespace Tiny.Tests.Tensors;

/// <summary>Factorisations, by what defines them: products, orthonormal columns, triangles; and hand-computed ones.</summary>
[TestFixture]
public sealed class DecompositionTests
{
    static Tensor Unit(Tensor q) => q.Transpose().MatMul(q) - Tensor.Eye(q.Shape[q.Rank - 1], dtype: q.DType);

    static double Largest(Tensor t) => t.Abs().Max().Cast(DType.Float64).ToArray<double>()[0];

    [TestCase(1, 1), TestCase(4, 4), TestCase(7, 3), TestCase(3, 7), TestCase(20, 20), TestCase(1, 5), TestCase(5, 1)]
    public void Qr(int m, int n)
    {
        var x = Values.Random(m * 10 + n, 2, m, n);
        var (q, r) = x.Qr();
        Tensor[] oracle = [q * 1, r * 1];
        Tensor.Realize(q, r);
        int k = Math.Min(m, n);
        Assert.That(q.Shape, Is.EqualTo(new Shape(2, m, k)));
        Assert.That(r.Shape, Is.EqualTo(new Shape(2, k, n)));
        Assert.That(Largest(q.MatMul(r) - x), Is.LessThan(3e-6));
        Assert.That(Largest(Unit(q)), Is.LessThan(3e-6));
        Assert.That(Largest(r - r.Triu()), Is.Zero);
        foreach (var t in oracle) t.Floats();
    }

    [Test]
    public void Qr_of_what_is_large_small_or_deficient()
    {
        foreach (double scale in new[] { 1e30, 1e-30 })
        {
            var x = Values.Random(3, 5, 4) * scale;
            var (q, r) = x.Qr();
            Assert.That(Largest(q.MatMul(r) / scale - x / scale), Is.LessThan(2e-6));
            Assert.That(Largest(Unit(q)), Is.LessThan(3e-6));
        }
        var zeros = Tensor.Zeros(4, 3).Qr();
        Assert.That(Largest(Unit(zeros.Q)), Is.LessThan(1e-6));
        Assert.That(zeros.R.Floats(), Is.All.Zero);
        var twice = Tensor.From([3f, 3, 4, 4], 2, 2).Qr();
        Close.Check(twice.R.Floats(), [-5, -5, 0, 0], 1e-6);
        Assert.That(twice.Q.Floats()[0], Is.EqualTo(-0.6f).Within(1e-6));
        Assert.That(Values.Random(1, 3, 3).Cast(DType.Float64).Qr() is var wide && Largest(wide.Q.MatMul(wide.R) - Values.Random(1, 3, 3).Cast(DType.Float64)) < 1e-15);
    }

    [TestCase(1, 1), TestCase(2, 2), TestCase(6, 4), TestCase(4, 7), TestCase(9, 9), TestCase(3, 1)]
    public void Svd(int m, int n)
    {
        var x = Values.Random(m + 17 * n, 2, m, n);
        var (u, s, v) = x.Svd();
        Tensor.Realize(u, s, v);
        int k = Math.Min(m, n);
        Assert.That((u.Shape, s.Shape, v.Shape), Is.EqualTo((new Shape(2, m, k), new Shape(2, k), new Shape(2, k, n))));
        Assert.That(Largest((u * s.Unsqueeze(-2)).MatMul(v) - x), Is.LessThan(4e-6));
        Assert.That(Largest(Unit(u)), Is.LessThan(4e-6));
        Assert.That(Largest(Unit(v.Transpose())), Is.LessThan(4e-6));
        float[] values = s.ToArray<float>();
        for (int row = 0; row < 2; row++) Assert.That(values[(row * k)..(row * k + k)], Is.Ordered.Descending);
        Assert.That(values, Is.All.GreaterThanOrEqualTo(0));
        // The squares' sum is that of all elements.
        Assert.That(values.Sum(w => (double)w * w), Is.EqualTo(x.ToArray<float>().Sum(w => (double)w * w)).Within(3e-4).Percent);
    }

    [Test]
    public void Svd_of_known_and_deficient_matrices()
    {
        // [[4, 0], [3, -5]] has singular values 2 sqrt(10), sqrt(10).
        Close.Check(Tensor.From([4f, 0, 3, -5], 2, 2).Svd().S.Floats(), [(float)(2 * Math.Sqrt(10)), (float)Math.Sqrt(10)], 1e-6);
        // Of rank one: 1..3 by 1..4.
        var one = (Tensor.Arange(1, 4).Unsqueeze(1) * Tensor.Arange(1, 5)).Svd();
        Close.Check(one.S.Floats(), [(float)Math.Sqrt(14 * 30), 0, 0], 1e-5);
        Assert.That(Largest(Unit(one.U)), Is.LessThan(4e-6));
        Assert.That(Largest(Unit(one.V.Transpose())), Is.LessThan(4e-6));
        var zero = Tensor.Zeros(3, 3).Svd();
        Assert.That(Largest(Unit(zero.U)), Is.LessThan(1e-6));
        Assert.That(zero.S.Floats(), Is.All.Zero);
    }

    [Test]
    public void The_largest_svd()
    {
        var x = Values.Random(5, 40, 32);
        var (u, s, v) = x.Svd();
        Tensor.Realize(u, s, v);
        Assert.That(Largest((u * s).MatMul(v) - x), Is.LessThan(2e-5));
        Assert.That(Largest(Unit(u)), Is.LessThan(2e-5));
    }

    [TestCase(1), TestCase(2), TestCase(5), TestCase(24)]
    public void Solve(int n)
    {
        Tensor a = Values.Random(n, 3, n, n) + Tensor.Eye(n) * 2, x = Values.Random(n + 1, 3, n, 2);
        var b = a.MatMul(x);
        Assert.That(Largest(a.Solve(b) - x), Is.LessThan(2e-5));
        var vector = Values.Random(n + 2, n);
        Assert.That(Largest(a[0].Solve(a[0].MatMul(vector)) - vector), Is.LessThan(2e-5));
        Assert.That(a.Solve(b[0]).Shape, Is.EqualTo(new Shape(3, n, 2)), "the batch broadcasts");
    }

    [Test]
    public void Solved_by_hand_and_errors()
    {
        Close.Check(Tensor.From([2f, 1, 1, 3], 2, 2).Solve(Tensor.From([3f, 5])).Floats(), [0.8f, 1.4f], 1e-6);
        Close.Check(Tensor.From([0, 1, 1, 0], 2, 2).Solve(Tensor.From([3, 5])).Floats(), [5, 3], 1e-6, "a zero on the diagonal");
        Assert.That(Tensor.From([1f, 0, 0, 0], 2, 2).Solve(Tensor.From([1f, 2])).ToArray<float>(), Has.Some.Matches<float>(v => !float.IsFinite(v)));
        Assert.That(Tensor.Eye(2).Cast(DType.Float16).Solve(Tensor.Ones(new Shape(2), DType.Float16)).DType, Is.EqualTo(DType.Float16));
        Assert.That(Tensor.Zeros(0, 3, 3).Qr().Q.Shape, Is.EqualTo(new Shape(0, 3, 3)));
        Assert.That(Tensor.Zeros(0, 3, 3).Svd().S.Shape, Is.EqualTo(new Shape(0, 3)));
        Assert.That(Tensor.Zeros(3, 0).Qr().R.Shape, Is.EqualTo(new Shape(0, 0)));
        Assert.That(Tensor.Zeros(0, 0).Solve(Tensor.Zeros(0)).Shape, Is.EqualTo(new Shape(0)));
        Assert.That(() => Tensor.Zeros(2, 3).Solve(Tensor.Zeros(2)), Throws.TypeOf<ShapeException>().With.Message.Contains("[2, 3]"));
        Assert.That(() => Tensor.Zeros(2, 2).Solve(Tensor.Zeros(3)), Throws.TypeOf<ShapeException>().With.Message.Contains("[3]"));
        Assert.That(() => Tensor.Zeros(65, 70).Qr(), Throws.TypeOf<ShapeException>().With.Message.Contains("64"));
        Assert.That(() => Tensor.Zeros(33, 33).Svd(), Throws.TypeOf<ShapeException>().With.Message.Contains("32"));
        Assert.That(() => Tensor.Zeros(3).Qr(), Throws.TypeOf<ShapeException>().With.Message.Contains("[3]"));
    }

    /// <summary>By Leibniz' sum over permutations, and of matrices whose rows must be exchanged or are dependent.</summary>
    [Test]
    public void Det()
    {
        for (int n = 1; n <= 5; n++)
        {
            var x = Values.Random(n, 2, n, n);
            var cells = x.ToArray<float>();
            var expected = Enumerable.Range(0, 2).Select(b => Leibniz((i, j) => cells[(b * n + i) * n + j], n)).ToArray();
            Assert.That(x.Det().Floats(), Is.EqualTo(expected).Within(2e-6), $"{n} by {n}");
        }
        Assert.That(Tensor.From([0f, 2f, 3f, 0f], 2, 2).Det().Floats(), Is.EqualTo(new[] { -6f }));
        Assert.That(Tensor.From([0f, 0f, 1f, 0f, 1f, 0f, 1f, 0f, 0f], 3, 3).Det().Floats(), Is.EqualTo(new[] { -1f }));
        Assert.That(Tensor.From([1f, 2f, 2f, 4f], 2, 2).Det().Floats(), Is.EqualTo(new[] { 0f }));
        Assert.That(Tensor.Zeros(3, 3).Det().Floats(), Is.EqualTo(new[] { 0f }));
        Assert.That(() => Tensor.Zeros(2, 3).Det(), Throws.TypeOf<ShapeException>());
    }

    static double Leibniz(Func<int, int, double> at, int n)
    {
        return Sum([], 1);

        double Sum(int[] chosen, double product) => chosen.Length == n ? product
            : Enumerable.Range(0, n).Except(chosen).Sum(c => Sum([.. chosen, c], product * at(chosen.Length, c) * (chosen.Count(d => d > c) % 2 == 0 ? 1 : -1)));
    }
}
