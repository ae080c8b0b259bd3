using NUnit.Framework;

namespace Tiny.Tests.Lower;

/// <summary>
/// Errors of the live CPU's functions over the whole float32 range, in units in the last place, against double: the bounds are those of docs/math.md.
/// Of float64, which has no wider reference here, only that another library agrees.
/// </summary>
public sealed class TranscendentalTests
{
    static readonly float[] s_points = EdgeValues.Spread(4000);

    [TestCase("exp2", 1.1), TestCase("exp", 1.1), TestCase("log2", 2), TestCase("log", 2.5), TestCase("sin", 1)]
    public void Float32(string function, double bound)
    {
        var (tensor, scalar) = Of(function);
        var actual = tensor(Tensor.From(s_points)).ToArray<float>();
        double worst = 0;
        int at = 0;
        for (int i = 0; i < actual.Length; i++)
        {
            double off = Ulps(actual[i], scalar(s_points[i]));
            if (off > worst) (worst, at) = (off, i);
        }
        TestContext.Out.WriteLine($"{function}: {worst:0.000} ULP at {s_points[at]:R} of {actual.Length} points");
        Assert.That(worst, Is.LessThanOrEqualTo(bound), $"at {s_points[at]:R}: {actual[at]:R}");
    }

    [TestCase("exp2"), TestCase("exp"), TestCase("log2"), TestCase("log"), TestCase("sin")]
    public void Float64(string function)
    {
        var (tensor, scalar) = Of(function);
        double[] points = [.. EdgeValues.Spread(50).Select(x => x * 1.0000000123)];
        var actual = tensor(Tensor.From(points)).ToArray<double>();
        for (int i = 0; i < points.Length; i++)
        {
            double expected = scalar(points[i]);
            Assert.That(actual[i].Equals(expected) || Math.Abs(actual[i] - expected) <= 2 * (Math.BitIncrement(Math.Abs(expected)) - Math.Abs(expected)),
                Is.True, $"{function}({points[i]:R}) is {actual[i]:R}, not {expected:R}");
        }
    }

    static (Func<Tensor, Tensor>, Func<double, double>) Of(string function) => function switch
    {
        "exp2" => (x => x.Exp2(), x => Math.Pow(2, x)),
        "exp" => (x => x.Exp(), Math.Exp),
        "log2" => (x => x.Log2(), Math.Log2),
        "log" => (x => x.Log(), Math.Log),
        _ => (x => x.Sin(), Math.Sin),
    };

    static double Ulps(float actual, double expected)
    {
        if (double.IsNaN(expected)) return float.IsNaN(actual) ? 0 : double.PositiveInfinity;
        if (actual.Equals((float)expected)) return actual == expected || float.IsInfinity(actual) ? 0 : Math.Abs(actual - expected) / Ulp(expected);
        // The step above the largest number is infinity.
        double finite = float.IsInfinity(actual) ? Math.CopySign(Math.ScaleB(1, 128), actual) : actual;
        return float.IsNaN(actual) ? double.PositiveInfinity : Math.Abs(finite - expected) / Ulp(expected);
    }

    static double Ulp(double x) => Math.Max(Math.ScaleB(1, Math.Min(Math.ILogB(x), 127) - 23), float.Epsilon);
}
