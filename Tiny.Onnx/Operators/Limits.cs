namespace Tiny.Onnx.Operators;

/// <summary>The ends of what a dtype can hold.</summary>
static class Limits
{
    /// <summary>What no element is below.</summary>
    public static Number Least(DType dtype) => dtype.Kind switch
    {
        ScalarKind.Bool => false,
        ScalarKind.Int8 => sbyte.MinValue,
        ScalarKind.Int16 => short.MinValue,
        ScalarKind.Int32 => int.MinValue,
        ScalarKind.Int64 => long.MinValue,
        _ => dtype.IsUnsigned ? 0 : double.NegativeInfinity,
    };

    /// <summary>What no element is above.</summary>
    public static Number Largest(DType dtype) => dtype.Kind switch
    {
        ScalarKind.Bool => true,
        ScalarKind.Int8 => (int)sbyte.MaxValue,
        ScalarKind.UInt8 => (int)byte.MaxValue,
        ScalarKind.Int16 => (int)short.MaxValue,
        ScalarKind.UInt16 => (int)ushort.MaxValue,
        ScalarKind.Int32 => int.MaxValue,
        ScalarKind.UInt32 => (long)uint.MaxValue,
        ScalarKind.Int64 => long.MaxValue,
        ScalarKind.UInt64 => ulong.MaxValue,
        _ => double.PositiveInfinity,
    };
}
