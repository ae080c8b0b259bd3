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

    /// <summary>
    /// Float32 numbers of the whole range: some of every exponent with both signs, and more around 0 and 1, multiples of pi, and where exponentials
    /// overflow and vanish.
    /// </summary>
    public static float[] Spread(int each)
    {
        var random = new Random(7);
        var all = new List<float>();
        for (int exponent = 0; exponent < 255; exponent++)
            for (int i = 0; i < each; i++)
                all.Add(BitConverter.Int32BitsToSingle(exponent << 23 | (i switch { 0 => 0, 1 => 0x7FFFFF, _ => random.Next(1 << 23) }) | (i & 1) << 31));
        foreach (double near in (double[])[0, 1, 88.72283905, -87.33654475, -103.97208, 128, -126, -149, 0.70710678, 1.41421356])
            for (int i = 0; i < each; i++) all.Add((float)(near + (random.NextDouble() - 0.5) * Math.Pow(10, -random.Next(8))));
        for (int n = 1; n < 20 * each; n++)
        {
            float x = (float)(Math.PI / 2 * (n < 8 * each ? n : random.NextInt64(1L << random.Next(4, 62))));
            all.AddRange([x, -x, MathF.BitIncrement(x), MathF.BitDecrement(x)]);
        }
        return [.. all];
    }

    static Tensor Of(Tensor values, DType dtype) =>
        Tensor.FromStorage(new Storage(dtype, values.Shape, Interpreter.Evaluate(values.Cast(dtype).Node)));

    static long[] Range(DType dtype)
    {
        var (min, max) = Bounds.OfType(dtype);
        return [.. s_wholes.Concat([min, unchecked(min + 1), unchecked(max - 1), max]).Where(n => n >= min && n <= max).Distinct()];
    }

    static T[] Paired<T>(T[] values, bool right) => [.. from a in values from b in values select right ? b : a];
}
