namespace Tiny;

/// <summary>Element kinds of a tensor.</summary>
public enum ScalarKind : byte
{
    /// <summary>No value (statements).</summary>
    Void,
    /// <summary>True or false, one byte in memory.</summary>
    Bool,
    /// <summary>Unsigned 8-bit integer.</summary>
    UInt8,
    /// <summary>Signed 32-bit integer; also the type of every index inside a kernel.</summary>
    Int32,
    /// <summary>Unsigned 32-bit integer.</summary>
    UInt32,
    /// <summary>Signed 64-bit integer.</summary>
    Int64,
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
    /// <summary>Unsigned 8-bit integer.</summary>
    public static readonly DType UInt8 = new(ScalarKind.UInt8);
    /// <summary>Signed 32-bit integer.</summary>
    public static readonly DType Int32 = new(ScalarKind.Int32);
    /// <summary>Unsigned 32-bit integer.</summary>
    public static readonly DType UInt32 = new(ScalarKind.UInt32);
    /// <summary>Signed 64-bit integer.</summary>
    public static readonly DType Int64 = new(ScalarKind.Int64);
    /// <summary>IEEE 754 binary32.</summary>
    public static readonly DType Float32 = new(ScalarKind.Float32);
    /// <summary>IEEE 754 binary64.</summary>
    public static readonly DType Float64 = new(ScalarKind.Float64);
    /// <summary>The type of indices inside kernels.</summary>
    public static readonly DType Index = Int32;

    /// <summary>Bytes of one element (one lane).</summary>
    public int Size => Kind switch
    {
        ScalarKind.Bool or ScalarKind.UInt8 => 1,
        ScalarKind.Int32 or ScalarKind.UInt32 or ScalarKind.Float32 => 4,
        ScalarKind.Int64 or ScalarKind.Float64 => 8,
        _ => 0,
    };

    /// <summary>True for floating-point kinds.</summary>
    public bool IsFloat => Kind is ScalarKind.Float32 or ScalarKind.Float64;
    /// <summary>True for signed and unsigned integers; false for bool.</summary>
    public bool IsInt => Kind is ScalarKind.UInt8 or ScalarKind.Int32 or ScalarKind.UInt32 or ScalarKind.Int64;
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
        ScalarKind.Void => "void",
        ScalarKind.Bool => "bool",
        ScalarKind.UInt8 => "uint8",
        ScalarKind.Int32 => "int32",
        ScalarKind.UInt32 => "uint32",
        ScalarKind.Int64 => "int64",
        ScalarKind.Float32 => "float32",
        _ => "float64",
    };
}
