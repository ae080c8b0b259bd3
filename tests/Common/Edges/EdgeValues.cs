using Tiny.Algebra;
using Tiny.Graph;
using Tiny.Runtime;

namespace Tiny.Tests;

/// <summary>Numbers at which arithmetic goes wrong when it does, in any dtype: by way of float64 or int64 and the interpreter's conversion.</summary>
static class EdgeValues
{
    static readonly double[] s_reals =
    [
        0, -0.0, 1, -1, 0.5, -0.75, 1.5, 2.5, -2.5, 3.999, 127, 128, -129, 255, 256.5, 2048.5, 65504, -65536, 16777217, -2147483648, 2147483648,
        3e9, -3e9, 5e9, 9223372036854775808.0, 1e20, -1e30, 1.1754943508222875e-38, 1e-40, -1e-45, 3.4028234663852886e38, -3.4028234663852886e38,
        double.PositiveInfinity, double.NegativeInfinity, double.NaN,
    ];

    static readonly long[] s_wholes = [0, 1, -1, 2, -2, 3, 7, -7, 8, 15, 16, 31, 32, 33, 63, 64, -31, -32, -64, 100, 255, 256, 1000003, 16777217, 1 << 30];

    /// <summary>Every value once.</summary>
    public static Tensor All(DType dtype) => dtype.IsFloat ? Reals(dtype, s_reals) : Wholes(dtype, Range(dtype));

    /// <summary>Every value beside every other one: the left of all pairs, or the right.</summary>
    public static Tensor Pairs(DType dtype, bool right) => dtype.IsFloat ? Reals(dtype, Paired(s_reals, right)) : Wholes(dtype, Paired(Range(dtype), right));

    /// <summary>The float64 numbers, rounded to a dtype.</summary>
    public static Tensor Reals(DType dtype, params double[] values) => Of(Tensor.From(values), dtype);

    /// <summary>The int64 numbers, wrapped to a dtype.</summary>
    public static Tensor Wholes(DType dtype, params long[] values) => Of(Tensor.From(values), dtype);

    static Tensor Of(Tensor values, DType dtype) =>
        Tensor.FromStorage(new Storage(dtype, values.Shape, Interpreter.Evaluate(values.Cast(dtype).Node)));

    static long[] Range(DType dtype)
    {
        var (min, max) = Bounds.OfType(dtype);
        return [.. s_wholes.Concat([min, unchecked(min + 1), unchecked(max - 1), max]).Where(n => n >= min && n <= max).Distinct()];
    }

    static T[] Paired<T>(T[] values, bool right) => [.. from a in values from b in values select right ? b : a];
}
