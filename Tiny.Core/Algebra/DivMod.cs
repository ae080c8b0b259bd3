using Tiny.Graph;

namespace Tiny.Algebra;

/// <summary>
/// Floor division and modulo by positive constants. Takes expressions whose operands are in canonical form; gives, where one exists, a
/// form with fewer or smaller divisions. All laws need exact (non-wrapping) sums and are stated over whole numbers.
/// Canonical: a modulo of a division, never a division of a modulo; no nested divisions; coefficients under a division have
/// no divisor in common with it and no part that is a multiple of it. The laws' notation: see <see cref="Symbolic"/>.
/// </summary>
static class DivMod
{
    public static RuleSet Rules { get; } = new RuleSet().On(Div, Op.FloorDiv).On(Mod, Op.FloorMod);

    static UOp? Div(UOp node)
    {
        if (node.Src[1].Int is not { } c || c <= 0) return null;
        var x = node.Src[0];
        // x / 1 -> x
        if (c == 1) return x;
        // x / C -> K, when K*C <= x < (K + 1)*C and C > 1
        if (Numbers.FloorDiv(x.Min, c) == Numbers.FloorDiv(x.Max, c)) return Constant(node, Numbers.FloorDiv(x.Min, c));
        // (x / A) / C -> x / (A*C)
        if (x is { Op: Op.FloorDiv, Src: [var inner, { Int: > 0 and { } a }] } && Fits(a, c, node.DType)) return inner / (a * c);
        // (x % (A*C)) / C -> (x / C) % A
        if (x is { Op: Op.FloorMod, Src: [var under, { Int: > 0 and { } m }] } && m % c == 0) return under / c % (m / c);
        var form = LinearForm.Of(x);
        if (!form.IsExact()) return null;
        // (x*C + y) / C -> x + y / C
        // (x + K*C) / C -> x / C + K
        long k = Numbers.FloorDiv(form.Constant, c);
        var whole = form.Where(n => n % c == 0);
        var rest = form.Where(n => n % c != 0, form.Constant - k * c);
        // A larger constant may make the sum wrap.
        if (!rest.IsExact()) return null;
        if (!whole.IsConstant || k != 0) return LinearForm.Of(Quotient(rest, c)).Add(whole.DivideBy(c).ToUOp(), 1).Add(k).ToUOp();
        // (x*G + y) / (G*C) -> x / C, when 0 <= y < G
        return SplitBy(form, c) is var (high, _, g) ? (high.ToUOp() / (c / g)) : null;
    }

    static UOp? Mod(UOp node)
    {
        if (node.Src[1].Int is not { } c || c <= 0) return null;
        var x = node.Src[0];
        // x % C -> x - K*C, when K*C <= x < (K + 1)*C
        long k = Numbers.FloorDiv(x.Min, c);
        if (k == Numbers.FloorDiv(x.Max, c)) return LinearForm.Of(x).Add(-k * c).ToUOp();
        // (x % (A*C)) % C -> x % C
        if (x is { Op: Op.FloorMod, Src: [var under, { Int: > 0 and { } m }] } && m % c == 0) return under % c;
        var form = LinearForm.Of(x);
        if (!form.IsExact()) return null;
        // (x*C + y) % C -> y % C
        // (x + K*C) % C -> x % C
        var rest = form.Where(n => n % c != 0, Numbers.FloorMod(form.Constant, c));
        if (!rest.IsExact()) return null;
        if (rest.Terms.Count() < form.Terms.Count() || rest.Constant != form.Constant) return rest.ToUOp() % c;
        // (x*(C*M + N)) % C -> (x*N) % C, when 0 <= N < C and M > 0
        // (x*(C*M + N)) % C -> (x*N) % C, when -C < N <= 0 and M < 0
        if (form.Terms.Any(t => Math.Abs(t.Coefficient) > c)) return form.Map(n => n % c).ToUOp() % c;
        // (x*G + y) % (G*C) -> (x % C)*G + y, when 0 <= y < G
        return SplitBy(form, c) is var (high, low, g)
            ? LinearForm.Of(low.ToUOp()).Add(high.ToUOp() % (c / g), g).ToUOp() : null;
    }

    static UOp Quotient(LinearForm rest, long c) => rest.IsConstant ? UOp.Const(Numbers.FloorDiv(rest.Constant, c), rest.DType) : rest.ToUOp() / c;

    /// <summary>form = g * High + Low with g a divisor of c above 1 and 0 &lt;= Low &lt; g; null where there is no such g.</summary>
    static (LinearForm High, LinearForm Low, long G)? SplitBy(LinearForm form, long c)
    {
        foreach (long g in form.Terms.Select(t => Numbers.Gcd(t.Coefficient, c)).Where(g => g > 1).Distinct().OrderDescending())
        {
            long constant = Numbers.FloorMod(form.Constant, g);
            var low = form.Where(n => n % g != 0, constant);
            var (min, max) = low.Bounds();
            if (min < 0 || max >= g) continue;
            return (form.Where(n => n % g == 0, form.Constant - constant).DivideBy(g), low, g);
        }
        return null;
    }

    static bool Fits(long a, long b, DType dtype) => (Int128)a * b <= Bounds.OfType(dtype).Max;

    static UOp Constant(UOp like, long value) => UOp.Const(value, like.DType.Scalar).Splat(like.DType.Lanes);
}
