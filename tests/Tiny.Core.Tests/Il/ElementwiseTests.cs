using System.Numerics;
using NUnit.Framework;
using Tiny.Graph;

namespace Tiny.Core.Tests.Il;

/// <summary>Every elementwise operation on every kind, scalar and in vectors of 4, 8 and 16 lanes, against plain C#.</summary>
public class ElementwiseTests
{
    static readonly int[] s_lanes = [1, 4, 8, 16];

    [Test]
    public void FloatBinary([Values(Op.Add, Op.Mul, Op.Div, Op.Max, Op.Min)] Op op, [ValueSource(nameof(s_lanes))] int lanes)
    {
        Binary(op, DType.Float32, lanes, Samples.Pairs<float>(), (a, b) => Number(op, a, b));
        if (lanes == 1) Binary(op, DType.Float64, lanes, Samples.Pairs<double>(), (a, b) => Number(op, a, b));
    }

    [Test]
    public void IntegerBinary([Values(Op.Add, Op.Mul, Op.Max, Op.Min, Op.And, Op.Or, Op.Xor)] Op op,
        [ValueSource(nameof(s_lanes))] int lanes)
    {
        Binary(op, DType.Int32, lanes, Samples.Pairs<int>(), (a, b) => Integer(op, a, b));
        Binary(op, DType.UInt32, lanes, Samples.Pairs<uint>(), (a, b) => Integer(op, a, b));
        if (lanes > 1) return;
        Binary(op, DType.Int64, lanes, Samples.Pairs<long>(), (a, b) => Integer(op, a, b));
        Binary(op, DType.UInt8, lanes, Samples.Pairs<byte>(), (a, b) => Integer(op, a, b));
    }

    [Test]
    public void Division([Values(Op.FloorDiv, Op.FloorMod)] Op op, [ValueSource(nameof(s_lanes))] int lanes)
    {
        Binary(op, DType.Int32, lanes, Samples.Pairs<int>(), (a, b) => Floor(op, a, b));
        Binary(op, DType.UInt32, lanes, Samples.Pairs<uint>(), (a, b) => Floor(op, a, b));
        if (lanes > 1) return;
        Binary(op, DType.Int64, lanes, Samples.Pairs<long>(), (a, b) => Floor(op, a, b));
        Binary(op, DType.UInt8, lanes, Samples.Pairs<byte>(), (a, b) => Floor(op, a, b));
    }

    [Test]
    public void DivisionByConstant([Values(Op.FloorDiv, Op.FloorMod)] Op op, [ValueSource(nameof(s_lanes))] int lanes,
        [Values(1, 2, 3, 8, 10, 128, -1, -3, -8)] int n)
    {
        ByConstant(op, DType.Int32, lanes, Samples.Of<int>(), n, a => Floor(op, a, n));
        if (n > 0) ByConstant(op, DType.UInt32, lanes, Samples.Of<uint>(), n, a => Floor(op, a, (uint)n));
        if (lanes > 1) return;
        ByConstant(op, DType.Int64, lanes, Samples.Of<long>(), n, a => Floor(op, a, n));
        if (n > 0) ByConstant(op, DType.UInt8, lanes, Samples.Of<byte>(), n, a => Floor(op, a, (byte)n));
    }

    [Test]
    public void ShiftByConstant([Values(Op.Shl, Op.Shr)] Op op, [ValueSource(nameof(s_lanes))] int lanes, [Values(0, 1, 7, 31)] int n)
    {
        ByConstant(op, DType.Int32, lanes, Samples.Of<int>(), n, a => op == Op.Shl ? a << n : a >> n);
        ByConstant(op, DType.UInt32, lanes, Samples.Of<uint>(), n, a => op == Op.Shl ? a << n : a >> n);
        if (lanes > 1) return;
        ByConstant(op, DType.Int64, lanes, Samples.Of<long>(), n, a => op == Op.Shl ? a << n : a >> n);
        if (n < 8) ByConstant(op, DType.UInt8, lanes, Samples.Of<byte>(), n, a => (byte)(op == Op.Shl ? a << n : a >> n));
    }

    [Test]
    public void ShiftByVariable([Values(Op.Shl, Op.Shr)] Op op, [ValueSource(nameof(s_lanes))] int lanes)
    {
        var (a, b) = Samples.Pairs<int>();
        Binary(op, DType.Int32, lanes, (a, [.. b.Select(n => n & 31)]), (x, n) => op == Op.Shl ? x << n : x >> n);
        var (c, d) = Samples.Pairs<uint>();
        Binary(op, DType.UInt32, lanes, (c, [.. d.Select(n => n & 31)]), (x, n) => op == Op.Shl ? x << (int)n : x >> (int)n);
        if (lanes > 1) return;
        var (e, f) = Samples.Pairs<long>();
        Binary(op, DType.Int64, lanes, (e, [.. f.Select(n => n & 63)]), (x, n) => op == Op.Shl ? x << (int)n : x >> (int)n);
    }

    [Test]
    public void ShiftByOneScalarForAllLanes([Values(4, 8, 16)] int lanes)
    {
        using var lines = new Lines();
        int[] a = Samples.Of<int>()[..16], by = [5], result = new int[16];
        UOp to = lines.Output(DType.Int32, 16), from = lines.Input(DType.Int32, 16), count = lines.Input(DType.Int32, 1);
        for (int i = 0; i < 16; i += lanes)
            lines.Store(to, UOp.Index(i), Lines.Load(from, UOp.Index(i), lanes).Alu(Op.Shr, Lines.Load(count, UOp.Index(0)).Splat(lanes)));
        lines.Run(result, a, by);
        Assert.That(result, Is.EqualTo(a.Select(x => x >> 5)));
    }

    [Test]
    public void FloatUnary([Values(Op.Neg, Op.Sqrt, Op.Trunc)] Op op, [ValueSource(nameof(s_lanes))] int lanes)
    {
        float F(float x) => op == Op.Neg ? -x : op == Op.Sqrt ? MathF.Sqrt(x) : MathF.Truncate(x);
        double D(double x) => op == Op.Neg ? -x : op == Op.Sqrt ? Math.Sqrt(x) : Math.Truncate(x);
        Unary(op, DType.Float32, lanes, Samples.Of<float>(), F);
        if (lanes == 1) Unary(op, DType.Float64, lanes, Samples.Of<double>(), D);
    }

    [Test]
    public void Transcendental([Values(Op.Exp2, Op.Exp, Op.Log2, Op.Sin)] Op op, [ValueSource(nameof(s_lanes))] int lanes)
    {
        float F(float x) => op == Op.Exp2 ? float.Exp2(x) : op == Op.Exp ? MathF.Exp(x) : op == Op.Log2 ? float.Log2(x) : float.Sin(x);
        double D(double x) => op == Op.Exp2 ? double.Exp2(x) : op == Op.Exp ? Math.Exp(x) : op == Op.Log2 ? double.Log2(x) : double.Sin(x);
        Unary(op, DType.Float32, lanes, Samples.Of<float>(), F);
        if (lanes == 1) Unary(op, DType.Float64, lanes, Samples.Of<double>(), D);
    }

    [Test]
    public void IntegerNegation([ValueSource(nameof(s_lanes))] int lanes)
    {
        Unary(Op.Neg, DType.Int32, lanes, Samples.Of<int>(), a => -a);
        if (lanes > 1) return;
        Unary(Op.Neg, DType.Int64, lanes, Samples.Of<long>(), a => -a);
        Unary(Op.Neg, DType.UInt8, lanes, Samples.Of<byte>(), a => (byte)-a);
    }

    [Test]
    public void BoolLogic([Values(Op.And, Op.Or, Op.Xor, Op.Max, Op.Min, Op.CmpLt, Op.CmpNe)] Op op,
        [ValueSource(nameof(s_lanes))] int lanes)
    {
        // Vectors of bool do not exist in memory: they come from comparisons, and go by Where.
        int[] a = [.. Enumerable.Range(0, 16).Select(i => i & 1)], b = [.. Enumerable.Range(0, 16).Select(i => i >> 1 & 1)];
        static bool Expected(Op op, bool x, bool y) => op switch
        {
            Op.And or Op.Min => x && y,
            Op.Or or Op.Max => x || y,
            Op.Xor or Op.CmpNe => x != y,
            _ => !x && y,
        };
        Check(a, b, lanes, DType.Int32, DType.Int32, (x, y) =>
        {
            var zero = UOp.Const(0, DType.Int32).Splat(lanes);
            var (p, q) = (x.Ne(zero), y.Ne(zero));
            var made = UOp.New(op, DType.Bool.Vec(lanes), [p, q]);
            return made.Where(UOp.Const(1, DType.Int32).Splat(lanes), zero);
        }, (x, y) => Expected(op, x != 0, y != 0) ? 1 : 0);
        if (lanes == 1) Binary(op, DType.Bool, 1, Samples.Pairs<bool>(), (x, y) => Expected(op, x, y));
    }

    [Test]
    public void Comparison([Values(Op.CmpLt, Op.CmpNe)] Op op, [ValueSource(nameof(s_lanes))] int lanes)
    {
        Compare(op, DType.Float32, lanes, Samples.Pairs<float>());
        Compare(op, DType.Int32, lanes, Samples.Pairs<int>());
        Compare(op, DType.UInt32, lanes, Samples.Pairs<uint>());
        if (lanes > 1) return;
        Compare(op, DType.Float64, lanes, Samples.Pairs<double>());
        Compare(op, DType.Int64, lanes, Samples.Pairs<long>());
        Compare(op, DType.UInt8, lanes, Samples.Pairs<byte>());
    }

    [Test]
    public void Not([ValueSource(nameof(s_lanes))] int lanes)
    {
        var (a, b) = Samples.Pairs<float>();
        var (one, zero) = (UOp.Const(1, DType.Int32), UOp.Const(0, DType.Int32));
        Check(a, b, lanes, DType.Float32, DType.Int32,
            (x, y) => x.Lt(y).Not().Where(one.Splat(lanes), zero.Splat(lanes)), (x, y) => x < y ? 0 : 1);
    }

    [Test]
    public void Select([ValueSource(nameof(s_lanes))] int lanes)
    {
        void Of<T>(DType type) where T : struct, INumber<T>
        {
            var (a, b) = Samples.Pairs<T>();
            Check(a, b, lanes, type, type, (x, y) => x.Lt(y).Where(y, x), (x, y) => x < y ? y : x);
            var zero = UOp.Const(0, type).Splat(lanes);
            Check(a, b, lanes, type, type, (x, y) => x.Lt(y).Where(y, zero), (x, y) => x < y ? y : T.Zero);
            Check(a, b, lanes, type, type, (x, y) => x.Lt(y).Where(zero, y), (x, y) => x < y ? T.Zero : y);
        }
        Of<float>(DType.Float32);
        Of<int>(DType.Int32);
        Of<uint>(DType.UInt32);
        if (lanes > 1) return;
        Of<double>(DType.Float64);
        Of<long>(DType.Int64);
        Of<byte>(DType.UInt8);
        var (p, q) = Samples.Pairs<bool>();
        Check(p, q, 1, DType.Bool, DType.Bool, (x, y) => x.Where(y, y.Not()), (x, y) => x ? y : !y);
    }

    [Test]
    public void MultiplyAddRoundsOnce([ValueSource(nameof(s_lanes))] int lanes)
    {
        var (a, b) = Samples.Pairs<float>();
        var third = UOp.Const(1f / 3, DType.Float32).Splat(lanes);
        Check(a, b, lanes, DType.Float32, DType.Float32, (x, y) => Lines.MulAcc(x, y, third),
            (x, y) => MathF.FusedMultiplyAdd(x, y, 1f / 3));
        var (c, d) = Samples.Pairs<int>();
        Check(c, d, lanes, DType.Int32, DType.Int32, (x, y) => Lines.MulAcc(x, y, x), (x, y) => unchecked(x * y + x));
        if (lanes > 1) return;
        var (e, f) = Samples.Pairs<double>();
        Check(e, f, 1, DType.Float64, DType.Float64, (x, y) => Lines.MulAcc(x, y, x), (x, y) => Math.FusedMultiplyAdd(x, y, x));
    }

    // ---- the plain C# side

    static T Number<T>(Op op, T a, T b) where T : INumber<T> => unchecked(op switch
    {
        Op.Add => a + b,
        Op.Mul => a * b,
        Op.Div => a / b,
        Op.Max => T.Max(a, b),
        Op.Min => T.Min(a, b),
        _ => throw new ArgumentOutOfRangeException(nameof(op)),
    });

    static T Integer<T>(Op op, T a, T b) where T : IBinaryInteger<T> => op switch
    {
        Op.And => a & b,
        Op.Or => a | b,
        Op.Xor => a ^ b,
        _ => Number(op, a, b),
    };

    /// <summary>By way of unbounded integers: floor(a / b), and what is left; 0 and a for a divisor of 0.</summary>
    static T Floor<T>(Op op, T a, T b) where T : IBinaryInteger<T>
    {
        if (T.IsZero(b)) return op == Op.FloorDiv ? b : a;
        BigInteger x = BigInteger.CreateChecked(a), y = BigInteger.CreateChecked(b);
        var q = BigInteger.DivRem(x, y, out var r);
        if (!r.IsZero && r.Sign != y.Sign) (q, r) = (q - 1, r + y);
        return T.CreateTruncating(op == Op.FloorDiv ? q : r);
    }

    static void Compare<T>(Op op, DType type, int lanes, (T[] A, T[] B) pairs) where T : struct, INumber<T> =>
        Check(pairs.A, pairs.B, lanes, type, lanes == 1 ? DType.Bool : DType.Int32,
            (x, y) =>
            {
                var made = UOp.New(op, DType.Bool.Vec(lanes), [x, y]);
                return lanes == 1 ? made : made.Where(UOp.Const(1, DType.Int32).Splat(lanes), UOp.Const(0, DType.Int32).Splat(lanes));
            },
            (x, y) => (op == Op.CmpLt ? x < y : x != y) ? 1 : 0, lanes == 1 ? (object)true : 1);

    // ---- the kernel side

    static void Unary<T>(Op op, DType type, int lanes, T[] a, Func<T, T> expected) where T : struct, IEquatable<T>
    {
        a = Whole(a);
        Check(a, a, lanes, type, type, (x, _) => x.Alu(op), (x, _) => expected(x));
    }

    static void ByConstant<T>(Op op, DType type, int lanes, T[] a, int n, Func<T, T> expected) where T : struct, IEquatable<T>
    {
        a = Whole(a);
        Check(a, a, lanes, type, type, (x, _) => x.Alu(op, UOp.Const((long)n, type).Splat(lanes)), (x, _) => expected(x));
    }

    static void Binary<T>(Op op, DType type, int lanes, (T[] A, T[] B) pairs, Func<T, T, T> expected) where T : struct, IEquatable<T> =>
        Check(pairs.A, pairs.B, lanes, type, type, (x, y) => UOp.New(op, type.Vec(lanes), [x, y]), expected);

    static T[] Whole<T>(T[] a) => [.. Enumerable.Range(0, (a.Length + 15) / 16 * 16).Select(i => a[i % a.Length])];

    static void Check<T, R>(T[] a, T[] b, int lanes, DType type, DType resultType, Func<UOp, UOp, UOp> build, Func<T, T, R> expected,
        object? asBool = null) where T : struct where R : struct
    {
        using var lines = new Lines();
        UOp to = lines.Output(resultType, a.Length), left = lines.Input(type, a.Length), right = lines.Input(type, a.Length);
        var i = lines.Loop(a.Length / lanes);
        lines.Store(to, i * lanes, build(Lines.Load(left, i * lanes, lanes), Lines.Load(right, i * lanes, lanes)));
        lines.End(i);
        Array result = asBool is true ? new bool[a.Length] : new R[a.Length];
        lines.Run(result, a, b);
        for (int k = 0; k < a.Length; k++)
        {
            object want = expected(a[k], b[k]), got = result.GetValue(k)!;
            if (got is bool flag && want is int) got = flag ? 1 : 0;
            Assert.That(Same(got, want), $"{type} x{lanes}: of {a[k]} and {b[k]} came {got}, not {want}");
        }
    }

    /// <summary>Equal to the bit; one NaN is as good as another.</summary>
    static bool Same(object x, object y) => (x, y) switch
    {
        (float a, float b) => float.IsNaN(a) ? float.IsNaN(b) : BitConverter.SingleToInt32Bits(a) == BitConverter.SingleToInt32Bits(b),
        (double a, double b) => double.IsNaN(a) ? double.IsNaN(b) : BitConverter.DoubleToInt64Bits(a) == BitConverter.DoubleToInt64Bits(b),
        _ => x.Equals(y),
    };
}
