using Tiny.Graph;

namespace Tiny.Algebra;

/// <summary>
/// Algebra on integers, conditions and (only where it is exact) floats. Takes any kernel expression; gives its canonical form:
/// integer sums as <see cref="LinearForm"/>, constants right, negations of conditions outermost, loads with the simplest gate.
/// <para>
/// Every arm has its laws above it, which the tests read, check on all small numbers, prove and apply: <c>// left -> right, when condition</c>.
/// Capital letters are constants, p and q conditions, f a float, m memory, other letters integers; / and % round down and their divisors are
/// positive; <c>load(m, i, p)</c> reads 0 where p is false; <c>int(x)</c> is a conversion to x's own dtype and <c>loop(1)</c> the variable
/// of a loop of one iteration. Laws are about whole numbers: an arm sees to it that nothing wraps.
/// </para>
/// </summary>
static class Symbolic
{
    public static RuleSet Rules { get; } = new RuleSet()
        .On(Constants.Fold, Constants.Foldable)
        .On(Sum, Op.Add, Op.Mul)
        .On(FloatProduct, Op.Mul, Op.Div, Op.Neg)
        .On(Extremum, Op.Min, Op.Max)
        .On(Less, Op.CmpLt)
        .On(Unequal, Op.CmpNe)
        .On(Logic, Op.And, Op.Or)
        .On(Choice, Op.Where)
        .On(Conversion, Op.Cast, Op.Bitcast)
        .On(Memory, Op.Load)
        .On(Loop, Op.Range)
        + DivMod.Rules;

    /// <summary>The rules applied to a fixpoint; a compilation keeps one, so that shared parts are simplified once.</summary>
    public static Rewriter Simplifier() => new(Rules);

    static UOp? Sum(UOp node)
    {
        if (!node.DType.IsInt) return null;
        if (node.Op == Op.Mul && node.Src[1].Int is null)
        {
            // C*x -> x*C
            if (node.Src[0].Int is not null) return node.Src[1] * node.Src[0];
            if (!node.Src[0].IsUniform && !node.Src[1].IsUniform) return null;
        }
        // A sum becomes its linear form:
        // x*A + x*B -> x*(A + B)
        // (x + A)*B -> x*B + A*B
        // (x + A) + (y + B) -> x + y + (A + B)
        var form = LinearForm.Of(node);
        var sum = Rejoin(form).ToUOp();
        return ReferenceEquals(sum, node) ? null : sum;
    }

    // x/C*(C*K) + x%C*K -> x*K
    // x/(B*C)*(C*K) + x/B%C*K -> x/B*K
    static LinearForm Rejoin(LinearForm form)
    {
        foreach (var (atom, k) in form.Terms)
        {
            if (atom is not { Op: Op.FloorMod, Src: [var x, { Int: > 0 and { } c }] }) continue;
            foreach (var (other, n) in form.Terms)
            {
                if (n != unchecked(k * c) || !IsQuotient(other, x, c)) continue;
                var joined = LinearForm.Of(form.ToUOp()).Add(atom, -k).Add(other, -n).Add(x, k);
                return Rejoin(joined);
            }
        }
        return form;
    }

    static bool IsQuotient(UOp node, UOp x, long c)
    {
        if (node is not { Op: Op.FloorDiv, Src: [var y, { Int: > 0 and { } d }] }) return false;
        // x/c, or x = y/b and the quotient y/(b*c)
        return ReferenceEquals(y, x) && d == c
            || x is { Op: Op.FloorDiv, Src: [var z, { Int: > 0 and { } b }] } && ReferenceEquals(y, z) && d == b * c;
    }

    static UOp? FloatProduct(UOp node) => !node.DType.IsFloat ? null : node switch
    {
        // f * 1.0 -> f
        { Op: Op.Mul, Src: [var x, { Float: 1 }] } => x,
        // 1.0 * f -> f
        { Op: Op.Mul, Src: [{ Float: 1 }, var x] } => x,
        // f / 1.0 -> f
        { Op: Op.Div, Src: [var x, { Float: 1 }] } => x,
        // -(-f) -> f
        { Op: Op.Neg, Src: [{ Op: Op.Neg, Src: [var x] }] } => x,
        _ => null,
    };

    static UOp? Extremum(UOp node)
    {
        var (a, b) = (node.Src[0], node.Src[1]);
        // max(x, x) -> x
        // min(x, x) -> x
        if (ReferenceEquals(a, b)) return a;
        if (!node.DType.IsInt) return null;
        bool max = node.Op == Op.Max;
        // max(x, y) -> x, when x >= y
        // min(x, y) -> y, when x >= y
        if (a.Min >= b.Max) return max ? a : b;
        // max(x, y) -> y, when x < y
        // min(x, y) -> x, when x < y
        if (b.Min >= a.Max) return max ? b : a;
        return null;
    }

    static UOp? Less(UOp node)
    {
        // x < x -> false
        if (ReferenceEquals(node.Src[0], node.Src[1])) return UOp.Bool(false).Splat(node.DType.Lanes);
        if (node.Src[0].DType.IsFloat) return null;
        // x < y -> true, when x < y
        // x < y -> false, when x >= y
        if (node.Min == node.Max) return UOp.Bool(node.Min != 0).Splat(node.DType.Lanes);
        // A uint64 beyond the longs is a negative Int.
        if (node.Src[1].Int is not { } c || !node.Src[0].DType.IsInt || c < 0 && node.Src[0].DType.IsUnsigned) return null;
        var form = LinearForm.Of(node.Src[0]);
        if (!form.IsExact()) return null;
        // x + K < C -> x < C - K
        if (form.Constant != 0) return Below(form.Add(-form.Constant), c - LinearForm.Of(node.Src[0]).Constant, node);
        // x*G + y < C*G -> x < C, when 0 <= y < G
        // x*G + y < C*G + D -> x < C + 1, when 0 <= y < D and D < G
        foreach (long g in form.Terms.Select(t => Math.Abs(t.Coefficient)).Where(g => g > 1).Distinct().OrderDescending())
        {
            var low = form.Where(n => n % g != 0);
            var (min, max) = low.Bounds();
            long quotient = Numbers.FloorDiv(c, g), d = c - quotient * g;
            if (min < 0 || max >= g || d != 0 && max >= d) continue;
            return Below(form.Where(n => n % g == 0).DivideBy(g), quotient + (d > 0 ? 1 : 0), node);
        }
        return null;
    }

    static UOp? Below(LinearForm form, long c, UOp like)
    {
        var (lo, hi) = Bounds.OfType(form.DType);
        return c < lo || c > hi ? null : form.ToUOp().Lt(UOp.Const(c, form.DType.Scalar).Splat(like.DType.Lanes));
    }

    static UOp? Unequal(UOp node) => node switch
    {
        // x != y -> true, when x < y
        // x != y -> true, when x > y
        // x != y -> false, when x = y
        { Src: [{ DType.IsFloat: false }, _] } when node.Min == node.Max => UOp.Bool(node.Min != 0).Splat(node.DType.Lanes),
        // x != x -> false
        { Src: [{ DType.IsFloat: false } a, var b] } when ReferenceEquals(a, b) => UOp.Bool(false).Splat(node.DType.Lanes),
        // !(!p) -> p
        { Src: [{ Op: Op.CmpNe, Src: [{ DType.Kind: ScalarKind.Bool } x, { Int: 1 }] }, { Int: 1 }] } => x,
        // p != false -> p
        { Src: [{ DType.Kind: ScalarKind.Bool } x, { Int: 0 }] } => x,
        _ => null,
    };

    static UOp? Logic(UOp node)
    {
        var (a, b) = (node.Src[0], node.Src[1]);
        // p & p -> p
        // p | p -> p
        if (ReferenceEquals(a, b)) return a;
        if (!node.DType.IsBool) return null;
        bool and = node.Op == Op.And;
        // p & true -> p
        // p | false -> p
        if (b.Int == (and ? 1 : 0)) return a;
        // true & p -> p
        // false | p -> p
        if (a.Int == (and ? 1 : 0)) return b;
        // p & false -> false
        // p | true -> true
        if (b.Int == (and ? 0 : 1)) return b;
        // false & p -> false
        // true | p -> true
        if (a.Int == (and ? 0 : 1)) return a;
        // (p & q) & p -> p & q
        // (p & q) & q -> p & q
        // (p | q) | p -> p | q
        // (p | q) | q -> p | q
        if (a.Op == node.Op && (ReferenceEquals(a.Src[0], b) || ReferenceEquals(a.Src[1], b))) return a;
        return null;
    }

    static UOp? Choice(UOp node) => node switch
    {
        // true ? x : y -> x
        { Src: [{ Int: 1 }, var a, _] } => a,
        // false ? x : y -> y
        { Src: [{ Int: 0 }, _, var b] } => b,
        // p ? x : x -> x
        { Src: [_, var a, var b] } when ReferenceEquals(a, b) => a,
        // !p ? x : y -> p ? y : x
        { Src: [{ Op: Op.CmpNe, Src: [{ DType.Kind: ScalarKind.Bool } c, { Int: 1 }] }, var a, var b] } => c.Where(b, a),
        // p ? load(m, i, p) : 0 -> load(m, i, p)
        { Src: [var c, { Op: Op.Load, Src: [_, _, var g] } load, { IsNothing: true }] } when ReferenceEquals(c, g) => load,
        // p ? 0 : load(m, i, !p) -> load(m, i, !p)
        { Src: [var c, { IsNothing: true }, { Op: Op.Load, Src: [_, _, { Op: Op.CmpNe, Src: [var g, { Int: 1 }] }] } load] } when ReferenceEquals(c, g) => load,
        // p ? (p ? x : y) : z -> p ? x : z
        { Src: [var c, { Op: Op.Where, Src: [var d, var a, _] }, var b] } when ReferenceEquals(c, d) => c.Where(a, b),
        // p ? true : false -> p
        { DType.Kind: ScalarKind.Bool, Src: [var c, { Int: 1 }, { Int: 0 }] } => c,
        _ => null,
    };

    // int(x) -> x
    static UOp? Conversion(UOp node) => node.Src[0].DType == node.DType ? node.Src[0] : null;

    static UOp? Memory(UOp node) => node switch
    {
        // load(m, i, true) -> load(m, i)
        { Src: [var p, var i, { Int: 1 }] } => UOp.New(Op.Load, node.DType, [p, i]),
        // load(m, i, false) -> 0
        { Src: [_, _, { Int: 0 }] } => UOp.Const(0L, node.DType.Scalar).Splat(node.DType.Lanes),
        _ => null,
    };

    // loop(1) -> 0
    static UOp? Loop(UOp node) => node.Max == 0 && node.Src[0].Min == 1 ? UOp.Index(0) : null;
}
