namespace Tiny;

/// <summary>
/// A binary float as bits: a sign, an exponent with a bias, a fraction. <paramref name="Exponent"/> and <paramref name="Fraction"/> are numbers of bits.
/// Without infinity (<paramref name="HasInfinity"/>) only the pattern of all ones is NaN and its neighbour is the largest number.
/// </summary>
readonly record struct FloatFormat(int Exponent, int Fraction, int Bias, bool HasInfinity)
{
    static readonly FloatFormat s_e4m3 = new(4, 3, 7, false), s_e5m2 = new(5, 2, 15, true), s_half = new(5, 10, 15, true), s_brain = new(8, 7, 127, true);

    /// <summary>The format of a float of 8 or 16 bits.</summary>
    public static FloatFormat Of(ScalarKind kind) => kind switch
    {
        ScalarKind.Float8E4M3 => s_e4m3,
        ScalarKind.Float8E5M2 => s_e5m2,
        ScalarKind.Float16 => s_half,
        ScalarKind.BFloat16 => s_brain,
        _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, "no float of 8 or 16 bits"),
    };

    /// <summary>A number rounded once to a float kind, to the nearest, ties to the even one.</summary>
    public static double Round(double value, ScalarKind kind) => kind switch
    {
        ScalarKind.Float32 => (float)value,
        ScalarKind.Float64 => value,
        _ => Of(kind) is var format ? format.Decode(format.Encode(value)) : 0,
    };

    /// <summary>What no number of a float kind is above: infinity, where it has one.</summary>
    public static double Highest(ScalarKind kind) => kind == ScalarKind.Float8E4M3 ? s_e4m3.Largest : double.PositiveInfinity;

    /// <summary>The sign's bit.</summary>
    public int Sign => 1 << Exponent + Fraction;
    /// <summary>The bits of infinity, or without one of NaN: what a number that is too large becomes.</summary>
    public int Overflow => HasInfinity ? (1 << Exponent) - 1 << Fraction : Sign - 1;
    /// <summary>The bits of NaN.</summary>
    public int Nan => HasInfinity ? Overflow | 1 << Fraction - 1 : Overflow;
    /// <summary>The largest number.</summary>
    public double Largest => Decode(Overflow - 1);

    /// <summary>The bits of the nearest number, of two as near the even one.</summary>
    public int Encode(double value)
    {
        int sign = double.IsNegative(value) ? Sign : 0;
        double size = Math.Abs(value);
        if (double.IsNaN(size)) return sign | Nan;
        if (double.IsInfinity(size)) return sign | Overflow;
        // In units of the last place, below the smallest normal number those of the subnormal ones.
        int e = size == 0 ? 1 - Bias : Math.Max(Math.ILogB(size), 1 - Bias);
        int units = (int)Math.Round(Math.ScaleB(size, Fraction - e), MidpointRounding.ToEven);
        // The units of a normal number hold its leading 1, which makes the exponent one more; so does a carry.
        return sign | Math.Min((e + Bias - 1 << Fraction) + units, Overflow);
    }

    /// <summary>The number that the bits stand for.</summary>
    public double Decode(int bits)
    {
        int size = bits & Sign - 1, exponent = size >> Fraction, fraction = size & (1 << Fraction) - 1;
        double value = size > Overflow || size == Overflow && !HasInfinity ? double.NaN
            : size == Overflow ? double.PositiveInfinity
            : exponent == 0 ? Math.ScaleB(fraction, 1 - Bias - Fraction)
            : Math.ScaleB(fraction + (1 << Fraction), exponent - Bias - Fraction);
        return (bits & Sign) != 0 ? -value : value;
    }
}
