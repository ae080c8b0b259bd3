using System.Collections.Immutable;
using System.Globalization;

namespace Tiny.Graph;

/// <summary>
/// A whole number as a sum of products over variables, in canonical form: products by name and without repetition, none of them zero, the constant
/// last. Quotients by constants are factors. Equal forms are equal; so are most equal values.
/// </summary>
sealed class Polynomial : IEquatable<Polynomial>
{
    /// <summary>A product: sorted factors and a coefficient.</summary>
    public readonly record struct Term(ImmutableArray<Factor> Factors, long Coefficient)
    {
        public string Key => string.Join('*', Factors.Select(f => f.Key));
    }

    Polynomial(ImmutableArray<Term> terms)
    {
        Terms = terms;
        Key = string.Join('+', terms.Select(t => $"{t.Coefficient}*{t.Key}"));
        (Min, Max) = Bounds();
    }

    public ImmutableArray<Term> Terms { get; }
    /// <summary>Tells it apart, the variables' bounds included.</summary>
    public string Key { get; }
    /// <summary>A lower bound.</summary>
    public long Min { get; }
    /// <summary>An upper bound.</summary>
    public long Max { get; }
    /// <summary>The number where there is no variable in it.</summary>
    public long? Number => Terms.Length == 0 ? 0 : Terms is [{ Factors.IsEmpty: true } only] ? only.Coefficient : null;

    public static Polynomial Of(long number) => Sum([new Term([], number)]);
    public static Polynomial Of(Factor factor) => Sum([new Term([factor], 1)]);

    static Polynomial Sum(IEnumerable<Term> terms) =>
        new([.. terms.GroupBy(t => t.Key).Select(g => new Term(g.First().Factors, g.Aggregate(0L, (n, t) => checked(n + t.Coefficient))))
            .Where(t => t.Coefficient != 0).OrderBy(t => t.Factors.IsEmpty).ThenBy(t => t.Key, StringComparer.Ordinal)]);

    public Polynomial Plus(Polynomial other, long scale) =>
        Sum([.. Terms, .. other.Terms.Select(t => t with { Coefficient = checked(t.Coefficient * scale) })]);

    public Polynomial Times(Polynomial other) => Sum(Terms.SelectMany(a => other.Terms.Select(b =>
        new Term([.. a.Factors.Concat(b.Factors).OrderBy(f => f.Key, StringComparer.Ordinal)], checked(a.Coefficient * b.Coefficient)))));

    // (x*c + y) / c -> x + y / c; y / c -> k where k*c <= y < (k + 1)*c
    public Polynomial Quotient(long c)
    {
        var whole = Sum(Terms.Select(t => t with { Coefficient = Algebra.Numbers.FloorDiv(t.Coefficient, c) }));
        var rest = Plus(whole, -c);
        long k = Algebra.Numbers.FloorDiv(rest.Min, c);
        return whole.Plus(k == Algebra.Numbers.FloorDiv(rest.Max, c) ? Of(k) : Of(new Factor(null, rest, c)), 1);
    }

    /// <summary>The polynomial that this is of another, null where there is none.</summary>
    public Polynomial? DividedBy(Polynomial other)
    {
        var (rest, quotient) = (this, Of(0));
        var lead = other.Terms[0];
        while (rest.Terms.Length > 0)
        {
            if (Ratio(rest.Terms[0], lead) is not { } ratio) return null;
            quotient = quotient.Plus(ratio, 1);
            rest = rest.Plus(ratio.Times(other), -1);
            if (quotient.Terms.Length > 16) return null;
        }
        return quotient;
    }

    static Polynomial? Ratio(Term a, Term b)
    {
        if (a.Coefficient % b.Coefficient != 0) return null;
        var factors = a.Factors.ToList();
        foreach (var f in b.Factors)
        {
            int at = factors.FindIndex(x => x.Key == f.Key);
            if (at < 0) return null;
            factors.RemoveAt(at);
        }
        return Sum([new Term([.. factors], a.Coefficient / b.Coefficient)]);
    }

    /// <summary>The value, or what is left of it, when some variables are known.</summary>
    public Polynomial Bind(IReadOnlyDictionary<Variable, int> values) => Terms.Aggregate(Of(0), (sum, t) =>
        sum.Plus(t.Factors.Aggregate(Of(t.Coefficient), (p, f) => p.Times(f.Bind(values))), 1));

    /// <summary>The variables in it, by name.</summary>
    public IEnumerable<Variable> Variables => Terms.SelectMany(t => t.Factors).SelectMany(f => f.Variable is { } v ? [v] : f.Numerator!.Variables).Distinct().OrderBy(v => v.Name, StringComparer.Ordinal);

    /// <summary>The value as a node over <see cref="Op.Variable"/>s.</summary>
    public UOp ToUOp()
    {
        UOp? sum = null;
        foreach (var t in Terms)
        {
            var product = t.Factors.Aggregate((UOp?)null, (p, f) => p is null ? f.ToUOp() : p * f.ToUOp());
            var term = product is null ? UOp.Index(t.Coefficient) : t.Coefficient == 1 ? product : product * t.Coefficient;
            sum = sum is null ? term : sum + term;
        }
        return sum ?? UOp.Index(0);
    }

    (long, long) Bounds()
    {
        var (min, max) = TermBounds();
        if (Terms.Any(t => Quotients(t) != 0))
        {
            // x - (c - 1) <= c*(x/c) <= x: which knows of the other terms, of which x is made.
            var exact = Of(0);
            Int128 low = 0, high = 0;
            foreach (var t in Terms)
            {
                long m = Quotients(t), slack = Math.Abs(m) * (m == 0 ? 0 : t.Factors[0].Divisor - 1);
                exact = m == 0 ? Sum([.. exact.Terms, t]) : exact.Plus(t.Factors[0].Numerator!, m);
                if (m > 0) low -= slack;
                else high += slack;
            }
            (min, max) = (Int128.Max(min, exact.Min + low), Int128.Min(max, exact.Max + high));
        }
        return (checked((long)min), checked((long)max));
    }

    // m where a term is m*c*(x/c), else 0.
    static long Quotients(Term t) => t.Factors is [{ Variable: null } q] && t.Coefficient % q.Divisor == 0 ? t.Coefficient / q.Divisor : 0;

    (Int128 Min, Int128 Max) TermBounds()
    {
        Int128 min = 0, max = 0;
        foreach (var t in Terms)
        {
            Int128 lo = t.Coefficient, hi = t.Coefficient;
            foreach (var f in t.Factors)
            {
                var (a, b) = f.Bounds;
                Int128[] ends = [lo * a, lo * b, hi * a, hi * b];
                (lo, hi) = (ends.Min(), ends.Max());
            }
            (min, max) = (min + lo, max + hi);
        }
        return (min, max);
    }

    /// <summary>
    /// In the operators that the languages share; how a variable is written, and the quotient of what is not negative, is the language's.
    /// </summary>
    public string Text(Func<Variable, string> name, Func<string, long, string> divide)
    {
        if (Terms.Length == 0) return "0";
        string Factor(Factor f)
        {
            if (f.Variable is { } v) return name(v);
            // floor((x + k*c)/c) - k
            long k = Math.Max(0, -f.Bounds.Min);
            var quotient = divide(f.Numerator!.Plus(Of(k * f.Divisor), 1).Text(name, divide), f.Divisor);
            return k == 0 ? quotient : $"({quotient} - {k})";
        }
        var text = string.Join(" + ", Terms.Select(t => string.Join(" * ",
            (t.Coefficient == 1 && !t.Factors.IsEmpty ? [] : (string[])[t.Coefficient.ToString(CultureInfo.InvariantCulture)]).Concat(t.Factors.Select(Factor)))));
        return text.Replace(" + -1 * ", " - ", StringComparison.Ordinal).Replace("+ -", "- ", StringComparison.Ordinal);
    }

    public override string ToString() => Text(v => v.Name, (x, c) => $"(({x})/{c})").Replace(" * ", "*", StringComparison.Ordinal);
    public bool Equals(Polynomial? other) => other is not null && Key == other.Key;
    public override bool Equals(object? obj) => Equals(obj as Polynomial);
    public override int GetHashCode() => Key.GetHashCode(StringComparison.Ordinal);
}

/// <summary>A factor of a product: a variable, or else a quotient by a constant, rounded down.</summary>
sealed record Factor(Variable? Variable, Polynomial? Numerator = null, long Divisor = 1)
{
    public string Key { get; } = Variable is { } v ? $"{v}" : $"[{Numerator!.Key}/{Divisor}]";

    public (long Min, long Max) Bounds => Variable is { } v ? (v.Min, v.Max)
        : (Algebra.Numbers.FloorDiv(Numerator!.Min, Divisor), Algebra.Numbers.FloorDiv(Numerator.Max, Divisor));

    public Polynomial Bind(IReadOnlyDictionary<Variable, int> values) => Variable is not { } v ? Numerator!.Bind(values).Quotient(Divisor)
        : values.TryGetValue(v, out int value) ? Polynomial.Of(value) : Polynomial.Of(this);

    public UOp ToUOp() => Variable is { } v ? UOp.New(Op.Variable, DType.Index, [], v) : Numerator!.ToUOp() / Divisor;
}
