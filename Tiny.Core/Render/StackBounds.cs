using Tiny.Graph;

namespace Tiny.Render;

/// <summary>
/// Bounds of index expressions made of loop variables and constants, so that divisions and address arithmetic need no
/// correction for negatives that cannot occur. Anything else has the bounds of its dtype.
/// </summary>
sealed class StackBounds
{
    readonly Dictionary<UOp, (long Min, long Max)> _known = new(ReferenceEqualityComparer.Instance);

    /// <summary>True when the integer is never negative.</summary>
    public bool IsNonNegative(UOp u) => Of(u).Min >= 0;

    /// <summary>Takes in a line; noted in order, no question goes deep.</summary>
    public void Note(UOp line)
    {
        if (line.DType == DType.Int32) Of(line);
    }

    /// <summary>Bounds of an integer scalar.</summary>
    public (long Min, long Max) Of(UOp u)
    {
        if (u.Int is { } n) return (n, n);
        if (_known.TryGetValue(u, out var found)) return found;
        return _known[u] = Infer(u);
    }

    (long, long) Infer(UOp u)
    {
        var full = Full(u.DType.Kind);
        if (u.DType != DType.Int32) return full;
        (long Min, long Max) made = u.Op switch
        {
            Op.Range => (0, Math.Max(0, Of(u.Src[0]).Max - 1)),
            Op.Add => (Of(u.Src[0]).Min + Of(u.Src[1]).Min, Of(u.Src[0]).Max + Of(u.Src[1]).Max),
            Op.Mul => Product(Of(u.Src[0]), Of(u.Src[1])),
            Op.FloorDiv when u.Src[1].Int is > 0 and var n => (Floor(Of(u.Src[0]).Min, n), Floor(Of(u.Src[0]).Max, n)),
            Op.FloorMod when u.Src[1].Int is > 0 and var n => (0, n - 1),
            Op.Max => (Math.Max(Of(u.Src[0]).Min, Of(u.Src[1]).Min), Math.Max(Of(u.Src[0]).Max, Of(u.Src[1]).Max)),
            Op.Min => (Math.Min(Of(u.Src[0]).Min, Of(u.Src[1]).Min), Math.Min(Of(u.Src[0]).Max, Of(u.Src[1]).Max)),
            Op.Where => (Math.Min(Of(u.Src[1]).Min, Of(u.Src[2]).Min), Math.Max(Of(u.Src[1]).Max, Of(u.Src[2]).Max)),
            _ => full,
        };
        // Beyond the dtype the value wraps, and may be anything.
        return made.Min < full.Min || made.Max > full.Max ? full : made;
    }

    static (long, long) Product((long Min, long Max) a, (long Min, long Max) b)
    {
        // Both factors have 32 bits: no overflow here.
        long p = a.Min * b.Min, q = a.Min * b.Max, r = a.Max * b.Min, s = a.Max * b.Max;
        return (Math.Min(Math.Min(p, q), Math.Min(r, s)), Math.Max(Math.Max(p, q), Math.Max(r, s)));
    }

    static long Floor(long a, long n) => (a >= 0 ? a : a - n + 1) / n;

    static (long Min, long Max) Full(ScalarKind kind) => kind switch
    {
        ScalarKind.Bool => (0, 1),
        ScalarKind.UInt8 => (0, byte.MaxValue),
        ScalarKind.UInt32 => (0, uint.MaxValue),
        ScalarKind.Int32 => (int.MinValue, int.MaxValue),
        _ => (long.MinValue, long.MaxValue),
    };
}
