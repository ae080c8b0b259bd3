using Tiny.Graph;

namespace Tiny.Lower;

/// <summary>
/// Shifts by amounts that may lie outside of 0..bits-1, which every target takes differently: a left shift then gives 0, a right shift
/// the sign in every bit (0 for unsigned integers). Where bounds prove the amount, the shift stays as it is.
/// </summary>
static class ShiftRange
{
    public static UOp? Guard(UOp shift)
    {
        var (value, amount) = (shift.Src[0], shift.Src[1]);
        int bits = shift.DType.Size * 8, lanes = shift.DType.Lanes;
        if (amount.Min >= 0 && amount.Max < bits) return null;
        // One amount for all lanes is guarded once.
        var by = amount.Op == Op.Broadcast ? amount.Src[0] : amount;
        UOp N(long n) => UOp.Const(n, by.DType.Scalar).Splat(by.DType.Lanes);
        if (shift.Op == Op.Shr && !shift.DType.IsUnsigned)
        {
            var most = by.Alu(Op.Min, N(bits - 1));
            var inside = (by.Min < 0 ? by.Lt(N(0)).Where(N(bits - 1), most) : most).Alu(Op.Max, N(0));
            return value.Alu(Op.Shr, inside.Splat(lanes));
        }
        var within = by.Lt(N(bits));
        if (by.Min < 0) within = N(-1).Lt(by) & within;
        return within.Splat(lanes).Where(value.Alu(shift.Op, by.Alu(Op.Min, N(bits - 1)).Alu(Op.Max, N(0)).Splat(lanes)),
            UOp.Const(0L, shift.DType.Scalar).Splat(lanes));
    }
}
