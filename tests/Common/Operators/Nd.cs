namespace Tiny.Tests;

/// <summary>A small array of numbers, row-major: what expected values are computed with, by plain loops that share nothing with the library.</summary>
public sealed class Nd(int[] dims, double[] data)
{
    public int[] Dims => dims;
    public double[] Data => data;
    public int Rank => dims.Length;

    /// <summary>An element; 0 outside.</summary>
    public double this[params int[] at] => Place(at) is var p and >= 0 ? data[p] : 0;

    /// <summary>The elements of a shape, each a function of its indices.</summary>
    public static Nd Of(int[] dims, Func<int[], double> element)
    {
        var result = new double[Count(dims)];
        int[] at = new int[dims.Length];
        for (int i = 0; i < result.Length; i++)
        {
            for (int a = dims.Length - 1, rest = i; a >= 0; rest /= dims[a--]) at[a] = rest % dims[a];
            result[i] = element(at);
        }
        return new(dims, result);
    }

    public static Nd Of(params double[] data) => new([data.Length], data);
    public static Nd Scalar(double value) => new([], [value]);

    public Nd Map(Func<double, double> f) => new(dims, [.. data.Select(f)]);

    /// <summary>Element by element, shapes aligned at the right and extents of 1 stretched.</summary>
    public static Nd Zip(Nd a, Nd b, Func<double, double, double> f)
    {
        int rank = Math.Max(a.Rank, b.Rank);
        int[] whole = [.. Enumerable.Range(0, rank).Select(i => Extent(a, i) is var n and not 1 ? n : Extent(b, i))];
        return Of(whole, at => f(a[Seen(a, at)], b[Seen(b, at)]));

        int Extent(Nd x, int axis) => axis - rank + x.Rank is var i and >= 0 ? x.Dims[i] : 1;
        int[] Seen(Nd x, int[] at) => [.. x.Dims.Select((n, i) => n == 1 ? 0 : at[i + rank - x.Rank])];
    }

    /// <summary>Each line of elements along an axis replaced by others, all of one number.</summary>
    public Nd Lanes(int axis, Func<double[], double[]> f)
    {
        if (axis < 0) axis += Rank;
        int length = f(new double[dims[axis]]).Length;
        var lanes = new Dictionary<string, double[]>();
        return Of([.. dims.Select((n, i) => i == axis ? length : n)], at =>
        {
            var key = string.Join(',', at.Where((_, i) => i != axis));
            if (!lanes.TryGetValue(key, out var lane))
                lanes[key] = lane = f([.. Enumerable.Range(0, dims[axis]).Select(k => this[[.. at.Select((p, i) => i == axis ? k : p)]])]);
            return lane[at[axis]];
        });
    }

    /// <summary>What some axes hold together, as one number for each place of the others.</summary>
    public Nd Reduce(int[] axes, Func<double[], double> f, bool keep = false)
    {
        int[] over = [.. axes.Select(a => a < 0 ? a + Rank : a).Order()], rest = [.. Enumerable.Range(0, Rank).Except(over)];
        var joined = Permute([.. rest, .. over]);
        joined = joined.Reshape([.. rest.Select(a => dims[a]), Count([.. over.Select(a => dims[a])])]);
        return joined.Lanes(rest.Length, x => [f(x)]).Reshape(keep ? [.. dims.Select((n, i) => over.Contains(i) ? 1 : n)] : [.. rest.Select(a => dims[a])]);
    }

    public Nd Reduce(int axis, Func<double[], double> f, bool keep = false) => Reduce([axis], f, keep);
    public Nd Reduce(Func<double[], double> f) => Scalar(f(data));

    public Nd Reshape(params int[] to) => new(to, data);

    public Nd Permute(params int[] order) => Of([.. order.Select(a => dims[a])], at =>
    {
        var from = new int[at.Length];
        for (int i = 0; i < at.Length; i++) from[order[i]] = at[i];
        return this[from];
    });

    public static int Count(int[] dims) => dims.Aggregate(1, (a, b) => a * b);

    int Place(int[] at)
    {
        int place = 0;
        for (int i = 0; i < at.Length; i++)
        {
            if (at[i] < 0 || at[i] >= dims[i]) return -1;
            place = place * dims[i] + at[i];
        }
        return place;
    }
}
