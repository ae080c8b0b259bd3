using Tiny.Graph;

namespace Tiny.Lower;

/// <summary>
/// Floats of 8 and 16 bits on machines that have only float32: their bits are the low ones of an int32, their values float32, and what converts
/// between them is integer arithmetic without branches, the same for every target and number of lanes. Nothing here needs float32's subnormal numbers
/// but for bfloat16, whose own they are: some GPUs have none.
/// </summary>
static class ShortFloats
{
    const int Infinity = 0x7F800000, Largest = 0x7FFFFFFF;

    /// <summary>The float32 of the bits, exactly.</summary>
    public static UOp Decode(FloatFormat format, UOp bits)
    {
        if (format.Bias == 127) return Float(Left(bits, 23 - format.Fraction));
        var size = bits & I(format.Sign - 1);
        var moved = Left(size, 23 - format.Fraction);
        // Infinity and NaN have all bits of the exponent set.
        var value = Below(size, format.Overflow).Where(moved + (long)Exponent(format.Bias), moved | I(Infinity));
        value = Below(size, 1 << format.Fraction).Where(Bits(size.Cast(DType.Float32) * F(Unit(format))), value);
        return Float(value | Left(bits & I(format.Sign), 31 - format.Exponent - format.Fraction));
    }

    /// <summary>The bits of a float32 rounded to the nearest, ties to even.</summary>
    public static UOp Encode(FloatFormat format, UOp x)
    {
        var bits = Bits(x);
        var size = bits & I(Largest);
        var sign = Right(bits, 31 - format.Exponent - format.Fraction) & I(format.Sign);
        var finite = size.Alu(Op.Min, I(Infinity));
        int cut = 23 - format.Fraction;
        var rounded = Right(Up(finite, cut), cut) + -(long)(127 - format.Bias << format.Fraction);
        if (format.Bias != 127) rounded = Tiny(format, finite).Where(Units(format, finite), rounded).Alu(Op.Min, I(format.Overflow));
        return Below(size, Infinity + 1L).Where(rounded, I(format.Nan)) | sign;
    }

    /// <summary>A float32 rounded to what the format can hold, still a float32.</summary>
    public static UOp Round(FloatFormat format, UOp x)
    {
        var bits = Bits(x);
        var size = bits & I(Largest);
        var finite = size.Alu(Op.Min, I(Infinity));
        var rounded = Up(finite, 23 - format.Fraction) & I(-(1 << 23 - format.Fraction));
        if (format.Bias != 127)
        {
            rounded = Tiny(format, finite).Where(Bits(Units(format, finite).Cast(DType.Float32) * F(Unit(format))), rounded);
            int largest = BitConverter.SingleToInt32Bits((float)format.Largest);
            rounded = Below(rounded, largest + 1L).Where(rounded, I(format.HasInfinity ? Infinity : Infinity + (1 << 22)));
        }
        rounded = Below(size, Infinity + 1L).Where(rounded, size);
        return Float(rounded | bits & I(int.MinValue));
    }

    /// <summary>
    /// A float64 as a float32, so that rounding that again to fewer bits gives what rounding once would have: where it is not exact, of its two neighbours
    /// the one whose last bit is 1.
    /// </summary>
    public static UOp RoundToOdd(UOp x)
    {
        var near = x.Cast(DType.Float32);
        var back = near.Cast(DType.Float64);
        var bits = Bits(near);
        var step = Size(back).Lt(Size(x)).Where(I(1), I(-1));
        return Float((back.Ne(x) & (bits & I(1)).Ne(I(1))).Where(bits + step, bits));
    }

    // Half of what is cut off is added, less one where the last bit that stays is even.
    static UOp Up(UOp size, int cut) => size + (Right(size, cut) & I(1)) + ((1L << cut - 1) - 1);

    // Below 2^(1 - bias).
    static UOp Tiny(FloatFormat format, UOp size) => Below(size, Exponent(format.Bias - 1));

    // A number below the smallest normal one, in units of the last place: added to a float32 whose last place is that unit, it is rounded by the machine.
    static UOp Units(FloatFormat format, UOp size)
    {
        double anchor = Math.ScaleB(Unit(format), 23);
        return Bits(Float(size) + F(anchor)) + -(long)BitConverter.SingleToInt32Bits((float)anchor);
    }

    // The smallest number.
    static double Unit(FloatFormat format) => Math.ScaleB(1, 1 - format.Bias - format.Fraction);

    // What a bias is less than float32's, as bits of the exponent.
    static int Exponent(int bias) => 127 - bias << 23;

    static UOp Size(UOp x) => x.Alu(Op.Max, x.Alu(Op.Neg));
    static UOp Below(UOp x, long limit) => x.Lt(I(limit));
    static UOp Left(UOp x, int by) => by == 0 ? x : x.Alu(Op.Shl, I(by));
    static UOp Right(UOp x, int by) => by == 0 ? x : x.Alu(Op.Shr, I(by));
    static UOp Bits(UOp x) => x.Bitcast(DType.Int32);
    static UOp Float(UOp x) => x.Bitcast(DType.Float32);
    static UOp F(double value) => UOp.Const(value, DType.Float32);
    static UOp I(long value) => UOp.Const(value, DType.Int32);
}
