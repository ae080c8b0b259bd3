using Tiny.Graph;

namespace Tiny.Algebra;

/// <summary>
/// Algebra on integers, conditions and (only where it is exact) floats. Takes any kernel expression; gives its canonical form:
/// integer sums as <see cref="LinearForm"/>, constants right, negations of conditions outermost, loads with the simplest gate.
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
        .On(Differing, Op.Xor)
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
            // c * x -> x * c
            return node.Src[0].Int is not null ? node.Src[1] * node.Src[0] : null;
        // every sum of integers -> its linear form
        var form = LinearForm.Of(node);
        var sum = Rejoin(form).ToUOp();
        return ReferenceEquals(sum, node) ? null : sum;
    }

    /// <summary>x/c*(c*k) + x%c*k -> x*k.</summary>
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
        // x * 1 -> x
        { Op: Op.Mul, Src: [var x, { Float: 1 }] } => x,
        // 1 * x -> x
        { Op: Op.Mul, Src: [{ Float: 1 }, var x] } => x,
        // x / 1 -> x
        { Op: Op.Div, Src: [var x, { Float: 1 }] } => x,
        // -(-x) -> x
        { Op: Op.Neg, Src: [{ Op: Op.Neg, Src: [var x] }] } => x,
        _ => null,
    };

    static UOp? Extremum(UOp node)
    {
        var (a, b) = (node.Src[0], node.Src[1]);
        // max(x, x) -> x
        if (ReferenceEquals(a, b)) return a;
        if (!node.DType.IsInt) return null;
        bool max = node.Op == Op.Max;
        // max(a, b) -> a, when a >= b always
        if (a.Min >= b.Max) return max ? a : b;
        if (b.Min >= a.Max) return max ? b : a;
        return null;
    }

    static UOp? Less(UOp node)
    {
        // x < x -> false
        if (ReferenceEquals(node.Src[0], node.Src[1])) return UOp.Bool(false).Splat(node.DType.Lanes);
        if (node.Src[0].DType.IsFloat) return null;
        // a < b -> true or false, when the bounds tell
        if (node.Min == node.Max) return UOp.Bool(node.Min != 0).Splat(node.DType.Lanes);
        if (node.Src[1].Int is not { } c || !node.Src[0].DType.IsInt) return null;
        var form = LinearForm.Of(node.Src[0]);
        if (!form.IsExact()) return null;
        // x + k < c -> x < c - k
        if (form.Constant != 0) return Below(form.Add(-form.Constant), c - LinearForm.Of(node.Src[0]).Constant, node);
        // g*a + b < g*c + d -> a < c + (d > 0), when 0 <= b < g and b < d or d = 0
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
        // a != b -> true or false, when the bounds tell
        { Src: [{ DType.IsFloat: false }, _] } when node.Min == node.Max => UOp.Bool(node.Min != 0).Splat(node.DType.Lanes),
        // x != x -> false, but for floats: NaN differs from itself
        { Src: [{ DType.IsFloat: false } a, var b] } when ReferenceEquals(a, b) => UOp.Bool(false).Splat(node.DType.Lanes),
        // !(!x) -> x
        { Src: [{ Op: Op.CmpNe, Src: [{ DType.Kind: ScalarKind.Bool } x, { Int: 1 }] }, { Int: 1 }] } => x,
        // b != false -> b
        { Src: [{ DType.Kind: ScalarKind.Bool } x, { Int: 0 }] } => x,
        _ => null,
    };

    static UOp? Logic(UOp node)
    {
        var (a, b) = (node.Src[0], node.Src[1]);
        if (ReferenceEquals(a, b)) return a;
        if (!node.DType.IsBool) return null;
        bool and = node.Op == Op.And;
        // x & true -> x, x | false -> x
        if (b.Int == (and ? 1 : 0)) return a;
        if (a.Int == (and ? 1 : 0)) return b;
        // x & false -> false, x | true -> true
        if (b.Int == (and ? 0 : 1)) return b;
        if (a.Int == (and ? 0 : 1)) return a;
        // (x & y) & y -> x & y
        if (a.Op == node.Op && (ReferenceEquals(a.Src[0], b) || ReferenceEquals(a.Src[1], b))) return a;
        return null;
    }

    static UOp? Differing(UOp node) => node switch
    {
        // x ^ x -> 0
        { Src: [var a, var b] } when ReferenceEquals(a, b) => UOp.Const(0L, node.DType.Scalar).Splat(node.DType.Lanes),
        // x ^ 0 -> x
        { Src: [var a, { Int: 0 }] } => a,
        _ => null,
    };

    static UOp? Choice(UOp node) => node switch
    {
        // true ? a : b -> a
        { Src: [{ Int: 1 }, var a, _] } => a,
        // false ? a : b -> b
        { Src: [{ Int: 0 }, _, var b] } => b,
        // c ? a : a -> a
        { Src: [_, var a, var b] } when ReferenceEquals(a, b) => a,
        // !c ? a : b -> c ? b : a
        { Src: [{ Op: Op.CmpNe, Src: [{ DType.Kind: ScalarKind.Bool } c, { Int: 1 }] }, var a, var b] } => c.Where(b, a),
        // c ? load(p, i, c) : 0 -> load(p, i, c), which reads 0 where the gate is false
        { Src: [var c, { Op: Op.Load, Src: [_, _, var g] } load, { IsNothing: true }] } when ReferenceEquals(c, g) => load,
        // c ? (c ? a : b) : d -> c ? a : d
        { Src: [var c, { Op: Op.Where, Src: [var d, var a, _] }, var b] } when ReferenceEquals(c, d) => c.Where(a, b),
        // c ? true : false -> c
        { DType.Kind: ScalarKind.Bool, Src: [var c, { Int: 1 }, { Int: 0 }] } => c,
        _ => null,
    };

    static UOp? Conversion(UOp node) => node.Src[0].DType == node.DType ? node.Src[0] : null;

    static UOp? Memory(UOp node) => node switch
    {
        // load(p, i, true) -> load(p, i)
        { Src: [var p, var i, { Int: 1 }] } => UOp.New(Op.Load, node.DType, [p, i]),
        // load(p, i, false) -> 0
        { Src: [_, _, { Int: 0 }] } => UOp.Const(0L, node.DType.Scalar).Splat(node.DType.Lanes),
        _ => null,
    };

    // a loop of one iteration -> 0
    static UOp? Loop(UOp node) => node.Max == 0 ? UOp.Index(0) : null;
}
