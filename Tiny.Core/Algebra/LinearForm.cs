using Tiny.Graph;

namespace Tiny.Algebra;

/// <summary>
/// An integer expression as constant + sum of coefficient * atom, where an atom is any node that is not itself an addition,
/// a constant or a multiplication by one. Products with what is known at the call (<see cref="UOp.IsUniform"/>) are multiplied out. The canonical form of every index: atoms in the order in which they were first made,
/// constant last.
/// </summary>
public sealed class LinearForm
{
    readonly SortedDictionary<int, (UOp Atom, long Coefficient)> _terms = [];

    /// <summary>The zero form of an integer dtype.</summary>
    public LinearForm(DType dtype) => DType = dtype;

    /// <summary>The expression's dtype.</summary>
    public DType DType { get; }
    /// <summary>The constant.</summary>
    public long Constant { get; private set; }
    /// <summary>Atoms with their coefficients, none of them zero.</summary>
    public IEnumerable<(UOp Atom, long Coefficient)> Terms => _terms.Values;
    /// <summary>True when there are no atoms.</summary>
    public bool IsConstant => _terms.Count == 0;

    /// <summary>The form of an expression.</summary>
    public static LinearForm Of(UOp node)
    {
        var form = new LinearForm(node.DType);
        form.Add(node, 1);
        return form;
    }

    /// <summary>Adds a constant; returns this.</summary>
    public LinearForm Add(long constant)
    {
        Constant = unchecked(Constant + constant);
        return this;
    }

    /// <summary>Adds scale * node, taken apart; returns this.</summary>
    public LinearForm Add(UOp node, long scale)
    {
        var work = new Stack<(UOp, long)>();
        work.Push((node, scale));
        while (work.TryPop(out var item))
        {
            var (u, k) = item;
            if (u.Int is { } c) Constant = unchecked(Constant + c * k);
            else if (u.Op == Op.Add)
            {
                work.Push((u.Src[1], k));
                work.Push((u.Src[0], k));
            }
            else if (u.Op == Op.Mul && u.Src[1].Int is { } m) work.Push((u.Src[0], unchecked(k * m)));
            else if (u.Op == Op.Mul && (u.Src[0].IsUniform || u.Src[1].IsUniform)) AddProduct(Of(u.Src[0]), Of(u.Src[1]), k);
            else AddAtom(u, k);
        }
        return this;
    }

    // Every term of one times every term of the other.
    void AddProduct(LinearForm a, LinearForm b, long scale)
    {
        Constant = unchecked(Constant + a.Constant * b.Constant * scale);
        foreach (var (x, k) in a.Terms) AddAtom(x, unchecked(k * b.Constant * scale));
        foreach (var (x, k) in b.Terms) AddAtom(x, unchecked(k * a.Constant * scale));
        foreach (var (x, k) in a.Terms)
            foreach (var (y, n) in b.Terms)
                AddAtom(Factors(x).Concat(Factors(y)).OrderBy(f => f.Serial).Aggregate((p, f) => p * f), unchecked(k * n * scale));
    }

    /// <summary>The factors of a product that is an atom.</summary>
    internal static List<UOp> Factors(UOp atom)
    {
        var factors = new List<UOp>();
        for (; atom.Op == Op.Mul; atom = atom.Src[0]) factors.Add(atom.Src[1]);
        factors.Add(atom);
        return factors;
    }

    /// <summary>This form plus scale times another, as a new form.</summary>
    public LinearForm Plus(LinearForm other, long scale)
    {
        ArgumentNullException.ThrowIfNull(other);
        var sum = Where(_ => true, unchecked(Constant + other.Constant * scale));
        foreach (var (atom, k) in other._terms.Values) sum.AddAtom(atom, unchecked(k * scale));
        return sum;
    }

    void AddAtom(UOp atom, long k)
    {
        long sum = unchecked((_terms.TryGetValue(atom.Serial, out var t) ? t.Coefficient : 0) + k);
        if (sum == 0) _terms.Remove(atom.Serial);
        else _terms[atom.Serial] = (atom, sum);
    }

    /// <summary>The coefficient of an atom, zero where it does not occur by itself.</summary>
    public long Coefficient(UOp atom) => _terms.TryGetValue(atom.Serial, out var t) ? t.Coefficient : 0;

    /// <summary>The form without an atom's term.</summary>
    public LinearForm Without(UOp atom)
    {
        ArgumentNullException.ThrowIfNull(atom);
        var rest = Where(_ => true, Constant);
        rest._terms.Remove(atom.Serial);
        return rest;
    }

    /// <summary>The terms that a predicate on coefficients keeps, and the constant if asked.</summary>
    public LinearForm Where(Func<long, bool> keep, long constant = 0)
    {
        var part = new LinearForm(DType) { Constant = constant };
        foreach (var (id, t) in _terms)
            if (keep(t.Coefficient)) part._terms[id] = t;
        return part;
    }

    /// <summary>The form with other coefficients and the same constant; those that become zero are gone.</summary>
    public LinearForm Map(Func<long, long> coefficient)
    {
        var form = new LinearForm(DType) { Constant = Constant };
        foreach (var (id, t) in _terms)
            if (coefficient(t.Coefficient) is var k and not 0) form._terms[id] = (t.Atom, k);
        return form;
    }

    /// <summary>Every coefficient and the constant divided by a common divisor.</summary>
    public LinearForm DivideBy(long divisor)
    {
        var q = Map(k => k / divisor);
        q.Constant = Constant / divisor;
        return q;
    }

    /// <summary>Bounds by interval arithmetic on the terms.</summary>
    public (Int128 Min, Int128 Max) Bounds()
    {
        Int128 min = Constant, max = Constant;
        foreach (var (atom, k) in _terms.Values)
        {
            Int128 a = (Int128)k * atom.Min, b = (Int128)k * atom.Max;
            min += Int128.Min(a, b);
            max += Int128.Max(a, b);
        }
        return (min, max);
    }

    /// <summary>True when no sum or product of the form can leave its dtype, so that it obeys the laws of whole numbers.</summary>
    public bool IsExact()
    {
        var (lo, hi) = Algebra.Bounds.OfType(DType);
        Int128 min = Int128.Min(Constant, 0), max = Int128.Max(Constant, 0);
        foreach (var (atom, k) in _terms.Values)
        {
            Int128 a = (Int128)k * atom.Min, b = (Int128)k * atom.Max;
            min += Int128.Min(Int128.Min(a, b), 0);
            max += Int128.Max(Int128.Max(a, b), 0);
        }
        return min >= lo && max <= hi;
    }

    /// <summary>The expression in canonical form.</summary>
    public UOp ToUOp()
    {
        UOp? sum = null;
        foreach (var (atom, k) in _terms.Values)
        {
            var term = k == 1 ? atom : UOp.New(Op.Mul, DType, [atom, UOp.Const(k, DType.Scalar).Splat(DType.Lanes)]);
            sum = sum is null ? term : UOp.New(Op.Add, DType, [sum, term]);
        }
        var constant = UOp.Const(Constant, DType.Scalar).Splat(DType.Lanes);
        return sum is null ? constant : constant.IsZero ? sum : UOp.New(Op.Add, DType, [sum, constant]);
    }
}

/// <summary>Whole-number helpers: division with floor semantics, and conversions rounded once.</summary>
static class Numbers
{
    public static long FloorDiv(long a, long b)
    {
        long q = a / b;
        return a % b != 0 && a < 0 != b < 0 ? q - 1 : q;
    }

    public static long FloorMod(long a, long b) => a - FloorDiv(a, b) * b;

    public static long Gcd(long a, long b)
    {
        while (b != 0) (a, b) = (b, a % b);
        return Math.Abs(a);
    }

    public static double ToDouble(long a, DType dtype) => dtype.Kind == ScalarKind.UInt64 ? ToDouble((ulong)a) : a;
    public static float ToSingle(long a, DType dtype) => dtype.Kind == ScalarKind.UInt64 ? ToSingle((ulong)a) : a;

    // Half of it is a long; its last bit, kept, decides a tie as all that is cut off would.
    public static double ToDouble(ulong a) => a <= long.MaxValue ? (long)a : (long)(a >> 1 | a & 1) * 2.0;
    public static float ToSingle(ulong a) => a <= long.MaxValue ? (long)a : (long)(a >> 1 | a & 1) * 2f;
}
