using static Tiny.Tests.DTypeRules;
using static Tiny.Tests.Rows;

namespace Tiny.Tests;

static partial class OperatorTable
{
    static OperatorCase[] Movement =>
    [
        Of("Reshape", x => x[0].Reshape(4, 6), In(2, 3, 4)).Is(x => x[0].Reshape(4, 6)).EmptyFails([2, 3, 0]).Refuses(x => x[0].Reshape(5, -1), x => x[0].Reshape(-1, -1)),
        Cube("View", x => x.View(6, -1), x => x.Reshape(6, x.Data.Length / 6)).Refuses(x => x[0].View(5, 5)) with { Says = "Reshape" },
        Cube("Flatten", x => x.Flatten(1), x => x.Reshape(x.Dims[0], x.Dims[1] * x.Dims[2])).Refuses(x => x[0].Flatten(2, 1), x => x[0].Flatten(3)),
        Cube("Unflatten", x => x.Unflatten(2, 2, -1), x => x.Reshape(x.Dims[0], x.Dims[1], 2, x.Dims[2] / 2)).Refuses(x => x[0].Unflatten(2, 3, -1), x => x[0].Unflatten(3, 1)),
        Of("Squeeze", x => x[0].Squeeze(1), In(2, 1, 3)).Is(x => x[0].Reshape(x[0].Dims[0], x[0].Dims[2])).Empty([2, 1, 0]).Refuses(x => x[0].Squeeze(0), x => x[0].Squeeze(3)),
        Of("Squeeze, all", x => x[0].Squeeze(), In(1, 2, 1, 3)).Is(x => x[0].Reshape(x[0].Dims[1], x[0].Dims[3])).Empty([1, 2, 1, 0]),
        Cube("Unsqueeze", x => x.Unsqueeze(-2), x => x.Reshape(x.Dims[0], x.Dims[1], 1, x.Dims[2])).Refuses(x => x[0].Unsqueeze(4)),
        Cube("Permute", x => x.Permute(2, 0, 1), x => x.Permute(2, 0, 1)).Refuses(x => x[0].Permute(0, 1), x => x[0].Permute(0, 1, -2)),
        Cube("Transpose", x => x.Transpose(0, 2), x => x.Permute(2, 1, 0)).Refuses(x => x[0].Transpose(0, 3)),
        Cube("SwapAxes", x => x.SwapAxes(0, 1), x => x.Permute(1, 0, 2)).Refuses(x => x[0].SwapAxes(0, 3)) with { Says = "Transpose" },
        Cube("MoveDim", x => x.MoveDim(0, 2), x => x.Permute(1, 2, 0)).Refuses(x => x[0].MoveDim(0, 3)),
        Of("Expand", x => x[0].Expand(2, -1, 4), In(3, 1)).Is(x => Nd.Of([2, x[0].Dims[0], 4], at => x[0][at[1], 0])).Empty([0, 1]).Refuses(x => x[0].Expand(2, 4), x => x[0].Expand(3)),
        Cube("Repeat", x => x.Repeat(2, 1, 3), x => Nd.Of([2 * x.Dims[0], x.Dims[1], 3 * x.Dims[2]], at => x[at[0] % x.Dims[0], at[1], at[2] % x.Dims[2]])).Refuses(x => x[0].Repeat(2), x => x[0].Repeat(1, 1, -1)),
        Cube("RepeatInterleave", x => x.RepeatInterleave(3, 1), x => x.Lanes(1, v => [.. v.SelectMany(e => Enumerable.Repeat(e, 3))])).Refuses(x => x[0].RepeatInterleave(-1, 0), x => x[0].RepeatInterleave(2, 3)),
        Cube("Flip", x => x.Flip(0, 2), x => x.Lanes(0, v => [.. v.Reverse()]).Lanes(2, v => [.. v.Reverse()])).Refuses(x => x[0].Flip(3), x => x[0].Flip(0, 0)),
        Cube("Roll", x => x.Roll([1, -2], [0, 2]), x => x.Lanes(0, v => Rolled(v, 1)).Lanes(2, v => Rolled(v, -2))).Refuses(x => x[0].Roll(1, 3), x => x[0].Roll([1], [0, 1])),
        Of("Rearrange", x => x[0].Rearrange("a b (c d) -> (a c) (d b)", ("c", 2)), In(2, 3, 4)).Empty([0, 3, 4]).Empty([2, 0, 4])
            .Is(x => x[0].Reshape(x[0].Dims[0], x[0].Dims[1], 2, 2).Permute(0, 2, 3, 1).Reshape(x[0].Dims[0] * 2, 2 * x[0].Dims[1]))
            .Refuses(x => x[0].Rearrange("a b -> b a"), x => x[0].Rearrange("a b (c d) -> a b c d", ("c", 3)), x => x[0].Rearrange("a b c -> a b")),
        Cube("Contiguous", x => x.Contiguous(), x => x), Cube("Clone", x => x.Clone(), x => x), Cube("ContiguousBackward", x => x.ContiguousBackward(), x => x),
        Cube("Detach", x => x.Detach(), x => x).NoGradient("cuts it off"),
        Cube("WithGradient", x => x.WithGradient(t => t * t, (t, g) => g * 2 * t), x => x.Map(v => v * v)).Gives(Numbers).Refuses(x => x[0].WithGradient(null!, (_, g) => g)),
        Cube("Cast", x => x.Cast(DType.Float64), x => x).Gives(d => DType.Float64), Cube("Cast, to integers", x => x.Cast(DType.Int32), x => x.Map(Math.Truncate)).Gives(Places).Jumping("integers or bools"),
        Of("Bitcast", x => x[0].Bitcast(DType.Int32), In(3, 4)).Gives(d => !d.IsBool && d.Size == 4 ? DType.Int32 : null).Jumping().Empty([0, 4]).Known("DTypeCases"),
    ];

    static OperatorCase[] Parts =>
    [
        Cube("Shrink", x => x.Shrink((0, 1), (1, 3), (1, 4)), x => Nd.Of([1, 2, 3], at => x[at[0], at[1] + 1, at[2] + 1])).FailsWithout(0, 1, 2).Refuses(x => x[0].Shrink((0, 3), (0, 3), (0, 4)), x => x[0].Shrink((0, 1))),
        Cube("ShrinkTo", x => x.ShrinkTo(1, -1, 2), x => Nd.Of([1, x.Dims[1], 2], at => x[at])).FailsWithout(0, 2).Refuses(x => x[0].ShrinkTo(1, 4, 1), x => x[0].ShrinkTo(1)),
        Several("Split", x => [.. x.Split(3, 2)], x => [.. Pieces(x.Dims[2], 3).Select(p => x.Lanes(2, v => v[p]))]).Refuses(x => x[0].Split(0, 2), x => x[0].Split([1, 1], 2), x => x[0].Split(1, 3)),
        Several("Chunk", x => [.. x.Chunk(2, 1)], x => [.. Pieces(x.Dims[1], (x.Dims[1] + 1) / 2).Select(p => x.Lanes(1, v => v[p]))]).Refuses(x => x[0].Chunk(0), x => x[0].Chunk(2, 3)),
        Of("Diagonal", x => x[0].Diagonal(1), In(3, 4)).Is(x => Nd.Of([Math.Max(0, Math.Min(x[0].Dims[0], x[0].Dims[1] - 1))], at => x[0][at[0], at[0] + 1])).Empty([0, 4]).Empty([3, 0])
            .Refuses(x => x[0].Diagonal(0, 0, 2), x => x[0].Diagonal(0, 1, -1)),
        Of("Diag", x => x[0].Diag(1), In(4)).Is(x => Nd.Of([x[0].Dims[0] + 1, x[0].Dims[0] + 1], at => at[1] == at[0] + 1 ? x[0][at[0]] : 0)).Empty([0]).Refuses(x => x[0].Reshape(2, 2, 1).Diag()),
        Of("Unfold", x => x[0].Unfold(1, 3, 2), In(2, 8, 2)).Is(x => Nd.Of([x[0].Dims[0], 3, x[0].Dims[2], 3], at => x[0][at[0], 2 * at[1] + at[3], at[2]])).Empty([0, 8, 2]).EmptyFails([2, 0, 2])
            .Refuses(x => x[0].Unfold(1, 9), x => x[0].Unfold(1, 3, 0), x => x[0].Unfold(3, 1)),
        Cube("Pad", x => x.Pad([(1, 0), (0, 2), (1, 1)], 3), x => Nd.Of([x.Dims[0] + 1, x.Dims[1] + 2, x.Dims[2] + 2],
            at => at[0] >= 1 && at[1] < x.Dims[1] && at[2] >= 1 && at[2] <= x.Dims[2] ? x[at[0] - 1, at[1], at[2] - 1] : 3)).Gives(Numbers).Refuses(x => x[0].Pad([(1, 0)]), x => x[0].Pad([(0, 0), (-1, 0), (0, 0)])),
        Cube("Pad, with zeros", x => x.Pad([(1, 0), (0, 0), (0, 2)]), x => x.Lanes(0, v => [0, .. v]).Lanes(2, v => [.. v, 0, 0])),
        Padded("Pad, reflected", PadMode.Reflect, v => [v[1], .. v], v => [.. v, v[^2], v[^3]]).FailsWithout(0, 1),
        Padded("Pad, replicated", PadMode.Replicate, v => [v[0], .. v], v => [.. v, v[^1], v[^1]]).FailsWithout(0, 1),
        Padded("Pad, circular", PadMode.Circular, v => [v[^1], .. v], v => [.. v, v[0], v[1]]).FailsWithout(0, 1),
        Cube("PadTo", x => x.PadTo([2, 5, -1]), x => Nd.Of([2, 5, x.Dims[2]], at => x[at])).Refuses(x => x[0].PadTo([1, 3, 4]), x => x[0].PadTo([2])),
        Of("Cat", x => Tensor.Cat([x[0], x[1], x[0]], 1), In(2, 3), In(2, 1)).Is(x => Nd.Of([x[0].Dims[0], 2 * x[0].Dims[1] + 1],
            at => at[1] < x[0].Dims[1] ? x[0][at] : at[1] == x[0].Dims[1] ? x[1][at[0], 0] : x[0][at[0], at[1] - x[0].Dims[1] - 1])).Empty([0, 3], [0, 1]).Empty([2, 0], [2, 1])
            .Refuses(x => x[0].Cat(x[1].T, 1), x => x[0].Cat(x[1], 2), x => x[0].Cat(x[1], 0)),
        Of("Stack", x => Tensor.Stack([x[0], x[1]], 1), In(2, 3), In(2, 3)).Is(x => Nd.Of([x[0].Dims[0], 2, x[0].Dims[1]], at => x[at[1]][at[0], at[2]])).Empty([0, 3], [0, 3])
            .Refuses(x => Tensor.Stack([x[0], x[0].T])),
        Many("Meshgrid", x => [.. Tensor.Meshgrid([x[0], x[1]])], In(3), In(2)).Are(x => [Nd.Of([x[0].Dims[0], x[1].Dims[0]], at => x[0][at[0]]), Nd.Of([x[0].Dims[0], x[1].Dims[0]], at => x[1][at[1]])]).Empty([0], [2])
            .Refuses(x => Tensor.Meshgrid([x[0].Unsqueeze(0), x[1]])),
        Of("Part, a slice", x => x[0][1, ..2, new Slice(.., 2)], In(2, 3, 4)).Is(x => Nd.Of([Math.Min(2, x[0].Dims[1]), (x[0].Dims[2] + 1) / 2], at => x[0][1, at[0], 2 * at[1]])).Empty([2, 3, 0]).EmptyFails([0, 3, 4])
            .Refuses(x => x[0][2], x => x[0][.., .., .., 0], x => x[0][.., ..5]) with { Says = "slice" },
        Of("Assign", x => { var t = x[0] + x[0]; t[1..3] = x[1]; return t; }, In(4, 2), In(2, 2)).Gives(Numbers).Empty([4, 0], [2, 0])
            .Is(x => Nd.Of(x[0].Dims, at => at[0] is 1 or 2 ? x[1][at[0] - 1, at[1]] : x[0][at] * 2)).Refuses(x => (x[0] + x[0]).Assign(x[1].Reshape(4))),
        Of("Assign, of a column", x => { var t = x[0] * 2; var was = t * 3; t[.., 0] = x[1]; return t + was; }, In(3, 2), In(3)).Gives(Numbers).Empty([0, 2], [0])
            .Is(x => Nd.Of(x[0].Dims, at => (at[1] == 0 ? x[1][at[0]] : x[0][at] * 2) + x[0][at] * 6)),
    ];

    static OperatorCase Padded(string name, PadMode mode, Func<double[], double[]> before, Func<double[], double[]> after) =>
        Cube(name, x => x.Pad([(1, 0), (0, 2), (0, 0)], mode), x => x.Lanes(0, before).Lanes(1, after)).Refuses(x => x[0].Pad([(mode == PadMode.Replicate ? -1 : 3, 0), (0, 5), (0, 0)], mode));

    static double[] Rolled(double[] x, int by) => [.. x.Select((_, i) => x[((i - by) % x.Length + x.Length) % x.Length])];

    /// <summary>The parts of an axis, of a size; none is one that is empty.</summary>
    static IEnumerable<Range> Pieces(int extent, int size) => extent == 0 ? [Range.EndAt(0)] : Enumerable.Range(0, (extent + size - 1) / size).Select(i => (i * size)..Math.Min(extent, (i + 1) * size));
}
