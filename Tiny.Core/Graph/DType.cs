namespace Tiny;

/// <summary>Element kinds of a tensor.</summary>
public enum ScalarKind : byte
{
    /// <summary>No value (statements).</summary>
    Void,
    /// <summary>True or false, one byte in memory.</summary>
    Bool,
    /// <summary>Signed 8-bit integer.</summary>
    Int8,
    /// <summary>Unsigned 8-bit integer.</summary>
    UInt8,
    /// <summary>Signed 16-bit integer.</summary>
    Int16,
    /// <summary>Unsigned 16-bit integer.</summary>
    UInt16,
    /// <summary>Signed 32-bit integer; also the type of every index inside a kernel.</summary>
    Int32,
    /// <summary>Unsigned 32-bit integer.</summary>
    UInt32,
    /// <summary>Signed 64-bit integer.</summary>
    Int64,
    /// <summary>Unsigned 64-bit integer.</summary>
    UInt64,
    /// <summary>8 bits: 4 of exponent, 3 of fraction, no infinity; largest 448.</summary>
    Float8E4M3,
    /// <summary>8 bits: 5 of exponent, 2 of fraction; largest 57344.</summary>
    Float8E5M2,
    /// <summary>IEEE 754 binary16.</summary>
    Float16,
    /// <summary>The upper half of a binary32: 8 bits of exponent, 7 of fraction.</summary>
    BFloat16,
    /// <summary>IEEE 754 binary32.</summary>
    Float32,
    /// <summary>IEEE 754 binary64.</summary>
    Float64,
}

/// <summary>A value's type: an element kind, and in kernels a number of vector lanes.</summary>
public readonly record struct DType(ScalarKind Kind, int Lanes = 1)
{
    /// <summary>The type of statements.</summary>
    public static readonly DType Void = new(ScalarKind.Void);
    /// <summary>Boolean.</summary>
    public static readonly DType Bool = new(ScalarKind.Bool);
    /// <summary>Signed 8-bit integer.</summary>
    public static readonly DType Int8 = new(ScalarKind.Int8);
    /// <summary>Unsigned 8-bit integer.</summary>
    public static readonly DType UInt8 = new(ScalarKind.UInt8);
    /// <summary>Signed 16-bit integer.</summary>
    public static readonly DType Int16 = new(ScalarKind.Int16);
    /// <summary>Unsigned 16-bit integer.</summary>
    public static readonly DType UInt16 = new(ScalarKind.UInt16);
    /// <summary>Signed 32-bit integer.</summary>
    public static readonly DType Int32 = new(ScalarKind.Int32);
    /// <summary>Unsigned 32-bit integer.</summary>
    public static readonly DType UInt32 = new(ScalarKind.UInt32);
    /// <summary>Signed 64-bit integer.</summary>
    public static readonly DType Int64 = new(ScalarKind.Int64);
    /// <summary>Unsigned 64-bit integer.</summary>
    public static readonly DType UInt64 = new(ScalarKind.UInt64);
    /// <summary>8-bit float with 4 bits of exponent and 3 of fraction, without infinity.</summary>
    public static readonly DType Float8E4M3 = new(ScalarKind.Float8E4M3);
    /// <summary>8-bit float with 5 bits of exponent and 2 of fraction.</summary>
    public static readonly DType Float8E5M2 = new(ScalarKind.Float8E5M2);
    /// <summary>IEEE 754 binary16.</summary>
    public static readonly DType Float16 = new(ScalarKind.Float16);
    /// <summary>The upper half of a binary32.</summary>
    public static readonly DType BFloat16 = new(ScalarKind.BFloat16);
    /// <summary>IEEE 754 binary32.</summary>
    public static readonly DType Float32 = new(ScalarKind.Float32);
    /// <summary>IEEE 754 binary64.</summary>
    public static readonly DType Float64 = new(ScalarKind.Float64);
    /// <summary>The type of indices inside kernels.</summary>
    public static readonly DType Index = Int32;

    /// <summary>Bytes of one element (one lane).</summary>
    public int Size => Kind switch
    {
        ScalarKind.Bool or ScalarKind.Int8 or ScalarKind.UInt8 or ScalarKind.Float8E4M3 or ScalarKind.Float8E5M2 => 1,
        ScalarKind.Int16 or ScalarKind.UInt16 or ScalarKind.Float16 or ScalarKind.BFloat16 => 2,
        ScalarKind.Int32 or ScalarKind.UInt32 or ScalarKind.Float32 => 4,
        ScalarKind.Int64 or ScalarKind.UInt64 or ScalarKind.Float64 => 8,
        _ => 0,
    };

    /// <summary>True for floating-point kinds.</summary>
    public bool IsFloat => Kind is ScalarKind.Float8E4M3 or ScalarKind.Float8E5M2 or ScalarKind.Float16 or ScalarKind.BFloat16
        or ScalarKind.Float32 or ScalarKind.Float64;
    /// <summary>True for signed and unsigned integers; false for bool.</summary>
    public bool IsInt => IsUnsigned || Kind is ScalarKind.Int8 or ScalarKind.Int16 or ScalarKind.Int32 or ScalarKind.Int64;
    /// <summary>True for unsigned integers; false for bool.</summary>
    public bool IsUnsigned => Kind is ScalarKind.UInt8 or ScalarKind.UInt16 or ScalarKind.UInt32 or ScalarKind.UInt64;
    /// <summary>True for floats of fewer than 32 bits: each operation on them is computed in float32 and rounded.</summary>
    public bool IsShortFloat => IsFloat && Size < 4;
    /// <summary>True for integers of fewer than 32 bits.</summary>
    public bool IsShortInt => IsInt && Size < 4;
    /// <summary>True for bool.</summary>
    public bool IsBool => Kind == ScalarKind.Bool;
    /// <summary>The same kind with one lane.</summary>
    public DType Scalar => new(Kind);
    /// <summary>The same kind with <paramref name="lanes"/> lanes.</summary>
    public DType Vec(int lanes) => new(Kind, lanes);

    /// <summary>The field's short name: <c>float32</c>, <c>int32</c>, <c>float32x4</c> for a vector.</summary>
    public override string ToString() => Lanes == 1 ? KindName : $"{KindName}x{Lanes}";

    string KindName => Kind switch
    {
        ScalarKind.Float8E4M3 => "float8_e4m3",
        ScalarKind.Float8E5M2 => "float8_e5m2",
        _ => Kind.ToString().ToLowerInvariant(),
    };
}
