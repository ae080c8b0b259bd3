namespace Tiny.Onnx.Model;

/// <summary>Element types of ONNX tensors, with the numbers they have in files.</summary>
public enum OnnxType
{
#pragma warning disable CS1591 // The names say what they are.
    Undefined = 0,
    Float32 = 1,
    UInt8 = 2,
    Int8 = 3,
    UInt16 = 4,
    Int16 = 5,
    Int32 = 6,
    Int64 = 7,
    String = 8,
    Bool = 9,
    Float16 = 10,
    Float64 = 11,
    UInt32 = 12,
    UInt64 = 13,
    Complex64 = 14,
    Complex128 = 15,
    BFloat16 = 16,
    Float8E4M3FN = 17,
    Float8E4M3FNUZ = 18,
    Float8E5M2 = 19,
    Float8E5M2FNUZ = 20,
    UInt4 = 21,
    Int4 = 22,
    Float4E2M1 = 23,
    Float8E8M0 = 24,
    UInt2 = 25,
    Int2 = 26,
#pragma warning restore CS1591
}

/// <summary>What each element type is here: the dtype that carries its values, and how many bits it takes in a file.</summary>
public static class OnnxTypes
{
    sealed record Row(OnnxType Type, DType Carrier, int Bits, string Name, bool Exact = true);

    // Types that have no dtype of their own are carried by a wider one that holds each of their values; operators round to them.
    static readonly Row[] s_rows =
    [
        new(OnnxType.Float32, DType.Float32, 32, "float32"), new(OnnxType.Float64, DType.Float64, 64, "float64"),
        new(OnnxType.Float16, DType.Float16, 16, "float16"), new(OnnxType.BFloat16, DType.BFloat16, 16, "bfloat16"),
        new(OnnxType.Float8E4M3FN, DType.Float8E4M3, 8, "float8e4m3fn"), new(OnnxType.Float8E5M2, DType.Float8E5M2, 8, "float8e5m2"),
        new(OnnxType.Float8E4M3FNUZ, DType.Float32, 8, "float8e4m3fnuz", Exact: false), new(OnnxType.Float8E5M2FNUZ, DType.Float32, 8, "float8e5m2fnuz", Exact: false),
        new(OnnxType.Float8E8M0, DType.Float32, 8, "float8e8m0", Exact: false), new(OnnxType.Float4E2M1, DType.Float32, 4, "float4e2m1", Exact: false),
        new(OnnxType.Int8, DType.Int8, 8, "int8"), new(OnnxType.Int16, DType.Int16, 16, "int16"),
        new(OnnxType.Int32, DType.Int32, 32, "int32"), new(OnnxType.Int64, DType.Int64, 64, "int64"),
        new(OnnxType.UInt8, DType.UInt8, 8, "uint8"), new(OnnxType.UInt16, DType.UInt16, 16, "uint16"),
        new(OnnxType.UInt32, DType.UInt32, 32, "uint32"), new(OnnxType.UInt64, DType.UInt64, 64, "uint64"),
        new(OnnxType.Int4, DType.Int8, 4, "int4", Exact: false), new(OnnxType.UInt4, DType.UInt8, 4, "uint4", Exact: false),
        new(OnnxType.Int2, DType.Int8, 2, "int2", Exact: false), new(OnnxType.UInt2, DType.UInt8, 2, "uint2", Exact: false),
        new(OnnxType.Bool, DType.Bool, 8, "bool"),
    ];

    /// <summary>The dtype that carries the type's values.</summary>
    /// <exception cref="OnnxUnsupportedException">There is none: strings, complex numbers.</exception>
    public static DType Carrier(this OnnxType type) => Find(type).Carrier;

    /// <summary>Bits of an element in a file; elements of fewer than eight are packed from the lowest bits up.</summary>
    public static int Bits(this OnnxType type) => Find(type).Bits;

    /// <summary>The dtype is the type's own, not a wider one.</summary>
    public static bool HasOwnDType(this OnnxType type) => Find(type).Exact;

    /// <summary>The type whose own dtype this is.</summary>
    public static OnnxType Of(DType dtype) => Array.Find(s_rows, r => r.Exact && r.Carrier == dtype)?.Type ?? OnnxType.Undefined;

    /// <summary>The short name, as in <c>float32</c>.</summary>
    public static string Name(this OnnxType type) => Array.Find(s_rows, r => r.Type == type)?.Name ?? type.ToString().ToLowerInvariant();

    /// <summary>The type by its name in the format's definition, as in <c>FLOAT</c>; null if there is none of that name.</summary>
    public static OnnxType? Named(string name) => name switch
    {
        "FLOAT" => OnnxType.Float32,
        "DOUBLE" => OnnxType.Float64,
        _ => Array.Find(s_rows, r => string.Equals(r.Type.ToString(), name, StringComparison.OrdinalIgnoreCase))?.Type ?? (name == "STRING" ? OnnxType.String : null),
    };

    static Row Find(OnnxType type) => Array.Find(s_rows, r => r.Type == type) ?? throw new OnnxUnsupportedException($"tensors of {type.Name()}");
}
