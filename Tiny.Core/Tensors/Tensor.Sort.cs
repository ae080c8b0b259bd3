using Tiny.Graph;

namespace Tiny;

// Sorting without loops that depend on data. A short axis: an element's place is how many come before it, and the element at a place is the one that counted to
// it; n^2 comparisons, two kernels. A longer one: runs of 256 are sorted so, then merged two by two by Batcher's bitonic network (Sorting networks and their
// applications, 1968), of which each step compares all elements with their partners: n log^2 n comparisons, a kernel a step. Places break ties, so order is stable.
public sealed partial class Tensor
{
    // The longest axis that is sorted by counting alone, the runs that a longer one begins with, and the longest of all.
    const int LongestCounted = 1024, RunLength = 256, LongestSorted = 1 << 20;

    /// <summary>
    /// The elements along an axis in ascending (or descending) order, and where they were, as int32. Equal elements (0 and -0 are) keep their order, NaN comes last
    /// either way. Up to 1,024 elements two kernels of n^2 comparisons; up to 2^20 a network, n log^2 n comparisons in log^2(n / 256) / 2 + 8 log(n / 256) kernels.
    /// </summary>
    /// <exception cref="ShapeException">The axis is longer than 2^20.</exception>
    /// <example><code>
    /// var (values, places) = Tensor.From([3, 1, 2]).Sort(); // values is [1, 2, 3]
    /// values[0]                                              // 1
    /// places                                                 // [1, 2, 0]
    /// </code></example>
    public (Tensor Values, Tensor Indices) Sort(int axis = -1, bool descending = false)
    {
        using var scope = Origin.Scope("sort");
        var index = First("Sort", null, axis, descending);
        return (Gather(axis, index), index);
    }

    /// <summary>The places of the elements along an axis in ascending (or descending) order, as int32, found as <see cref="Sort"/> does; the axis has at most 2^20 elements.</summary>
    public Tensor Argsort(int axis = -1, bool descending = false)
    {
        using var scope = Origin.Scope("argsort");
        return First("Argsort", null, axis, descending);
    }

    /// <summary>
    /// The <paramref name="count"/> largest (or smallest) elements along an axis, the first of them first, and where they were, as int32. Order is that of <see cref="Sort"/>:
    /// of equal elements the earlier is taken, and NaN last. Up to 64 of a long axis are found in rounds, each of which leaves so many of every 256.
    /// </summary>
    /// <exception cref="ShapeException">The axis has fewer elements, or more than 2^20 if more than 64 are asked for.</exception>
    /// <example><code>
    /// var best = Tensor.From([0.1f, 0.7f, 0.2f]).TopK(2);
    /// best.Values  // [0.7, 0.2]
    /// best.Indices // [1, 2]
    /// </code></example>
    public (Tensor Values, Tensor Indices) TopK(int count, int axis = -1, bool largest = true)
    {
        using var scope = Origin.Scope("top_k");
        var index = First("TopK", count, axis, largest);
        return (Gather(axis, index), index);
    }

    /// <summary>The places of the first elements, or of all, in order along an axis.</summary>
    Tensor First(string operation, int? count, int axis, bool descending)
    {
        int a = Axis(axis, operation), n = Shape[a], k = count ?? n;
        if (k < 0 || k > n) throw new ShapeException($"{operation}: {k} elements of axis {axis} of {Shape}");
        if (Shape.Size == 0 || k == 0) return Zeros(Shape.With(a, k), DType.Int32);
        var last = a == Rank - 1 ? this : Transpose(a, -1);
        var key = last.OrderKey(descending).Reshape([Shape.Numel / n, n]);
        bool few = k <= RunLength / 4;
        if (n > LongestSorted && !few) throw new ShapeException($"{operation}: axis {axis} of {Shape} has {n} elements, at most {LongestSorted} are sorted");
        var index = n <= LongestCounted ? FirstByCounting(key, k) : few ? FirstByRounds(key, k) : ByMerging(key)[.., ..k];
        index = index.Reshape(last.Shape.With(Rank - 1, k));
        return a == Rank - 1 ? index : index.Transpose(a, -1);
    }

    /// <summary>Integers that order as the elements do: a float's bits, those below the sign turned round for negative ones.</summary>
    Tensor OrderKey(bool descending)
    {
        if (!DType.IsFloat)
        {
            var whole = DType.IsBool || DType.IsShortInt ? Cast(DType.Int32) : this;
            return descending ? ~whole : whole;
        }
        var x = Cast(Wide(DType));
        bool wide = x.DType.Size == 8;
        var bits = x.Bitcast(wide ? DType.Int64 : DType.Int32);
        long most = wide ? long.MaxValue : int.MaxValue, infinity = wide ? 0x7FF0000000000000 : 0x7F800000;
        var below = bits & Scalar(most, bits.DType);
        // -0 is 0.
        bits = below.Eq(0).Where(0, bits);
        var key = bits ^ ((bits >> (wide ? 63 : 31)) & Scalar(most, bits.DType));
        return below.Gt(infinity).Where(most, descending ? ~key : key);
    }

    static Number Greatest(DType dtype) => dtype.Kind switch
    {
        ScalarKind.UInt64 => ulong.MaxValue, ScalarKind.Int64 => long.MaxValue, ScalarKind.UInt32 => (long)uint.MaxValue, _ => int.MaxValue,
    };

    /// <summary>Of keys [..., n] the places of the first ones, [..., count].</summary>
    static Tensor FirstByCounting(Tensor key, int count)
    {
        int n = key.Shape[key.Rank - 1];
        Tensor mine = key.Unsqueeze(-1), other = key.Unsqueeze(-2), place = Arange(n);
        var before = place.Lt(place.Unsqueeze(1)).Where(other.Le(mine), other.Lt(mine)).Sum(-1);
        return before.Unsqueeze(-2).Eq(Arange(count).Unsqueeze(1)).Where(place, 0).Sum(-1);
    }

    /// <summary>Of keys [rows, n] the places of the first few. What is padded comes after all that equals it.</summary>
    static Tensor FirstByRounds(Tensor key, int count)
    {
        int rows = key.Shape[0];
        var place = Arange(key.Shape[1]).Expand(key.Shape);
        while (key.Shape[1] > LongestCounted)
        {
            int n = key.Shape[1], runs = (n - 1) / RunLength + 1;
            (Dim, Dim)[] edges = [(0, 0), (0, runs * RunLength - n)];
            key = key.Pad(edges, Greatest(key.DType)).Reshape([rows, runs, RunLength]);
            var kept = FirstByCounting(key, count);
            place = place.Pad(edges).Reshape([rows, runs, RunLength]).Gather(2, kept).Reshape([rows, runs * count]);
            key = key.Gather(2, kept).Reshape([rows, runs * count]);
        }
        return place.Gather(1, FirstByCounting(key, count));
    }

    /// <summary>Of keys [rows, n] all places in order.</summary>
    static Tensor ByMerging(Tensor key)
    {
        int rows = key.Shape[0], n = key.Shape[1], length = (int)System.Numerics.BitOperations.RoundUpToPowerOf2((uint)n);
        key = key.Pad([(0, 0), (0, length - n)], Greatest(key.DType)).Reshape([rows, length / RunLength, RunLength]);
        var run = FirstByCounting(key, RunLength);
        var place = run + Arange(length / RunLength).Unsqueeze(1) * RunLength;
        // Key and place side by side: [rows, 2, length].
        var pairs = Stack([key.Gather(2, run).Reshape([rows, length]), place.Reshape([rows, length]).Cast(key.DType)], 1).Contiguous();
        for (int merged = 2 * RunLength; merged <= length; merged *= 2)
            for (int apart = merged / 2; apart > 0; apart /= 2)
            {
                var x = pairs.Reshape([rows, 2, length / (2 * apart), 2, apart]);
                // Two ascending runs are compared end to end; what follows are halves.
                var partner = apart == merged / 2 ? x.Flip(3, 4) : x.Flip(3);
                Tensor a = x[.., ..1], b = partner[.., ..1], i = x[.., 1..], j = partner[.., 1..];
                var partnerFirst = b.Lt(a) | (b.Eq(a) & j.Lt(i));
                var upper = Arange(2).Reshape(2, 1).Eq(1);
                pairs = partnerFirst.Ne(upper).Where(partner, x).Contiguous().Reshape([rows, 2, length]);
            }
        return pairs[.., 1, ..n].Cast(DType.Int32);
    }
}
