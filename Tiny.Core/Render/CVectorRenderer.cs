using Tiny.Graph;

namespace Tiny.Render;

/// <summary>
/// Vectors by the GNU extension. A vector of bools is a mask: lanes of int32, 0 or -1. Vectors are read and written at any
/// address by memcpy, which compilers turn into one instruction.
/// </summary>
public sealed partial class CRenderer
{
    private protected override Expression VectorValue(UOp u)
    {
        switch (u.Op)
        {
            case Op.Broadcast:
                return Expression.Call(Helper(CHelper.Splat(u.DType)), Written(u.Src[0]));
            case Op.Vector:
                var lanes = u.Src.Select(s => IsBool(s.DType) ? Expression.Prefix("-", Written(s)).Text : Written(s).Text);
                return Expression.Primary($"({LocalType(u.DType)}){{ {string.Join(", ", lanes)} }}");
            case Op.Lane:
                var element = Expression.Primary($"{Written(u.Src[0]).Text}[{(int)u.Arg!}]");
                return u.DType == DType.Bool ? Expression.Binary(element, "!=", Expression.Primary("0")) : element;
            case Op.Dot:
                return Expression.Call(Helper(CHelper.Dot(u.Src[0].DType, u.Src[1].DType, u.DType, Attribute)), Written(u.Src[0]), Written(u.Src[1]), Written(u.Src[2]));
            default:
                return Expression.Call(Helper(CHelper.FoldLanes((Op)u.Arg!, u.Src[0].DType)), Written(u.Src[0]));
        }
    }

    private protected override Expression Extremum(UOp u)
    {
        // Of float32 there are instructions; the number of a limit is the second operand.
        if (!IsLimit(u)) return base.Extremum(u);
        if (u.Op == Op.Min && u.Src[0] is { Op: Op.Max } low && IsLimit(low) && IsWrittenInline(low))
            return Expression.Call(Helper(CHelper.Clamp(u.DType, Attribute is not null && u.DType.Lanes > 1)), Written(low.Src[0]), Written(Limit(low)), Written(Limit(u)));
        return Expression.Call(Helper(CHelper.Limit(u.Op, u.DType, Attribute is not null && u.DType.Lanes > 1)), Written(u.Src[0]), Written(Limit(u)));
    }

    static UOp Limit(UOp u) => u.Src[1].Op == Op.Broadcast ? u.Src[1].Src[0] : u.Src[1];

    static bool IsLimit(UOp u) => u.DType.Kind == ScalarKind.Float32 && Limit(u) is { Op: Op.Const, Arg: Constant number } && !double.IsNaN(number.Double);

    // A vector that is read where a condition holds, and else is 0.
    private protected override Expression? OwnValue(UOp u)
    {
        if (u is not { Op: Op.Where, Src: [{ Op: Op.Broadcast, Src: [var gate] }, { Op: Op.Load, Src: [var memory, { Op: Op.Where, Src: [var condition, var a, var b] } index] } load, { Op: Op.Broadcast, Src: [{ IsNothing: true }] }] }
            || IsBool(u.DType) || !IsWrittenInline(load) || !IsWrittenInline(index)) return null;
        var inside = ReferenceEquals(condition, gate) && b.IsZero ? a : gate is { Op: Op.CmpNe, Src: [var not, { IsOne: true }] } && ReferenceEquals(not, condition) && a.IsZero ? b : null;
        return inside is null ? null : Expression.Call(Helper(CHelper.GatedLoad(u.DType)), Written(gate), Written(memory), Written(inside));
    }

    private protected override bool IsUsedTwice(UOp user, int operand) => user.Op == Op.Lane;

    // The same number in every lane is written as that number beside a vector, and costs nothing elsewhere; nor does a condition.
    private protected override bool IsAlwaysInline(UOp line) => line.Op == Op.Broadcast && (line.Src[0].Op == Op.Const || IsBool(line.DType));

    // The language repeats a scalar beside a vector: 2.0f * v.
    private protected override Expression OperandBeside(UOp user, UOp operand)
    {
        bool repeats = user.Op is Op.Add or Op.Mul or Op.Div && !IsBool(user.DType) && user.DType.Kind != ScalarKind.UInt8
            && operand.Op == Op.Broadcast && IsWrittenInline(operand)
            && (user.Src[0].Op != Op.Broadcast || user.Src[1].Op != Op.Broadcast);
        return Written(repeats ? operand.Src[0] : operand);
    }

    private protected override Expression Comparison(UOp u, UOp a, string op, UOp b)
    {
        var e = base.Comparison(u, a, op, b);
        // A comparison gives lanes as wide as those compared; a mask has 32 bits.
        return a.DType.Lanes > 1 && a.DType.Size != 4
            ? Expression.Primary($"__builtin_convertvector({e.Text}, {LocalType(u.DType)})") : e;
    }

    string VectorLoad(DType t) => Helper(CHelper.VectorLoad(t));

    string VectorStore(DType t) => Helper(CHelper.VectorStore(t));
}
