using System.Numerics;

namespace Tiny.Lower;

/// <summary>
/// The few numbers of which all numbers are made that tell kernels of one form apart. A number is a row here, its value in each kernel. Rows that are multiples, products or
/// sums of others follow from them: of an image's strides and tile offsets its width and channels remain.
/// </summary>
sealed class FormNumbers
{
    // What is worth writing beside a name; larger ones are accidents.
    const int LargestFactor = 4096, LargestConstant = 256;

    readonly List<long[]> _rows = [];
    readonly Dictionary<string, Sum> _known = [];
    readonly HashSet<Term> _products = [];

    /// <summary>Given numbers by their values in each kernel.</summary>
    public IReadOnlyList<long[]> Rows => _rows;

    /// <summary>A given number, or the product of two (else B is -1), times a factor.</summary>
    public readonly record struct Term(int A, int B, long Factor);

    /// <summary>Terms, of which the first is positive, and a constant.</summary>
    public sealed record Sum(Term[] Terms, long Constant = 0);

    /// <summary>Those of which the rows follow: all that are to be given as they are, then of the others earlier ones rather than later ones, so extents and strides come first.</summary>
    public FormNumbers(IEnumerable<long[]> given, IEnumerable<long[]> rows)
    {
        foreach (var row in given.Where(r => !IsConstant(r) && !_known.ContainsKey(Key(r))))
        {
            _known[Key(row)] = new([new(_rows.Count, -1, 1)]);
            _rows.Add(row);
        }
        var all = rows.Where(r => !IsConstant(r)).ToList();
        var common = all.GroupBy(Direction).ToDictionary(g => g.Key, g => g.Select(Divisor).Aggregate(BigInteger.GreatestCommonDivisor));
        foreach (var row in all)
        {
            var key = Key(row);
            if (_known.ContainsKey(key)) continue;
            if (Find(row) is { } sum)
            {
                _known[key] = sum;
                _products.UnionWith(sum.Terms.Where(t => t.B >= 0).Select(Positive));
                continue;
            }
            // Multiples of one number are multiples of the largest that divides them all.
            long divisor = (long)Divisor(row), unit = (long)common[Direction(row)];
            _rows.Add([.. row.Select(n => n / divisor * unit)]);
            _known[key] = new([new(_rows.Count - 1, -1, divisor / unit)]);
        }
    }

    /// <summary>A row as a sum of the given numbers; null where all values are equal.</summary>
    public Sum? Of(long[] row) => _known.GetValueOrDefault(Key(row));

    // The simplest sum that has the row's value in each kernel.
    Sum? Find(long[] row)
    {
        var terms = Terms().Select(p => (Term: p, Values: Values(p))).ToList();
        foreach (var (p, v) in terms)
            if (Factor(row, v) is { } f && (p.B < 0 || f <= LargestFactor)) return new([p with { Factor = f }]);
        (Sum Sum, long Cost)? best = null;
        foreach (var (p, v) in terms)
            if (Affine(row, v) is (<= LargestFactor, >= -LargestConstant and <= LargestConstant) and var (f, c)) Consider(new([p with { Factor = f }], c));
        for (int i = 0; i < terms.Count; i++)
            for (int j = i + 1; j < terms.Count; j++)
            {
                if (Pair(row, terms[i].Values, terms[j].Values) is not var (f, g) || Math.Abs(f) > LargestFactor || Math.Abs(g) > LargestFactor) continue;
                Term p = terms[i].Term with { Factor = f }, q = terms[j].Term with { Factor = g };
                Consider(new(f > 0 ? [p, q] : [q, p]));
            }
        return best?.Sum;

        void Consider(Sum sum)
        {
            // A product that is computed anyway, then small factors: others are accidents.
            long cost = Math.Abs(sum.Constant) + sum.Terms.Sum(t => Math.Abs(t.Factor) + (t.B >= 0 && !_products.Contains(Positive(t)) ? LargestFactor : 0));
            if (best is null || cost < best.Value.Cost) best = (sum, cost);
        }
    }

    static Term Positive(Term t) => t with { Factor = Math.Abs(t.Factor) };

    IEnumerable<Term> Terms()
    {
        for (int a = 0; a < _rows.Count; a++) yield return new(a, -1, 1);
        for (int a = 0; a < _rows.Count; a++)
            for (int b = a; b < _rows.Count; b++) yield return new(a, b, 1);
    }

    long[] Values(Term p) => p.B < 0 ? _rows[p.A] : [.. _rows[p.A].Zip(_rows[p.B], (a, b) => a * b)];

    static long? Factor(long[] row, long[] v)
    {
        if (v[0] == 0 || row[0] % v[0] != 0) return null;
        long f = row[0] / v[0];
        return f > 0 && row.Zip(v).All(x => x.First == f * x.Second) ? f : null;
    }

    static (long Factor, long Constant)? Affine(long[] row, long[] v)
    {
        int i = Array.FindIndex(v, x => x != v[0]);
        if (i < 0) return null;
        if ((row[i] - row[0]) % (v[i] - v[0]) != 0) return null;
        long f = (row[i] - row[0]) / (v[i] - v[0]), c = row[0] - f * v[0];
        return f > 0 && row.Zip(v).All(x => x.First == f * x.Second + c) ? (f, c) : null;
    }

    // f v + g w, from two kernels in which they are independent.
    static (long F, long G)? Pair(long[] row, long[] v, long[] w)
    {
        int i = Enumerable.Range(1, v.Length - 1).FirstOrDefault(i => v[0] * w[i] != v[i] * w[0]);
        long d = v[0] * w[i] - v[i] * w[0];
        if (d == 0) return null;
        long f = row[0] * w[i] - row[i] * w[0], g = v[0] * row[i] - v[i] * row[0];
        if (f % d != 0 || g % d != 0 || f == 0 || g == 0) return null;
        (f, g) = (f / d, g / d);
        if (f < 0 && g < 0) return null;
        for (int k = 0; k < row.Length; k++)
            if (row[k] != f * v[k] + g * w[k]) return null;
        return (f, g);
    }

    static bool IsConstant(long[] row) => row.All(n => n == row[0]);
    static BigInteger Divisor(long[] row) => row.Aggregate(BigInteger.Zero, (d, n) => BigInteger.GreatestCommonDivisor(d, n));
    static string Direction(long[] row) => Key([.. row.Select(n => n / (long)Divisor(row))]);
    static string Key(long[] row) => string.Join(' ', row);
}
