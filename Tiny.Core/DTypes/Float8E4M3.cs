namespace Tiny;

/// <summary>A float of 8 bits, 4 of them exponent and 3 fraction, without infinity; the largest is 448. Arithmetic is done in float; this holds elements of tensors of <see cref="DType.Float8E4M3"/>.</summary>
public readonly struct Float8E4M3 : IEquatable<Float8E4M3>
{
    static readonly FloatFormat s_format = FloatFormat.Of(ScalarKind.Float8E4M3);
    readonly byte _bits;

    Float8E4M3(byte bits) => _bits = bits;

    /// <summary>The bits, the sign's first.</summary>
    public byte Bits => _bits;
    /// <summary>From bits.</summary>
    public static Float8E4M3 FromBits(byte bits) => new(bits);

    /// <summary>Rounded to the nearest, ties to even; what is too large becomes NaN.</summary>
    public static explicit operator Float8E4M3(float value) => new((byte)s_format.Encode(value));
    /// <summary>Rounded to the nearest, ties to even; what is too large becomes NaN.</summary>
    public static explicit operator Float8E4M3(double value) => new((byte)s_format.Encode(value));
    /// <summary>The number, exactly.</summary>
    public static explicit operator float(Float8E4M3 value) => (float)s_format.Decode(value._bits);
    /// <summary>The number, exactly.</summary>
    public static explicit operator double(Float8E4M3 value) => s_format.Decode(value._bits);

    /// <summary>Equal numbers, or both NaN; 0 equals -0.</summary>
    public bool Equals(Float8E4M3 other) => ((float)this).Equals((float)other);
    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is Float8E4M3 other && Equals(other);
    /// <inheritdoc/>
    public override int GetHashCode() => ((float)this).GetHashCode();
    /// <summary>Equal numbers; NaN equals nothing.</summary>
    public static bool operator ==(Float8E4M3 a, Float8E4M3 b) => (float)a == (float)b;
    /// <summary>Different numbers; NaN differs from everything.</summary>
    public static bool operator !=(Float8E4M3 a, Float8E4M3 b) => (float)a != (float)b;
    /// <summary>The number, as a float prints it.</summary>
    public override string ToString() => ((float)this).ToString("R", System.Globalization.CultureInfo.InvariantCulture);
}
