using static Tiny.Tests.DTypeRules;
using static Tiny.Tests.Rows;

namespace Tiny.Tests;

static partial class OperatorTable
{
    static OperatorCase[] Norms =>
    [
        Of("LayerNorm", x => x[0].LayerNorm(new Shape(2, 3), x[1], x[2]), In(3, 2, 3), In(2, 3), In(2, 3)).Gives(Floats).Empty([0, 2, 3], [2, 3], [2, 3])
            .Is(x => x[0].Reshape(x[0].Dims[0], 6).Lanes(1, v => [.. v.Select((e, i) => (e - v.Average()) / Math.Sqrt(Closed.Variance(v, 0) + 1e-5) * x[1].Data[i] + x[2].Data[i])]).Reshape(x[0].Dims))
            .Refuses(x => x[0].LayerNorm(new Shape(3, 3)), x => x[1].LayerNorm(new Shape(3, 2, 3))),
        Of("BatchNorm", x => x[0].BatchNorm(x[1], x[2], x[3], x[4]), In(3, 2, 2), In(2), Between(0.5, 2, 2), In(2), In(2)).Gives(Floats).Empty([0, 2, 2], [2], [2], [2], [2])
            .Is(x => Nd.Of(x[0].Dims, at => (x[0][at] - x[1][at[1]]) / Math.Sqrt(x[2][at[1]] + 1e-5) * x[3][at[1]] + x[4][at[1]])).Refuses(x => x[0].BatchNorm(x[1][..1], x[2]), x => x[0].BatchNorm(x[1], x[2].Unsqueeze(0))),
        Cube("Dropout", x => x.Dropout(0.4, seed: 3), x => x).Gives(Floats).Known("RandomTests").Refuses(x => x[0].Dropout(1.5)),
        Cube("Dropout, not in training", x => x.Dropout(0.4, training: false), x => x),
    ];

    static OperatorCase[] Losses =>
    [
        Of("BinaryCrossEntropy", x => x[0].BinaryCrossEntropy(x[1]), Between(0.1, 0.9, 3, 4), Between(0, 1, 3, 4)).Gives(Floats).Empty([0, 4], [0, 4])
            .Is(x => Mean(Nd.Zip(x[0], x[1], (p, t) => -(t * Math.Max(-100, Math.Log(p)) + (1 - t) * Math.Max(-100, Math.Log(1 - p)))))).Refuses(x => x[0].BinaryCrossEntropy(x[1].T)),
        Of("BinaryCrossEntropyLogits", x => x[0].BinaryCrossEntropyLogits(x[1], x[2]), In(3, 4), Between(0, 1, 3, 4), In(4)).Gives(Floats).Empty([0, 4], [0, 4], [4])
            .Is(x => Mean(Nd.Of(x[0].Dims, at => -(x[2][at[1]] * x[1][at] * -Closed.Softplus(-x[0][at]) + (1 - x[1][at]) * -Closed.Softplus(x[0][at]))))).Refuses(x => x[0].BinaryCrossEntropyLogits(x[1].T)),
        Of("CrossEntropy", x => x[0].CrossEntropy(x[1], x[2], smoothing: 0.1), In(3, 4), Given([1, -100, 0], 3), Between(0.5, 2, 4)).Gives(Floats).Empty([0, 4], [0], [4])
            .Is(x => Likelihood(x[0].Lanes(1, Closed.LogSoftmax), x[1], x[2].Data, 0.1)).Refuses(x => x[0].CrossEntropy(x[1][..2]), x => x[0].CrossEntropy(x[1], x[2][..2]), x => x[0].CrossEntropy(x[1], smoothing: 2)),
        Of("CrossEntropy, of probabilities", x => x[0].CrossEntropy(x[1], reduction: Reduction.Sum), In(3, 4), Between(0, 1, 3, 4)).Gives(d => d.IsInt ? null : Floats(d)).Empty([0, 4], [0, 4])
            .Is(x => Nd.Scalar(-Nd.Zip(x[0].Lanes(1, Closed.LogSoftmax), x[1], (l, p) => l * p).Data.Sum())),
        Of("NllLoss", x => x[0].NllLoss(x[1], reduction: Reduction.None), Between(-3, -0.5, 3, 4), Given([1, 3, 0], 3)).Gives(Floats).Empty([0, 4], [0]).Is(x => Nd.Of(x[1].Dims, at => -x[0][at[0], (int)x[1][at]]))
            .Refuses(x => x[0].NllLoss(x[1][..2]), x => x[0].NllLoss(x[0].Max(1)), x => x[0].NllLoss(x[1], x[0][0, ..2])),
        Of("SparseCategoricalCrossEntropy", x => x[0].SparseCategoricalCrossEntropy(x[1]), In(3, 4), Given([1, -1, 3], 3)).Gives(Floats).Empty([0, 4], [0])
            .Is(x => Likelihood(x[0].Lanes(1, Closed.LogSoftmax), x[1], [1, 1, 1, 1], 0)).Refuses(x => x[0].SparseCategoricalCrossEntropy(x[1].Cast(DType.Float32)), x => x[0].Sum().SparseCategoricalCrossEntropy(x[1])),
        Of("SparseCategoricalCrossEntropy, of other targets", x => x[0].SparseCategoricalCrossEntropy(x[1]), In(3, 4), Given([1, 2, 3], 3)).Gives(Floats).Empty([0, 4], [0])
            .Is(x => Likelihood(x[0].Lanes(1, Closed.LogSoftmax), x[1], [1, 1, 1, 1], 0)).Refuses(x => x[0].SparseCategoricalCrossEntropy(x[1][..2])) with { Says = "CrossEntropy" },
    ];

    static Nd Mean(Nd x) => Nd.Scalar(x.Data.Sum() / x.Data.Length);

    /// <summary>The weighted mean of minus the targets' log-probabilities; a negative target does not count.</summary>
    static Nd Likelihood(Nd logs, Nd target, double[] weight, double smoothing)
    {
        int classes = logs.Dims[1];
        double sum = 0, counts = 0;
        for (int i = 0; i < logs.Dims[0]; i++)
        {
            int t = (int)target[i];
            if (t < 0) continue;
            counts += weight[t];
            sum -= (1 - smoothing) * weight[t] * logs[i, t];
            for (int c = 0; c < classes; c++) sum -= smoothing / classes * weight[c] * logs[i, c];
        }
        return Nd.Scalar(sum / counts);
    }
}
