using NUnit.Framework;

namespace Tiny.Tests;

/// <summary>Comparison of arrays of floats.</summary>
static class Close
{
    /// <summary>Fails unless every element is within <paramref name="tolerance"/> times the largest expected magnitude, and NaN just
    /// where NaN is expected.</summary>
    public static void Check(ReadOnlySpan<float> actual, ReadOnlySpan<float> expected, double tolerance, string what = "")
    {
        Assert.That(actual.Length, Is.EqualTo(expected.Length), $"{what} length");
        double largest = 0, worst = 0;
        foreach (float e in expected)
            if (float.IsFinite(e)) largest = Math.Max(largest, Math.Abs(e));
        int at = -1;
        for (int i = 0; i < actual.Length; i++)
        {
            bool same = actual[i].Equals(expected[i]);
            double off = same ? 0 : Math.Abs((double)actual[i] - expected[i]);
            if (off >= 0 && off <= worst) continue;
            (worst, at) = (double.IsNaN(off) ? double.PositiveInfinity : off, i);
        }
        if (worst > tolerance * largest)
            Assert.Fail($"{what} differs at {at}: {actual[at]:R} instead of {expected[at]:R}, "
                + $"off by {worst / largest:E2} of the largest magnitude, {tolerance:E0} allowed");
    }
}
