using Tiny.Graph;

namespace Tiny.Runtime;

/// <summary>Elementwise nodes of the interpreter, row by row: floats by way of double, integers and bools by way of long.</summary>
sealed unsafe class InterpreterElementwise : IInterpreterRows
{
    readonly Op _op;
    readonly HostArray[] _src;
    // Operands are rows 0, 1, 2 of their kind (float or not), the result is row 3 of its kind.
    readonly double[][] _reals = new double[4][];
    readonly long[][] _wholes = new long[4][];
    readonly byte[] _rounded;

    public InterpreterElementwise(Op op, DType dtype, Shape shape, HostArray[] src)
    {
        (_op, _src, DType, Extents) = (op, src, dtype, shape.Extents());
        Strides = [.. src.Select(s => s.Strides)];
        int longest = Math.Min(shape.Numel, InterpreterRows.Chunk);
        for (int i = 0; i < 4; i++) (_reals[i], _wholes[i]) = (new double[longest], new long[longest]);
        _rounded = new byte[longest * dtype.Size];
    }

    public DType DType { get; }
    public int[] Extents { get; }
    public long[][] Strides { get; }

    /// <summary>The whole result.</summary>
    public static HostArray Run(Op op, DType dtype, Shape shape, HostArray[] src)
    {
        var rows = new InterpreterElementwise(op, dtype, shape, src);
        var result = HostArray.New(dtype, rows.Extents);
        byte* target = result.Start;
        InterpreterRows.Each(rows.Extents, [.. rows.Strides, result.Strides], (at, n, step) =>
        {
            rows.Compute(at, n, step);
            rows.Store(target + at[^1] * dtype.Size, step[^1], n);
        });
        return result;
    }

    public void Read(ReadOnlySpan<long> at, ReadOnlySpan<long> step, Span<double> row)
    {
        Compute(at, row.Length, step);
        fixed (byte* rounded = _rounded)
        {
            Store(rounded, 1, row.Length);
            InterpreterRows.Load(rounded, 1, DType, row);
        }
    }

    public void Read(ReadOnlySpan<long> at, ReadOnlySpan<long> step, Span<long> row)
    {
        Compute(at, row.Length, step);
        fixed (byte* rounded = _rounded)
        {
            Store(rounded, 1, row.Length);
            InterpreterRows.Load(rounded, 1, DType, row);
        }
    }

    void Compute(ReadOnlySpan<long> at, int n, ReadOnlySpan<long> step)
    {
        for (int i = 0; i < _src.Length; i++)
        {
            var type = _src[i].DType;
            byte* from = _src[i].Start + at[i] * type.Size;
            if (type.IsFloat) InterpreterRows.Load(from, step[i], type, _reals[i].AsSpan(0, n));
            else InterpreterRows.Load(from, step[i], type, _wholes[i].AsSpan(0, n));
        }
        Compute(_op, DType, _src[^1].DType, _reals, _wholes, n);
    }

    void Store(byte* to, long step, int n)
    {
        if (DType.IsFloat) InterpreterRows.Store(to, step, DType, _reals[3].AsSpan(0, n));
        else InterpreterRows.Store(to, step, DType, _wholes[3].AsSpan(0, n));
    }

    static void Compute(Op op, DType dtype, DType operand, double[][] reals, long[][] wholes, int n)
    {
        switch (op)
        {
            case Op.Cast when operand.IsFloat && dtype.IsFloat:
                Array.Copy(reals[0], reals[3], n);
                break;
            case Op.Cast when operand.IsFloat:
                for (int i = 0; i < n; i++) wholes[3][i] = Saturate(reals[0][i], dtype.Kind);
                break;
            case Op.Cast when dtype.Kind == ScalarKind.Float64:
                for (int i = 0; i < n; i++) reals[3][i] = Sticky(wholes[0][i], operand) is var (x, unit) ? (double)x * unit : 0;
                break;
            // To shorter floats by way of float32.
            case Op.Cast when dtype.IsFloat:
                for (int i = 0; i < n; i++) reals[3][i] = Sticky(wholes[0][i], operand) is var (x, unit) ? (float)x * (float)unit : 0;
                break;
            case Op.Cast:
                for (int i = 0; i < n; i++) wholes[3][i] = dtype.IsBool ? (wholes[0][i] != 0 ? 1 : 0) : wholes[0][i];
                break;
            case Op.Where when dtype.IsFloat:
                for (int i = 0; i < n; i++) reals[3][i] = wholes[0][i] != 0 ? reals[1][i] : reals[2][i];
                break;
            case Op.Where:
                for (int i = 0; i < n; i++) wholes[3][i] = wholes[0][i] != 0 ? wholes[1][i] : wholes[2][i];
                break;
            case Op.CmpLt when operand.IsFloat:
                for (int i = 0; i < n; i++) wholes[3][i] = reals[0][i] < reals[1][i] ? 1 : 0;
                break;
            case Op.CmpLt when operand.Kind == ScalarKind.UInt64:
                for (int i = 0; i < n; i++) wholes[3][i] = (ulong)wholes[0][i] < (ulong)wholes[1][i] ? 1 : 0;
                break;
            case Op.CmpLt:
                for (int i = 0; i < n; i++) wholes[3][i] = wholes[0][i] < wholes[1][i] ? 1 : 0;
                break;
            case Op.CmpNe when operand.IsFloat:
                for (int i = 0; i < n; i++) wholes[3][i] = reals[0][i] != reals[1][i] ? 1 : 0;
                break;
            case Op.CmpNe:
                for (int i = 0; i < n; i++) wholes[3][i] = wholes[0][i] != wholes[1][i] ? 1 : 0;
                break;
            default:
                if (dtype.IsFloat) Real(op, reals[0], reals[1], reals[2], reals[3].AsSpan(0, n));
                else Whole(op, dtype.Kind, wholes[0], wholes[1], wholes[2], wholes[3].AsSpan(0, n));
                break;
        }
    }

    // A number that no long holds as one of half its size whose last bit says whether anything was cut off: rounding sees no difference.
    static (long Number, double Unit) Sticky(long x, DType dtype) =>
        dtype.Kind == ScalarKind.UInt64 && x < 0 ? ((long)((ulong)x >> 1) | x & 1, 2) : (x, 1);

    static void Real(Op op, double[] a, double[] b, double[] c, Span<double> r)
    {
        switch (op)
        {
            case Op.Neg:
                for (int i = 0; i < r.Length; i++) r[i] = -a[i];
                break;
            case Op.Sqrt:
                for (int i = 0; i < r.Length; i++) r[i] = Math.Sqrt(a[i]);
                break;
            case Op.Exp2:
                for (int i = 0; i < r.Length; i++) r[i] = Math.Pow(2, a[i]);
                break;
            case Op.Exp:
                for (int i = 0; i < r.Length; i++) r[i] = Math.Exp(a[i]);
                break;
            case Op.Log2:
                for (int i = 0; i < r.Length; i++) r[i] = Math.Log2(a[i]);
                break;
            case Op.Sin:
                for (int i = 0; i < r.Length; i++) r[i] = Math.Sin(a[i]);
                break;
            case Op.Trunc:
                for (int i = 0; i < r.Length; i++) r[i] = Math.Truncate(a[i]);
                break;
            case Op.Add:
                for (int i = 0; i < r.Length; i++) r[i] = a[i] + b[i];
                break;
            case Op.Mul:
                for (int i = 0; i < r.Length; i++) r[i] = a[i] * b[i];
                break;
            case Op.Div:
                for (int i = 0; i < r.Length; i++) r[i] = a[i] / b[i];
                break;
            case Op.Max:
                for (int i = 0; i < r.Length; i++) r[i] = Math.Max(a[i], b[i]);
                break;
            case Op.Min:
                for (int i = 0; i < r.Length; i++) r[i] = Math.Min(a[i], b[i]);
                break;
            case Op.MulAcc:
                for (int i = 0; i < r.Length; i++) r[i] = Math.FusedMultiplyAdd(a[i], b[i], c[i]);
                break;
            default:
                throw new InvalidOperationException($"{op} does not take floats");
        }
    }

    static void Whole(Op op, ScalarKind kind, long[] a, long[] b, long[] c, Span<long> r)
    {
        switch (op)
        {
            case Op.FloorDiv or Op.FloorMod or Op.Max or Op.Min or Op.Shr when kind == ScalarKind.UInt64:
                for (int i = 0; i < r.Length; i++) r[i] = unchecked((long)Large(op, (ulong)a[i], (ulong)b[i]));
                break;
            case Op.Neg:
                for (int i = 0; i < r.Length; i++) r[i] = unchecked(-a[i]);
                break;
            case Op.Add:
                for (int i = 0; i < r.Length; i++) r[i] = unchecked(a[i] + b[i]);
                break;
            case Op.Mul:
                for (int i = 0; i < r.Length; i++) r[i] = unchecked(a[i] * b[i]);
                break;
            case Op.MulAcc:
                for (int i = 0; i < r.Length; i++) r[i] = unchecked(a[i] * b[i] + c[i]);
                break;
            case Op.FloorDiv:
                for (int i = 0; i < r.Length; i++) r[i] = FloorDiv(a[i], b[i]);
                break;
            case Op.FloorMod:
                for (int i = 0; i < r.Length; i++) r[i] = unchecked(a[i] - b[i] * FloorDiv(a[i], b[i]));
                break;
            case Op.Max:
                for (int i = 0; i < r.Length; i++) r[i] = Math.Max(a[i], b[i]);
                break;
            case Op.Min:
                for (int i = 0; i < r.Length; i++) r[i] = Math.Min(a[i], b[i]);
                break;
            case Op.And:
                for (int i = 0; i < r.Length; i++) r[i] = a[i] & b[i];
                break;
            case Op.Or:
                for (int i = 0; i < r.Length; i++) r[i] = a[i] | b[i];
                break;
            case Op.Xor:
                for (int i = 0; i < r.Length; i++) r[i] = a[i] ^ b[i];
                break;
            case Op.Shl:
                for (int i = 0; i < r.Length; i++) r[i] = b[i] >= 0 && b[i] < 64 ? a[i] << (int)b[i] : 0;
                break;
            case Op.Shr:
                // Unsigned values were read without a sign, so this fills with zeros for them.
                for (int i = 0; i < r.Length; i++) r[i] = a[i] >> (b[i] >= 0 && b[i] < 64 ? (int)b[i] : 63);
                break;
            default:
                throw new InvalidOperationException($"{op} does not take {kind}");
        }
    }

    static ulong Large(Op op, ulong a, ulong b) => op switch
    {
        Op.FloorDiv => b == 0 ? 0 : a / b,
        Op.FloorMod => b == 0 ? a : a % b,
        Op.Max => Math.Max(a, b),
        Op.Min => Math.Min(a, b),
        _ => b < 64 ? a >> (int)b : 0,
    };

    /// <summary>Rounded down; 0 for a divisor of 0, so that what is left is the dividend.</summary>
    static long FloorDiv(long a, long b)
    {
        if (b == 0) return 0;
        if (b == -1) return unchecked(-a);
        long q = a / b;
        return a % b != 0 && (a < 0) != (b < 0) ? q - 1 : q;
    }

    /// <summary>Truncated and limited to the kind's range; NaN gives 0.</summary>
    static long Saturate(double x, ScalarKind kind) => kind switch
    {
        _ when double.IsNaN(x) => kind == ScalarKind.Bool ? 1 : 0,
        ScalarKind.Bool => x != 0 ? 1 : 0,
        ScalarKind.Int8 => (long)Math.Clamp(x, sbyte.MinValue, sbyte.MaxValue),
        ScalarKind.UInt8 => (long)Math.Clamp(x, 0, byte.MaxValue),
        ScalarKind.Int16 => (long)Math.Clamp(x, short.MinValue, short.MaxValue),
        ScalarKind.UInt16 => (long)Math.Clamp(x, 0, ushort.MaxValue),
        ScalarKind.Int32 => (long)Math.Clamp(x, int.MinValue, int.MaxValue),
        ScalarKind.UInt32 => (long)Math.Clamp(x, 0, uint.MaxValue),
        ScalarKind.UInt64 => unchecked((long)(x >= ulong.MaxValue ? ulong.MaxValue : x <= 0 ? 0 : (ulong)x)),
        _ => x >= long.MaxValue ? long.MaxValue : x <= long.MinValue ? long.MinValue : (long)x,
    };
}
