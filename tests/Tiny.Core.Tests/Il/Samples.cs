using System.Numerics;

namespace Tiny.Core.Tests.Il;

/// <summary>Numbers at which arithmetic goes wrong when it does, and every pair of them.</summary>
static class Samples
{
    static readonly float[] s_float =
    [
        0f, -0f, 1f, -1f, 0.5f, -0.75f, 1.5f, 2.5f, -2.5f, 3.999f, 255f, 256.5f, -3e9f, 3e9f, 5e9f, 1e20f, 16777217f, 1e-40f,
        float.MaxValue, float.MinValue, float.PositiveInfinity, float.NegativeInfinity, float.NaN,
    ];
    static readonly double[] s_double =
    [
        0, -0.0, 1, -1, 0.1, -0.75, 1.5, 2.5, -2.5, 255, 256.5, -3e9, 3e9, 5e9, 1e19, -1e19, 1e30, 4503599627370497.5, 5e-324,
        double.MaxValue, double.PositiveInfinity, double.NegativeInfinity, double.NaN,
    ];
    static readonly int[] s_int =
        [0, 1, -1, 2, -2, 3, 7, -7, 31, 255, 256, -256, 1000003, 16777217, 1 << 30, int.MaxValue, int.MinValue, int.MinValue + 1];
    static readonly uint[] s_uint = [0, 1, 2, 3, 7, 31, 255, 256, 1000003, 16777217, 0x7fffffff, 0x80000000, 0xfffffffe, 0xffffffff];
    static readonly long[] s_long =
        [0, 1, -1, 2, -3, 7, -7, 256, -256, int.MaxValue, int.MinValue, 1L << 32, 9007199254740993, 1L << 62, long.MaxValue, long.MinValue];
    static readonly byte[] s_byte = [0, 1, 2, 3, 7, 31, 127, 128, 200, 254, 255];
    static readonly bool[] s_bool = [false, true];

    public static readonly DType[] Kinds = [DType.Bool, DType.UInt8, DType.Int32, DType.UInt32, DType.Int64, DType.Float32, DType.Float64];

    public static T[] Of<T>() => (T[])(object)(
        typeof(T) == typeof(float) ? s_float : typeof(T) == typeof(double) ? s_double : typeof(T) == typeof(int) ? s_int
        : typeof(T) == typeof(uint) ? s_uint : typeof(T) == typeof(long) ? s_long : typeof(T) == typeof(byte) ? s_byte : s_bool);

    /// <summary>Every pair as two columns, repeated to a whole number of the widest vectors.</summary>
    public static (T[] A, T[] B) Pairs<T>()
    {
        var pairs = (from a in Of<T>() from b in Of<T>() select (a, b)).ToList();
        for (int i = 0; pairs.Count % 16 != 0; i++) pairs.Add(pairs[i]);
        return ([.. pairs.Select(p => p.a)], [.. pairs.Select(p => p.b)]);
    }
}
