namespace Tiny;

/// <summary>The upper half of a float: 8 bits of exponent, 7 of fraction. Arithmetic is done in float; this holds elements of tensors of <see cref="DType.BFloat16"/>.</summary>
public readonly struct BFloat16 : IEquatable<BFloat16>
{
    static readonly FloatFormat s_format = FloatFormat.Of(ScalarKind.BFloat16);
    readonly ushort _bits;

    BFloat16(ushort bits) => _bits = bits;

    /// <summary>The bits, the sign's first.</summary>
    public ushort Bits => _bits;
    /// <summary>From bits.</summary>
    public static BFloat16 FromBits(ushort bits) => new(bits);

    /// <summary>Rounded to the nearest, ties to even; what is too large becomes infinity.</summary>
    public static explicit operator BFloat16(float value) => new((ushort)s_format.Encode(value));
    /// <summary>Rounded to the nearest, ties to even; what is too large becomes infinity.</summary>
    public static explicit operator BFloat16(double value) => new((ushort)s_format.Encode(value));
    /// <summary>The number, exactly.</summary>
    public static explicit operator float(BFloat16 value) => (float)s_format.Decode(value._bits);
    /// <summary>The number, exactly.</summary>
    public static explicit operator double(BFloat16 value) => s_format.Decode(value._bits);

    /// <summary>Equal numbers, or both NaN; 0 equals -0.</summary>
    public bool Equals(BFloat16 other) => ((float)this).Equals((float)other);
    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is BFloat16 other && Equals(other);
    /// <inheritdoc/>
    public override int GetHashCode() => ((float)this).GetHashCode();
    /// <summary>Equal numbers; NaN equals nothing.</summary>
    public static bool operator ==(BFloat16 a, BFloat16 b) => (float)a == (float)b;
    /// <summary>Different numbers; NaN differs from everything.</summary>
    public static bool operator !=(BFloat16 a, BFloat16 b) => (float)a != (float)b;
    /// <summary>The number, as a float prints it.</summary>
    public override string ToString() => ((float)this).ToString("R", System.Globalization.CultureInfo.InvariantCulture);
}
