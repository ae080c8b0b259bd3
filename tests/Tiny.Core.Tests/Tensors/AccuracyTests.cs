using System.Runtime.InteropServices;
using NUnit.Framework;
using Tiny.Graph;
using Tiny.Runtime;

namespace Tiny.Tests.Tensors;

/// <summary>Errors in units of the last place over the whole range, against references in double that share no formula with the tensors.</summary>
[TestFixture]
public sealed class AccuracyTests
{
    const int Count = 6000;

    static IEnumerable<TestCaseData> Single()
    {
        // The bound is that of the doc comment.
        yield return Case("Expm1", t => t.Expm1(), Expm1, 1e-30, 88, 4);
        yield return Case("Expm1 near 0", t => t.Expm1(), Expm1, 1e-38, 0.5, 2);
        yield return Case("Log1p", t => t.Log1p(), Log1p, 1e-30, 1e38, 4);
        yield return Case("Log1p near 0", t => t.Log1p(), Log1p, 1e-38, 0.499, 2);
        yield return Case("Log10", t => t.Log10(), Math.Log10, 1e-30, 1e38, 4);
        yield return Case("Sinh", t => t.Sinh(), Math.Sinh, 1e-30, 89.4, 4);
        yield return Case("Sinh near 0", t => t.Sinh(), Math.Sinh, 1e-38, 1, 2);
        yield return Case("Cosh", t => t.Cosh(), Math.Cosh, 1e-30, 89.4, 4);
        yield return Case("Tanh", t => t.Tanh(), Math.Tanh, 1e-38, 1e38, 3);
        yield return Case("Asinh", t => t.Asinh(), Math.Asinh, 1e-38, 1e38, 4);
        yield return Case("Acosh", t => t.Acosh(), Math.Acosh, 1, 1e38, 4);
        yield return Case("Acosh near 1", t => (t + 1).Acosh(), x => Math.Acosh((float)x + 1f), 1e-7, 1, 4);
        yield return Case("Atanh", t => t.Atanh(), Math.Atanh, 1e-38, 1, 4);
        yield return Case("Asin", t => t.Asin(), Math.Asin, 1e-38, 1, 4);
        yield return Case("Acos", t => t.Acos(), Math.Acos, 1e-38, 1, 4);
        yield return Case("Acos near 1", t => (1 - t).Acos(), x => Math.Acos(1f - (float)x), 1e-7, 1, 4);
        yield return Case("Atan", t => t.Atan(), Math.Atan, 1e-38, 1e38, 2);
        yield return Case("Erf", t => t.Erf(), Erf, 1e-38, 10, 3);

        static TestCaseData Case(string name, Func<Tensor, Tensor> tensor, Func<double, double> scalar, double from, double to, double bound) =>
            new TestCaseData(tensor, scalar, from, to, bound).SetArgDisplayNames(name);
    }

    [TestCaseSource(nameof(Single))]
    public void Float32(Func<Tensor, Tensor> tensor, Func<double, double> scalar, double from, double to, double bound)
    {
        var points = Points(from, to).Select(x => (float)x).ToArray();
        var result = tensor(Tensor.From(points));
        var memory = Interpreter.Evaluate(result.Node);
        Check("interpreter", MemoryMarshal.Cast<byte, float>(memory.Copied()));
        GC.KeepAlive(memory);
        Check("live", result.ToArray<float>());

        void Check(string who, ReadOnlySpan<float> actual)
        {
            double worst = 0, at = 0;
            for (int i = 0; i < points.Length; i++)
            {
                double expected = scalar(points[i]), off = Ulps(actual[i], expected);
                if (off <= worst) continue;
                (worst, at) = (off, points[i]);
            }
            Assert.That(worst, Is.LessThanOrEqualTo(bound), $"{who}, at {at:R}");
        }
    }

    // What is near 1 in float32 is rounded to it in the reference.
    static IEnumerable<TestCaseData> Wide() => Single().Where(c => !c.ArgDisplayNames![0].EndsWith("near 1", StringComparison.Ordinal));

    [TestCaseSource(nameof(Wide))]
    public void Float64(Func<Tensor, Tensor> tensor, Func<double, double> scalar, double from, double to, double bound)
    {
        // Of the references some are off by an ULP themselves, so the bound is wider; a float32 polynomial would miss it by 2^29.
        var points = Points(from, to).Select(x => (double)(float)x).ToArray();
        var result = tensor(Tensor.From(points));
        Assert.That(result.DType, Is.EqualTo(DType.Float64));
        var actual = result.ToArray<double>();
        for (int i = 0; i < points.Length; i++)
        {
            double expected = scalar(points[i]), ulp = Math.Max(Math.BitIncrement(Math.Abs(expected)) - Math.Abs(expected), double.Epsilon);
            Assert.That(actual[i].Equals(expected) || Math.Abs(actual[i] - expected) <= (2 * bound + 4) * ulp, Is.True,
                $"{actual[i]:R} instead of {expected:R} at {points[i]:R}");
        }
    }

    [Test]
    public void Cosine_and_tangent()
    {
        var x = Tensor.From([.. Points(1e-6, 30).Select(v => (float)v)]);
        float[] points = x.ToArray<float>(), cos = x.Cos().Floats(), tan = (x * 0.04).Tan().Floats();
        for (int i = 0; i < points.Length; i++)
        {
            Assert.That(cos[i], Is.EqualTo(Math.Cos(points[i])).Within(5e-7), $"at {points[i]}");
            double expected = Math.Tan(points[i] * 0.04f);
            Assert.That(tan[i], Is.EqualTo(expected).Within(1e-6 * Math.Abs(expected)), $"at {points[i]}");
        }
    }

    [Test]
    public void Angle_of_a_point()
    {
        float[] values = [0f, -0f, 1e-30f, -1e-30f, 0.3f, -0.3f, 1f, -1f, 2.5f, -2.5f, 1e30f, -1e30f, float.PositiveInfinity, float.NegativeInfinity, float.NaN];
        Tensor y = Tensor.From(values, values.Length, 1), x = Tensor.From(values);
        var angles = y.Atan2(x).Floats();
        for (int i = 0; i < values.Length; i++)
            for (int j = 0; j < values.Length; j++)
            {
                double expected = Math.Atan2(values[i], values[j]);
                float actual = angles[i * values.Length + j];
                Assert.That(Ulps(actual, expected), Is.LessThanOrEqualTo(4), $"atan2({values[i]}, {values[j]}) is {actual}");
                if (expected == 0) Assert.That(float.IsNegative(actual), Is.EqualTo(double.IsNegative(expected)));
            }
    }

    [Test]
    public void Odd_functions_keep_the_sign_of_zero()
    {
        var zero = Tensor.From([-0f]);
        foreach (var f in new[] { zero.Expm1(), zero.Log1p(), zero.Sinh(), zero.Tanh(), zero.Asinh(), zero.Atanh(), zero.Asin(), zero.Atan(), zero.Erf() })
            Assert.That(BitConverter.SingleToInt32Bits(f.Same<float>().Single()), Is.EqualTo(BitConverter.SingleToInt32Bits(-0f)));
    }

    [Test]
    public void Ends()
    {
        const float inf = float.PositiveInfinity, nan = float.NaN;
        var x = Tensor.From([inf, -inf, nan, -1f, 1f, -2f, 2f]);
        Assert.That(x.Expm1().Floats()[..3], Is.EqualTo(new[] { inf, -1f, nan }));
        Assert.That(x.Log1p().Floats()[..4], Is.EqualTo(new[] { inf, nan, nan, -inf }));
        Assert.That(x.Sinh().Floats()[..3], Is.EqualTo(new[] { inf, -inf, nan }));
        Assert.That(x.Cosh().Floats()[..3], Is.EqualTo(new[] { inf, inf, nan }));
        Assert.That(x.Tanh().Floats()[..3], Is.EqualTo(new[] { 1f, -1f, nan }));
        Assert.That(x.Asinh().Floats()[..3], Is.EqualTo(new[] { inf, -inf, nan }));
        var acosh = x.Acosh().Floats();
        Assert.That((acosh[0], acosh[1], acosh[2], acosh[3], acosh[4], acosh[5]), Is.EqualTo((inf, nan, nan, nan, 0f, nan)));
        Assert.That(x.Atanh().Floats(), Is.EqualTo(new[] { nan, nan, nan, -inf, inf, nan, nan }));
        Assert.That(x.Asin().Floats()[5..], Is.All.NaN);
        Assert.That(x.Acos().Floats()[5..], Is.All.NaN);
        Assert.That(x.Erf().Floats()[..3], Is.EqualTo(new[] { 1f, -1f, nan }));
        Assert.That(x.Atan().Floats()[..3], Is.EqualTo(new[] { (float)(Math.PI / 2), (float)(-Math.PI / 2), nan }));
        Assert.That(x.Cos().Floats()[..3], Is.All.NaN);
    }

    [Test]
    public void Short_floats_are_rounded_once()
    {
        var result = Tensor.Zeros(new Shape(3), DType.Float16).Erf();
        Assert.That(result.DType, Is.EqualTo(DType.Float16));
        Assert.That((result.Node.Op, result.Node.Src[0].DType), Is.EqualTo((Op.Cast, DType.Float32)));
    }

    /// <summary>Magnitudes spread evenly in their logarithm, with both signs.</summary>
    static IEnumerable<double> Points(double from, double to)
    {
        var random = new Random(5);
        double ratio = Math.Log(to / from);
        for (int i = 0; i < Count; i++)
        {
            double size = i == 0 ? from : i == 1 ? to : from * Math.Exp(random.NextDouble() * ratio);
            // Half of the points evenly, where that covers more.
            if (i > Count / 2 && to < 1000) size = from + random.NextDouble() * (to - from);
            yield return i % 2 == 0 ? size : -size;
        }
    }

    static double Ulps(float actual, double expected)
    {
        if (double.IsNaN(expected)) return float.IsNaN(actual) ? 0 : double.PositiveInfinity;
        float rounded = (float)expected;
        if (actual.Equals(rounded)) return 0;
        if (!float.IsFinite(rounded)) return float.IsFinite(actual) && Math.Abs(actual) > 3.4e38f ? 1 : double.PositiveInfinity;
        double ulp = Math.Max(MathF.BitIncrement(Math.Abs(rounded)) - Math.Abs(rounded), 1e-44);
        return float.IsFinite(actual) ? Math.Abs(actual - expected) / ulp : double.PositiveInfinity;
    }

    static double Expm1(double x) => Math.Abs(x) < 1 ? 2 * Math.Sinh(x / 2) * Math.Exp(x / 2) : Math.Exp(x) - 1;
    static double Log1p(double x) => Math.Abs(x) < 0.5 ? 2 * Math.Atanh(x / (2 + x)) : Math.Log(1 + x);

    /// <summary>A series whose terms all have one sign: 2 / sqrt(pi) * e^(-x^2) * sum of 2^n x^(2n+1) / (1 * 3 * ... (2n+1)). Beyond 2,
    /// 1 less the continued fraction of what is missing.</summary>
    static double Erf(double x)
    {
        double a = Math.Abs(x), scale = Math.Exp(-a * a) / Math.Sqrt(Math.PI);
        if (a > 2)
        {
            double tail = 0;
            for (int n = 200; n >= 1; n--) tail = n / 2.0 / (a + tail);
            return Math.CopySign(1 - scale / (a + tail), x);
        }
        double sum = 0, term = x;
        for (int n = 0; Math.Abs(term) > Math.Abs(sum) * 1e-18; n++, term *= 2 * x * x / (2 * n + 1)) sum += term;
        return 2 * scale * sum;
    }
}
