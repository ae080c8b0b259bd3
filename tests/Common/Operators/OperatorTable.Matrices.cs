using static Tiny.Tests.DTypeRules;
using static Tiny.Tests.Rows;

namespace Tiny.Tests;

static partial class OperatorTable
{
    static OperatorCase[] Matrices =>
    [
        Of("MatMul", x => x[0].MatMul(x[1]), In(2, 3, 4), In(4, 2)).Gives(Counts).Empty([0, 3, 4], [4, 2]).Empty([2, 3, 0], [0, 2]).Empty([2, 3, 4], [4, 0])
            .Is(x => Nd.Of([x[0].Dims[0], x[0].Dims[1], x[1].Dims[1]], at => Sum(x[1].Dims[0], k => x[0][at[0], at[1], k] * x[1][k, at[2]])))
            .Refuses(x => x[1].MatMul(x[1]), x => x[0].MatMul(x[1].Sum()), x => x[0].MatMul(x[0].Repeat(2, 1, 1)[..3].Transpose())),
        Of("MatMul, of vectors", x => x[0].MatMul(x[1]), In(4), In(4)).Gives(Counts).Empty([0], [0]).Is(x => Nd.Scalar(Sum(x[0].Dims[0], k => x[0][k] * x[1][k]))),
        Of("Dot", x => x[0].Dot(x[1]), In(3, 4), In(4)).Gives(Counts).Empty([0, 4], [4]).Is(x => Nd.Of([x[0].Dims[0]], at => Sum(x[0].Dims[1], k => x[0][at[0], k] * x[1][k])))
            .Refuses(x => x[1].Dot(x[0])) with { Says = "MatMul" },
        Of("Linear", x => x[0].Linear(x[1], x[2]), In(2, 3), In(4, 3), In(4)).Gives(Counts).Empty([0, 3], [4, 3], [4]).Empty([2, 0], [4, 0], [4])
            .Is(x => Nd.Of([x[0].Dims[0], x[1].Dims[0]], at => x[2][at[1]] + Sum(x[1].Dims[1], k => x[0][at[0], k] * x[1][at[1], k])))
            .Refuses(x => x[0].Linear(x[1].T), x => x[0].Linear(x[2]), x => x[0].Linear(x[1], x[0])),
        Of("Einsum", x => Tensor.Einsum("bij,bjk,k->bi", x[0], x[1], x[2]), Nines(2, 2, 3), Nines(2, 3, 2), Nines(2)).Gives(Counts).Empty([0, 2, 3], [0, 3, 2], [2]).Empty([2, 2, 0], [2, 0, 2], [2])
            .Is(x => Nd.Of([x[0].Dims[0], x[0].Dims[1]], at => Sum(x[0].Dims[2], j => Sum(x[2].Dims[0], k => x[0][at[0], at[1], j] * x[1][at[0], j, k] * x[2][k]))))
            .Refuses(x => Tensor.Einsum("ij,jk", x[0], x[1]), x => Tensor.Einsum("bij,bij", x[0], x[1]), x => Tensor.Einsum("ij", x[2], x[2]), x => Tensor.Einsum("i->ij", x[2])),
        Of("Einsum, of a diagonal", x => Tensor.Einsum("ii,j->j", x[0], x[1]), In(3, 3), In(2)).Gives(Counts).Empty([0, 0], [2])
            .Is(x => Nd.Of(x[1].Dims, at => Sum(x[0].Dims[0], i => x[0][i, i]) * x[1][at])),
        Of("NewtonSchulz", x => x[0].NewtonSchulz(2), Between(1, 4, 3, 2)).Gives(Floats).Is(x => NewtonSchulz(x[0], 2)).Empty([0, 2]).Refuses(x => x[0][0].NewtonSchulz()),
        // Degenerate points are left out: a column that depends on those before it (Qr, Solve), equal or zero singular values (Svd).
        Many("Qr", x => x[0].Qr() is var (q, r) ? [q, r] : [], Between(0.5, 4, 3, 2)).Gives(Floats).Known("DecompositionTests").Empty([0, 2]).Refuses(x => x[0][0].Qr(), x => x[0].Repeat(65, 65).Qr()),
        Many("Qr, wide", x => x[0].Qr() is var (q, r) ? [q, r] : [], Between(0.5, 4, 2, 3)).Gives(Floats).Known("DecompositionTests").Empty([2, 0]),
        Of("Solve", x => (x[0] + Tensor.Eye(3, dtype: x[0].DType) * 12).Solve(x[1]), In(3, 3), In(3, 2)).Gives(Floats).Is(x => Eliminated(Nd.Of([3, 3], at => x[0][at] + (at[0] == at[1] ? 12 : 0)), x[1])).Empty([3, 3], [3, 0])
            .Refuses(x => x[1].Solve(x[1]), x => x[0].Solve(x[1].T), x => Tensor.Eye(65).Solve(Tensor.Ones(65))),
        Many("Svd", x => x[0].Svd() is var (u, s, v) ? [s, u[.., ..1] * s[0] * v[..1]] : [], Between(0.5, 4, 3, 2)).Gives(Floats).Known("DecompositionTests").Refuses(x => x[0][0].Svd(), x => x[0].Repeat(33, 33).Svd())
            with { NotTwice = "sixty rotations deep", NeverEmpty = "it takes the first singular value" },
        Of("ScaledDotProductAttention", x => Tensor.ScaledDotProductAttention(x[0], x[1], x[2], causal: true), In(2, 3, 2), In(2, 3, 2), In(2, 3, 4)).Gives(Floats).Is(x => Attention(x[0], x[1], x[2], (i, j) => j <= i))
            .Empty([0, 3, 2], [0, 3, 2], [0, 3, 4]).Empty([2, 0, 2], [2, 3, 2], [2, 3, 4]).Empty([2, 3, 2], [2, 0, 2], [2, 0, 4])
            .Refuses(x => Tensor.ScaledDotProductAttention(x[0], x[2], x[2]), x => Tensor.ScaledDotProductAttention(x[0], x[1], x[2][.., ..2])),
        Of("ScaledDotProductAttention, masked", x => Tensor.ScaledDotProductAttention(x[0], x[1], x[2], Tensor.Arange(4).Ne(2)), In(1, 3, 2), In(1, 4, 2), In(1, 4, 2)).Gives(Floats)
            .Is(x => Attention(x[0], x[1], x[2], (_, j) => j != 2)).Empty([0, 3, 2], [0, 4, 2], [0, 4, 2]),
        Of("Kernel", x => Tensor.Kernel("neighbours", [(x[0].DType, x[0].Shape)], [x[0]], k => { var i = k.Range((int)x[0].Shape[0]); k.Outputs[0].Write(k.Inputs[0][i] + k.Inputs[0][i - 1], i); })[0], In(7))
            .Gives(NoBools).NoGradient("written by hand").Is(x => Nd.Of(x[0].Dims, at => x[0][at] + x[0][at[0] - 1])).EmptyFails([0])
            .Refuses(x => Tensor.Kernel("Kernel", [(DType.Float32, new Shape(3))], [], _ => { })),
    ];

    static Input Nines(params int[] dims) => In(dims) with { Whole = (-9, 9) };

    static double Sum(int count, Func<int, double> term) => Enumerable.Range(0, count).Sum(term);

    static Nd NewtonSchulz(Nd m, int steps)
    {
        // Of a tall matrix the transpose.
        double norm = Math.Sqrt(m.Data.Sum(v => v * v)) + 1e-7;
        var x = m.Permute(1, 0).Map(v => v / norm);
        for (int i = 0; i < steps; i++)
        {
            Nd square = Closed.MatMul(x, x.Permute(1, 0)), fourth = Closed.MatMul(square, square);
            x = Nd.Zip(x.Map(v => 3.4445 * v), Closed.MatMul(Nd.Zip(square, fourth, (s, f) => -4.7750 * s + 2.0315 * f), x), (a, b) => a + b);
        }
        return x.Permute(1, 0);
    }

    /// <summary>The solution by Gauss and Jordan's elimination, of a matrix that needs no pivots.</summary>
    static Nd Eliminated(Nd a, Nd b)
    {
        int n = a.Dims[0], columns = b.Dims[1];
        var rows = Enumerable.Range(0, n).Select(i => Enumerable.Range(0, n + columns).Select(j => j < n ? a[i, j] : b[i, j - n]).ToArray()).ToArray();
        for (int p = 0; p < n; p++)
            for (int i = 0; i < n; i++)
            {
                double factor = rows[i][p] / rows[p][p];
                if (i != p) rows[i] = [.. rows[i].Zip(rows[p], (x, y) => x - factor * y)];
            }
        return Nd.Of([n, columns], at => rows[at[0]][n + at[1]] / rows[at[0]][at[0]]);
    }

    static Nd Attention(Nd q, Nd k, Nd v, Func<int, int, bool> sees)
    {
        int n = k.Dims[1];
        var weights = Nd.Of([q.Dims[0], q.Dims[1], n], at => sees(at[1], at[2]) ? Sum(q.Dims[2], d => q[at[0], at[1], d] * k[at[0], at[2], d]) / Math.Sqrt(q.Dims[2]) : double.NegativeInfinity).Lanes(2, Closed.Softmax);
        return Nd.Of([q.Dims[0], q.Dims[1], v.Dims[2]], at => Sum(n, j => weights[at[0], at[1], j] * v[at[0], j, at[2]]));
    }
}
