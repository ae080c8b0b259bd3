using static Tiny.Tests.DTypeRules;
using static Tiny.Tests.Rows;
using static Tiny.Tests.Windowed;
using static Tiny.Tests.Windowed.Options;

namespace Tiny.Tests;

static partial class OperatorTable
{
    static OperatorCase[] Windows =>
    [
        Convolved("Conv", x => x[0].Conv(x[1], null, [2], [(1, 0)], [1]), new([2], [(1, 0)], [1]), In(1, 2, 6), In(2, 2, 3)).Refuses(x => x[0].Conv(x[1], null, [2, 1], [(1, 0)], [1])),
        Convolved("Conv1d", x => x[0].Conv1d(x[1], x[2], 2, 1, 2), By(2, 1, 2), In(2, 1, 7), In(2, 1, 3), In(2)).Refuses(x => x[0].Conv1d(x[1], stride: 0), x => x[0].Conv1d(x[2]), x => x[0].Conv1d(x[1], x[0])),
        Convolved("Conv2d", x => x[0].Conv2d(x[1], x[2], padding: 1), By(padding: 1), In(1, 2, 4, 3), In(2, 2, 3, 3), In(2))
            .Refuses(x => x[0].Conv2d(x[1], groups: 2), x => x[0].Conv2d(x[1], dilation: 3), x => x[0][.., ..1].Conv2d(x[1])),
        Convolved("Conv2d, strided", x => x[0].Conv2d(x[1], stride: 2), By(2), In(1, 2, 5, 5), In(2, 2, 3, 3)), Convolved("Conv2d, apart", x => x[0].Conv2d(x[1], stride: 3), By(3), In(1, 1, 5, 6), In(2, 1, 2, 3)),
        Convolved("Conv2d, in groups", x => x[0].Conv2d(x[1], groups: 2, dilation: (1, 2)), new([1], [(0, 0)], [1, 2], 2), In(1, 4, 3, 5), In(2, 2, 2, 2)),
        Convolved("Conv3d", x => x[0].Conv3d(x[1], padding: 1), By(padding: 1), In(1, 1, 2, 3, 3), In(1, 1, 2, 2, 2)).Refuses(x => x[0].Conv3d(x[1], groups: 0), x => x[0][0].Conv3d(x[1])),
        Spread("ConvTranspose", x => x[0].ConvTranspose(x[1], null, [2], [(1, 0)], [1], [1]), new([2], [(1, 0)], [1], 1, 1), In(1, 2, 4), In(2, 1, 3)).Refuses(x => x[0].ConvTranspose(x[1], null, [2], [(1, 0)], [2], [1])),
        Spread("ConvTranspose1d", x => x[0].ConvTranspose1d(x[1], x[2], 2), By(2), In(1, 2, 4), In(2, 2, 3), In(2)).Refuses(x => x[0].ConvTranspose1d(x[1], outputPadding: 1), x => x[0].ConvTranspose1d(x[1], x[0]), x => x[0].ConvTranspose1d(x[2])),
        Spread("ConvTranspose2d", x => x[0].ConvTranspose2d(x[1], stride: 2, padding: 1, outputPadding: 1, groups: 2, dilation: 2), By(2, 1, 2, 2, 1), In(1, 2, 3, 3), In(2, 1, 3, 3)).Refuses(x => x[0].ConvTranspose2d(x[1], groups: 3), x => x[0][0].ConvTranspose2d(x[1])),
        Spread("ConvTranspose3d", x => x[0].ConvTranspose3d(x[1]), By(), In(1, 1, 2, 2, 2), In(1, 1, 2, 2, 2)).Refuses(x => x[0].ConvTranspose3d(x[1], stride: 0)),
        Pooled("MaxPool1d", x => x.MaxPool1d(3, 2, 1), [3], By(2, 1), Largest, 2, 7).Refuses(x => x[0].MaxPool1d(8), x => x[0].MaxPool1d(0), x => x[0][0, 0].MaxPool1d(1)),
        Pooled("MaxPool2d", x => x.MaxPool2d(2), [2, 2], By(2), Largest, 1, 4, 6).Refuses(x => x[0].MaxPool2d(5), x => x[0].MaxPool2d(2, dilation: 0)),
        Pooled("MaxPool2d, overlapping", x => x.MaxPool2d(3, 1, 1), [3, 3], By(1, 1), Largest, 4, 4), Pooled("MaxPool2d, dilated", x => x.MaxPool2d(2, 1, dilation: 2), [2, 2], By(1, 0, 2), Largest, 4, 5),
        Pooled("MaxPool3d", x => x.MaxPool3d(2), [2, 2, 2], By(2), Largest, 2, 4, 2).Refuses(x => x[0].MaxPool3d(3)),
        Pooled("AvgPool1d", x => x.AvgPool1d(3, 2, 1, countPadding: false), [3], By(2, 1), v => v.Average(e => e.Value), 2, 7).Gives(Floats).Refuses(x => x[0].AvgPool1d(8)),
        Pooled("AvgPool2d", x => x.AvgPool2d(2, 1), [2, 2], By(), v => v.Average(e => e.Value), 1, 4, 4).Gives(Floats).Refuses(x => x[0].AvgPool2d(5)),
        Pooled("AvgPool3d", x => x.AvgPool3d(2), [2, 2, 2], By(2), v => v.Average(e => e.Value), 2, 4, 2).Gives(Floats).Refuses(x => x[0].AvgPool3d(3)),
        Located("MaxPool1dWithIndices", x => x.MaxPool1dWithIndices(3, 2, 1), [3], By(2, 1), 2, 7).Refuses(x => x[0].MaxPool1dWithIndices(8)),
        Located("MaxPool2dWithIndices", x => x.MaxPool2dWithIndices(2), [2, 2], By(2), 1, 4, 6).Refuses(x => x[0].MaxPool2dWithIndices(5)),
        Located("MaxPool3dWithIndices", x => x.MaxPool3dWithIndices(2), [2, 2, 2], By(2), 2, 4, 2).Refuses(x => x[0].MaxPool3dWithIndices(3)),
        Of("MaxUnpool2d", x => x[0].MaxUnpool2d(x[1], 2), In(1, 2, 2), Given([0, 3, 9, 14], 1, 2, 2)).Empty([0, 2, 2], [0, 2, 2])
            .Is(x => Nd.Of([x[0].Dims[0], 4, 4], at => Array.IndexOf(x[1].Data, at[1] * 4 + at[2]) is var p and >= 0 ? x[0].Data[p] : 0)).Refuses(x => x[0].MaxUnpool2d(x[1][0], 2), x => x[0].MaxUnpool2d(x[0].Gt(0), 2)),
        Of("Interpolate", x => x[0].Interpolate([5, 3]), In(1, 3, 4)).Gives(Floats).Empty([0, 3, 4]).EmptyFails([1, 0, 4]).Is(x => x[0].Lanes(1, v => Linear(v, 5)).Lanes(2, v => Linear(v, 3)))
            .Refuses(x => x[0].Interpolate([1, 2, 3, 4]), x => x[0].Interpolate([0, 3]), x => x[0].Interpolate([2], InterpolationMode.Nearest, true)),
        Of("Interpolate, cubic", x => x[0].Interpolate([5, 3], InterpolationMode.Cubic, true), In(1, 3, 4)).Gives(Floats).Empty([0, 3, 4]).EmptyFails([1, 3, 0]).Is(x => x[0].Lanes(1, v => Cubic(v, 5)).Lanes(2, v => Cubic(v, 3))),
        Of("Interpolate, nearest", x => x[0].Interpolate([5, 3], InterpolationMode.Nearest), In(1, 3, 4)).Empty([0, 3, 4]).EmptyFails([1, 3, 0])
            .Is(x => x[0].Lanes(1, v => [.. Enumerable.Range(0, 5).Select(i => v[i * v.Length / 5])]).Lanes(2, v => [.. Enumerable.Range(0, 3).Select(i => v[i * v.Length / 3])])),
    ];

    static OperatorCase Convolved(string name, Func<Tensor[], Tensor> function, Options options, params Input[] inputs) =>
        Of(name, function, inputs).Gives(Counts).Is(x => Conv(x[0], x[1], x.Length > 2 ? x[2] : null, options)).Empty([.. inputs.Select((input, i) => i == 0 ? [0, .. input.Dims[1..]] : input.Dims)]);

    static OperatorCase Spread(string name, Func<Tensor[], Tensor> function, Options options, params Input[] inputs) =>
        Of(name, function, inputs).Gives(Counts).Is(x => Transposed(x[0], x[1], x.Length > 2 ? x[2] : null, options)).Empty([.. inputs.Select((input, i) => i == 0 ? [0, .. input.Dims[1..]] : input.Dims)]);

    static OperatorCase Pooled(string name, Func<Tensor, Tensor> function, int[] window, Options options, Func<(double Value, int Place)[], double> f, params int[] dims)
    {
        var row = Of(name, x => function(x[0]), In(dims)).Is(x => Pool(x[0], window, options, f)).EmptyFails([.. dims[..^1], 0]);
        return dims.Length > window.Length ? row.Empty([0, .. dims[1..]]) : row;
    }

    static OperatorCase Located(string name, Func<Tensor, (Tensor Values, Tensor Places)> function, int[] window, Options options, params int[] dims) =>
        (Pooled(name, x => x, window, options, Largest, dims) with { Function = x => function(x[0]) is var (values, places) ? [values, places] : [], Jumps = true })
            .Gives(Kept, DTypeRules.Places).Are(x => [Pool(x[0], window, options, Largest), Pool(x[0], window, options, Place)]);

    static double[] Linear(double[] x, int count) => [.. Enumerable.Range(0, count).Select(i =>
    {
        double place = Math.Clamp((i + 0.5) * x.Length / count - 0.5, 0, x.Length - 1), part = place - Math.Floor(place);
        return x[(int)place] * (1 - part) + x[Math.Min((int)place + 1, x.Length - 1)] * part;
    })];

    /// <summary>Keys' kernel with -3/4, corners aligned.</summary>
    static double[] Cubic(double[] x, int count) => [.. Enumerable.Range(0, count).Select(i =>
    {
        double place = (double)i * (x.Length - 1) / (count - 1);
        int first = (int)Math.Floor(place);
        return Enumerable.Range(first - 1, 4).Sum(j => x[Math.Clamp(j, 0, x.Length - 1)] * Keys(Math.Abs(place - j)));
    })];

    static double Keys(double d) => d <= 1 ? 1.25 * d * d * d - 2.25 * d * d + 1 : d < 2 ? -0.75 * (d * d * d - 5 * d * d + 8 * d - 4) : 0;
}
