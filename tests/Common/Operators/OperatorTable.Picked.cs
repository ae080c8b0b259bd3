using static Tiny.Tests.DTypeRules;
using static Tiny.Tests.Rows;

namespace Tiny.Tests;

static partial class OperatorTable
{
    static int[] Six => [2, 0, 2, 1, -1, 3];

    static OperatorCase[] Picked =>
    [
        Of("Take", x => x[0].Take(x[1]), In(4, 3), Given([2, 0, 2, 9, 1, -2], 2, 3)).Empty([0, 3], [2, 3]).Empty([4, 0], [2, 3]).Empty([4, 3], [0, 3])
            .Is(x => Nd.Of([.. x[1].Dims, x[0].Dims[1]], at => x[0][(int)x[1][at[..^1]], at[^1]])).Refuses(x => x[0].Take(x[1], 2), x => x[0].Take(x[0].Gt(0))),
        Of("Take, of an axis", x => x[0].Take(x[1], 1), In(2, 3, 2), Given([1, 1, 0], 3)).Empty([0, 3, 2], [3]).Is(x => Nd.Of([x[0].Dims[0], x[1].Dims[0], x[0].Dims[2]], at => x[0][at[0], (int)x[1][at[1]], at[2]])),
        Of("Gather", x => x[0].Gather(1, x[1]), In(3, 3), Given(Six, 2, 3)).Empty([3, 0], [2, 3]).Empty([3, 3], [0, 3])
            .Is(x => Nd.Of(x[1].Dims, at => x[0][at[0], (int)x[1][at]])).Refuses(x => x[0].Gather(2, x[1]), x => x[0].Gather(0, x[1][0]), x => x[0].Gather(1, x[0].Gt(0)), x => x[0][..1].Gather(1, x[1])),
        Of("Part, of indices", x => x[0][x[1], x[2]], In(3, 3), Given([2, 0, 2], 3), Given([1, -1, 1], 3)).Empty([3, 3], [0], [0])
            .Is(x => Nd.Of(x[1].Dims, at => x[0][(int)x[1][at], (int)x[2][at] < 0 ? x[0].Dims[1] + (int)x[2][at] : (int)x[2][at]])).Refuses(x => x[0][x[1], x[1], x[1]]) with { Says = "slice" },
        Of("MaskedSelect", x => x[0].MaskedSelect(x[1], 8), In(3, 4), Mask(3, 4)).Empty([0, 4], [0, 4])
            .Is(x => new Nd([8], [.. x[0].Data.Where((_, i) => x[1].Data[i] != 0).Concat(new double[8]).Take(8)])).Refuses(x => x[0].MaskedSelect(x[0], 3), x => x[0].MaskedSelect(x[1], -1), x => x[0].MaskedSelect(x[1].T, 2)),
        Of("Nonzero", x => x[0].Nonzero(9), Between(-2, 2, 3, 4)).Gives(DTypeRules.Places).Jumping().Empty([0, 4]).Is(x => NotZero(x[0], 9)).Refuses(x => x[0].Nonzero(-1)),
        Of("OneHot", x => x[0].OneHot(4), Between(-1, 5, 2, 3)).Gives(d => d.IsInt ? DType.Float32 : null).Jumping().Empty([0, 3]).Is(x => Nd.Of([.. x[0].Dims, 4], at => x[0][at[..^1]] == at[^1] ? 1 : 0))
            .Refuses(x => x[0].OneHot(-1)),
        Cube("Tril", x => x.Tril(), x => Nd.Of(x.Dims, at => at[2] <= at[1] ? x[at] : 0)).Refuses(x => x[0][0, 0].Tril()),
        Cube("Triu", x => x.Triu(1), x => Nd.Of(x.Dims, at => at[2] >= at[1] + 1 ? x[at] : 0)).Refuses(x => x[0][0, 0].Triu()),
        Sorting("Sort", x => x.Sort(1), v => Closed.Order(v)).Refuses(x => x[0].Sort(2)), Sorting("Sort, descending", x => x.Sort(0, descending: true), v => Closed.Order(v, true), axis: 0),
        Of("Argsort", x => x[0].Argsort(1), In(3, 5)).Gives(DTypeRules.Places).Jumping().Empty([0, 5]).Empty([3, 0]).Is(x => x[0].Lanes(1, v => [.. Closed.Order(v).Select(i => (double)i)])).Refuses(x => x[0].Argsort(2)),
        Sorting("TopK", x => x.TopK(2), v => Closed.Order(v, true)[..Math.Min(2, v.Length)]).EmptyFails([3, 0]).Refuses(x => x[0].TopK(6), x => x[0].TopK(-1), x => x[0].TopK(1, 2)),
        Sorting("TopK, smallest", x => x.TopK(2, 0, largest: false), v => Closed.Order(v)[..Math.Min(2, v.Length)], axis: 0).EmptyFails([0, 5]),
        Scattered("Scatter", x => x[0].Scatter(1, x[1], x[2]), (was, given) => given.Length > 0 ? given[^1] : was).Gives(Kept)
            .Refuses(x => x[0].Scatter(2, x[1], x[2]), x => x[0].Scatter(1, x[0].Gt(0), x[2]), x => x[0].Scatter(1, x[1][0], x[2]), x => x[0].Scatter(1, x[1], x[2][.., ..2])),
        Of("Scatter, of a number", x => x[0].Scatter(1, x[1], 1), In(2, 4), Given(Six, 2, 3)).Gives(Kept).Empty([2, 0], [2, 3]).Is(x => Nd.Of(x[0].Dims, at => Enumerable.Range(0, 3).Any(j => x[1][at[0], j] == at[1]) ? 1 : x[0][at])),
        Scattered("ScatterReduce, sum", x => x[0].ScatterReduce(1, x[1], x[2], ScatterReduction.Sum), (was, given) => was + given.Sum())
            .Refuses(x => x[0].ScatterReduce(2, x[1], x[2], ScatterReduction.Sum), x => x[0].Gt(0).ScatterReduce(1, x[1], x[2].Gt(0), ScatterReduction.Sum), x => x[0].ScatterReduce(1, x[1][0], x[2], ScatterReduction.Sum)),
        Scattered("ScatterReduce, product", x => x[0].ScatterReduce(1, x[1], x[2], ScatterReduction.Prod), (was, given) => was * Closed.Product(given)),
        Scattered("ScatterReduce, mean", x => x[0].ScatterReduce(1, x[1], x[2], ScatterReduction.Mean), (was, given) => (was + given.Sum()) / (1 + given.Length)) with { Rounded = Math.Floor },
        Scattered("ScatterReduce, largest", x => x[0].ScatterReduce(1, x[1], x[2], ScatterReduction.AMax), (was, given) => given.Append(was).Max()),
        Scattered("ScatterReduce, smallest", x => x[0].ScatterReduce(1, x[1], x[2], ScatterReduction.AMin), (was, given) => given.Append(was).Min()),
        Scattered("ScatterReduce, without itself", x => x[0].ScatterReduce(1, x[1], x[2], ScatterReduction.Sum, includeSelf: false), (was, given) => given.Length > 0 ? given.Sum() : was),
    ];

    /// <summary>Two results along an axis: elements, and where they were.</summary>
    static OperatorCase Sorting(string name, Func<Tensor, (Tensor Values, Tensor Indices)> function, Func<double[], int[]> order, int axis = 1) =>
        Many(name, x => function(x[0]) is var (values, places) ? [values, places] : [], In(3, 5)).Gives(Kept, DTypeRules.Places).Empty([0, 5]).Empty([3, 0])
            .Are(x => [x[0].Lanes(axis, v => [.. order(v).Select(i => v[i])]), x[0].Lanes(axis, v => [.. order(v).Select(i => (double)i)])]) with { Jumps = true };

    /// <summary>Rows into which elements of other rows are put where indices say.</summary>
    static OperatorCase Scattered(string name, Func<Tensor[], Tensor> function, Func<double, double[], double> combined) =>
        Of(name, function, In(2, 4), Given(Six, 2, 3), In(2, 3)).Gives(NoBools).Empty([2, 0], [2, 3], [2, 3]).Empty([2, 4], [0, 3], [0, 3])
            .Is(x => Nd.Of(x[0].Dims, at => combined(x[0][at], [.. Enumerable.Range(0, x[1].Dims[1]).Where(j => at[0] < x[1].Dims[0] && x[1][at[0], j] == at[1]).Select(j => x[2][at[0], j])])));

    static Nd NotZero(Nd x, int size)
    {
        var found = Enumerable.Range(0, x.Data.Length).Where(i => x.Data[i] != 0).Take(size).ToArray();
        return Nd.Of([size, 2], at => at[0] >= found.Length ? -1 : at[1] == 0 ? found[at[0]] / x.Dims[1] : found[at[0]] % x.Dims[1]);
    }
}
