using Tiny.Graph;
using Tiny.Optimize;

namespace Tiny.Lower;

/// <summary>
/// Takes a body; gives one without the elementwise operations that the target lacks, and with every shift in range. Exp2, Exp and Log2 become
/// polynomials of float32 arithmetic, the same for every such target and for every number of lanes. Coefficients: minimax by Remez exchange on the
/// stated interval, relative error below 2e-9, 4e-9 and 5e-9 before rounding. What it is after rounding, docs/math.md says.
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

    // (e^r - 1 - r) / r^2 for -ln(2)/2 <= r <= ln(2)/2
    static readonly double[] s_exp = [0.49999993346381644, 0.16666519130278867, 0.04166840573958346, 0.008368898665336607, 0.0013814220892592664];

    // ln(2) in two parts, the first of so few bits that a multiple of it is exact
    const double Ln2High = 0.693115234375, Ln2Low = 3.194618329871446e-05;

    public static UOp Run(UOp sink, TargetProfile profile)
    {
        var rules = new RuleSet().On(ShiftRange.Guard, Op.Shl, Op.Shr);
        Lacking(Op.Exp2, Exp2);
        Lacking(Op.Exp, Exp);
        Lacking(Op.Log2, Log2);
        return new Rewriter(rules).Run(sink);

        void Lacking(Op op, Func<UOp, TargetProfile, UOp> express)
        {
            if (profile.Lacks.Contains(op)) rules.On(u => u.DType.Kind == ScalarKind.Float32 ? express(u.Src[0], profile) : null, op);
        }
    }

    static UOp Exp2(UOp x, TargetProfile profile)
    {
        int lanes = x.DType.Lanes;
        // Beyond these bounds the result is 0 or infinity anyway, and n below stays small. NaN passes through.
        x = x.Alu(Op.Max, F(-160, lanes)).Alu(Op.Min, F(129, lanes));
        var (nearest, n) = Nearest(x, profile);
        return Scaled(Polynomial(x - nearest, s_exp2, profile), n);
    }

    static UOp Exp(UOp x, TargetProfile profile)
    {
        int lanes = x.DType.Lanes;
        x = x.Alu(Op.Max, F(-110, lanes)).Alu(Op.Min, F(89, lanes));
        // x = n * ln(2) + r
        var (nearest, n) = Nearest(x * F(1.4426950408889634, lanes), profile);
        var r = x - nearest * F(Ln2High, lanes) - nearest * F(Ln2Low, lanes);
        return Scaled(Polynomial(r, [1, 1, .. s_exp], profile), n);
    }

    // The nearest whole number, as a float and as an integer.
    static (UOp Float, UOp Int) Nearest(UOp x, TargetProfile profile)
    {
        int lanes = x.DType.Lanes;
        if (profile.Grid)
        {
            // By truncation: compilers of shaders may undo the addition of a large number.
            var whole = (x + x.Lt(F(0, lanes)).Where(F(-0.5, lanes), F(0.5, lanes))).Alu(Op.Trunc);
            return (whole, whole.Cast(DType.Int32.Vec(lanes)));
        }
        // Adding 1.5 * 2^23 leaves it in the low bits.
        var shifted = x + F(12582912, lanes);
        return (shifted + F(-12582912, lanes), shifted.Bitcast(DType.Int32.Vec(lanes)) + -0x4B400000L);
    }

    // p * 2^n, by two factors, so that neither leaves the normal range.
    static UOp Scaled(UOp p, UOp n)
    {
        int lanes = p.DType.Lanes;
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
