namespace Tiny.Tests;

/// <summary>Convolutions and pools over any number of axes, element by element as they are defined.</summary>
static class Windowed
{
    /// <summary>Options, one for each spatial axis; the last counts for all further ones.</summary>
    public sealed record Options(int[] Stride, (int Before, int After)[] Padding, int[] Dilation, int Groups = 1, int OutputPadding = 0)
    {
        public static Options By(int stride = 1, int padding = 0, int dilation = 1, int groups = 1, int outputPadding = 0) => new([stride], [(padding, padding)], [dilation], groups, outputPadding);
        public int Step(int axis) => Stride[Math.Min(axis, Stride.Length - 1)];
        public (int Before, int After) Edges(int axis) => Padding[Math.Min(axis, Padding.Length - 1)];
        public int Gap(int axis) => Dilation[Math.Min(axis, Dilation.Length - 1)];
    }

    public static Nd Conv(Nd x, Nd w, Nd? bias, Options o)
    {
        int[] window = w.Dims[2..];
        int each = w.Dims[0] / o.Groups;
        int[] output = [.. window.Select((k, i) => (x.Dims[2 + i] + o.Edges(i).Before + o.Edges(i).After - o.Gap(i) * (k - 1) - 1) / o.Step(i) + 1)];
        return Nd.Of([x.Dims[0], w.Dims[0], .. output], at =>
        {
            double sum = bias?[at[1]] ?? 0;
            for (int c = 0; c < w.Dims[1]; c++)
                foreach (var k in Places(window)) sum += x[[at[0], at[1] / each * w.Dims[1] + c, .. Seen(at[2..], k, o)]] * w[[at[1], c, .. k]];
            return sum;
        });
    }

    public static Nd Transposed(Nd x, Nd w, Nd? bias, Options o)
    {
        int[] window = w.Dims[2..];
        int each = w.Dims[1], ins = x.Dims[1] / o.Groups;
        int[] output = [.. window.Select((k, i) => (x.Dims[2 + i] - 1) * o.Step(i) - o.Edges(i).Before - o.Edges(i).After + o.Gap(i) * (k - 1) + o.OutputPadding + 1)];
        var sums = new Dictionary<string, double>();
        foreach (var at in Places([x.Dims[0], x.Dims[1], each, .. x.Dims[2..], .. window]))
        {
            int[] place = at[3..(3 + window.Length)], k = at[(3 + window.Length)..];
            var to = string.Join(',', [at[0], at[1] / ins * each + at[2], .. Seen(place, k, o)]);
            sums[to] = sums.GetValueOrDefault(to) + x[[at[0], at[1], .. place]] * w[[at[1], at[2], .. k]];
        }
        return Nd.Of([x.Dims[0], each * o.Groups, .. output], at => sums.GetValueOrDefault(string.Join(',', at)) + (bias?[at[1]] ?? 0));
    }

    /// <summary>What each window of the last axes holds together, with the places of its elements, without those outside.</summary>
    public static Nd Pool(Nd x, int[] window, Options o, Func<(double Value, int Place)[], double> f)
    {
        int lead = x.Rank - window.Length;
        int[] extents = x.Dims[lead..];
        int[] output = [.. window.Select((k, i) => (extents[i] + o.Edges(i).Before + o.Edges(i).After - o.Gap(i) * (k - 1) - 1) / o.Step(i) + 1)];
        return Nd.Of([.. x.Dims[..lead], .. output], at => f([.. Places(window).Select(k => Seen(at[lead..], k, o)).Where(p => p.Zip(extents, (i, n) => i >= 0 && i < n).All(inside => inside))
            .Select(p => (x[[.. at[..lead], .. p]], p.Zip(extents).Aggregate(0, (sum, e) => sum * e.Second + e.First)))]));
    }

    public static double Largest((double Value, int Place)[] x) => x.Max(e => e.Value);
    public static double Place((double Value, int Place)[] x) => x.MaxBy(e => e.Value).Place;

    static int[] Seen(int[] place, int[] k, Options o) => [.. place.Select((p, i) => p * o.Step(i) + k[i] * o.Gap(i) - o.Edges(i).Before)];

    static IEnumerable<int[]> Places(int[] dims)
    {
        for (int i = 0; i < Nd.Count(dims); i++)
        {
            var at = new int[dims.Length];
            for (int a = dims.Length - 1, rest = i; a >= 0; rest /= dims[a--]) at[a] = rest % dims[a];
            yield return at;
        }
    }
}
