using Tiny.Graph;

namespace Tiny.Algebra;

/// <summary>Evaluates operations on constants exactly as the targets do: floats rounded to their dtype, integers wrapping.</summary>
static class Constants
{
    public static ReadOnlySpan<Op> Foldable =>
    [
        Op.Neg, Op.Sqrt, Op.Trunc, Op.Cast, Op.Add, Op.Mul, Op.Div, Op.FloorDiv, Op.FloorMod, Op.Max, Op.Min,
        Op.And, Op.Or, Op.Xor, Op.Shl, Op.Shr, Op.CmpLt, Op.CmpNe,
    ];

    // An operation on constants is the constant.
    public static UOp? Fold(UOp node)
    {
        foreach (var s in node.Src)
            if (s.Int is null && s.Float is null) return null;
        var from = node.Src[0].DType;
        var value = from.IsFloat
            ? OfFloats(node.Op, node.DType, node.Src[0].Float!.Value, node.Src.Length > 1 ? node.Src[1].Float!.Value : 0)
            : OfInts(node.Op, from, node.DType, node.Src[0].Int!.Value, node.Src.Length > 1 ? node.Src[1].Int!.Value : 0);
        return value?.Splat(node.DType.Lanes);
    }

    static UOp? OfFloats(Op op, DType to, double a, double b)
    {
        // Double arithmetic rounded once more to a smaller float is exact for + * / and sqrt (its 53 bits exceed 2*24 + 2).
        double? r = op switch
        {
            Op.Neg => -a,
            Op.Sqrt => Math.Sqrt(a),
            Op.Trunc => Math.Truncate(a),
            Op.Add => a + b,
            Op.Mul => a * b,
            Op.Div => a / b,
            Op.Max => Math.Max(a, b),
            Op.Min => Math.Min(a, b),
            _ => null,
        };
        if (r is { } value) return UOp.Const(value, to.Scalar);
        return op switch
        {
            Op.CmpLt => UOp.Bool(a < b),
            Op.CmpNe => UOp.Bool(a != b),
            Op.Cast => to.IsFloat ? UOp.Const(a, to.Scalar) : to.IsBool ? UOp.Bool(a != 0) : UOp.Const(Saturate(a, to), to.Scalar),
            _ => null,
        };
    }

    static long Saturate(double a, DType to)
    {
        if (to.Kind == ScalarKind.UInt64) return unchecked((long)(a >= 18446744073709551616.0 ? ulong.MaxValue : a > 0 ? (ulong)a : 0));
        var (min, max) = Bounds.OfType(to);
        return double.IsNaN(a) ? 0 : a <= min ? min : a >= max ? max : (long)a;
    }

    static UOp? OfInts(Op op, DType from, DType to, long a, long b)
    {
        bool isShift = b >= 0 && b < to.Size * 8;
        // An integer becomes a short float by way of float32.
        if (op == Op.Cast && to.IsFloat) return UOp.Const(to.Kind == ScalarKind.Float64 ? Numbers.ToDouble(a, from) : Numbers.ToSingle(a, from), to.Scalar);
        long? r = op switch
        {
            Op.Add => unchecked(a + b),
            Op.Mul => unchecked(a * b),
            Op.And => a & b,
            Op.Or => a | b,
            Op.Xor => a ^ b,
            Op.Shl => isShift ? a << (int)b : 0,
            Op.FloorDiv when b == 0 => 0,
            Op.FloorMod when b == 0 => a,
            Op.CmpNe => a != b ? 1 : 0,
            Op.Cast => a,
            _ => from.Kind == ScalarKind.UInt64 ? OfUlongs(op, (ulong)a, (ulong)b) : OfLongs(op, a, b),
        };
        return r is { } value ? UOp.Const(value, to.Scalar) : null;
    }

    static long? OfLongs(Op op, long a, long b) => op switch
    {
        Op.FloorDiv => b == -1 ? unchecked(-a) : Numbers.FloorDiv(a, b),
        Op.FloorMod => b == -1 ? 0 : Numbers.FloorMod(a, b),
        Op.Max => Math.Max(a, b),
        Op.Min => Math.Min(a, b),
        Op.Shr => a >> (b is >= 0 and < 64 ? (int)b : 63),
        Op.CmpLt => a < b ? 1 : 0,
        _ => null,
    };

    static long? OfUlongs(Op op, ulong a, ulong b) => unchecked(op switch
    {
        Op.FloorDiv => (long)(a / b),
        Op.FloorMod => (long)(a % b),
        Op.Max => (long)Math.Max(a, b),
        Op.Min => (long)Math.Min(a, b),
        Op.Shr => b < 64 ? (long)(a >> (int)b) : 0,
        Op.CmpLt => a < b ? 1 : 0,
        _ => null,
    });
}
