using Tiny.Onnx.Model;

namespace Tiny.Onnx.Operators;

/// <summary>
/// Rounding to element types of eight bits and fewer. A float type is a sign, an exponent with a bias and a fraction: a number is rounded to a multiple of the unit that
/// the last place of its exponent has, to the nearest, ties to the even one.
/// </summary>
static class SmallTypes
{
    /// <summary>A float type by its bits. Without infinities what is too large becomes NaN, or the largest number where values saturate.</summary>
    sealed record Format(int Fraction, int Bias, float Largest, bool HasInfinity, bool HasNan, bool HasNegativeZero = true);

    static Format? Of(OnnxType type) => type switch
    {
        OnnxType.Float8E4M3FN => new(3, 7, 448, false, true),
        OnnxType.Float8E4M3FNUZ => new(3, 8, 240, false, true, false),
        OnnxType.Float8E5M2 => new(2, 15, 57344, true, true),
        OnnxType.Float8E5M2FNUZ => new(2, 16, 57344, false, true, false),
        OnnxType.Float4E2M1 => new(1, 1, 6, false, false),
        _ => null,
    };

    /// <summary>The least and the largest integer of a type of fewer than eight bits.</summary>
    public static (int Least, int Largest) Range(OnnxType type) => type switch
    {
        OnnxType.Int4 => (-8, 7),
        OnnxType.UInt4 => (0, 15),
        OnnxType.Int2 => (-2, 1),
        OnnxType.UInt2 => (0, 3),
        _ => throw new ArgumentOutOfRangeException(nameof(type)),
    };

    /// <summary>The values in a small type, in its carrier.</summary>
    public static TensorValue Convert(TensorValue x, OnnxType to, bool saturate)
    {
        if (Of(to) is { } format) return new(Round(x.Tensor.Cast(DType.Float32), format, saturate).Cast(to.Carrier()), to);
        if (to == OnnxType.Float8E8M0) throw new OnnxUnsupportedException("casts to float8e8m0");
        // Integers keep their lowest bits.
        int bits = to.Bits();
        var whole = x.Tensor.Cast(x.Tensor.DType.IsInt && x.Tensor.DType.Size == 8 ? DType.Int64 : DType.Int32);
        var low = whole & Tensor.Scalar((1 << bits) - 1, whole.DType);
        if (Range(to).Least < 0) low = low.Ge(1 << (bits - 1)).Where(low - (1 << bits), low);
        return new(low.Cast(to.Carrier()), to);
    }

    static Tensor Round(Tensor x, Format f, bool saturate)
    {
        // The exponent stands in the bits, and a power of two is made of them: both exact.
        var exponent = ((x.Bitcast(DType.Int32) >> 23) & Tensor.Scalar(0xFF)).Maximum(127 + 1 - f.Bias).Minimum(254);
        var unit = ((exponent - f.Fraction) << 23).Bitcast(DType.Float32);
        var rounded = (x / unit).Round() * unit;
        var size = rounded.Abs();
        var most = Tensor.Scalar(f.Largest);
        var (over, infinite) = (size.Gt(f.Largest), x.IsInf());
        Number beyond = f.HasNan ? double.NaN : f.Largest;
        // Infinities are kept where there are any, and saturate with the rest.
        var large = saturate ? most : f.HasInfinity ? Tensor.Scalar(double.PositiveInfinity, DType.Float32) : Tensor.Scalar(beyond, DType.Float32);
        var result = (over | infinite).Where(large.Expand(x.Shape).CopySign(x), rounded);
        if (!f.HasNegativeZero) result = result.Eq(0).Where(0f, result);
        // Where there is no NaN, it becomes the negative zero.
        return x.IsNan().Where(f.HasNan ? double.NaN : -0.0, result);
    }
}
