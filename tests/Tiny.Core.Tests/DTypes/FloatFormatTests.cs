using NUnit.Framework;

namespace Tiny.Core.Tests.DTypes;

/// <summary>Short floats of every bit pattern, against formulations that share nothing with them.</summary>
public class FloatFormatTests
{
    static readonly ScalarKind[] s_kinds = [ScalarKind.Float8E4M3, ScalarKind.Float8E5M2, ScalarKind.Float16, ScalarKind.BFloat16];

    // By the definition of the format, in powers of two.
    static double Value(ScalarKind kind, int bits)
    {
        var (e, f, bias) = kind switch
        {
            ScalarKind.Float8E4M3 => (4, 3, 7),
            ScalarKind.Float8E5M2 => (5, 2, 15),
            ScalarKind.Float16 => (5, 10, 15),
            _ => (8, 7, 127),
        };
        int exponent = bits >> f & (1 << e) - 1, fraction = bits & (1 << f) - 1;
        double sign = bits >> e + f == 1 ? -1 : 1;
        if (kind == ScalarKind.Float8E4M3 ? (bits & 127) == 127 : exponent == (1 << e) - 1)
            return kind == ScalarKind.Float8E4M3 || fraction != 0 ? double.NaN : sign * double.PositiveInfinity;
        double part = fraction / Math.Pow(2, f);
        return exponent == 0 ? sign * part * Math.Pow(2, 1 - bias) : sign * (1 + part) * Math.Pow(2, exponent - bias);
    }

    static IEnumerable<int> Patterns(ScalarKind kind) => Enumerable.Range(0, 1 << new DType(kind).Size * 8);

    [TestCaseSource(nameof(s_kinds))]
    public void EveryPatternIsItsNumberAndBack(ScalarKind kind)
    {
        var format = FloatFormat.Of(kind);
        foreach (int bits in Patterns(kind))
        {
            double value = Value(kind, bits), actual = format.Decode(bits);
            Assert.That(BitConverter.DoubleToInt64Bits(actual) == BitConverter.DoubleToInt64Bits(value) || double.IsNaN(actual) && double.IsNaN(value), $"{bits:x}");
            if (double.IsNaN(value)) Assert.That(format.Decode(format.Encode(value)), Is.NaN);
            else Assert.That(format.Encode(value), Is.EqualTo(bits));
        }
    }

    [TestCaseSource(nameof(s_kinds))]
    public void RoundingIsToTheNearestAndToEven(ScalarKind kind)
    {
        var format = FloatFormat.Of(kind);
        for (int bits = 0; bits < format.Overflow - 1; bits++)
        {
            double a = Value(kind, bits), b = Value(kind, bits + 1), middle = (a + b) / 2;
            int even = bits % 2 == 0 ? bits : bits + 1;
            Assert.That(format.Encode(middle), Is.EqualTo(even));
            Assert.That(format.Encode(Math.BitDecrement(middle)), Is.EqualTo(bits));
            Assert.That(format.Encode(Math.BitIncrement(middle)), Is.EqualTo(bits + 1));
            Assert.That(format.Encode(-middle), Is.EqualTo(even | format.Sign));
        }
    }

    [TestCase(ScalarKind.Float8E4M3, 464, 0x7e, 0x7f), TestCase(ScalarKind.Float8E5M2, 61440, 0x7c, 0x7c)]
    [TestCase(ScalarKind.Float16, 65520, 0x7c00, 0x7c00), TestCase(ScalarKind.BFloat16, 3.3961775292304601e38, 0x7f80, 0x7f80)]
    public void WhatIsTooLargeIsInfinityOrNan(ScalarKind kind, double limit, int at, int beyond)
    {
        var format = FloatFormat.Of(kind);
        Assert.That(format.Encode(limit), Is.EqualTo(at));
        Assert.That(format.Encode(Math.BitDecrement(limit)), Is.EqualTo(format.Overflow - 1));
        foreach (double x in new[] { Math.BitIncrement(limit), double.MaxValue, double.PositiveInfinity }) Assert.That(format.Encode(x), Is.EqualTo(beyond));
        Assert.That(format.Encode(double.NegativeInfinity), Is.EqualTo(beyond | format.Sign));
    }

    [Test]
    public void HalfIsTheFrameworks()
    {
        var format = FloatFormat.Of(ScalarKind.Float16);
        foreach (int bits in Patterns(ScalarKind.Float16))
        {
            var half = BitConverter.UInt16BitsToHalf((ushort)bits);
            Assert.That(format.Decode(bits).Equals((double)half));
        }
        var random = new Random(1);
        for (int i = 0; i < 100_000; i++)
        {
            double x = BitConverter.Int64BitsToDouble(random.NextInt64(long.MinValue, long.MaxValue)), y = (random.NextDouble() - 0.5) * Math.Pow(2, random.Next(-30, 20));
            foreach (double v in new[] { x, y })
                if (!double.IsNaN(v)) Assert.That(format.Encode(v), Is.EqualTo(BitConverter.HalfToUInt16Bits((Half)v)), $"{v:R}");
        }
    }

    [Test]
    public void HostTypes()
    {
        foreach (int bits in Patterns(ScalarKind.BFloat16))
        {
            var b = BFloat16.FromBits((ushort)bits);
            // Its float has the same bits above, zeros below.
            Assert.That(((float)b).Equals(BitConverter.Int32BitsToSingle(bits << 16)));
            Assert.That(float.IsNaN((float)b) || ((BFloat16)(float)b).Bits == bits);
        }
        foreach (int bits in Patterns(ScalarKind.Float8E4M3))
        {
            Assert.That(((double)Float8E4M3.FromBits((byte)bits)).Equals(Value(ScalarKind.Float8E4M3, bits)));
            Assert.That(((double)Float8E5M2.FromBits((byte)bits)).Equals(Value(ScalarKind.Float8E5M2, bits)));
        }
        Assert.That((float)(BFloat16)1.00390625f, Is.EqualTo(1));
        Assert.That((float)(Float8E4M3)1000f, Is.NaN);
        Assert.That((float)(Float8E5M2)1e9f, Is.EqualTo(float.PositiveInfinity));
        Assert.That(((BFloat16)0.1f).ToString(), Is.EqualTo("0.100097656"));
        Assert.That((BFloat16)0f == (BFloat16)(-0f) && (BFloat16)1f != (BFloat16)2f && ((BFloat16)float.NaN).Equals((BFloat16)float.NaN));
    }
}
