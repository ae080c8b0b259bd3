namespace Tiny.Onnx.Operators;

/// <summary>The ends of what a dtype can hold.</summary>
static class Limits
{
    // The largest float32 that an int32 holds.
    const double MostOfFloat = 2147483520;

    /// <summary>
    /// Numbers of any dtype as int32: those that lie beyond its ends stay there, and so are beyond every place of an axis. The lower end is the negative of the upper one.
    /// </summary>
    public static Tensor Narrow(Tensor x)
    {
        if (x.DType.IsShortFloat) x = x.Cast(DType.Float32);
        if (x.DType.IsFloat) return x.Maximum(-MostOfFloat).Minimum(MostOfFloat).Cast(DType.Int32);
        if (x.DType.Size < 4 || x.DType == DType.Int32) return x.Cast(DType.Int32);
        return (x.DType.IsUnsigned ? x : x.Maximum(-int.MaxValue)).Minimum(int.MaxValue).Cast(DType.Int32);
    }

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
