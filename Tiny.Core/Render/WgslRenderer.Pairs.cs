using Tiny.Graph;

namespace Tiny.Render;

/// <summary>64-bit integers, which WGSL has not: pairs of words, the low one first, and functions of them (<see cref="WgslHelper"/>).</summary>
public sealed partial class WgslRenderer
{
    static bool IsPair(DType t) => t.IsInt && t.Size == 8;

    static string Suffix(DType t) => t.IsUnsigned ? "u64" : "i64";

    static Expression PairLiteral(UOp constant)
    {
        var bits = unchecked((ulong)constant.Int!.Value);
        return Expression.Primary($"vec2u({PairWord((uint)bits)}, {PairWord((uint)(bits >> 32))})");
    }

    static string PairWord(uint word) => word < 0x10000000 ? $"{word}u" : $"0x{word:x}u";

    // What is written by another operator or function than for 32 bits; null for anything else.
    private protected override Expression? OwnValue(UOp u)
    {
        if (u.Op == Op.FoldThreads) return AllThreads(u);
        if (!IsPair(u.DType) || u.DType.Lanes > 1) return null;
        Expression Call(string function, params ReadOnlySpan<Expression> arguments) => Expression.Call(Helper(function), arguments);
        var suffix = Suffix(u.DType);
        switch (u.Op)
        {
            // Modulo a power of two a + b * -1 is a - b.
            case Op.Add when Negated64(u.Src[1]) is { } b:
                return Call("sub_64", Written(u.Src[0]), b);
            case Op.Add:
                return Call("add_64", Written(u.Src[0]), Written(u.Src[1]));
            case Op.Mul when u.Src[1].Int == -1:
                return Call("neg_64", Written(u.Src[0]));
            case Op.Mul:
                return Call("mul_64", Written(u.Src[0]), Written(u.Src[1]));
            case Op.Neg:
                return Call("neg_64", Written(u.Src[0]));
            case Op.Shl:
                return Call("shl_64", Written(u.Src[0]), ShiftAmount(u.Src[1]));
            case Op.Shr:
                return Call($"shr_{suffix}", Written(u.Src[0]), ShiftAmount(u.Src[1]));
            case Op.FloorDiv:
                return Call($"floor_div_{suffix}", Written(u.Src[0]), Written(u.Src[1]));
            case Op.FloorMod:
                return Call($"floor_mod_{suffix}", Written(u.Src[0]), Written(u.Src[1]));
            case Op.Max:
                return Call($"max_{suffix}", Written(u.Src[0]), Written(u.Src[1]));
            case Op.Min:
                return Call($"min_{suffix}", Written(u.Src[0]), Written(u.Src[1]));
            default:
                return null;
        }
    }

    Expression? Negated64(UOp u) => u.Op == Op.Mul && u.Src[1].Int == -1 && IsWrittenInline(u) ? Written(u.Src[0]) : null;

    Expression PairComparison(DType type, Expression a, string op, Expression b)
    {
        Expression Less(Expression x, Expression y) => Expression.Call(Helper($"less_{Suffix(type)}"), x, y);
        return op switch
        {
            "==" => Expression.Call("all", Expression.Binary(a, "==", b)),
            "!=" => Expression.Call("any", Expression.Binary(a, "!=", b)),
            "<" => Less(a, b),
            ">" => Less(b, a),
            "<=" => Expression.Prefix("!", Less(b, a)),
            _ => Expression.Prefix("!", Less(a, b)),
        };
    }

    // Conversions from and to pairs.
    Expression PairCast(DType from, DType to, Expression x)
    {
        if (!IsPair(to))
        {
            var low = Expression.Primary($"{(x.Precedence == Precedence.Primary ? x.Text : $"({x.Text})")}.x");
            return to.IsBool ? Expression.Call("any", Expression.Binary(x, "!=", Expression.Primary("vec2u(0u, 0u)")))
                : to.IsFloat ? Expression.Call(Helper($"{Suffix(from)}_to_f32"), x)
                : to.IsUnsigned ? low : Expression.Call("bitcast<i32>", low);
        }
        if (IsPair(from)) return x;
        if (from.IsFloat) return Expression.Call(Helper($"f32_to_{Suffix(to)}"), x);
        return from.Kind == ScalarKind.Int32 ? Expression.Call(Helper("i32_to_64"), x)
            : Expression.Primary($"vec2u({(from.IsBool ? $"u32({x.Text})" : x.Text)}, 0u)");
    }
}
