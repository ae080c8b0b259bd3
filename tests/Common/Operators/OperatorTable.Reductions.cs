using static Tiny.Tests.DTypeRules;
using static Tiny.Tests.Rows;

namespace Tiny.Tests;

static partial class OperatorTable
{
    static OperatorCase[] Reductions =>
    [
        Cube("Sum", x => x.Sum([0, 2]), x => x.Reduce([0, 2], v => v.Sum())).Gives(Counts).Refuses(x => x[0].Sum(3), x => x[0].Sum([1, -2])),
        Cube("Sum, of all", x => x.Sum(), x => x.Reduce(v => v.Sum())).Gives(Counts),
        Cube("Prod", x => x.Prod([1, 2]), x => x.Reduce([1, 2], Closed.Product)).Gives(Counts).Refuses(x => x[0].Prod(-4)),
        Cube("Mean", x => x.Mean([0, 1], true), x => x.Reduce([0, 1], v => v.Sum() / v.Length, true)).Gives(Floats).Refuses(x => x[0].Mean(3)),
        Cube("Max", x => x.Max([0, 2]), x => x.Reduce([0, 2], v => v.Max())).FailsWithout(0, 2).Refuses(x => x[0].Max(3)),
        Cube("Min", x => x.Min(1, true), x => x.Reduce(1, v => v.Min(), true)).FailsWithout(1).Refuses(x => x[0].Min(3)),
        Cube("Var", x => x.Var([0, 2]), x => x.Reduce([0, 2], v => Closed.Variance(v, 1))).Gives(Floats).Refuses(x => x[0].Var(3)),
        Cube("Var, biased", x => x.Var(1, true, 0), x => x.Reduce(1, v => Closed.Variance(v, 0), true)).Gives(Floats),
        Cube("Std", x => x.Std([0, 1]), x => x.Reduce([0, 1], v => Math.Sqrt(Closed.Variance(v, 1)))).Gives(Floats).Refuses(x => x[0].Std(3)),
        Several("VarMean", x => [x.VarMean(2).Var, x.VarMean(2).Mean], x => [x.Reduce(2, v => Closed.Variance(v, 1)), x.Reduce(2, v => v.Sum() / v.Length)]).Gives(Floats)
            .Refuses(x => x[0].VarMean(3)),
        Several("StdMean", x => [x.StdMean(2).Std, x.StdMean(2).Mean], x => [x.Reduce(2, v => Math.Sqrt(Closed.Variance(v, 1))), x.Reduce(2, v => v.Sum() / v.Length)]).Gives(Floats)
            .Refuses(x => x[0].StdMean(3)),
        Cube("Any", x => x.Any(1), x => x.Reduce(1, v => v.Any(e => e != 0) ? 1 : 0)).Gives(Truths).Jumping().Refuses(x => x[0].Any(3)),
        Cube("All", x => x.All([0, 1]), x => x.Reduce([0, 1], v => v.All(e => e != 0) ? 1 : 0)).Gives(Truths).Jumping().Refuses(x => x[0].All(3)),
        Of("Any, of bools", x => x[0].Any(1), Mask(2, 3)).Gives(Truths).Jumping().Is(x => x[0].Reduce(1, v => v.Max())).Empty([0, 3]),
        Of("All, of bools", x => x[0].All(1), Mask(2, 3)).Gives(Truths).Jumping().Is(x => x[0].Reduce(1, v => v.Min())).Empty([0, 3]),
        Of("AllClose", x => x[0].AllClose(x[1], absolute: 2.5), In(3, 4), In(4)).Gives(Truths).Jumping()
            .Is(x => Nd.Scalar(Nd.Zip(x[0], x[1], (a, b) => Math.Abs(a - b) <= 2.5 + 1e-5 * Math.Abs(b) ? 0 : 1).Data.Sum() == 0 ? 1 : 0)).Empty([0, 4], [4])
            .Refuses(x => x[0].AllClose(x[1][..3])),
        Cube("ArgMax", x => x.ArgMax(1), x => x.Reduce(1, v => Closed.First(v, (a, b) => a > b))).Gives(Places).Jumping().FailsWithout(1).Refuses(x => x[0].ArgMax(3)),
        Cube("ArgMax, of all", x => x.ArgMax(), x => x.Reduce(v => Closed.First(v, (a, b) => a > b))).Gives(Places).Jumping().FailsWithout(0, 1, 2),
        Cube("ArgMin", x => x.ArgMin(2, true), x => x.Reduce(2, v => Closed.First(v, (a, b) => a < b), true)).Gives(Places).Jumping().FailsWithout(2).Refuses(x => x[0].ArgMin(3)),
        Cube("LogSumExp", x => x.LogSumExp([0, 2]), x => x.Reduce([0, 2], Closed.LogSumExp)).Gives(Floats).FailsWithout(0, 2).Refuses(x => x[0].LogSumExp(3)),
        Cube("Softmax", x => x.Softmax(1), x => x.Lanes(1, Closed.Softmax)).Gives(Floats).Refuses(x => x[0].Softmax(3)),
        Cube("Softmin", x => x.Softmin(), x => x.Map(v => -v).Lanes(2, Closed.Softmax)).Gives(Floats).Refuses(x => x[0].Softmin(3)),
        Cube("LogSoftmax", x => x.LogSoftmax(0), x => x.Lanes(0, Closed.LogSoftmax)).Gives(Floats).Refuses(x => x[0].LogSoftmax(-4)),
        Cube("Normalize", x => x.Normalize(), x => x.Lanes(1, v => Divided(v, Math.Sqrt(v.Sum(e => e * e))))).Gives(Floats).Refuses(x => x[0].Normalize(0), x => x[0].Normalize(2, 3)),
        Cube("Normalize, by 3", x => x.Normalize(3, 2), x => x.Lanes(2, v => Divided(v, Math.Cbrt(v.Sum(e => Math.Abs(e * e * e)))))).Gives(Floats),
        Cube("Normalize, by 1", x => x.Normalize(1, 0), x => x.Lanes(0, v => Divided(v, v.Sum(Math.Abs)))).Gives(Floats),
        Cube("Normalize, by the largest", x => x.Normalize(double.PositiveInfinity, 2), x => x.Lanes(2, v => Divided(v, v.Select(Math.Abs).Append(0).Max()))).Gives(Floats),
        Cube("CumSum", x => x.CumSum(1), x => x.Lanes(1, v => Closed.Scan(v, (a, b) => a + b))).Gives(Counts).Refuses(x => x[0].CumSum(3)),
        Long("CumSum, long", x => x.CumSum(), v => Closed.Scan(v, (a, b) => a + b)).Gives(Counts),
        Cube("CumProd", x => x.CumProd(2), x => x.Lanes(2, v => Closed.Scan(v, (a, b) => a * b))).Gives(Counts).Refuses(x => x[0].CumProd(3)),
        Cube("CumMax", x => x.CumMax(2), x => x.Lanes(2, v => Closed.Scan(v, Math.Max))).Refuses(x => x[0].CumMax(3)),
        Cube("CumMin", x => x.CumMin(1), x => x.Lanes(1, v => Closed.Scan(v, Math.Min))).Refuses(x => x[0].CumMin(3)),
        Cube("LogCumSumExp", x => x.LogCumSumExp(1), x => x.Lanes(1, v => [.. v.Select((_, i) => Closed.LogSumExp(v[..(i + 1)]))])).Gives(Floats).Refuses(x => x[0].LogCumSumExp(3)),
        Long("LogCumSumExp, long", x => x.LogCumSumExp(), v => [.. v.Select((_, i) => Closed.LogSumExp(v[..(i + 1)]))]).Gives(Floats),
    ];

    static double[] Divided(double[] x, double norm) => [.. x.Select(v => v / Math.Max(norm, 1e-12))];

    /// <summary>A vector that is longer than one level of a scan.</summary>
    static OperatorCase Long(string name, Func<Tensor, Tensor> function, Func<double[], double[]> expected) =>
        Of(name, x => function(x[0]), In(70)).Is(x => x[0].Lanes(0, expected)).Empty([0]);

    /// <summary>Several results of one cube.</summary>
    static OperatorCase Several(string name, Func<Tensor, Tensor[]> function, Func<Nd, Nd[]> expected) =>
        Many(name, x => function(x[0]), In(2, 3, 4)).Are(x => expected(x[0])).Empty([0, 3, 4]).Empty([2, 0, 4]).Empty([2, 3, 0]);
}
