namespace Tiny;

/// <summary>A float of 8 bits, 5 of them exponent and 2 fraction; the largest is 57344. Arithmetic is done in float; this holds elements of tensors of <see cref="DType.Float8E5M2"/>.</summary>
public readonly struct Float8E5M2 : IEquatable<Float8E5M2>
{
    static readonly FloatFormat s_format = FloatFormat.Of(ScalarKind.Float8E5M2);
    readonly byte _bits;

    Float8E5M2(byte bits) => _bits = bits;

    /// <summary>The bits, the sign's first.</summary>
    public byte Bits => _bits;
    /// <summary>From bits.</summary>
    public static Float8E5M2 FromBits(byte bits) => new(bits);

    /// <summary>Rounded to the nearest, ties to even; what is too large becomes infinity.</summary>
    public static explicit operator Float8E5M2(float value) => new((byte)s_format.Encode(value));
    /// <summary>Rounded to the nearest, ties to even; what is too large becomes infinity.</summary>
    public static explicit operator Float8E5M2(double value) => new((byte)s_format.Encode(value));
    /// <summary>The number, exactly.</summary>
    public static explicit operator float(Float8E5M2 value) => (float)s_format.Decode(value._bits);
    /// <summary>The number, exactly.</summary>
    public static explicit operator double(Float8E5M2 value) => s_format.Decode(value._bits);

    /// <summary>Equal numbers, or both NaN; 0 equals -0.</summary>
    public bool Equals(Float8E5M2 other) => ((float)this).Equals((float)other);
    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is Float8E5M2 other && Equals(other);
    /// <inheritdoc/>
    public override int GetHashCode() => ((float)this).GetHashCode();
    /// <summary>Equal numbers; NaN equals nothing.</summary>
    public static bool operator ==(Float8E5M2 a, Float8E5M2 b) => (float)a == (float)b;
    /// <summary>Different numbers; NaN differs from everything.</summary>
    public static bool operator !=(Float8E5M2 a, Float8E5M2 b) => (float)a != (float)b;
    /// <summary>The number, as a float prints it.</summary>
    public override string ToString() => ((float)this).ToString("R", System.Globalization.CultureInfo.InvariantCulture);
}
