using NUnit.Framework;

namespace Tiny.Tests.Tensors;

[TestFixture]
public sealed class ElementwiseTests
{
    static readonly float[] s_points = [-90f, -30f, -8f, -3f, -2.5f, -1f, -0.7f, -0.001f, 0f, 0.001f, 0.3f, 1f, 2.5f, 3f, 8f, 30f, 90f];

    static IEnumerable<TestCaseData> Functions()
    {
        yield return Case("Elu", t => t.Elu(), x => x > 0 ? x : Math.Exp(x) - 1);
        yield return Case("Elu 0.7", t => t.Elu(0.7), x => x > 0 ? x : 0.7 * (Math.Exp(x) - 1));
        yield return Case("Celu", t => t.Celu(1.5), x => Math.Max(x, 0) + Math.Min(0, 1.5 * (Math.Exp(x / 1.5) - 1)));
        yield return Case("Selu", t => t.Selu(), x => 1.0507009873554805 * (x > 0 ? x : 1.6732632423543772 * (Math.Exp(x) - 1)));
        yield return Case("LeakyRelu", t => t.LeakyRelu(0.1), x => x > 0 ? x : 0.1 * x);
        yield return Case("HardSigmoid", t => t.HardSigmoid(), x => Math.Clamp(x + 3, 0, 6) / 6);
        yield return Case("HardSwish", t => t.HardSwish(), x => x * Math.Clamp(x + 3, 0, 6) / 6);
        yield return Case("HardTanh", t => t.HardTanh(), x => Math.Clamp(x, -1, 1));
        yield return Case("LogSigmoid", t => t.LogSigmoid(), x => x < -30 ? x : -Math.Log(1 + Math.Exp(-x)));
        yield return Case("Mish", t => t.Mish(), x => x * Math.Tanh(Math.Log(1 + Math.Exp(x))));
        yield return Case("QuickGelu", t => t.QuickGelu(), x => x / (1 + Math.Exp(-1.702 * x)));
        yield return Case("Softplus", t => t.Softplus(), x => Math.Log(1 + Math.Exp(x)));
        yield return Case("Softplus 2", t => t.Softplus(2), x => Math.Log(1 + Math.Exp(2 * x)) / 2);
        yield return Case("Softsign", t => t.Softsign(), x => x / (1 + Math.Abs(x)));
        yield return Case("Sign", t => t.Sign(), x => Math.Sign(x));
        yield return Case("Round", t => t.Round(), x => Math.Round(x, MidpointRounding.ToEven));
        yield return Case("Fmod", t => t.Fmod(0.75), x => x % 0.75);
        yield return Case("Fmod -2.5", t => t.Fmod(-2.5), x => x % -2.5);
        yield return Case("Remainder", t => t.Remainder(2.5), x => x - 2.5 * Math.Floor(x / 2.5));
        yield return Case("Remainder -3", t => t.Remainder(-3), x => x + 3 * Math.Floor(x / -3));
        yield return Case("LogAddExp", t => Tensor.LogAddExp(t, -t), x => Math.Abs(x) + Math.Log(1 + Math.Exp(-2 * Math.Abs(x))));
        yield return Case("CopySign", t => t.CopySign(-2), x => -Math.Abs(x));
        yield return Case("Pow 2^x", t => Tensor.Scalar(2.0).Pow(t * 0.5), x => Math.Pow(2, x / 2));

        static TestCaseData Case(string name, Func<Tensor, Tensor> tensor, Func<double, double> scalar) =>
            new TestCaseData(tensor, scalar).SetArgDisplayNames(name);
    }

    [TestCaseSource(nameof(Functions))]
    public void Matches(Func<Tensor, Tensor> tensor, Func<double, double> scalar)
    {
        var result = tensor(Tensor.From(s_points)).Floats();
        var wide = tensor(Tensor.From([.. s_points.Select(x => (double)x)])).Same<double>();
        for (int i = 0; i < s_points.Length; i++)
        {
            double x = s_points[i], expected = scalar(x);
            Assert.That(result[i], Is.EqualTo(expected).Within(4e-6 * Math.Abs(expected) + 2e-7), $"at {x}");
            Assert.That(wide[i], Is.EqualTo(expected).Within(1e-7 * Math.Abs(expected) + 1e-7), $"float64 at {x}");
        }
        Assert.That(tensor(Tensor.Zeros(0, 3)).Shape, Is.EqualTo(new Shape(0, 3)));
        Assert.That(tensor(Tensor.Zeros(0, 3)).Floats(), Is.Empty);
        var ints = tensor(Tensor.From([-3, 0, 2]));
        Assert.That(ints.DType, Is.AnyOf(DType.Float32, DType.Int32));
    }

    [Test]
    public void Gelu_of_both_forms()
    {
        // Normal distribution function values from tables, to seven digits.
        float[] x = [-3, -1, 0, 0.5f, 1, 2], normal = [0.0013499f, 0.1586553f, 0.5f, 0.6914625f, 0.8413447f, 0.9772499f];
        Close.Check(Tensor.From(x).Gelu(exact: true).Floats(), [.. x.Zip(normal, (a, b) => a * b)], 1e-6);
        Close.Check(Tensor.From(x).Gelu().Floats(), Tensor.From(x).Gelu(exact: true).Floats(), 5e-4);
    }

    [Test]
    public void Halves_round_to_even()
    {
        var x = Tensor.From([-2.5f, -1.5f, -0.5f, 0.5f, 1.5f, 2.5f, 0.49999997f, 8388609f, 1e30f, float.PositiveInfinity, float.NaN]);
        Assert.That(x.Round().Floats(), Is.EqualTo(new[] { -2f, -2f, -0f, 0f, 2f, 2f, 0f, 8388609f, 1e30f, float.PositiveInfinity, float.NaN }));
        Assert.That(Tensor.From([3]).Round().Ints(), Is.EqualTo(new[] { 3 }));
    }

    [Test]
    public void Signs()
    {
        Assert.That(Tensor.From([float.NaN, float.NegativeInfinity, 0f]).Sign().Floats(), Is.EqualTo(new[] { float.NaN, -1f, 0f }));
        Assert.That(Tensor.From([-7, 0, 7]).Sign().Ints(), Is.EqualTo(new[] { -1, 0, 1 }));
        Assert.That(Tensor.From([0u, 7u]).Sign().Same<uint>(), Is.EqualTo(new[] { 0u, 1u }));
        var signed = Tensor.From([3f, float.PositiveInfinity, 0f], 3, 1).CopySign(Tensor.From([-0f, 0f, -5f]));
        Assert.That(signed.Floats().Select(float.IsNegative), Is.EqualTo(new[] { true, false, true, true, false, true, true, false, true }));
        Assert.That(signed.Floats().Select(float.Abs), Is.EqualTo(new[] { 3, 3, 3, float.PositiveInfinity, float.PositiveInfinity, float.PositiveInfinity, 0f, 0, 0 }));
    }

    [Test]
    public void Remainders()
    {
        float inf = float.PositiveInfinity;
        Tensor x = Tensor.From([5f, -5f, 5f, -5f, 1f, -1f, 3f]), y = Tensor.From([3f, 3f, -3f, -3f, inf, inf, 0f]);
        Assert.That(x.Fmod(y).Floats(), Is.EqualTo(new[] { 2f, -2f, 2f, -2f, 1f, -1f, float.NaN }));
        Assert.That(x.Remainder(y).Floats(), Is.EqualTo(new[] { 2f, 1f, -1f, -2f, 1f, inf, float.NaN }));
        Tensor a = Tensor.From([7, -7, 7, -7, 6]), b = Tensor.From([3, 3, -3, -3, -3]);
        Assert.That(a.Fmod(b).Ints(), Is.EqualTo(new[] { 1, -1, 1, -1, 0 }));
        Assert.That(a.Remainder(b).Ints(), Is.EqualTo(new[] { 1, 2, -2, -1, 0 }));
        Assert.That(Tensor.From([7u]).Fmod(Tensor.From([4u])).Same<uint>(), Is.EqualTo(new[] { 3u }));
        var random = new Random(3);
        float[] p = [.. Enumerable.Range(0, 500).Select(_ => (float)(random.NextDouble() * 200 - 100))], q = [.. p.Select(_ => (float)(random.NextDouble() * 4 - 2))];
        var rest = Tensor.From(p).Fmod(Tensor.From(q)).Floats();
        for (int i = 0; i < p.Length; i++)
        {
            float off = Math.Abs(rest[i] - p[i] % q[i]);
            Assert.That(Math.Min(off, Math.Abs(off - Math.Abs(q[i]))), Is.LessThan(4e-6), $"{p[i]:R} % {q[i]:R}");
            Assert.That(Math.Abs(rest[i]), Is.LessThan(Math.Abs(q[i])));
        }
    }

    [Test]
    public void Powers_of_tensors()
    {
        float[] x = [2f, -2f, -2f, -2f, 0f, 0f, 1f, -1f, 0f, 5f, -0f], y = [10f, 3f, 2f, 0.5f, 0f, -1f, float.NaN, float.PositiveInfinity, 2f, 0f, -3f];
        var result = Tensor.From(x).Pow(Tensor.From(y)).Floats();
        for (int i = 0; i < x.Length; i++) Assert.That(result[i], Is.EqualTo(MathF.Pow(x[i], y[i])).Within(1e-5).Percent, $"{x[i]} ^ {y[i]}");
        Assert.That(Tensor.From([2, 3], 2, 1).Pow(Tensor.From([1f, 2f])).Floats(), Is.EqualTo(new[] { 2f, 4f, 3f, 9f }).Within(1e-5));
    }

    [Test]
    public void Interpolation_is_exact_at_its_ends()
    {
        Tensor a = Tensor.From([0.1f, -3f]), b = Tensor.From([1e7f, 5f]);
        Assert.That(a.Lerp(b, 0).Floats(), Is.EqualTo(a.Floats()));
        Assert.That(a.Lerp(b, 1).Floats(), Is.EqualTo(b.Floats()));
        Assert.That(Tensor.From([0f, 10f]).Lerp(Tensor.From([10f, 20f]), Tensor.From([0.25f, 0.75f])).Floats(), Is.EqualTo(new[] { 2.5f, 17.5f }));
        Assert.That(Tensor.From([0, 10]).Lerp(Tensor.From([10, 20]), 0.25).Floats(), Is.EqualTo(new[] { 2.5f, 12.5f }));
    }

    [Test]
    public void Closeness()
    {
        float inf = float.PositiveInfinity, nan = float.NaN;
        Tensor a = Tensor.From([1f, 1f, inf, inf, 1f, nan, -inf]), b = Tensor.From([1.000001f, 1.1f, inf, 1f, inf, nan, inf]);
        Assert.That(a.IsClose(b).Bools(), Is.EqualTo(new[] { true, false, true, false, false, false, false }));
        Assert.That(a.IsClose(b, equalNan: true).Bools()[5], Is.True);
        Assert.That(Tensor.From([100, 200]).IsClose(Tensor.From([101]), absolute: 1).Bools(), Is.EqualTo(new[] { true, false }));
    }

    [Test]
    public void Logic_bits_and_masks()
    {
        Assert.That(Tensor.From([0f, -2f, float.NaN]).LogicalNot().Bools(), Is.EqualTo(new[] { true, false, false }));
        Assert.That(Tensor.From([true, false]).LogicalNot().Bools(), Is.EqualTo(new[] { false, true }));
        Assert.That((~Tensor.From([0, 5, -1])).Ints(), Is.EqualTo(new[] { -1, -6, 0 }));
        Assert.That(Tensor.From(new byte[] { 0, 200 }).BitwiseNot().Same<byte>(), Is.EqualTo(new byte[] { 255, 55 }));
        Assert.That(Tensor.From([true]).BitwiseNot().Bools().Single(), Is.False);
        Tensor p = Tensor.From([0b1100]), q = Tensor.From([0b1010]);
        Assert.That((p.BitwiseAnd(q).Ints()[0], p.BitwiseOr(q).Ints()[0], p.BitwiseXor(q).Ints()[0]), Is.EqualTo((0b1000, 0b1110, 0b0110)));
        var x = Tensor.From([1f, 2f, 3f, 4f], 2, 2);
        Assert.That(x.MaskedFill(Tensor.From([true, false]), 0).Floats(), Is.EqualTo(new[] { 0f, 2f, 0f, 4f }));
        Assert.That(x.MaskedFill(x.Gt(2), -x).Floats(), Is.EqualTo(new[] { 1f, 2f, -3f, -4f }));
    }

    [Test]
    public void Operators_by_name()
    {
        Tensor a = Tensor.From([6f]), b = Tensor.From([3f]);
        Assert.That((a.Add(b).Floats()[0], a.Sub(b).Floats()[0], a.Mul(b).Floats()[0], a.Div(b).Floats()[0], a.Neg().Floats()[0]), Is.EqualTo((9f, 3f, 18f, 2f, -6f)));
        Assert.That((a.Add(1).Floats()[0], a.Sub(1).Floats()[0], a.Mul(2).Floats()[0], a.Div(2).Floats()[0]), Is.EqualTo((7f, 5f, 12f, 3f)));
    }

    [Test]
    public void Misuse_is_said()
    {
        Assert.That(() => Tensor.Zeros(2, 3).Atan2(Tensor.Zeros(4)), Throws.TypeOf<ShapeException>().With.Message.Contains("Atan2")
            .And.Message.Contains("[2, 3]").And.Message.Contains("[4]"));
        Assert.That(() => Tensor.LogAddExp(Tensor.Zeros(2), Tensor.Zeros(3)), Throws.TypeOf<ShapeException>().With.Message.Contains("LogAddExp"));
        Assert.That(() => Tensor.Zeros(2).BitwiseNot(), Throws.TypeOf<DTypeException>().With.Message.Contains("BitwiseNot").And.Message.Contains("float32"));
        Assert.That(() => Tensor.Zeros(2).MaskedFill(Tensor.Zeros(2), 1), Throws.TypeOf<DTypeException>().With.Message.Contains("mask").And.Message.Contains("float32"));
        Assert.That(() => Tensor.Zeros(2).Celu(0), Throws.TypeOf<ArgumentOutOfRangeException>());
        Assert.That(() => Tensor.Zeros(2).Fmod((Tensor)null!), Throws.ArgumentNullException);
    }
}
