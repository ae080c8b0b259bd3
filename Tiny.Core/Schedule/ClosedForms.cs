using Tiny.Algebra;
using Tiny.Graph;

namespace Tiny.Schedule;

/// <summary>
/// Takes a reduction of a simplified value over ranges; gives an equal expression that loops over as few of them as it can. A range r of extent n
/// goes where the value chooses by it and is otherwise free of it:
/// <list type="bullet">
/// <item><c>r = e ? f(r) : nothing</c> is <c>0 &lt;= e &lt; n ? f(e) : nothing</c>: a one-hot product is a gather. What is added, or combined with, in the other iterations
/// may be any whole number. <c>k*r + c = e</c> also.</item>
/// <item><c>l &lt;= r &lt; h ? a : b</c> is as many times a as there are whole numbers between, and b for the others: a mask is counted.</item>
/// <item>A whole-number sum is taken apart into parts; a part free of r is taken n times, r itself gives n(n - 1)/2.</item>
/// </list>
/// Exact: floats are selected, never multiplied, and counted only where every partial sum is a whole number that the dtype holds. An e that
/// comes from memory is brought into range before it indexes anything; where e is arithmetic, the loads of f(e) are gated.
/// </summary>
sealed class ClosedForms(Rewriter simplify)
{
    /// <summary>The reduction, and whether no loop over the given ranges is left.</summary>
    public (UOp Value, bool Closed) Fold(Op op, UOp value, IReadOnlyList<UOp> ranges)
    {
        if (op == Op.Add && value.DType.IsInt && value.Op is Op.Add or Op.Mul && ranges.All(HasNumber) && Parts(value, ranges) is { } parts) return parts;
        var open = ranges.ToList();
        for (int i = open.Count - 1; i >= 0; i--)
            if (Over(op, value, open[i]) is { } closed)
            {
                value = simplify.Run(closed);
                open.RemoveAt(i);
                i = open.Count;
            }
        return open.Count == 0 ? (value, true) : (UOp.New(Op.Fold, value.DType, [value, .. open], new FoldArg(op, 1)), false);
    }

    // The terms of a whole-number sum that have closed forms, and the rest in one loop; null where none has.
    (UOp, bool)? Parts(UOp value, IReadOnlyList<UOp> ranges)
    {
        var form = LinearForm.Of(value);
        var rest = new LinearForm(value.DType);
        var sum = new LinearForm(value.DType).Add(unchecked(form.Constant * Count(ranges)));
        foreach (var (atom, k) in form.Terms)
            if (ReferenceEquals(atom, value)) return null;
            else if (Fold(Op.Add, atom, ranges) is { Closed: true } part) sum.Add(part.Value, k);
            else rest.Add(atom, k);
        if (rest.IsConstant) return (simplify.Run(sum.ToUOp()), true);
        var left = simplify.Run(rest.ToUOp());
        if (ReferenceEquals(left, value)) return null;
        return (simplify.Run(sum.Add(UOp.New(Op.Fold, value.DType, [left, .. ranges], new FoldArg(Op.Add, 1)), 1).ToUOp()), false);
    }

    // How often a loop to a variable runs is no number to count with.
    static bool HasNumber(UOp range) => range.Src[0].Op == Op.Const;

    static long Count(IEnumerable<UOp> ranges) => ranges.Aggregate(1L, (n, r) => unchecked(n * (r.Max + 1)));

    UOp? Over(Op op, UOp value, UOp r)
    {
        if (!HasNumber(r) || !(value.DType.IsInt || value.Op is Op.Where or Op.Cast or Op.Const)) return null;
        if (op == Op.Add && ReferenceEquals(value, r)) return UOp.Index(unchecked((int)(r.Max * (r.Max + 1) / 2)));
        if (op is Op.Max or Op.Min && Extreme(op, value, r) is { } extreme) return extreme;
        var choice = Choice.Of(value, op, r, simplify);
        foreach (var (condition, holds) in choice.Conditions)
            if (!holds && condition.Op == Op.CmpNe && Solution.Of(condition, r, simplify) is { } solution)
                return Selected(op, choice.Without(condition), solution, r);
        return Counted(op, choice, r);
    }

    // max(k*r + x) -> k*(n - 1) + x, when k >= 0; to x otherwise; min the other way round.
    static UOp? Extreme(Op op, UOp value, UOp r)
    {
        if (!value.DType.IsInt) return null;
        var form = LinearForm.Of(value);
        long k = form.Coefficient(r);
        if (k == 0 || !form.IsExact() || form.Without(r) is var rest && !rest.Terms.All(t => Occurrence.IsFree(t.Atom, r))) return null;
        return rest.Add(k > 0 == (op == Op.Max) ? k * r.Max : 0).ToUOp();
    }

    static UOp? Selected(Op op, Choice choice, Solution solution, UOp r)
    {
        var (value, other) = (choice.Value, choice.Other!);
        var dtype = value.DType;
        bool nothing = IsIdentity(other, op);
        if (!nothing && !(op is Op.Max or Op.Min || op == Op.Add && dtype.IsInt)) return null;
        if (solution.Place(value, r) is not { } chosen) return null;
        var gate = solution.Gate;
        foreach (var (condition, holds) in choice.Conditions)
        {
            if (solution.Place(condition, r) is not { } placed) return null;
            gate &= holds ? placed : placed.Not();
        }
        if (nothing) return gate.Where(dtype.IsFloat && op == Op.Add ? chosen + UOp.Const(0L, dtype) : chosen, Rangeify.Identity(op, dtype));
        // At least one iteration is not the chosen one: a loop of one iteration has no variable.
        return op == Op.Add ? gate.Where(chosen + other * r.Max, other * (r.Max + 1)) : gate.Where(chosen.Alu(op, other), other);
    }

    UOp? Counted(Op op, Choice choice, UOp r)
    {
        var (value, other) = (choice.Value, choice.Other);
        if (!Occurrence.IsFree(value, r)) return null;
        long n = r.Max + 1;
        UOp low = UOp.Index(0), high = UOp.Index(n), always = UOp.Bool(true);
        foreach (var (condition, holds) in choice.Conditions)
        {
            if (Occurrence.IsFree(condition, r)) always &= holds ? condition : condition.Not();
            else if (Interval.Of(condition, holds, r, simplify) is not { } interval) return null;
            else if (interval.IsLow) low = low.Alu(Op.Max, interval.Bound);
            else high = high.Alu(Op.Min, interval.Bound);
        }
        var count = simplify.Run(always.Where((high - low).Alu(Op.Max, UOp.Index(0)), UOp.Index(0)));
        other ??= UOp.Const(0L, value.DType);
        switch (op)
        {
            case Op.Add when value.DType.IsInt:
                return count.Cast(value.DType) * value + (UOp.Index(n) - count).Cast(value.DType) * other;
            case Op.Add when IsIdentity(other, op) && Whole(value, n) is { } whole:
                return (count * whole).Cast(value.DType);
            case Op.Max or Op.Min:
                var both = choice.Conditions.IsEmpty ? value : IsIdentity(other, op) ? value
                    : count.Lt(UOp.Index(n)).Where(value.Alu(op, other), value);
                return UOp.Index(0).Lt(count).Where(both, other);
            default:
                return null;
        }
    }

    // A float that is a whole number, as an index, if n of them can be added up without rounding.
    static UOp? Whole(UOp value, long n)
    {
        long most = value.DType.Kind switch { ScalarKind.Float32 => 1L << 24, ScalarKind.Float64 => int.MaxValue, _ => 0 };
        var whole = value switch
        {
            { Float: { } f } when Math.Abs(f) <= most && f == Math.Truncate(f) => UOp.Index((long)f),
            { Op: Op.Cast, Src: [{ DType: { Kind: ScalarKind.Int32 or ScalarKind.Bool } } x] } => x.Cast(DType.Index),
            _ => null,
        };
        return whole is not null && Int128.Max(Int128.Abs(whole.Min), Int128.Abs(whole.Max)) * n <= most ? whole : null;
    }

    /// <summary>True for what a reduction begins with; of a sum also for -0, since the sum begins with +0.</summary>
    public static bool IsIdentity(UOp value, Op op) => value.DType.IsFloat
        ? value.Float is { } f && f == Rangeify.Identity(op, value.DType).Float
        : ReferenceEquals(value, Rangeify.Identity(op, value.DType));
}
