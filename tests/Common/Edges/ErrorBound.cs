using Tiny.Graph;

namespace Tiny.Tests;

/// <summary>
/// How far a target's value of a tensor graph's node may be from the interpreter's: itself a graph of float64, built a node at a time, so that the
/// oracle computes it. An operand's error goes through an operation by that operation's slope, and each rounding adds to it. Null means
/// that both must agree to the bit; so does a bound of 0. A bound that is infinite or NaN says nothing.
/// </summary>
public sealed class ErrorBound(Accuracy target)
{
    readonly Dictionary<UOp, Tensor?> _bounds = new(ReferenceEqualityComparer.Instance);

    /// <summary>The bound for every element of the node.</summary>
    internal Tensor? Of(UOp node)
    {
        foreach (var u in Walk.Topological([node], n => n.Src.Where(s => !_bounds.ContainsKey(s))))
            if (!_bounds.ContainsKey(u)) _bounds[u] = Bound(u, [.. u.Src.Select(s => _bounds[s])]);
        return _bounds[node];
    }

    Tensor? Bound(UOp u, Tensor?[] e) => u.Op switch
    {
        Op.Const or Op.Param or Op.Buffer => u.DType.IsFloat && target.Flushes ? Below(u) : null,
        Op.Reshape or Op.Permute or Op.Expand or Op.Pad or Op.Shrink or Op.Flip or Op.Contiguous =>
            e[0] is { } x ? new Tensor(UOp.New(u.Op, DType.Float64, [x.Node], u.Arg)) : null,
        Op.WithGradient => e[0],
        Op.Reduce => Reduced(u, e[0]),
        Op.Where => Chosen(u, e),
        Op.Max or Op.Min => Extreme(u, e),
        Op.CmpLt or Op.CmpNe when e[0] is not null || e[1] is not null => Decided(u, e),
        Op.Neg or Op.CmpLt or Op.CmpNe => e[0],
        _ when u.DType.IsFloat => Rounded(u, e),
        _ when Array.TrueForAll(e, x => x is null) => null,
        Op.Cast => u.Src[0].DType.IsFloat ? Some(e[0]!, e[0]! + 1) : e[0],
        Op.Add => Z(u, e[0]) + Z(u, e[1]),
        Op.Mul => Product(u, e),
        _ => Some(Sum(u, e), Inf(u)),
    };

    // ---- floats

    Tensor? Rounded(UOp u, Tensor?[] e)
    {
        double ulps = u.Op switch
        {
            Op.Exp2 => target.Exp2,
            Op.Exp => target.Exp,
            Op.Log2 => target.Log2,
            Op.Sin => target.Sin,
            Op.Div => target.Div,
            Op.Sqrt => target.Sqrt,
            Op.Mul or Op.Add => target.Contracts ? 1 : 0,
            _ => 0,
        };
        bool exact = Array.TrueForAll(e, x => x is null);
        if (exact && ulps == 0 && !target.Flushes) return null;
        var (v, operands) = (V(u), Sum(u, e));
        var through = u.Op switch
        {
            _ when exact => operands,
            Op.Add => operands,
            Op.Mul => Product(u, e),
            Op.Div => Quotient(u, e),
            Op.Sqrt => Z(u, e[0]) / (V(u.Src[0]) - Z(u, e[0])).Maximum(0.0).Sqrt(),
            // 2^(x + d) - 2^x <= 2^x * d * 2^d
            Op.Exp2 => v * Z(u, e[0]) * Z(u, e[0]).Exp2(),
            Op.Exp => v * Z(u, e[0]) * Z(u, e[0]).Exp(),
            Op.Log2 => Z(u, e[0]) * 1.4426950408889634 / (V(u.Src[0]).Abs() - Z(u, e[0])).Maximum(0.0),
            Op.Sin => Z(u, e[0]).Minimum(2.0),
            Op.Trunc => Some(operands, operands + 1),
            Op.Bitcast => Some(operands, Inf(u)),
            _ => operands,
        };
        // One rounding here and one in the oracle.
        var bound = through * 1.001 + v.Abs() * ((ulps + 1.01) * Epsilon(u.DType)) + Smallest(u.DType);
        if (u.Op == Op.Trunc) bound = through;
        else if (ulps == 0) bound = Some(operands, bound);
        bound = v.IsFinite().Where(bound, Some(operands, Inf(u)));
        return target.Flushes ? bound + Z(u, Below(u)) : bound;
    }

    Tensor Product(UOp u, Tensor?[] e)
    {
        var (a, b, ea, eb) = (V(u.Src[0]).Abs(), V(u.Src[1]).Abs(), Z(u, e[0]), Z(u, e[1]));
        return Times(a, eb) + Times(b, ea) + ea * eb;
    }

    // No error stays none, also beside infinity.
    static Tensor Times(Tensor value, Tensor error) => error.Eq(0.0).Where(0.0, value * error);

    Tensor Quotient(UOp u, Tensor?[] e)
    {
        var (a, b, ea, eb) = (V(u.Src[0]).Abs(), V(u.Src[1]).Abs(), Z(u, e[0]), Z(u, e[1]));
        // Near 0 the divisor may have either sign.
        return eb.Lt(b).Where((ea + Times(a / b, eb)) / (b - eb), Some(ea + eb, Inf(u)));
    }

    // ---- choices

    Tensor? Extreme(UOp u, Tensor?[] e)
    {
        // Of two numbers that both count as 0, either may come out.
        var bound = e[0] is null && e[1] is null ? null : target.Flushes ? Z(u, e[0]) + Z(u, e[1]) : Z(u, e[0]).Maximum(Z(u, e[1]));
        // Which zero it is, is left open.
        return u.DType.IsFloat ? V(u).Eq(0.0).Where(Z(u, bound).Maximum(double.Epsilon), Z(u, bound)) : bound;
    }

    Tensor? Chosen(UOp u, Tensor?[] e)
    {
        if (Array.TrueForAll(e, x => x is null)) return null;
        var sure = new Tensor(u.Src[0]).Where(Z(u, e[1]), Z(u, e[2]));
        if (e[0] is null) return sure;
        var either = (V(u.Src[1]) - V(u.Src[2])).Abs() + Z(u, e[1]).Maximum(Z(u, e[2]));
        return e[0]!.Gt(0.0).Where(V(u.Src[1]).Eq(V(u.Src[2])).Where(Z(u, e[1]).Maximum(Z(u, e[2])), either), sure);
    }

    // Bounds of a bool are 1 where it may be the other one.
    Tensor Decided(UOp u, Tensor?[] e)
    {
        var off = Sum(u, e);
        return (off.Gt(0.0) & !(V(u.Src[0]) - V(u.Src[1])).Abs().Gt(off)).Where(1.0, Tensor.Zeros(u.Shape, DType.Float64));
    }

    // ---- reductions

    Tensor? Reduced(UOp u, Tensor? e)
    {
        var arg = (ReduceArg)u.Arg!;
        var x = u.Src[0];
        Tensor Over(Op op, Tensor t) => new(UOp.New(Op.Reduce, DType.Float64, [t.Node], new ReduceArg(op, arg.Axes)));
        if (arg.Op is Op.Max or Op.Min)
        {
            var worst = e is null ? null : Over(Op.Max, e);
            return u.DType.IsFloat && x.Shape.Size > 0 ? V(u).Eq(0.0).Where(Z(u, worst).Maximum(double.Epsilon), Z(u, worst)) : worst;
        }
        if (e is null && !u.DType.IsFloat) return null;
        int count = arg.Axes.Aggregate(1, (n, a) => n * x.Shape[a]);
        var off = Z(x, e);
        Tensor bound;
        if (arg.Op == Op.Add)
        {
            bound = Over(Op.Add, off);
            if (u.DType.IsFloat) bound += Over(Op.Add, V(x).Abs() + off) * ((count + 1) * Epsilon(u.DType)) + Smallest(u.DType);
        }
        else if (u.DType.IsFloat)
        {
            // (1 + r1)(1 + r2)... - 1 <= s * e^s, where s is the sum of all r
            var relative = Over(Op.Add, Some(off, off / V(x).Abs()) + Epsilon(u.DType)) + Epsilon(u.DType);
            bound = V(u).Abs() * relative * (relative * 1.5).Exp2() + Smallest(u.DType);
        }
        else
        {
            bound = Some(Over(Op.Max, off), Inf(u));
        }
        // A sum that overflows on the way depends on the order; one of numbers that are not finite does not.
        var finite = V(u).IsFinite();
        var special = Over(Op.Max, V(x).IsFinite().Where(0.0, Tensor.Full(x.Shape, 1.0, DType.Float64)));
        return u.DType.IsFloat ? finite.Where(bound, special.Eq(1.0).Where(Some(Over(Op.Max, off), Inf(u)), Inf(u))) : bound;
    }

    // ---- parts

    static Tensor V(UOp u) => new Tensor(u).Cast(DType.Float64);
    static Tensor Z(UOp u, Tensor? bound) => bound ?? Tensor.Zeros(u.Shape, DType.Float64);
    static Tensor Inf(UOp u) => Tensor.Full(u.Shape, double.PositiveInfinity, DType.Float64);
    static Tensor Sum(UOp u, Tensor?[] e) => e.Where(x => x is not null).Aggregate(Tensor.Zeros(u.Shape, DType.Float64), (a, b) => a + b!);
    static Tensor Some(Tensor error, Tensor bound) => error.Eq(0.0).Where(0.0, bound);

    static Tensor Below(UOp u)
    {
        var size = V(u).Abs();
        return size.Lt(SmallestNormal(u.DType)).Where(size, 0.0);
    }

    // The gap above 1, the least number above 0, and the least with all its digits.
    static double Epsilon(DType t) => Math.ScaleB(1, -Format(t).Fraction);
    static double Smallest(DType t) => Math.ScaleB(1, 1 - Format(t).Bias - Format(t).Fraction);
    static double SmallestNormal(DType t) => Math.ScaleB(1, 1 - Format(t).Bias);

    static (int Fraction, int Bias) Format(DType t) => t.Kind switch
    {
        ScalarKind.Float64 => (52, 1023),
        ScalarKind.Float32 => (23, 127),
        _ => (FloatFormat.Of(t.Kind).Fraction, FloatFormat.Of(t.Kind).Bias),
    };
}
