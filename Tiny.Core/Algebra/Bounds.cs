using System.Collections.Immutable;
using Tiny.Graph;

namespace Tiny.Algebra;

/// <summary>
/// Interval analysis of integers and bools. Every node carries its bounds from construction (<see cref="UOp.Min"/>,
/// <see cref="UOp.Max"/>), so asking costs nothing and no walk can overflow a stack. A result that might wrap has the
/// whole range of its dtype.
/// </summary>
public static class Bounds
{
    /// <summary>Inclusive bounds of an integer or bool node.</summary>
    public static (long Min, long Max) Of(UOp node) => (node.Min, node.Max);

    /// <summary>The values that a dtype can hold; for uint64, whose largest is no long, 0 and <see cref="long.MaxValue"/>, which
    /// as bounds of a node mean that nothing is known.</summary>
    public static (long Min, long Max) OfType(DType dtype) => dtype.Kind switch
    {
        ScalarKind.Bool => (0, 1),
        ScalarKind.Int8 => (sbyte.MinValue, sbyte.MaxValue),
        ScalarKind.UInt8 => (0, byte.MaxValue),
        ScalarKind.Int16 => (short.MinValue, short.MaxValue),
        ScalarKind.UInt16 => (0, ushort.MaxValue),
        ScalarKind.Int32 => (int.MinValue, int.MaxValue),
        ScalarKind.UInt32 => (0, uint.MaxValue),
        ScalarKind.UInt64 => (0, long.MaxValue),
        _ => (long.MinValue, long.MaxValue),
    };

    /// <summary>A node's upper bound as a whole number: that of a uint64 of which nothing is known is no long.</summary>
    internal static Int128 Highest(UOp node) => IsUnknown(node.DType, node.Max) ? ulong.MaxValue : node.Max;

    static bool IsUnknown(DType dtype, Int128 max) => dtype.Kind == ScalarKind.UInt64 && max >= long.MaxValue;

    internal static (long Min, long Max) Infer(Op op, DType dtype, ImmutableArray<UOp> src, object? arg)
    {
        if (dtype.IsFloat || dtype.Kind == ScalarKind.Void) return (long.MinValue, long.MaxValue);
        var whole = OfType(dtype);
        var (min, max) = Raw(op, dtype, src, arg) ?? whole;
        return min < whole.Min || max > whole.Max || IsUnknown(dtype, max) ? whole : ((long)min, (long)max);
    }

    // In 128 bits, so that no intermediate result overflows.
    static (Int128 Min, Int128 Max)? Raw(Op op, DType dtype, ImmutableArray<UOp> src, object? arg)
    {
        switch (op)
        {
            case Op.Const:
                var c = ((Constant)arg!).Bits;
                return dtype.Kind == ScalarKind.UInt64 ? ((ulong)c, (ulong)c) : (c, c);
            case Op.Iota:
                return (0, Math.Max((int)arg! - 1, 0));
            case Op.Variable:
                return (((Variable)arg!).Min, ((Variable)arg!).Max);
            case Op.Range or Op.Special:
                return (0, Math.Max(src[0].Max - 1, 0));
            case Op.Broadcast or Op.Lane or Op.Reshape or Op.Permute or Op.Expand or Op.Shrink or Op.Flip or Op.Contiguous or Op.WithGradient or Op.Acc:
                return op == Op.Acc ? null : (src[0].Min, Highest(src[0]));
            case Op.Vector:
                return (src.Min(s => s.Min), src.Max(Highest));
            case Op.Cast when src[0].DType.IsInt || src[0].DType.IsBool:
                return (src[0].Min, Highest(src[0]));
            case Op.Pad:
                return (Math.Min(0, src[0].Min), Int128.Max(0, Highest(src[0])));
            case Op.Reduce when src[0].DType.IsInt:
                return Reduced(src[0], (ReduceArg)arg!);
            case Op.Where:
                return (Math.Min(src[1].Min, src[2].Min), Int128.Max(Highest(src[1]), Highest(src[2])));
        }
        if (src.Length != 2 || src[0].DType.IsFloat) return null;
        Int128 a = src[0].Min, b = Highest(src[0]), x = src[1].Min, y = Highest(src[1]);
        return op switch
        {
            Op.Add => (a + x, b + y),
            Op.Mul => Hull(a * x, a * y, b * x, b * y),
            Op.Max => (Int128.Max(a, x), Int128.Max(b, y)),
            Op.Min => (Int128.Min(a, x), Int128.Min(b, y)),
            Op.FloorDiv when x == y && x > 0 => (Floor(a, x), Floor(b, x)),
            Op.FloorMod when x == y && x > 0 => Floor(a, x) == Floor(b, x) ? (a - Floor(a, x) * x, b - Floor(b, x) * x) : (0, x - 1),
            Op.And when a >= 0 && x >= 0 => (0, Int128.Min(b, y)),
            Op.And when a >= 0 || x >= 0 => (0, a >= 0 ? b : y),
            Op.Shr when x == y && x >= 0 && x < dtype.Size * 8 => (a >> (int)x, b >> (int)x),
            Op.Or or Op.Xor when src[0].DType.IsBool => (0, 1),
            Op.CmpLt => b < x ? (1, 1) : a >= y ? (0, 0) : (0, 1),
            // Bits that are set are not those of a number that lacks one of them.
            Op.CmpNe when src[0] is { Op: Op.Or, Src: [_, { Int: { } set }] } && src[1].Int is { } other && (set & ~other) != 0 => (1, 1),
            Op.CmpNe => b < x || y < a ? (1, 1) : a == b && x == y && a == x ? (0, 0) : (0, 1),
            _ => null,
        };
    }

    // As many as there may be: those of an extent that is not known may be fewer, down to none.
    static (Int128, Int128)? Reduced(UOp x, ReduceArg reduce)
    {
        Int128 fewest = 1, most = 1;
        foreach (int axis in reduce.Axes) (fewest, most) = (fewest * x.Shape[axis].Min, most * x.Shape[axis].Max);
        return reduce.Op switch
        {
            Op.Add => Hull(fewest * x.Min, most * x.Min, fewest * Highest(x), most * Highest(x)),
            Op.Max or Op.Min when fewest > 0 => (x.Min, Highest(x)),
            _ => null,
        };
    }

    static (Int128, Int128) Hull(Int128 p, Int128 q, Int128 r, Int128 s) =>
        (Int128.Min(Int128.Min(p, q), Int128.Min(r, s)), Int128.Max(Int128.Max(p, q), Int128.Max(r, s)));

    static Int128 Floor(Int128 a, Int128 b)
    {
        var q = a / b;
        return a % b < 0 ? q - 1 : q;
    }
}
