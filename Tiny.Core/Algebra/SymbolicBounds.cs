using Tiny.Graph;

namespace Tiny.Algebra;

/// <summary>
/// Bounds and quotients of indices whose loops run to extents that are known at the call. A loop variable stands for its last value, an
/// expression over <see cref="Op.Variable"/>s: so r*t + s &lt; n*t follows from r &lt; n and s &lt; t. What is not found may still be true.
/// </summary>
static class SymbolicBounds
{
    const int MostSteps = 64;

    /// <summary>True where a sum is at most a number, for all iterations and all values of the variables.</summary>
    public static bool IsAtMost(LinearForm form, Int128 most)
    {
        for (int step = 0; step < MostSteps; step++)
        {
            if (form.Bounds().Max <= most) return true;
            if (WithoutLoop(form) is not { } next) return false;
            form = next;
        }
        return false;
    }

    /// <summary>True where a sum is at least a number, for all iterations and all values of the variables.</summary>
    public static bool IsAtLeast(LinearForm form, long least) => IsAtMost(new LinearForm(form.DType).Plus(form, -1), -least);

    // One loop variable replaced by the value, first or last, at which the sum is largest.
    static LinearForm? WithoutLoop(LinearForm form)
    {
        foreach (var (atom, k) in form.Terms)
        {
            var factors = LinearForm.Factors(atom);
            if (factors.Find(f => f.Op is Op.Range or Op.Special) is not { } loop) continue;
            if (factors.Exists(f => f.Min < 0) || factors.Count > 1 && atom.Max >= Bounds.OfType(form.DType).Max) continue;
            var without = form.Plus(LinearForm.Of(atom), -k);
            if (k < 0) return without;
            factors.Remove(loop);
            var last = LinearForm.Of(loop.Src[0]).Add(-1).ToUOp();
            return without.Plus(LinearForm.Of(factors.Aggregate(last, (p, f) => p * f)), k);
        }
        return null;
    }

    /// <summary>x as Quotient * v + Remainder with 0 &lt;= Remainder &lt; v, for a positive v over variables; null where there is none that is known to be.</summary>
    public static (UOp Quotient, UOp Remainder)? Divide(UOp x, UOp v)
    {
        var divisor = LinearForm.Of(v);
        if (divisor.IsConstant) return null;
        var (lead, leading) = divisor.Terms.First();
        var (rest, quotient) = (LinearForm.Of(x), new LinearForm(x.DType));
        for (int step = 0; step < MostSteps; step++)
        {
            var found = rest.Terms.Select(t => (Part: Ratio(t.Atom, lead), t.Coefficient)).FirstOrDefault(t => t.Part is not null && t.Coefficient % leading == 0);
            if (found.Part is not { } part) break;
            quotient.Add(part, found.Coefficient / leading);
            rest = rest.Plus(LinearForm.Of(part * v), -found.Coefficient / leading);
        }
        return IsAtLeast(rest, 0) && IsAtMost(rest.Plus(divisor, -1), -1) ? (quotient.ToUOp(), rest.ToUOp()) : null;
    }

    static UOp? Ratio(UOp atom, UOp by)
    {
        var factors = LinearForm.Factors(atom);
        return LinearForm.Factors(by).TrueForAll(factors.Remove)
            ? factors.Count == 0 ? UOp.Const(1L, atom.DType) : factors.Aggregate((a, b) => a * b) : null;
    }
}
