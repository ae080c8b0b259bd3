using Tiny.Graph;
using Tiny.Optimize;

namespace Tiny.Lower;

/// <summary>
/// Takes a body; gives one without the elementwise operations that the target lacks, and with every shift in range. Exp2, Log2 and Sin become polynomials of float32
/// arithmetic, the same for every such target and for every number of lanes. Coefficients: minimax by Remez exchange on the stated interval,
/// relative error below 2e-9, 5e-9 and 6e-9 before rounding. Sin reduces its argument with pi in three parts (Cody and Waite), of which the
/// first two have so few bits that their products are exact up to |x| = 12,000; beyond, the error grows with |x| * 2^-24.
/// </summary>
static class Decompose
{
    // 2^f for -1/2 <= f <= 1/2
    static readonly double[] s_exp2 =
        [1.0, 0.6931472057372533, 0.24022646890639768, 0.05550328776997124, 0.009618488956502537, 0.0013399931209598873, 0.0001534581216426953];

    // log2(1 + f) / f for sqrt(1/2) - 1 <= f <= sqrt(2) - 1
    static readonly double[] s_log2 =
    [
        1.4426950408299413, -0.7213473515009721, 0.48089824105774415, -0.36069664937454154, 0.28856740831062255,
        -0.23961740430268788, 0.20460062196072015, -0.19106275145421814, 0.18617494516672561, -0.10994953749401168,
    ];

    // sin(r) / r as a polynomial of r^2 for -pi/2 <= r <= pi/2
    static readonly double[] s_sin =
        [0.9999999946306121, -0.16666656601718746, 0.008333023251741253, -0.00019807281869082126, 2.601596157974705e-06];

    // pi
    static readonly double[] s_pi = [3.140625, 0.0009675025939941406, 1.5099580252808664e-07];

    public static UOp Run(UOp sink, TargetProfile profile)
    {
        var rules = new RuleSet().On(ShiftRange.Guard, Op.Shl, Op.Shr);
        if (profile.Lacks.Contains(Op.Exp2)) rules.On(u => u.DType.Kind == ScalarKind.Float32 ? Exp2(u.Src[0], profile) : null, Op.Exp2);
        if (profile.Lacks.Contains(Op.Log2)) rules.On(u => u.DType.Kind == ScalarKind.Float32 ? Log2(u.Src[0], profile) : null, Op.Log2);
        if (profile.Lacks.Contains(Op.Sin)) rules.On(u => u.DType.Kind == ScalarKind.Float32 ? Sin(u.Src[0], profile) : null, Op.Sin);
        return new Rewriter(rules).Run(sink);
    }

    static UOp Exp2(UOp x, TargetProfile profile)
    {
        int lanes = x.DType.Lanes;
        // Beyond these bounds the result is 0 or infinity anyway, and n below stays small. NaN passes through.
        x = x.Alu(Op.Max, F(-160, lanes)).Alu(Op.Min, F(129, lanes));
        UOp n, p;
        if (profile.Grid)
        {
            var nearest = Nearest(x);
            n = nearest.Cast(DType.Int32.Vec(lanes));
            p = Polynomial(x - nearest, s_exp2, profile);
        }
        else
        {
            // Adding 1.5 * 2^23 leaves the nearest whole number in the low bits.
            var shifted = x + F(12582912, lanes);
            n = shifted.Bitcast(DType.Int32.Vec(lanes)) + -0x4B400000L;
            p = Polynomial(x - (shifted + F(-12582912, lanes)), s_exp2, profile);
        }
        // 2^n in two factors, so that neither leaves the normal range.
        var half = n.Alu(Op.Shr, I(1, lanes));
        return p * PowerOfTwo(half, lanes) * PowerOfTwo(n - half, lanes);
    }

    static UOp PowerOfTwo(UOp n, int lanes) => (n + 127).Alu(Op.Shl, I(23, lanes)).Bitcast(DType.Float32.Vec(lanes));

    static UOp Log2(UOp x, TargetProfile profile)
    {
        int lanes = x.DType.Lanes;
        const double tiny = 1.1754943508222875e-38, scale = 16777216;
        // Subnormal numbers are scaled up by 2^24 first.
        var small = x.Lt(F(tiny, lanes));
        var bits = small.Where(x * F(scale, lanes), x).Bitcast(DType.Int32.Vec(lanes));
        // x = m * 2^e with sqrt(1/2) <= m < sqrt(2)
        const long rootHalf = 0x3F3504F3;
        var e = (bits + -rootHalf).Alu(Op.Shr, I(23, lanes));
        var m = (bits - e.Alu(Op.Shl, I(23, lanes))).Bitcast(DType.Float32.Vec(lanes));
        var f = m + F(-1, lanes);
        var exponent = (e + small.Where(I(-24, lanes), I(0, lanes))).Cast(DType.Float32.Vec(lanes));
        var y = f * Polynomial(f, s_log2, profile) + exponent;
        y = x.Lt(F(0, lanes)).Where(F(double.NaN, lanes), y);
        y = x.Ne(F(0, lanes)).Where(y, F(double.NegativeInfinity, lanes));
        // Infinity and NaN are their own logarithms.
        return x.Lt(F(double.PositiveInfinity, lanes)).Where(y, x);
    }

    static UOp Sin(UOp x, TargetProfile profile)
    {
        int lanes = x.DType.Lanes;
        // x = n * pi + r, sin(x) = (-1)^n * sin(r)
        var n = Nearest(x * F(1 / Math.PI, lanes));
        var r = x;
        foreach (double part in s_pi) r -= n * F(part, lanes);
        var sine = r * Polynomial(r * r, s_sin, profile);
        var sign = n.Cast(DType.Int32.Vec(lanes)).Alu(Op.Shl, I(31, lanes));
        return sine.Bitcast(DType.Int32.Vec(lanes)).Alu(Op.Xor, sign).Bitcast(DType.Float32.Vec(lanes));
    }

    // The nearest whole number, by truncation: compilers of shaders may undo the addition of a large number.
    static UOp Nearest(UOp x)
    {
        int lanes = x.DType.Lanes;
        return (x + x.Lt(F(0, lanes)).Where(F(-0.5, lanes), F(0.5, lanes))).Alu(Op.Trunc);
    }

    static UOp Polynomial(UOp x, double[] coefficients, TargetProfile profile)
    {
        int lanes = x.DType.Lanes;
        var sum = F(coefficients[^1], lanes);
        for (int i = coefficients.Length - 2; i >= 0; i--)
            sum = profile.Fma ? UOp.New(Op.MulAcc, x.DType, [sum, x, F(coefficients[i], lanes)]) : sum * x + F(coefficients[i], lanes);
        return sum;
    }

    static UOp F(double value, int lanes) => UOp.Const(value, DType.Float32).Splat(lanes);
    static UOp I(long value, int lanes) => UOp.Const(value, DType.Int32).Splat(lanes);
}
