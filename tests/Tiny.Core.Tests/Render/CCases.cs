using System.Numerics;
using Tiny.Graph;
using Tiny.Lower;
using Tiny.Optimize;

namespace Tiny.Core.Tests.Render;

/// <summary>A kernel with its arguments and what C# says it must write. Outputs come before inputs.</summary>
sealed record CCase(string Name, Func<TargetProfile, LinearKernel> Make, Array[] Inputs, Array[] Expected);

/// <summary>Operations on values that tell right from nearly right, for every kind that has them.</summary>
static class CCases
{
    static readonly float[] s_float =
        [0, -0f, 1, -1, 0.1f, 2.5f, -2.5f, 1e10f, -3e38f, 1e-40f, 2147483648f, -2147483648f, 8388609f, float.NaN, float.PositiveInfinity, float.NegativeInfinity];
    static readonly double[] s_double =
        [0, 1, -1, 0.1, 2.5, -2.5, 1e300, -1e-310, 9223372036854775808.0, 4294967295.5, 255.9, double.NaN, double.PositiveInfinity, double.NegativeInfinity, 3, -7];
    static readonly int[] s_int = [0, 1, -1, 2, -2, 3, -3, 7, -7, 100, 65536, -65537, int.MaxValue, int.MinValue, int.MinValue + 1, 12345];
    static readonly uint[] s_uint = [0, 1, 2, 3, 7, 100, 65536, 65537, uint.MaxValue, uint.MaxValue - 1, 1u << 31, 12345, 9, 31, 255, 256];
    static readonly long[] s_long =
        [0, 1, -1, 2, -3, 7, -7, 100, 1L << 32, -(1L << 40), long.MaxValue, long.MinValue, long.MinValue + 1, int.MinValue, 3, 12345];
    static readonly byte[] s_byte = [0, 1, 2, 3, 7, 16, 100, 127, 128, 200, 254, 255, 9, 31, 64, 10];

    public static IEnumerable<CCase> All() => [.. Floats<float>(s_float), .. Floats<double>(s_double), .. Integers<int>(s_int),
        .. Integers<uint>(s_uint), .. Integers<long>(s_long), .. Integers<byte>(s_byte), .. Conversions(), .. Bools(), .. Structures()];

    static DType TypeOf<T>() => default(T) switch
    {
        float => DType.Float32, double => DType.Float64, int => DType.Int32, uint => DType.UInt32, long => DType.Int64, byte => DType.UInt8, _ => DType.Bool,
    };

    static (T[], T[]) Pairs<T>(T[] all)
    {
        var a = new T[all.Length * all.Length];
        var b = new T[a.Length];
        for (int i = 0; i < a.Length; i++) (a[i], b[i]) = (all[i / all.Length], all[i % all.Length]);
        return (a, b);
    }

    // out[i] = f(a[i], b[i]...), in the profile's lanes.
    static CCase Elementwise<T, R>(string name, Func<UOp[], UOp> build, Func<T[], R> meaning, params T[][] inputs)
    {
        int n = inputs[0].Length;
        LinearKernel Make(TargetProfile profile)
        {
            using var code = new Code();
            int lanes = profile.VectorLanes;
            var to = code.Output(TypeOf<R>(), n);
            var from = inputs.Select(_ => code.Input(TypeOf<T>(), n)).ToArray();
            var i = code.Loop(n / lanes);
            code.Store(to, i * lanes, build([.. from.Select(p => Code.Load(p, i * lanes, lanes))]));
            code.End(i);
            return code.Kernel("kernel", profile);
        }
        return new($"{name} of {TypeOf<T>()}", Make, inputs, [Enumerable.Range(0, n).Select(i => meaning([.. inputs.Select(a => a[i])])).ToArray()]);
    }

    static IEnumerable<CCase> Floats<T>(T[] all) where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var (a, b) = Pairs(all);
        CCase Binary(Op op, Func<T, T, T> f) => Elementwise($"{op}", x => x[0].Alu(op, x[1]), x => f(x[0], x[1]), a, b);
        yield return Binary(Op.Add, (x, y) => x + y);
        yield return Binary(Op.Mul, (x, y) => x * y);
        yield return Binary(Op.Div, (x, y) => x / y);
        yield return Binary(Op.Max, T.Max);
        yield return Binary(Op.Min, T.Min);
        yield return Elementwise("a - b", x => x[0] - x[1], x => x[0] - x[1], a, b);
        yield return Elementwise("a - (b - a)", x => x[0] - (x[1] - x[0]), x => x[0] - (x[1] - x[0]), a, b);
        yield return Elementwise("Neg", x => x[0].Alu(Op.Neg), x => -x[0], a);
        yield return Elementwise("Sqrt", x => x[0].Alu(Op.Sqrt), x => T.Sqrt(x[0]), a);
        yield return Elementwise("Trunc", x => x[0].Alu(Op.Trunc), x => T.Truncate(x[0]), a);
        yield return Elementwise("by constants", x => x[0] * 3 + -2, x => x[0] * T.CreateChecked(3) - T.CreateChecked(2), a);
        yield return Elementwise("CmpLt", x => x[0].Lt(x[1]), x => x[0] < x[1], a, b);
        yield return Elementwise("CmpNe", x => x[0].Ne(x[1]), x => x[0] != x[1], a, b);
        yield return Elementwise("not CmpLt", x => x[0].Lt(x[1]).Not(), x => !(x[0] < x[1]), a, b);
        yield return Elementwise("not CmpNe", x => x[0].Ne(x[1]).Not(), x => x[0] == x[1], a, b);
        yield return Elementwise("Where", x => x[0].Lt(x[1]).Where(x[1], x[0]), x => x[0] < x[1] ? x[1] : x[0], a, b);
        yield return Elementwise("constants", x => (x[0].Lt(x[0] * UOp.Const(double.PositiveInfinity, x[0].DType.Scalar).Splat(x[0].DType.Lanes)) & x[1].Ne(x[1]).Not())
                .Where(UOp.Const(0.1, x[0].DType.Scalar).Splat(x[0].DType.Lanes), UOp.Const(double.NaN, x[0].DType.Scalar).Splat(x[0].DType.Lanes)),
            x => x[0] < x[0] * T.PositiveInfinity && !T.IsNaN(x[1]) ? T.CreateTruncating(0.1) : T.NaN, a, b);
    }

    static IEnumerable<CCase> Integers<T>(T[] all) where T : unmanaged, IBinaryInteger<T>, IMinMaxValue<T>
    {
        var (a, b) = Pairs(all);
        int bits = TypeOf<T>().Size * 8;
        CCase Binary(Op op, Func<T, T, T> f) => Elementwise($"{op}", x => x[0].Alu(op, x[1]), x => f(x[0], x[1]), a, b);
        yield return Binary(Op.Add, (x, y) => T.CreateTruncating(Int128.CreateTruncating(x) + Int128.CreateTruncating(y)));
        yield return Binary(Op.Mul, (x, y) => T.CreateTruncating(Int128.CreateTruncating(x) * Int128.CreateTruncating(y)));
        yield return Binary(Op.Max, T.Max);
        yield return Binary(Op.Min, T.Min);
        yield return Binary(Op.And, (x, y) => x & y);
        yield return Binary(Op.Or, (x, y) => x | y);
        yield return Binary(Op.Xor, (x, y) => x ^ y);
        yield return Binary(Op.FloorDiv, (x, y) => y == T.Zero ? T.Zero : T.CreateTruncating(Quotient(x, y)));
        yield return Binary(Op.FloorMod, (x, y) => y == T.Zero ? x : T.CreateTruncating(Int128.CreateTruncating(x) - Int128.CreateTruncating(y) * Quotient(x, y)));
        yield return Elementwise("FloorDiv by 7", x => x[0] / 7, x => T.CreateTruncating(Quotient(x[0], T.CreateTruncating(7))), a);
        yield return Elementwise("FloorMod by 7", x => x[0] % 7, x => x[0] - T.CreateTruncating(7) * T.CreateTruncating(Quotient(x[0], T.CreateTruncating(7))), a);
        yield return Elementwise("Shl", x => x[0].Alu(Op.Shl, x[1] & Like(x[1], bits - 1)), x => x[0] << int.CreateTruncating(x[1] & T.CreateTruncating(bits - 1)), a, b);
        yield return Elementwise("Shr", x => x[0].Alu(Op.Shr, x[1] & Like(x[1], bits - 1)), x => x[0] >> int.CreateTruncating(x[1] & T.CreateTruncating(bits - 1)), a, b);
        yield return Elementwise("a - b", x => x[0] + x[1] * -1, x => T.CreateTruncating(Int128.CreateTruncating(x[0]) - Int128.CreateTruncating(x[1])), a, b);
        yield return Elementwise("Neg", x => x[0].Alu(Op.Neg), x => T.CreateTruncating(-Int128.CreateTruncating(x[0])), a);
        yield return Elementwise("bounded", x => (x[0] % 100) * 3 + -7, x => T.CreateTruncating(
            (Int128.CreateTruncating(x[0]) - 100 * Quotient(x[0], T.CreateTruncating(100))) * 3 - 7), a);
        yield return Elementwise("CmpLt", x => x[0].Lt(x[1]), x => x[0] < x[1], a, b);
        yield return Elementwise("not CmpLt", x => x[0].Lt(x[1]).Not(), x => x[0] >= x[1], a, b);
        yield return Elementwise("CmpNe", x => x[0].Ne(x[1]), x => x[0] != x[1], a, b);
        yield return Elementwise("Where", x => x[0].Ne(x[1]).Where(x[1], Like(x[0], 5)), x => x[0] != x[1] ? x[1] : T.CreateTruncating(5), a, b);
        yield return Elementwise("extremes", x => x[0].Alu(Op.Xor, Like(x[0], long.CreateTruncating(T.MinValue))), x => x[0] ^ T.MinValue, a);
    }

    static Int128 Quotient<T>(T a, T b) where T : IBinaryInteger<T>
    {
        Int128 x = Int128.CreateTruncating(a), y = Int128.CreateTruncating(b), q = x / y;
        return x % y != 0 && x < 0 != y < 0 ? q - 1 : q;
    }

    static UOp Like(UOp u, long value) => UOp.Const(value, u.DType.Scalar).Splat(u.DType.Lanes);

    static IEnumerable<CCase> Conversions() =>
    [
        .. Casts(s_float), .. Casts(s_double), .. Casts(s_int), .. Casts(s_uint), .. Casts(s_long), .. Casts(s_byte),
        Elementwise<float, int>("Bitcast to int32", x => x[0].Bitcast(DType.Int32.Vec(x[0].DType.Lanes)), x => BitConverter.SingleToInt32Bits(x[0]), s_float),
        Elementwise<uint, float>("Bitcast to float32", x => x[0].Bitcast(DType.Float32.Vec(x[0].DType.Lanes)), x => BitConverter.UInt32BitsToSingle(x[0]), s_uint),
        Elementwise<double, long>("Bitcast to int64", x => x[0].Bitcast(DType.Int64.Vec(x[0].DType.Lanes)), x => BitConverter.DoubleToInt64Bits(x[0]), s_double),
    ];

    static IEnumerable<CCase> Casts<T>(T[] a) where T : INumber<T> =>
    [
        Cast(a, To<T, float>), Cast(a, To<T, double>), Cast(a, To<T, int>), Cast(a, To<T, uint>), Cast(a, To<T, long>), Cast(a, To<T, byte>),
        Cast(a, x => x != T.Zero),
    ];

    static CCase Cast<T, R>(T[] a, Func<T, R> meaning) =>
        Elementwise<T, R>($"Cast to {TypeOf<R>()}", x => x[0].Cast(TypeOf<R>().Vec(x[0].DType.Lanes)), x => meaning(x[0]), a);

    // Floats saturate, integers wrap.
    static R To<T, R>(T x) where T : INumber<T> where R : INumber<R> => x is float or double ? R.CreateSaturating(x) : R.CreateTruncating(x);

    static IEnumerable<CCase> Bools()
    {
        bool[] a = [false, false, true, true], b = [false, true, false, true];
        yield return Elementwise<bool, bool>("And", x => x[0] & x[1], x => x[0] && x[1], a, b);
        yield return Elementwise<bool, bool>("Or", x => x[0] | x[1], x => x[0] || x[1], a, b);
        yield return Elementwise<bool, bool>("Xor", x => x[0].Alu(Op.Xor, x[1]), x => x[0] ^ x[1], a, b);
        yield return Elementwise<bool, bool>("Max", x => x[0].Alu(Op.Max, x[1]), x => x[0] || x[1], a, b);
        yield return Elementwise<bool, bool>("CmpLt", x => x[0].Lt(x[1]), x => !x[0] && x[1], a, b);
        yield return Elementwise<bool, bool>("CmpNe", x => x[0].Ne(x[1]), x => x[0] != x[1], a, b);
        yield return Elementwise<bool, bool>("not (a and b) or b", x => (x[0] & x[1]).Not() | x[1], x => !(x[0] && x[1]) || x[1], a, b);
        yield return Elementwise<bool, bool>("Where", x => x[0].Where(x[1], x[0].Not()), x => x[0] ? x[1] : !x[0], a, b);
        yield return Elementwise<bool, float>("Cast to float32", x => x[0].Cast(DType.Float32.Vec(x[0].DType.Lanes)), x => x[0] ? 1f : 0f, a);
        yield return Elementwise<bool, int>("Cast to int32", x => x[0].Cast(DType.Int32.Vec(x[0].DType.Lanes)), x => x[0] ? 1 : 0, a);
    }

    static IEnumerable<CCase> Structures()
    {
        float[] x = [.. Enumerable.Range(0, 784).Select(i => (i * 7919 % 101 - 50) / 64f)], w = x[..72], bias = x[100..108];
        var convolved = new float[8 * 26 * 26];
        for (int i = 0; i < convolved.Length; i++)
        {
            float acc = 0;
            for (int k = 0; k < 9; k++) acc += x[(i / 26 % 26 + k / 3) * 28 + i % 26 + k % 3] * w[i / 676 * 9 + k];
            convolved[i] = Math.Max(acc + bias[i / 676], 0);
        }
        yield return new("convolution", SampleKernels.Convolution, [x, w, bias], [convolved]);

        // Multiples of 1/64 add without rounding, so that the order of a sum does not show.
        var y = x[..64].Select(v => Math.Max(v * 2 - 3, -v)).ToArray();
        yield return new("scale and sum", SampleKernels.ScaleAndSum, [x[..64], new float[] { 2 }], [y, new[] { y.Sum() }]);
        yield return new("gates", SampleKernels.Padded, [x[..10]], [(float[])[0, 0, .. x[..10], 0, 0]]);
        yield return new("largest", SampleKernels.Largest, [new float[] { -3, -1, -7, -2 }], [new float[] { -1 }]);
        yield return new("lanes", SampleKernels.Lanes, [new float[] { 5, 3, 1.5f, -2, 4, 8 }], [SampleKernels.LanesExpected]);
        yield return new("integer sum", SampleKernels.IntegerSum, [new[] { int.MaxValue, 6, -3, int.MaxValue }], [new[] { unchecked(int.MaxValue * 2 + 3) }]);
    }
}
