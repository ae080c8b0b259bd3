namespace Tiny.Tests;

/// <summary>Functions of numbers that .NET has not, from their definitions.</summary>
static class Closed
{
    /// <summary>The error function by its power series, good to 14 digits up to 4.</summary>
    public static double Erf(double x)
    {
        double term = x, sum = x;
        for (int n = 1; n < 200; n++)
        {
            term *= -x * x / n;
            sum += term / (2 * n + 1);
        }
        return 2 / Math.Sqrt(Math.PI) * sum;
    }

    public static double Sigmoid(double x) => 1 / (1 + Math.Exp(-x));
    public static double Softplus(double x) => Math.Log(1 + Math.Exp(x));
    public static double Gelu(double x) => x / 2 * (1 + Math.Tanh(Math.Sqrt(2 / Math.PI) * (x + 0.044715 * x * x * x)));
    public static double Elu(double x, double alpha) => x > 0 ? x : alpha * (Math.Exp(x) - 1);
    public static double HardSigmoid(double x) => Math.Clamp(x / 6 + 0.5, 0, 1);
    public static double FloorMod(double x, double y) => x - y * Math.Floor(x / y);

    /// <summary>The sum of squared distances from the mean, by a count less so many.</summary>
    public static double Variance(double[] x, int less)
    {
        double mean = x.Sum() / x.Length;
        return x.Sum(v => (v - mean) * (v - mean)) / Math.Max(0, x.Length - less);
    }

    public static double LogSumExp(double[] x) => Math.Log(x.Sum(Math.Exp));

    public static double[] Softmax(double[] x)
    {
        double[] e = [.. x.Select(Math.Exp)];
        double sum = e.Sum();
        return [.. e.Select(v => v / sum)];
    }

    public static double[] LogSoftmax(double[] x) => [.. x.Select(v => v - LogSumExp(x))];

    public static double Product(double[] x) => x.Aggregate(1.0, (a, b) => a * b);

    /// <summary>The place of the first element that no other beats.</summary>
    public static double First(double[] x, Func<double, double, bool> beats)
    {
        int best = 0;
        for (int i = 1; i < x.Length; i++)
            if (beats(x[i], x[best])) best = i;
        return best;
    }

    /// <summary>Each element together with all before it.</summary>
    public static double[] Scan(double[] x, Func<double, double, double> combine)
    {
        double[] result = [.. x];
        for (int i = 1; i < x.Length; i++) result[i] = combine(result[i - 1], x[i]);
        return result;
    }

    /// <summary>The places of elements in order; equal ones keep theirs.</summary>
    public static int[] Order(double[] x, bool descending = false) =>
        descending ? [.. Enumerable.Range(0, x.Length).OrderByDescending(i => x[i])] : [.. Enumerable.Range(0, x.Length).OrderBy(i => x[i])];

    /// <summary>The product of two matrices.</summary>
    public static Nd MatMul(Nd a, Nd b) => Nd.Of([a.Dims[0], b.Dims[1]], at => Enumerable.Range(0, a.Dims[1]).Sum(k => a[at[0], k] * b[k, at[1]]));
}
