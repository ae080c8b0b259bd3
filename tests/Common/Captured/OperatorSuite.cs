using System.Reflection;

namespace Tiny.Tests;

/// <summary>
/// The suite that every backend runs: one captured method for each case. Inputs are seeded, results are compared with the interpreter.
/// All methods are entry points of one program, so that one compilation or one page covers them.
/// </summary>
public sealed class OperatorSuite
{
    public static readonly OperatorSuite Instance = new();

    /// <summary>The cases by name.</summary>
    public static IReadOnlyList<MethodInfo> Cases { get; } =
        [.. typeof(OperatorSuite).GetMethods(BindingFlags.Public | BindingFlags.Instance | BindingFlags.DeclaredOnly).Where(m => m.IsDefined(typeof(TinyJitAttribute)))];

    /// <summary>Seeded arguments of a case: floats from -1 to 1, integers from -100 to 100.</summary>
    public static Tensor[] Arguments(MethodInfo method)
    {
        var random = new Random(method.Name.Aggregate(17, (h, c) => unchecked(h * 31 + c)));
        return [.. method.GetParameters().Select(p => Random(random, p.GetCustomAttribute<ShapeAttribute>()!))];
    }

    static Tensor Random(Random random, ShapeAttribute shape)
    {
        int[] dims = [.. shape.Dims];
        int count = dims.Aggregate(1, (a, b) => a * b);
        if (shape.DType == ScalarKind.Int32) return Tensor.From<int>([.. Enumerable.Range(0, count).Select(_ => random.Next(-100, 101))], dims);
        return Tensor.From<float>([.. Enumerable.Range(0, count).Select(_ => (float)(random.NextDouble() * 2 - 1))], dims);
    }

    // ---- elementwise
    [TinyJit] public Tensor AddBroadcast([Shape(3, 5)] Tensor a, [Shape(5)] Tensor b) => a + b;
    [TinyJit] public Tensor Chain([Shape(7, 33)] Tensor x) => ((x * 2 + 1) / 3 - 0.25f).Relu();
    [TinyJit] public Tensor Scalar([Shape(1)] Tensor x) => x.Reshape(Array.Empty<int>()) * 3 + 1;
    [TinyJit] public Tensor Exp([Shape(100)] Tensor x) => (x * 20).Exp();
    [TinyJit] public Tensor Log([Shape(100)] Tensor x) => x.Abs().Log();
    [TinyJit] public Tensor Sqrt([Shape(37)] Tensor x) => x.Abs().Sqrt() + x.Square().Rsqrt();
    [TinyJit] public Tensor Sin([Shape(37)] Tensor x) => (x * 3).Sin();
    [TinyJit] public Tensor Sigmoid([Shape(50)] Tensor x) => (x * 10).Sigmoid();
    [TinyJit] public Tensor Tanh([Shape(50)] Tensor x) => (x * 3).Tanh();
    [TinyJit] public Tensor Gelu([Shape(50)] Tensor x) => (x * 3).Gelu();
    [TinyJit] public Tensor Clamp([Shape(64)] Tensor x) => (x * 10).Clamp(-3, 6);
    [TinyJit] public Tensor Rounding([Shape(64)] Tensor x) => (x * 10).Floor() + (x * 7).Ceil() * 100 + (x * 5).Trunc() * 10000;
    [TinyJit] public Tensor Select([Shape(4, 9)] Tensor a, [Shape(4, 9)] Tensor b) => a.Lt(b).Where(a * 2, b - 1);
    [TinyJit] public Tensor Integers([Shape(40, DType = ScalarKind.Int32)] Tensor a, [Shape(40, DType = ScalarKind.Int32)] Tensor b) =>
        (a * 3 + b) * 65537 + a.Maximum(b);
    [TinyJit] public Tensor Casts([Shape(40)] Tensor x) => (x * 100).Cast(DType.Int32) * 2;
    [TinyJit] public Tensor CastBack([Shape(40, DType = ScalarKind.Int32)] Tensor a) => a.Cast(DType.Float32) / 7;

    // ---- reductions
    [TinyJit] public Tensor SumRows([Shape(7, 33)] Tensor x) => x.Sum(1);
    [TinyJit] public Tensor SumColumns([Shape(7, 33)] Tensor x) => x.Sum(0);
    [TinyJit] public Tensor SumAll([Shape(7, 33)] Tensor x) => x.Sum();
    [TinyJit] public Tensor MaxColumns([Shape(7, 33)] Tensor x) => x.Max(0);
    [TinyJit] public Tensor MinOdd([Shape(3, 31)] Tensor x) => x.Min(1);
    [TinyJit] public Tensor Product([Shape(3, 17)] Tensor x) => (x + 1.5f).Prod(1);
    [TinyJit] public Tensor Variance([Shape(4, 50)] Tensor x) => x.Var(1);
    [TinyJit] public Tensor ArgMax([Shape(5, 9)] Tensor x) => x.ArgMax(1);
    [TinyJit] public Tensor Softmax([Shape(6, 40)] Tensor x) => x.Softmax();
    [TinyJit] public Tensor LogSoftmax([Shape(1, 10)] Tensor x) => x.LogSoftmax();
    [TinyJit] public Tensor LogSoftmaxLarge([Shape(64, 100)] Tensor x) => x.LogSoftmax();
    [TinyJit] public Tensor Normalise([Shape(16, 64)] Tensor x) => (x - x.Mean(1, true)) / (x.Var(1, true) + 1e-5f).Sqrt();

    // ---- movement
    [TinyJit] public Tensor Permute([Shape(3, 4, 5)] Tensor x) => x.Permute(2, 0, 1);
    [TinyJit] public Tensor PermuteReshape([Shape(3, 4, 5)] Tensor x) => x.Permute(2, 0, 1).Reshape(6, 10) + 1;
    [TinyJit] public Tensor Flip([Shape(4, 5)] Tensor x) => x.Flip(0, 1) + x;
    [TinyJit] public Tensor Pad([Shape(3, 4)] Tensor x) => x.Pad([(1, 2), (0, 3)]);
    [TinyJit] public Tensor PadOfExp([Shape(3, 4)] Tensor x) => x.Exp().Pad([(2, 0), (1, 1)]);
    [TinyJit] public Tensor Slice([Shape(6, 9)] Tensor x) => x[1..5, 2..^1] * 2;
    [TinyJit] public Tensor Cat([Shape(2, 3)] Tensor a, [Shape(2, 5)] Tensor b, [Shape(2, 1)] Tensor c) => Tensor.Cat([a, b, -c], 1);
    [TinyJit] public Tensor CatOfTen([Shape(10, 3)] Tensor x) => Tensor.Cat([.. Enumerable.Range(0, 10).Select(i => x[i..(i + 1)] * i)], 1);
    [TinyJit]
    public Tensor CatOfNineInputs([Shape(1, 3)] Tensor a, [Shape(2, 3)] Tensor b, [Shape(1, 3)] Tensor c, [Shape(3, 3)] Tensor d, [Shape(1, 3)] Tensor e,
        [Shape(1, 3)] Tensor f, [Shape(4, 3)] Tensor g, [Shape(1, 3)] Tensor h, [Shape(2, 3)] Tensor i) => Tensor.Cat([a, b, c, d, e, f, g, h, i]);
    [TinyJit] public Tensor Copy([Shape(4, 4)] Tensor x) => x;

    // ---- indices, and what is picked by them
    [TinyJit] public Tensor Arange([Shape(9)] Tensor x) => x + Tensor.Arange(20, 2, -2);
    [TinyJit] public Tensor Triangles([Shape(2, 5, 7)] Tensor x) => x.Tril(1) * 2 + x.Triu(3);
    [TinyJit] public Tensor Embedding([Shape(60, 17)] Tensor table, [Shape(3, 5, DType = ScalarKind.Int32)] Tensor index) => table.Take(index);
    [TinyJit] public Tensor EmbeddingOfPositions([Shape(40, 19)] Tensor table, [Shape(1)] Tensor x) => table.Take(Tensor.Arange(30)) + x;
    [TinyJit] public Tensor GatherRows([Shape(4, 50)] Tensor x, [Shape(4, 33, DType = ScalarKind.Int32)] Tensor index) => x.Gather(1, index);
    [TinyJit] public Tensor OneHot([Shape(12, DType = ScalarKind.Int32)] Tensor index) => index.OneHot(16) * 2;
    [TinyJit] public Tensor Counted([Shape(12, DType = ScalarKind.Int32)] Tensor limit) => Tensor.Arange(50).Lt(limit.Unsqueeze(1)).Sum(1);
    [TinyJit] public Tensor Random([Shape(1, DType = ScalarKind.Int32)] Tensor x) => Tensor.Rand(new Shape(100), 12345) + x;

    // ---- nets
    [TinyJit] public Tensor Attention([Shape(2, 9, 8)] Tensor q, [Shape(2, 9, 8)] Tensor k, [Shape(2, 9, 5)] Tensor v) =>
        Tensor.ScaledDotProductAttention(q, k, v, causal: true);
    [TinyJit] public Tensor MatMul([Shape(17, 19)] Tensor a, [Shape(19, 35)] Tensor b) => a.MatMul(b);
    [TinyJit] public Tensor MatMulEven([Shape(64, 64)] Tensor a, [Shape(64, 64)] Tensor b) => a.MatMul(b);
    [TinyJit] public Tensor BatchedMatMul([Shape(3, 5, 7)] Tensor a, [Shape(3, 7, 6)] Tensor b) => a.MatMul(b);
    [TinyJit] public Tensor Linear([Shape(1, 101)] Tensor x, [Shape(32, 101)] Tensor w, [Shape(32)] Tensor b) => x.Linear(w, b).Relu();
    // Weights of our own may lie in blocks of sixteen outputs.
    static readonly Tensor s_weight = Tensor.From<float>([.. Enumerable.Range(0, 32 * 41).Select(i => i * 37 % 101 / 50f - 1)], 32, 41);
    [TinyJit] public Tensor LinearOwnWeight([Shape(5, 41)] Tensor x) => x.Linear(s_weight).Relu();
    [TinyJit] public Tensor LinearOwnWeightOne([Shape(1, 41)] Tensor x, [Shape(32)] Tensor b) => x.Linear(s_weight, b);
    [TinyJit] public Tensor Conv([Shape(1, 3, 12, 13)] Tensor x, [Shape(8, 3, 3, 3)] Tensor w, [Shape(8)] Tensor b) => x.Conv2d(w, b).Relu();
    [TinyJit] public Tensor ConvStridedPadded([Shape(2, 4, 12, 13)] Tensor x, [Shape(8, 4, 3, 3)] Tensor w) => x.Conv2d(w, padding: 1, stride: 2);
    [TinyJit] public Tensor ConvPadded([Shape(1, 4, 12, 16)] Tensor x, [Shape(8, 4, 3, 3)] Tensor w) => x.Conv2d(w, padding: 1);
    // Edges inside vectors, at both ends of a row and of the buffer.
    [TinyJit] public Tensor ConvPaddedNarrow([Shape(2, 3, 5, 7)] Tensor x, [Shape(4, 3, 3, 3)] Tensor w) => x.Conv2d(w, padding: 1);
    [TinyJit] public Tensor ConvPaddedWide([Shape(1, 2, 4, 37)] Tensor x, [Shape(3, 2, 3, 5)] Tensor w) => x.Conv2d(w, padding: ((0, 2), (3, 1)));
    [TinyJit] public Tensor ConvPaddedOfSum([Shape(1, 2, 6, 20)] Tensor x, [Shape(2, 1, 1)] Tensor b, [Shape(3, 2, 3, 3)] Tensor w) => (x + b).Relu().Conv2d(w, padding: 1);
    [TinyJit] public Tensor PaddedIntegers([Shape(3, 21, DType = ScalarKind.Int32)] Tensor x) => x.Pad([(0, 0), (2, 2)])[.., ..^2] + x.Pad([(0, 0), (0, 4)])[.., ..^2] * 3;
    [TinyJit] public Tensor ConvDilated([Shape(1, 2, 16, 16)] Tensor x, [Shape(3, 2, 3, 3)] Tensor w) => x.Conv2d(w, dilation: 2);
    [TinyJit] public Tensor ConvDepthwise([Shape(1, 8, 16, 16)] Tensor x, [Shape(8, 1, 3, 3)] Tensor w) => x.Conv2d(w, padding: 1, groups: 8);
    [TinyJit] public Tensor Conv1d([Shape(2, 3, 40)] Tensor x, [Shape(4, 3, 5)] Tensor w) => x.Conv1d(w);
    [TinyJit] public Tensor MaxPool([Shape(1, 2, 9, 9)] Tensor x) => x.MaxPool2d(3, stride: 2);
    [TinyJit] public Tensor AvgPool([Shape(1, 2, 9, 9)] Tensor x) => x.AvgPool2d(2);
    [TinyJit] public Tensor GlobalMean([Shape(1, 8, 7, 7)] Tensor x, [Shape(8, 8, 3, 3)] Tensor w) => x.Conv2d(w).Relu().Mean([2, 3]);

    // Sums that overwrite their operand: of extents that no vector or tile divides, and of ones that they do.
    [TinyJit] public Tensor ResidualOdd([Shape(13, 37)] Tensor x, [Shape(37, 37)] Tensor w) => Residual(x, w);
    [TinyJit] public Tensor ResidualEven([Shape(16, 32)] Tensor x, [Shape(32, 32)] Tensor w) => Residual(x, w);

    static Tensor Residual(Tensor x, Tensor w)
    {
        for (int i = 0; i < 3; i++) x += x.MatMul(w).Relu().MatMul(w) * 0.25f;
        return x.MatMul(w);
    }

    // ---- several results, several uses
    [TinyJit]
    public (Tensor Mean, Tensor Squares) Moments([Shape(12, 50)] Tensor x)
    {
        var mean = x.Mean(1, true);
        return (mean, (x - mean).Square().Sum(1, true));
    }

    [TinyJit]
    public (Tensor Sum, Tensor Difference) TwoResults([Shape(5, 7)] Tensor a, [Shape(5, 7)] Tensor b)
    {
        var m = a.MatMul(b.Transpose(0, 1));
        return (m + 1, m - m.Transpose(0, 1));
    }
}
