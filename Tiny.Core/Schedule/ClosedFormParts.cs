using System.Collections.Immutable;
using Tiny.Algebra;
using Tiny.Graph;
using Tiny.Optimize;

namespace Tiny.Schedule;

/// <summary>A value read as a choice: Value where all conditions are as said, else Other, which is free of a range; null where there is no condition.</summary>
sealed record Choice(ImmutableArray<(UOp Condition, bool Holds)> Conditions, UOp Value, UOp? Other)
{
    /// <param name="value">What a fold combines.</param>
    /// <param name="op">The fold's operation: where either branch may be the other one, it is what adds nothing, or what an equation does not choose.</param>
    /// <param name="r">The range.</param>
    /// <param name="simplify">Makes constants of converted constants.</param>
    public static Choice Of(UOp value, Op op, UOp r, Rewriter simplify)
    {
        var conditions = ImmutableArray.CreateBuilder<(UOp, bool)>();
        UOp? other = null;
        while (Chosen(value, simplify) is { Src: [var condition, var yes, var no] })
        {
            bool mayBeYes = MayBeOther(yes), mayBeNo = MayBeOther(no);
            if (!mayBeYes && !mayBeNo) break;
            bool holds = mayBeNo && !(mayBeYes && (ClosedForms.IsIdentity(yes, op) || !ClosedForms.IsIdentity(no, op) && ChoosesByInequality(condition)));
            Flatten(condition, holds, conditions);
            other ??= holds ? no : yes;
            value = holds ? yes : no;
        }
        return new(conditions.ToImmutable(), value, other);

        bool MayBeOther(UOp branch) => other is null ? Occurrence.IsFree(branch, r) : ReferenceEquals(branch, other);
    }

    static bool ChoosesByInequality(UOp condition) => condition.Op == Op.Or || condition is { Op: Op.CmpNe, Src: [{ DType.IsBool: false }, _] };

    public Choice Without(UOp condition) => this with { Conditions = [.. Conditions.Where(c => !ReferenceEquals(c.Condition, condition))] };

    // The value with its choice outermost: below a conversion, and in a whole-number product with what is 0 otherwise.
    static UOp? Chosen(UOp value, Rewriter simplify) => value switch
    {
        { Op: Op.Where } => value,
        { Op: Op.Cast, Src: [{ DType.Kind: ScalarKind.Bool } p] } => p.Where(simplify.Run(UOp.Const(1L, value.DType)), UOp.Const(0L, value.DType)),
        { Op: Op.Cast, Src: [{ Op: Op.Where, Src: [var p, var a, var b] }] } => p.Where(simplify.Run(a.Cast(value.DType)), simplify.Run(b.Cast(value.DType))),
        { Op: Op.Mul, DType.IsInt: true, Src: [var x, var y] } => Product(x, y, simplify) ?? Product(y, x, simplify),
        _ => null,
    };

    static UOp? Product(UOp x, UOp y, Rewriter simplify) => x.Op is Op.Where or Op.Cast && Chosen(x, simplify) is { Src: [var p, var a, { IsZero: true } zero] }
        ? p.Where(simplify.Run(a * y), zero) : null;

    static void Flatten(UOp condition, bool holds, ImmutableArray<(UOp, bool)>.Builder into)
    {
        var work = new Stack<(UOp, bool)>([(condition, holds)]);
        while (work.TryPop(out var item))
        {
            (condition, holds) = item;
            if (condition.Op is Op.And or Op.Or && holds == (condition.Op == Op.And))
            {
                work.Push((condition.Src[1], holds));
                work.Push((condition.Src[0], holds));
            }
            else if (condition is { Op: Op.CmpNe, Src: [{ DType.Kind: ScalarKind.Bool } negated, { Int: 1 }] }) work.Push((negated, !holds));
            else if (condition is { Op: Op.CmpNe, Src: [{ Op: Op.Cast, Src: [{ DType.Kind: ScalarKind.Bool } p] }, { IsNothing: true }] }) work.Push((p, holds));
            else into.Add((condition, holds));
        }
    }
}

/// <summary>The one place of a range at which two sides are equal: Index, if Gate holds; else there is none.</summary>
sealed record Solution(UOp Index, UOp Gate, bool IsAlwaysInside)
{
    /// <summary>Solves a != b, the negation of an equation, for a range; null where it is not linear in it.</summary>
    public static Solution? Of(UOp condition, UOp r, Rewriter simplify) =>
        Solve(condition.Src[0], condition.Src[1], r, simplify) ?? Solve(condition.Src[1], condition.Src[0], r, simplify);

    static Solution? Solve(UOp side, UOp other, UOp r, Rewriter simplify)
    {
        if (Occurrence.Linear(side, r) is not var (form, k)) return null;
        if (Occurrence.AsIndex(other) is { } plain && !Occurrence.ReadsMemory(plain) && form.Plus(LinearForm.Of(plain), -1) is var difference && difference.IsExact())
            return Of(difference, r, simplify);
        if (!Occurrence.IsFree(other, r)) return null;
        var (min, max) = form.Bounds();
        var start = form.Without(r);
        if (!start.IsConstant)
            return Occurrence.Clamped(other, min - 1, max + 1) is { } near && form.Plus(LinearForm.Of(simplify.Run(near)), -1) is var known && known.IsExact()
                ? Of(known, r, simplify) : null;
        if (Occurrence.Clamped(other, min, max) is not { } inside) return null;
        var steps = simplify.Run(k > 0 ? inside + -start.Constant : inside * -1 + start.Constant);
        var (lowest, highest) = (UOp.Const((long)min, other.DType), UOp.Const((long)max, other.DType));
        return new(simplify.Run(steps / Math.Abs(k)), simplify.Run(other.Lt(lowest).Not() & highest.Lt(other).Not() & Divides(Math.Abs(k), steps)), true);
    }

    // k*r + x = 0
    static Solution? Of(LinearForm form, UOp r, Rewriter simplify)
    {
        long k = form.Coefficient(r);
        var rest = form.Without(r);
        if (k == 0 || !rest.Terms.All(t => Occurrence.IsFree(t.Atom, r))) return null;
        var target = k < 0 ? rest : new LinearForm(DType.Index).Plus(rest, -1);
        if (!target.IsExact()) return null;
        k = Math.Abs(k);
        var steps = simplify.Run(target.ToUOp());
        return new(simplify.Run(steps / k),
            simplify.Run(steps.Lt(UOp.Index(0)).Not() & steps.Lt(UOp.Index(k * r.Max + 1)) & Divides(k, steps)), false);
    }

    static UOp Divides(long k, UOp steps) => k == 1 ? UOp.Bool(true) : (steps % k).Ne(UOp.Index(0)).Not();

    /// <summary>
    /// A value with the range at this place. Where the place may be outside of the range, what is loaded by it has the gate. Null where a loop
    /// inside would take hold of one of the place's own variables.
    /// </summary>
    public UOp? Place(UOp value, UOp r)
    {
        var below = Occurrence.Below(value, r);
        if (below.Any(u => u.Op == Op.Fold && OptOps.ClosedBy(u).Any(own => !Occurrence.IsFree(Index, own) || !Occurrence.IsFree(Gate, own)))) return null;
        var done = new Dictionary<UOp, UOp>(ReferenceEqualityComparer.Instance);
        foreach (var u in below)
        {
            var src = u.Src.Select(s => done.GetValueOrDefault(s, s)).ToImmutableArray();
            done[u] = ReferenceEquals(u, r) ? Index
                : u.Op == Op.Load && !IsAlwaysInside && !Gate.IsOne ? UOp.New(Op.Load, u.DType, [src[0], src[1], src.Length > 2 ? src[2] & Gate : Gate])
                : u.WithSrc(src);
        }
        return done.GetValueOrDefault(value, value);
    }
}

/// <summary>What a comparison says of a range: it is at least the bound (IsLow), or below it.</summary>
sealed record Interval(bool IsLow, UOp Bound)
{
    /// <summary>Solves a comparison, or its negation, for a range; null where it is not linear in it.</summary>
    public static Interval? Of(UOp condition, bool holds, UOp r, Rewriter simplify)
    {
        if (condition.Op != Op.CmpLt) return null;
        var (a, b) = (condition.Src[0], condition.Src[1]);
        if (Difference(a, b, r, simplify) is not { } form) return null;
        long k = form.Coefficient(r);
        var rest = form.Without(r);
        if (k == 0 || !rest.Terms.All(t => Occurrence.IsFree(t.Atom, r)) || !rest.IsExact()) return null;
        // k*r + x < 0, or not: with k > 0 r is below, or not, the quotient -x/k rounded up; with k < 0 the other way round, of x/-k rounded down, plus 1.
        var bound = k > 0 ? (rest.ToUOp() * -1 + (k - 1)) / k : rest.ToUOp() / -k + 1;
        return new(holds == k < 0, simplify.Run(bound));
    }

    static LinearForm? Difference(UOp a, UOp b, UOp r, Rewriter simplify)
    {
        var (left, right) = (Occurrence.AsIndex(a), Occurrence.AsIndex(b));
        if (left is not null && right is not null && LinearForm.Of(left).Plus(LinearForm.Of(right), -1) is var plain && plain.IsExact()) return plain;
        // The other side is brought so near that nothing wraps: beyond, it compares as at the edge.
        if (Occurrence.Linear(a, r) is var (form, _) && Near(b, form) is { } highest) return Exact(form.Plus(LinearForm.Of(highest), -1));
        if (Occurrence.Linear(b, r) is var (other, _) && Near(a, other) is { } lowest) return Exact(LinearForm.Of(lowest).Plus(other, -1));
        return null;

        UOp? Near(UOp side, LinearForm form) => Occurrence.Clamped(side, form.Bounds().Min - 1, form.Bounds().Max + 1) is { } near ? simplify.Run(near) : null;
        static LinearForm? Exact(LinearForm form) => form.IsExact() ? form : null;
    }
}

/// <summary>Where a loop variable stands in an expression: free, not below a fold that closes it.</summary>
static class Occurrence
{
    /// <summary>The nodes of an expression that depend on the range, operands first.</summary>
    public static List<UOp> Below(UOp node, UOp r)
    {
        var dependent = new HashSet<UOp>(ReferenceEqualityComparer.Instance);
        return Walk.Topological([node], u => Closes(u, r) ? [] : u.Src)
            .FindAll(u => (ReferenceEquals(u, r) || !Closes(u, r) && u.Src.Any(dependent.Contains)) && dependent.Add(u));
    }

    static bool Closes(UOp node, UOp r) => node.Op == Op.Fold && OptOps.ClosedBy(node).Contains(r);

    /// <summary>True where a node does not depend on the range.</summary>
    public static bool IsFree(UOp node, UOp r) => Below(node, r).Count == 0;

    /// <summary>The same number as an index, where that is the node itself or what was widened.</summary>
    public static UOp? AsIndex(UOp node)
    {
        while (node is { Op: Op.Cast, DType.IsInt: true, Src: [{ DType.IsInt: true } x] } && x.Min >= Bounds.OfType(node.DType).Min && Bounds.Highest(x) <= Bounds.OfType(node.DType).Max)
            node = x;
        return node.DType == DType.Index ? node : null;
    }

    /// <summary>A node as k*r + x, in which nothing wraps and x is free of r.</summary>
    public static (LinearForm Form, long K)? Linear(UOp node, UOp r)
    {
        if (AsIndex(node) is not { } index) return null;
        var form = LinearForm.Of(index);
        long k = form.Coefficient(r);
        return k != 0 && form.IsExact() && form.Terms.All(t => ReferenceEquals(t.Atom, r) || IsFree(t.Atom, r)) ? (form, k) : null;
    }

    /// <summary>A whole number of any dtype brought between two bounds, as an index; null where its dtype cannot hold them.</summary>
    public static UOp? Clamped(UOp node, Int128 min, Int128 max)
    {
        if (!node.DType.IsInt) return null;
        var (lo, hi) = Bounds.OfType(node.DType);
        if (min < lo || max > hi || min < int.MinValue || max > int.MaxValue) return null;
        return node.Alu(Op.Max, UOp.Const((long)min, node.DType)).Alu(Op.Min, UOp.Const((long)max, node.DType)).Cast(DType.Index);
    }

    /// <summary>True where a value comes from memory, or a loop over it.</summary>
    public static bool ReadsMemory(UOp node) => node.Topological().Exists(u => u.Op is Op.Load or Op.Fold);
}
