using Tiny.Graph;

namespace Tiny.Algebra;

/// <summary>
/// Proves that an access lies inside its buffer wherever its gate holds, for all values of the loop variables. Intervals of the index's linear form,
/// made narrower by extents that are known at the call (<see cref="SymbolicBounds"/>) and by facts: the gate's comparisons, and what quotients,
/// minima and maxima are bounded by. What it cannot prove may still be true.
/// Runs inside the compilation that made the nodes.
/// </summary>
sealed class AccessProof
{
    const int MostCases = 4, MostFactsAtOnce = 4, MostSteps = 5000;
    // Products of two such numbers, and sums of as many as are combined, fit 64 bits.
    const long MostCoefficient = 1L << 30;

    readonly List<(LinearForm Form, Int128 Lo, Int128 Hi)> _facts = [];
    int _steps;

    /// <summary>
    /// True where 0 &lt;= index and index + lanes &lt;= count is proven for every iteration in which the gate, if any, is true, and for all
    /// values of variables.
    /// </summary>
    public static bool Inside(UOp index, UOp? gate, Dim count, int lanes = 1)
    {
        var last = new LinearForm(index.DType).Add(-lanes);
        return Inside(index, gate is null ? [] : [(gate, true)], count.IsSymbolic ? last.Add(count.ToUOp(), 1) : last.Add((long)count), MostCases);
    }

    static bool Inside(UOp index, List<(UOp Condition, bool Holds)> known, LinearForm last, int cases)
    {
        var form = LinearForm.Of(index);
        var choice = cases == 0 ? null : form.Terms.Select(t => t.Atom).FirstOrDefault(a => a.Op == Op.Where);
        if (choice is null) return new AccessProof().IsBetween(form, known, last);
        // Either branch, each knowing why it was taken.
        UOp With(UOp branch) => index.Substitute(new Dictionary<UOp, UOp>(ReferenceEqualityComparer.Instance) { [choice] = branch });
        return Inside(With(choice.Src[1]), [.. known, (choice.Src[0], true)], last, cases - 1)
            && Inside(With(choice.Src[2]), [.. known, (choice.Src[0], false)], last, cases - 1);
    }

    bool IsBetween(LinearForm index, List<(UOp Condition, bool Holds)> known, LinearForm last)
    {
        foreach (var (condition, holds) in known)
            if (!Learn(condition, holds)) return true;
        var seen = new HashSet<UOp>(ReferenceEqualityComparer.Instance);
        foreach (var atom in index.Terms.Concat(_facts.ToList().SelectMany(f => f.Form.Terms)).Select(t => t.Atom))
            if (seen.Add(atom)) LearnOf(atom);
        return IsAtMost(index.Plus(last, -1), 0, MostFactsAtOnce, 0)
            && IsAtMost(new LinearForm(index.DType).Plus(index, -1), 0, MostFactsAtOnce, 0);
    }

    /// <summary>Takes in a condition; false where it cannot hold.</summary>
    bool Learn(UOp condition, bool holds)
    {
        var work = new Stack<(UOp, bool)>();
        work.Push((condition, holds));
        while (work.TryPop(out var item))
        {
            (condition, holds) = item;
            if (holds ? condition.Max == 0 : condition.Min == 1) return false;
            switch (condition)
            {
                case { Op: Op.And or Op.Or, Src: [var p, var q] } when holds == (condition.Op == Op.And):
                    work.Push((p, holds));
                    work.Push((q, holds));
                    break;
                case { Op: Op.CmpNe, Src: [{ DType.Kind: ScalarKind.Bool } negated, { Int: 1 }] }:
                    work.Push((negated, !holds));
                    break;
                // a < b: a - b <= -1; otherwise b - a <= 0
                case { Op: Op.CmpLt, Src: [{ DType: { IsInt: true, Lanes: 1 } } a, var b] }:
                    if (!AtMost(holds ? a : b, holds ? b : a, holds ? -1 : 0)) return false;
                    break;
            }
        }
        return true;
    }

    // What is true of a node by what it computes.
    void LearnOf(UOp atom)
    {
        switch (atom)
        {
            case { Op: Op.Min, Src: [var a, var b] }:
                AtMost(atom, a, 0);
                AtMost(atom, b, 0);
                break;
            case { Op: Op.Max, Src: [var a, var b] }:
                AtMost(a, atom, 0);
                AtMost(b, atom, 0);
                break;
            // 0 <= x - c*(x/c) < c
            case { Op: Op.FloorDiv, Src: [var x, { Int: > 0 and { } c }] } when c < MostCoefficient:
                var rest = LinearForm.Of(x);
                if (rest.IsExact()) Add(rest.Add(atom, -c), 0, c - 1);
                break;
        }
    }

    bool AtMost(UOp a, UOp b, long difference)
    {
        var (left, right) = (LinearForm.Of(a), LinearForm.Of(b));
        return !left.IsExact() || !right.IsExact() || Add(left.Plus(right, -1), null, difference);
    }

    // A fact about a form; its constant moves to the bounds. False where no value fits.
    bool Add(LinearForm form, long? lo, long hi)
    {
        var terms = form.Where(_ => true);
        if (terms.Terms.Any(t => Math.Abs(t.Coefficient) >= MostCoefficient)) return true;
        var (min, max) = terms.Bounds();
        if (lo is { } low) min = Int128.Max(min, low - (Int128)form.Constant);
        max = Int128.Min(max, hi - (Int128)form.Constant);
        if (!terms.IsConstant) Merge(terms, min, max);
        return min <= max;
    }

    // Two sides of one form are one fact.
    void Merge(LinearForm terms, Int128 min, Int128 max)
    {
        for (int i = 0; i < _facts.Count; i++)
        {
            var (form, lo, hi) = _facts[i];
            if (form.Plus(terms, -1).IsConstant) (_facts[i], terms) = ((form, Int128.Max(lo, min), Int128.Min(hi, max)), new(form.DType));
            else if (form.Plus(terms, 1).IsConstant) (_facts[i], terms) = ((form, Int128.Max(lo, -max), Int128.Min(hi, -min)), new(form.DType));
        }
        if (!terms.IsConstant) _facts.Add((terms, min, max));
    }

    static bool IsSymbolic(UOp atom) => atom.Op is Op.Variable or Op.Mul || atom.Op is Op.Range or Op.Special && atom.Src[0].Op != Op.Const;

    // form = k * fact + rest, so its bound is the sum of theirs, for whichever facts do best.
    bool IsAtMost(LinearForm form, Int128 most, int depth, int first)
    {
        if (form.Bounds().Max <= most || form.Terms.Any(t => IsSymbolic(t.Atom)) && SymbolicBounds.IsAtMost(form, most)) return true;
        if (depth == 0) return false;
        for (int i = first; i < _facts.Count; i++)
        {
            var (fact, lo, hi) = _facts[i];
            if (lo > hi) return true;
            foreach (long k in fact.Terms.Where(t => form.Coefficient(t.Atom) % t.Coefficient == 0)
                .Select(t => form.Coefficient(t.Atom) / t.Coefficient).Distinct())
            {
                if (k == 0 || Math.Abs(k) >= MostCoefficient || ++_steps > MostSteps) continue;
                if (IsAtMost(form.Plus(fact, -k), most - k * (k > 0 ? hi : lo), depth - 1, i + 1)) return true;
            }
        }
        return false;
    }
}
