using System.Globalization;
using Tiny.Algebra;
using Tiny.Graph;

namespace Tiny.Render;

/// <summary>Value lines as expressions.</summary>
public abstract partial class CStyleRenderer
{
    Expression Value(UOp u) => OwnValue(u) ?? u.Op switch
    {
        Op.Neg when IsUnsigned(u.DType) && u.DType.Lanes == 1 =>
            Narrowed(u, Expression.Binary(Literal(UOp.Const(0L, u.DType)), "-", Written(u.Src[0]))),
        Op.Neg => Wraps(u) ? Called(u) : Narrowed(u, Expression.Prefix("-", Written(u.Src[0]))),
        Op.Add => Sum(u),
        Op.Mul => Product(u),
        Op.Div => Expression.Binary(OperandBeside(u, u.Src[0]), "/", OperandBeside(u, u.Src[1])),
        Op.FloorDiv => IsPlainDivision(u) ? Narrowed(u, Operator(u, "/")) : Called(u),
        Op.FloorMod => IsPlainDivision(u) ? Narrowed(u, Operator(u, "%")) : Called(u),
        Op.And => Operator(u, IsLogical(u) ? "&&" : "&"),
        Op.Or => Operator(u, IsLogical(u) ? "||" : "|"),
        Op.Xor => Operator(u, IsLogical(u) ? "!=" : IsBool(u.DType) ? MaskDiffers : "^"),
        Op.Shl => Wraps(u) ? Called(u) : Narrowed(u, Expression.Binary(Written(u.Src[0]), "<<", ShiftAmount(u.Src[1]))),
        Op.Shr => Narrowed(u, Expression.Binary(Written(u.Src[0]), ">>", ShiftAmount(u.Src[1]))),
        Op.CmpLt => Less(u, negated: false),
        Op.CmpNe => Differs(u),
        Op.Max or Op.Min when IsBool(u.DType) => Operator(u, (u.Op == Op.Max, IsLogical(u)) switch
        {
            (true, true) => "||",
            (true, false) => "|",
            (false, true) => "&&",
            _ => "&",
        }),
        Op.Where => Select(u),
        Op.Cast => CastValue(u),
        Op.Bitcast => BitcastValue(u),
        Op.Load => LoadValue(u),
        Op.Broadcast or Op.Vector or Op.Lane or Op.FoldLanes or Op.Dot => VectorValue(u),
        Op.Sqrt or Op.Exp2 or Op.Exp or Op.Log2 or Op.Sin or Op.Trunc or Op.MulAcc => Called(u),
        Op.Max or Op.Min => Extremum(u),
        _ => throw Lacking(u.Op, u.DType),
    };

    static bool IsLogical(UOp u) => u.DType == DType.Bool;

    private protected Expression Operator(UOp u, string op) => Expression.Binary(OperandBeside(u, u.Src[0]), op, OperandBeside(u, u.Src[1]));

    private protected Expression Called(UOp u)
    {
        var arguments = new Expression[u.Src.Length];
        for (int i = 0; i < arguments.Length; i++) arguments[i] = Written(u.Src[i]);
        return Expression.Call(Function(u.Op, u.DType), arguments);
    }

    private protected virtual Expression Extremum(UOp u) => Called(u);

    private protected virtual Expression Narrowed(UOp u, Expression e) => e;

    Expression Sum(UOp u)
    {
        if (IsBool(u.DType)) throw Lacking(u.Op, u.DType);
        if (Wraps(u))
        {
            // Modulo a power of two a + b * -1 is a - b, whatever overflows on the way.
            return u.Src[1] is { Op: Op.Mul } b1 && IsWrittenInline(b1) && IsMinusOne(b1.Src[1])
                ? Expression.Call(WrappingDifference(u.DType), Written(u.Src[0]), Written(b1.Src[0])) : Called(u);
        }
        if (Negated(u.Src[1]) is { } b) return Narrowed(u, Expression.Binary(OperandBeside(u, u.Src[0]), "-", b));
        if (Negated(u.Src[0]) is { } a) return Narrowed(u, Expression.Binary(OperandBeside(u, u.Src[1]), "-", a));
        return Narrowed(u, Operator(u, "+"));
    }

    Expression Product(UOp u)
    {
        if (IsBool(u.DType)) throw Lacking(u.Op, u.DType);
        if (Wraps(u)) return Called(u);
        return IsMinusOne(u.Src[1]) && !IsUnsigned(u.DType) ? Expression.Prefix("-", Written(u.Src[0])) : Narrowed(u, Operator(u, "*"));
    }

    // e, where the operand is -e and is written inline: its user then subtracts e.
    private protected Expression? Negated(UOp u)
    {
        if (!IsWrittenInline(u) || IsUnsigned(u.DType)) return null;
        switch (u.Op)
        {
            case Op.Const when u.DType.IsFloat && double.IsNegative(u.Float!.Value) && !double.IsNaN(u.Float.Value):
                return Literal(UOp.Const(-u.Float.Value, u.DType));
            case Op.Const when u.DType.IsInt && u.Int < 0 && u.Int > Bounds.OfType(u.DType).Min:
                return Literal(UOp.Const(-u.Int.Value, u.DType));
            case Op.Broadcast when u.Src[0].Op == Op.Const:
                return Negated(u.Src[0]);
            case Op.Neg when !Wraps(u):
            case Op.Mul when !Wraps(u) && IsMinusOne(u.Src[1]):
                return Written(u.Src[0]);
            case Op.Mul when !Wraps(u) && u.DType.IsInt && u.Src[1] is { Op: Op.Const, Int: < 0 and > int.MinValue and var n } c:
                return Expression.Binary(Written(u.Src[0]), "*", Literal(UOp.Const(-n, c.DType)));
            default:
                return null;
        }
    }

    static bool IsMinusOne(UOp u) => u.Op is Op.Const or Op.Broadcast && (u.Int == -1 || u.Float == -1);

    private protected static bool IsUnsigned(DType t) => t.IsUnsigned;

    Expression Differs(UOp u)
    {
        var (a, b) = (u.Src[0], u.Src[1]);
        if (!IsBool(a.DType)) return Comparison(u, a, "!=", b);
        if (b.Op is not (Op.Const or Op.Broadcast) || b.Int is not { } constant)
            return Expression.Binary(Written(a), IsLogical(a) ? "!=" : MaskDiffers, Written(b));
        if (constant == 0) return Written(a);
        // The negation of a bool.
        if (IsWrittenInline(a))
        {
            if (a.Op == Op.CmpNe && !IsBool(a.Src[0].DType)) return Comparison(a, a.Src[0], "==", a.Src[1]);
            // Not for floats: the negation of a < b is true for NaN, a >= b is not.
            if (a.Op == Op.CmpLt && a.Src[0].DType.IsInt) return Less(a, negated: true);
        }
        return Expression.Prefix(IsLogical(a) ? "!" : MaskNot, Written(a));
    }

    Expression Less(UOp u, bool negated)
    {
        var (a, b) = (u.Src[0], u.Src[1]);
        if (IsBool(a.DType))
        {
            var not = Expression.Prefix(IsLogical(a) ? "!" : MaskNot, Written(a));
            return Expression.Binary(not, IsLogical(a) ? "&&" : "&", Written(b));
        }
        // x > 2 reads better than 2 < x.
        return a.Op == Op.Const || a.Op == Op.Broadcast && a.Src[0].Op == Op.Const
            ? Comparison(u, b, negated ? "<=" : ">", a) : Comparison(u, a, negated ? ">=" : "<", b);
    }

    private protected virtual Expression Comparison(UOp u, UOp a, string op, UOp b) => Expression.Binary(Written(a), op, Written(b));

    /// <summary>Truncating division is rounding down where no operand can be negative and the divisor not 0.</summary>
    private protected static bool IsPlainDivision(UOp u) =>
        u.DType.Lanes == 1 && Bounds.Of(u.Src[0]).Min >= 0 && Bounds.Of(u.Src[1]).Min > 0;

    /// <summary>True where a sum, product, negation or left shift of integers may leave its type.</summary>
    private protected static bool MayOverflow(UOp u)
    {
        var (min, max) = Bounds.OfType(u.DType);
        var (a, b) = Bounds.Of(u.Src[0]);
        if (u.Op == Op.Neg) return a == min;
        var (c, d) = Bounds.Of(u.Src[1]);
        switch (u.Op)
        {
            case Op.Add:
                return (Int128)a + c < min || (Int128)b + d > max;
            case Op.Mul:
                Int128 p = (Int128)a * c, q = (Int128)a * d, r = (Int128)b * c, s = (Int128)b * d;
                return Int128.Min(Int128.Min(p, q), Int128.Min(r, s)) < min || Int128.Max(Int128.Max(p, q), Int128.Max(r, s)) > max;
            default:
                // A shift; that of a negative number is undefined too.
                return a < 0 || c < 0 || d > 62 || (Int128)b << (int)d > max;
        }
    }

    /// <summary>The shortest decimal that reads back as the finite, non-negative number, whether a reader rounds it once or by way of double.</summary>
    private protected static string Decimal(double value, bool single)
    {
        var text = single ? ((float)value).ToString("R", CultureInfo.InvariantCulture) : value.ToString("R", CultureInfo.InvariantCulture);
        if (single && (float)double.Parse(text, CultureInfo.InvariantCulture) != (float)value)
            text = value.ToString("R", CultureInfo.InvariantCulture);
        int e = text.IndexOf('E', StringComparison.Ordinal);
        if (e < 0) return text.Contains('.', StringComparison.Ordinal) ? text : text + ".0";
        return $"{text[..e]}e{int.Parse(text[(e + 1)..], CultureInfo.InvariantCulture)}";
    }
}
