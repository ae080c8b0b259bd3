using System.Reflection;
using Tiny.Nn;

namespace Tiny.Tests;

/// <summary>
/// What the tensor library composes from primitives, several operators of a kind in a case. The live CPU and C run all cases, WebGPU those
/// of <see cref="Representative"/>. Arguments are those of the operator suite.
/// </summary>
public sealed class LibrarySuite
{
    public static readonly LibrarySuite Instance = new();

    /// <summary>The cases by name.</summary>
    public static IReadOnlyList<MethodInfo> Cases { get; } =
        [.. typeof(LibrarySuite).GetMethods(BindingFlags.Public | BindingFlags.Instance | BindingFlags.DeclaredOnly).Where(m => m.IsDefined(typeof(TinyJitAttribute)))];

    static readonly string[] s_representative = [nameof(Exponentials), nameof(Angles), nameof(Rounding), nameof(Views), nameof(Edges), nameof(Statistics), nameof(Transposed), nameof(Losses), nameof(Attention),
        nameof(Sorted), nameof(Chosen), nameof(Scattered), nameof(Indexed), nameof(PoolPlaces), nameof(Factors), nameof(Hash), nameof(Kernels),
        nameof(ConvGradients), nameof(NormGradients), nameof(PoolGradients)];

    /// <summary>Cases that show each way in which library code meets a backend, without its compile time for the rest.</summary>
    public static IReadOnlyList<MethodInfo> Representative { get; } = [.. Cases.Where(m => s_representative.Contains(m.Name))];

    // ---- elementwise
    [TinyJit]
    public (Tensor, Tensor, Tensor, Tensor) Exponentials([Shape(50)] Tensor x) => ((x * 2).Expm1(), x.Log1p(), (x * 3).Erf(), (x.Abs() * 9).Log10());
    [TinyJit]
    public (Tensor, Tensor, Tensor, Tensor) Hyperbolic([Shape(50)] Tensor x) => ((x * 4).Sinh(), (x * 4).Cosh(), (x * 4).Asinh(), (x * 2 + 3).Acosh() + x.Atanh());
    [TinyJit]
    public (Tensor, Tensor, Tensor, Tensor) Angles([Shape(50)] Tensor x, [Shape(50)] Tensor y) => (x.Asin() + x.Acos() * 2, (x * 5).Atan(), y.Atan2(x), (x * 3).Cos() + x.Tan());
    [TinyJit]
    public (Tensor, Tensor, Tensor, Tensor, Tensor) Units([Shape(41)] Tensor x) => ((x * 3).Elu(), (x * 3).Celu(0.5), (x * 3).Selu(), (x * 3).Mish(), (x * 3).Softplus(2));
    [TinyJit]
    public (Tensor, Tensor, Tensor, Tensor, Tensor) HardUnits([Shape(41)] Tensor x) =>
        ((x * 4).HardSigmoid(), (x * 4).HardSwish(), (x * 2).HardTanh(), x.LeakyRelu(), x.Softsign());
    [TinyJit]
    public (Tensor, Tensor, Tensor, Tensor) SmoothUnits([Shape(41)] Tensor x) => ((x * 4).LogSigmoid(), (x * 3).QuickGelu(), (x * 3).Gelu(exact: true), x.LogAddExp(-x));
    [TinyJit]
    public (Tensor, Tensor, Tensor, Tensor) Rounding([Shape(60)] Tensor x, [Shape(60, DType = ScalarKind.Int32)] Tensor i) =>
        ((x * 9).Round(), i.Sign(), x.CopySign(i), (i.Cast(DType.Float32) * 0.5f).Round());
    [TinyJit]
    public (Tensor, Tensor, Tensor, Tensor) Remainders([Shape(60)] Tensor x, [Shape(60, DType = ScalarKind.Int32)] Tensor i) =>
        ((x * 9).Fmod(1.75), (x * 9).Remainder(-1.75), i.Fmod(-7), i.Remainder(-7));
    [TinyJit]
    public (Tensor, Tensor, Tensor, Tensor) Choices([Shape(4, 15)] Tensor x, [Shape(15)] Tensor y) =>
        (x.MaskedFill(y.Gt(0), -1), x.Lerp(y, 0.25), x.IsClose(y, absolute: 0.5).Cast(DType.Int32), x.Abs().Pow(y));

    // ---- reductions
    [TinyJit]
    public (Tensor, Tensor, Tensor, Tensor) Statistics([Shape(6, 31)] Tensor x) =>
        (x.Std(1), x.ArgMin(1), x.LogSumExp([0, 1]), x.Softmin(0) + x.Normalize());
    [TinyJit]
    public (Tensor, Tensor, Tensor) Truths([Shape(6, 31)] Tensor x, [Shape(31)] Tensor y) =>
        (x.Gt(0.9).Any(1).Cast(DType.Int32), x.Gt(-0.9).All(0).Cast(DType.Int32), x.AllClose(y, absolute: 3).Cast(DType.Int32));

    // ---- movement
    [TinyJit]
    public (Tensor, Tensor, Tensor, Tensor, Tensor) Views([Shape(5, 7)] Tensor x) =>
        (x.Diagonal(1) * 2, x.Diagonal(-1).Diag(1), x.Unfold(1, 3, 2), x.Roll([2, -3], [0, 1]), x.RepeatInterleave(3, 1));
    [TinyJit]
    public (Tensor, Tensor, Tensor) Edges([Shape(3, 7)] Tensor x) =>
        (x.Pad([(1, 2), (3, 0)], PadMode.Reflect), x.Pad([(2, 0), (1, 4)], PadMode.Replicate) + 1, x.Pad([(3, 1), (0, 5)], PadMode.Circular));
    [TinyJit]
    public (Tensor, Tensor) Rearranged([Shape(2, 12, 3)] Tensor x) =>
        (x.Rearrange("b (h w) c -> b c h w", ("h", 4)), x.Rearrange("b (h p) c -> (b h) (c p)", ("p", 2)) * 2);

    // ---- order, picked and put by tensors
    [TinyJit]
    public (Tensor, Tensor, Tensor) Sorted([Shape(3, 40)] Tensor x, [Shape(3, 40, DType = ScalarKind.Int32)] Tensor i) => (x.Sort().Values, i.Argsort(descending: true), x.TopK(7).Values);
    [TinyJit]
    public (Tensor, Tensor) SortedLong([Shape(1100)] Tensor x) => (x.Sort().Values, x.TopK(5, largest: false).Indices);
    [TinyJit]
    public (Tensor, Tensor) Chosen([Shape(5, 7)] Tensor x) => (x.MaskedSelect(x.Gt(0.2), 20, 9), (x * 3).Trunc().Nonzero(30));
    [TinyJit]
    public (Tensor, Tensor, Tensor) Scattered([Shape(4, 6)] Tensor x, [Shape(3, 6)] Tensor y, [Shape(3, 6, DType = ScalarKind.Int32)] Tensor i) =>
        (x.Scatter(0, i.Mod(5), y), x.ScatterReduce(0, i.Mod(4), y, ScatterReduction.Mean), x.ScatterReduce(0, i.Mod(5), y, ScatterReduction.AMax, includeSelf: false));
    [TinyJit]
    public (Tensor, Tensor, Tensor) Indexed([Shape(5, 4, 6)] Tensor x, [Shape(3, DType = ScalarKind.Int32)] Tensor i, [Shape(3)] Tensor y)
    {
        var copy = x + 1;
        copy[.., 2, i.Mod(6)] = y;
        copy[copy.Gt(1.5)] = Tensor.Scalar(0.5f);
        // Some of the last are beyond 32 bits.
        return (x[i.Mod(5), .., i.Mod(-3)], copy, x[.., (i.Mod(2).Cast(DType.Int64) << 32) + i.Mod(4), 0]);
    }
    [TinyJit]
    public (Tensor, Tensor) RunningLogs([Shape(2, 100)] Tensor x) => ((x * 20).LogCumSumExp(1), x.LogCumSumExp());
    [TinyJit]
    public (Tensor, Tensor, Tensor) PoolPlaces([Shape(2, 6, 9)] Tensor x)
    {
        var (values, places) = x.MaxPool2dWithIndices((2, 3), padding: 1, ceil: true);
        return (values, places, values.MaxUnpool2d(places, (2, 3), output: (6, 9)));
    }

    // ---- matrices, hashes
    [TinyJit]
    public (Tensor, Tensor, Tensor) Factors([Shape(2, 5, 4)] Tensor x, [Shape(4)] Tensor b)
    {
        var (q, r) = x.Qr();
        return (q, r, (x[0, ..4] + Tensor.Eye(4) * 3).Solve(b));
    }
    [TinyJit]
    public Tensor SingularValues([Shape(4, 3)] Tensor x) => x.Svd().S;
    [TinyJit]
    public Tensor Hash([Shape(2, 9, DType = ScalarKind.Int32)] Tensor i) => i.Cast(DType.UInt8).Sha3().Cast(DType.Int32);

    // ---- kernels written by hand
    [TinyJit]
    public (Tensor, Tensor, Tensor) Kernels([Shape(5, 7)] Tensor x, [Shape(7, 4)] Tensor y, [Shape(6, DType = ScalarKind.Int32)] Tensor i)
    {
        var product = Tensor.Kernel("product", [(DType.Float32, new Shape(5, 4)), (DType.Float32, new Shape(5))], [x * 2, y], k =>
        {
            KernelValue row = k.Range(5), column = k.Range(4), inner = k.Range(7);
            k.Outputs[0].Write(k.Sum(inner, k.Inputs[0][row, inner] * k.Inputs[1][inner, column]), row, column);
            k.Outputs[1].Write(k.Max(inner, k.Inputs[0][row, inner]).Exp2(), row);
        });
        var picked = Tensor.Kernel("picked", [(DType.Float32, new Shape(6, 1))], [i, product[0]], k =>
        {
            var at = k.Range(6);
            k.Outputs[0].Write(k.Inputs[1][k.Inputs[0][at] / 10, 2] - 1, at, 0);
        })[0];
        return (product[0] + 1, product[1], picked);
    }

    // ---- nets
    [TinyJit]
    public (Tensor, Tensor, Tensor) Pools([Shape(2, 3, 11)] Tensor x, [Shape(1, 4, 5, 6)] Tensor y) =>
        (x.MaxPool1d(3, 2, 1, ceil: true), x.AvgPool1d(2, 3, dilation: 2, ceil: true), y.AvgPool3d((2, 2, 3), stride: 2, ceil: true) + y.MaxPool3d((2, 2, 3), stride: 2, ceil: true));
    [TinyJit]
    public Tensor Conv3d([Shape(1, 2, 5, 6, 7)] Tensor x, [Shape(3, 2, 2, 3, 3)] Tensor w, [Shape(3)] Tensor b) => x.Conv3d(w, b, stride: (1, 2, 1), padding: 1);
    [TinyJit]
    public (Tensor, Tensor) Transposed([Shape(1, 4, 5, 6)] Tensor x, [Shape(4, 3, 3, 3)] Tensor w, [Shape(4, 2, 2, 2)] Tensor v) =>
        (x.ConvTranspose2d(w, stride: 2, padding: 1, outputPadding: 1), x.ConvTranspose2d(v, dilation: 2, groups: 2).Relu());
    [TinyJit]
    public (Tensor, Tensor) Einsums([Shape(3, 4, 5)] Tensor x, [Shape(3, 5, 6)] Tensor y, [Shape(4, 6)] Tensor z) =>
        (Tensor.Einsum("bij,bjk->bik", x, y), Tensor.Einsum("bij,bjk,ik->b", x, y, z));
    [TinyJit]
    public (Tensor, Tensor, Tensor) Losses([Shape(9, 7)] Tensor x, [Shape(9)] Tensor t) => (x.CrossEntropy(((t + 1) * 3.4f).Cast(DType.Int32), smoothing: 0.1, ignore: 2),
        x.BinaryCrossEntropyLogits(x.Gt(0).Cast(DType.Float32)), x.LogSoftmax().NllLoss(((t + 1) * 3.4f).Cast(DType.Int32), reduction: Reduction.None));
    [TinyJit]
    public (Tensor, Tensor, Tensor) Interpolations([Shape(1, 2, 5, 7)] Tensor x) => (x.Interpolate([8, 9]), x.Interpolate([3, 10], InterpolationMode.Cubic, true),
        x.Interpolate([7, 4], InterpolationMode.Nearest));
    [TinyJit]
    public (Tensor, Tensor) Norms([Shape(6, 10)] Tensor x, [Shape(10)] Tensor w) => (x.LayerNorm(new Shape(10), w), x.NewtonSchulz(3));

    // A fold whose values are looked up at what another fold over an axis of the same length has found.
    [TinyJit]
    public Tensor Lookups([Shape(6)] Tensor x, [Shape(5, 4)] Tensor table)
    {
        var found = x.Unsqueeze(1).Gt(table[0]).Sum(1).Contiguous();
        return table.Take(found).Lt(x.Unsqueeze(1)).Any(1).Cast(DType.Int32).Contiguous() + found;
    }

    // ---- layers
    readonly LSTMCell _lstm = Seeded(() => new LSTMCell(6, 5));
    readonly GRUCell _gru = Seeded(() => new GRUCell(6, 5));
    readonly MultiHeadAttention _attention = Seeded(() => new MultiHeadAttention(16, 4, 2, rotary: new RotaryEmbedding(4)));
    readonly Sequential _sequence = Seeded(() => new Sequential { new ConvTranspose1d(4, 6, 3, padding: 1), new GroupNorm(3, 6), x => x.Silu(), new InstanceNorm(6), new BatchNorm1d(6) });

    static T Seeded<T>(Func<T> make)
    {
        Initial.Seed(4);
        return make();
    }

    [TinyJit]
    public (Tensor, Tensor, Tensor) Cells([Shape(3, 6)] Tensor x, [Shape(3, 5)] Tensor h, [Shape(3, 5)] Tensor c)
    {
        var (next, cell) = _lstm.Forward(x, (h, c));
        return (next, cell, _gru.Forward(x, h));
    }

    [TinyJit]
    public Tensor Attention([Shape(2, 7, 16)] Tensor x) => _attention.Forward(x, causal: true);
    [TinyJit]
    public Tensor Layers([Shape(2, 4, 9)] Tensor x) => _sequence.Forward(x);

    // ---- gradients
    [TinyJit]
    public (Tensor, Tensor, Tensor) ConvGradients([Shape(2, 3, 7, 6)] Tensor x, [Shape(4, 3, 3, 3)] Tensor w, [Shape(4)] Tensor b) =>
        Gradients(x.Conv2d(w, b, stride: (2, 1), padding: 1).Relu().Square(), x, w, b);
    [TinyJit]
    public (Tensor, Tensor, Tensor) LinearGradients([Shape(5, 19)] Tensor x, [Shape(11, 19)] Tensor w, [Shape(11)] Tensor b) => Gradients(x.Linear(w, b).Gelu(), x, w, b);
    [TinyJit]
    public (Tensor, Tensor, Tensor) NormGradients([Shape(6, 21)] Tensor x, [Shape(21)] Tensor w, [Shape(21)] Tensor b) => Gradients(x.LayerNorm(new Shape(21), w, b).Square(), x, w, b);
    [TinyJit]
    public (Tensor, Tensor, Tensor) AttentionGradients([Shape(2, 5, 4)] Tensor q, [Shape(2, 5, 4)] Tensor k, [Shape(2, 5, 3)] Tensor v) =>
        Gradients(Tensor.ScaledDotProductAttention(q, k, v, causal: true).Square(), q, k, v);
    [TinyJit]
    public (Tensor, Tensor) PoolGradients([Shape(1, 2, 8, 9)] Tensor x) =>
        (x.MaxPool2d(3, 2, 1).Square().Sum().Gradient(x)[0], x.MaxPool2d(2).Sum().Gradient(x)[0] + x.AvgPool2d(3, 1).Square().Sum().Gradient(x)[0]);
    [TinyJit]
    public (Tensor, Tensor) LossGradients([Shape(9, 7)] Tensor x, [Shape(9)] Tensor t) => (x.CrossEntropy(((t + 1) * 3.4f).Cast(DType.Int32), smoothing: 0.1).Gradient(x)[0],
        x.BinaryCrossEntropyLogits(x.Gt(0).Cast(DType.Float32)).Gradient(x)[0]);
    [TinyJit]
    public (Tensor, Tensor) PickedGradients([Shape(20, 6)] Tensor table, [Shape(4, 3, DType = ScalarKind.Int32)] Tensor index) =>
        (table.Take(index.Abs().Mod(20)).Square().Sum().Gradient(table)[0], (table + 2).Prod(1).Sum().Gradient(table)[0] + table.CumSum(1).Square().Sum().Gradient(table)[0]);
    [TinyJit]
    public Tensor SecondDerivatives([Shape(30)] Tensor x) => x.Tanh().Square().Sum().Gradient(x)[0].Sum().Gradient(x)[0] + (x * x * x).Exp().Sum().Gradient(x)[0].Sin().Sum().Gradient(x)[0];

    static (Tensor, Tensor, Tensor) Gradients(Tensor y, Tensor a, Tensor b, Tensor c) => y.Sum().Gradient(a, b, c) is [var x, var w, var z] ? (x, w, z) : throw new InvalidOperationException();
}
