using static Tiny.Tests.Gradients.GradientTable.Make;

namespace Tiny.Tests.Gradients;

/// <summary>
/// Every differentiable operator, with inputs to take its gradient at: shapes that broadcast, several axes, several options. Add a line for a new
/// operator; if it has no gradient, name it in <see cref="WithoutGradient"/>. Inputs keep clear of points without derivative.
/// </summary>
static class GradientTable
{
    public static IReadOnlyList<GradientCase> Cases { get; } =
    [
        // ---- arithmetic
        Two("Add", (a, b) => a + b), Two("Sub", (a, b) => a - b), Two("Mul", (a, b) => a * b),
        Of("Div", x => x[0] / x[1], In(3, 4), Between(0.5, 2, 4)), Of("Div, by a column", x => x[0] / x[1], In(3, 4), Between(-2, -0.5, 3, 1)),
        One("Neg", x => -x), One("Square", x => x.Square()), One("Sqrt", x => x.Sqrt(), 0.2, 3), One("Rsqrt", x => x.Rsqrt(), 0.2, 3),
        One("Reciprocal", x => x.Reciprocal(), 0.3, 3), One("Pow, whole", x => x.Pow(3), -2, 2), One("Pow, negative", x => x.Pow(-2), 0.5, 2),
        One("Pow, of 0.7", x => x.Pow(0.7), 0.3, 3), One("Pow, of -1.5", x => x.Pow(-1.5), 0.5, 2),
        Of("Pow, by a tensor", x => x[0].Pow(x[1]), Between(0.3, 2, 3, 4), Between(-2, 2, 4)),
        Of("Fmod", x => x[0].Fmod(x[1]), Between(-9, 9, 3, 4), Between(1.1, 2, 4)), Of("Remainder", x => x[0].Remainder(x[1]), Between(-9, 9, 3, 4), Between(1.1, 2, 4)),
        Of("Lerp", x => x[0].Lerp(x[1], x[2]), In(3, 4), In(4), Between(0, 1, 3, 1)), One("Lerp, by a number", x => x.Lerp(x * x, 0.3)),
        // ---- choice, sign
        Two("Maximum", (a, b) => a.Maximum(b)), Two("Minimum", (a, b) => a.Minimum(b)), One("Clamp", x => x.Clamp(-0.5, 0.7)),
        Of("Where", x => (x[0] > x[1]).Where(x[0] * x[0], x[1]), In(3, 4), In(4)), Of("MaskedFill", x => (x[0] * 2).MaskedFill(x[1].Gt(0), x[1] * x[1]), In(3, 4), In(4)),
        One("Abs", x => x.Abs()), Of("CopySign", x => x[0].CopySign(Tensor.From<double>([1, -1, -2, 0])), In(3, 4)),
        // ---- exponentials
        One("Exp", x => x.Exp()), One("Exp2", x => x.Exp2()), One("Expm1", x => x.Expm1(), -2, 2), One("Log", x => x.Log(), 0.2, 3), One("Log2", x => x.Log2(), 0.2, 3),
        One("Log10", x => x.Log10(), 0.2, 3), One("Log1p", x => x.Log1p(), -0.8, 3), Two("LogAddExp", (a, b) => a.LogAddExp(b)),
        One("Sinh", x => x.Sinh(), -3, 3), One("Cosh", x => x.Cosh(), -3, 3), One("Tanh", x => x.Tanh(), -2, 2), One("Asinh", x => x.Asinh(), -3, 3),
        One("Acosh", x => x.Acosh(), 1.2, 3), One("Atanh", x => x.Atanh(), -0.8, 0.8), One("Erf", x => x.Erf(), -2, 2),
        // ---- angles
        One("Sin", x => x.Sin(), -4, 4), One("Cos", x => x.Cos(), -4, 4), One("Tan", x => x.Tan()), One("Asin", x => x.Asin(), -0.8, 0.8),
        One("Acos", x => x.Acos(), -0.8, 0.8), One("Atan", x => x.Atan(), -3, 3), Of("Atan2", x => x[0].Atan2(x[1]), Between(0.3, 1, 3, 4), Between(-1, 1, 4)),
        // ---- activations
        One("Relu", x => x.Relu()), One("Relu6", x => x.Relu6(), -2, 8), One("LeakyRelu", x => x.LeakyRelu()), One("Elu", x => x.Elu(0.7), -2, 2),
        One("Celu", x => x.Celu(0.7), -2, 2), One("Selu", x => x.Selu(), -2, 2), One("Gelu", x => x.Gelu(), -2, 2), One("Gelu, exact", x => x.Gelu(exact: true), -2, 2),
        One("QuickGelu", x => x.QuickGelu(), -2, 2), One("Silu", x => x.Silu(), -2, 2), One("Mish", x => x.Mish(), -2, 2), One("Sigmoid", x => x.Sigmoid(), -3, 3),
        One("LogSigmoid", x => x.LogSigmoid(), -3, 3), One("HardSigmoid", x => x.HardSigmoid(), -4, 4), One("HardSwish", x => x.HardSwish(), -4, 4),
        One("HardTanh", x => x.HardTanh(), -2, 2), One("Softplus", x => x.Softplus(2), -2, 2), One("Softsign", x => x.Softsign(), -2, 2),
        // ---- reductions
        Cube("Sum", x => x.Sum([0, 2])), Cube("Sum, of all", x => x.Sum().Square()), Cube("Mean", x => x.Mean([0, 1], true) * x), Cube("Prod", x => x.Prod([1, 2])),
        Cube("Max", x => x.Max([0, 2])), Cube("Min", x => x.Min(1, true) * x), Cube("Var", x => x.Var([0, 2])), Cube("Var, biased", x => x.Var(1, true, 0) * x),
        Cube("Std", x => x.Std([0, 1])), Cube("VarMean", x => x.VarMean(2).Var + x.VarMean(2).Mean), Cube("StdMean", x => x.StdMean(2).Std * x.StdMean(2).Mean),
        Cube("LogSumExp", x => x.LogSumExp([0, 2])), Cube("Softmax", x => x.Softmax(1)), Cube("Softmin", x => x.Softmin()), Cube("LogSoftmax", x => x.LogSoftmax(0)),
        Cube("Normalize", x => x.Normalize()), Cube("Normalize, by 3", x => x.Normalize(3, 2)), Cube("Normalize, by 1", x => x.Normalize(1, 0)),
        Cube("Normalize, by the largest", x => x.Normalize(double.PositiveInfinity, 2)),
        // ---- scans
        Cube("CumSum", x => x.CumSum(1)), Of("CumSum, long", x => x[0].CumSum(), In(70)), Cube("CumProd", x => x.CumProd(2)), Cube("CumMax", x => x.CumMax(2)), Cube("CumMin", x => x.CumMin(1)),
        Cube("LogCumSumExp", x => x.LogCumSumExp(1)), Of("LogCumSumExp, long", x => x[0].LogCumSumExp(), In(70)),
        // ---- picked by tensors
        Of("Take", x => x[0].Take(Tensor.From<int>([2, 0, 2, 9, 1, 2], 2, 3)), In(4, 3)), Of("Take, of an axis", x => x[0].Take(Tensor.From<int>([1, 1, 0]), 1), In(2, 3, 2)),
        Of("Gather", x => x[0].Gather(1, Tensor.From<int>([2, 0, 2, 1, -1, 1], 2, 3)), In(3, 3)), Of("Part, of indices", x => x[0][Tensor.From<int>([2, 0, 2]), Tensor.From<int>([1, -1, 1])], In(3, 3)),
        Of("MaskedSelect", x => x[0].MaskedSelect(x[0].Gt(0), 5).Square(), In(3, 4)), Of("Sort", x => x[0].Sort(1).Values.Square(), In(3, 4)),
        Of("TopK", x => x[0].TopK(2, 0).Values.Square(), In(5, 2)), Of("Scatter", x => x[0].Scatter(1, Tensor.From<int>([2, 0, 2, 1, -1, 3], 2, 3), x[1]).Square(), In(2, 4), In(2, 3)),
        Of("ScatterReduce, sum", x => Scattered(x, ScatterReduction.Sum), In(2, 4), In(2, 3)), Of("ScatterReduce, product", x => Scattered(x, ScatterReduction.Prod), In(2, 4), In(2, 3)),
        Of("ScatterReduce, mean", x => Scattered(x, ScatterReduction.Mean), In(2, 4), In(2, 3)), Of("ScatterReduce, largest", x => Scattered(x, ScatterReduction.AMax), In(2, 4), In(2, 3)),
        Of("ScatterReduce, smallest", x => Scattered(x, ScatterReduction.AMin), In(2, 4), In(2, 3)), Cube("Tril", x => x.Tril()), Cube("Triu", x => x.Triu(1)),
        // ---- movement
        Cube("Reshape", x => x.Reshape(4, 6).Square()), Cube("View", x => x.View(6, -1).Square()), Cube("Flatten", x => x.Flatten(1).Square()), Cube("Unflatten", x => x.Unflatten(2, 2, 2).Square()),
        Cube("Squeeze", x => x.Unsqueeze(1).Squeeze(1).Square()), Cube("Unsqueeze", x => x.Unsqueeze(1) * x), Cube("Permute", x => x.Permute(2, 0, 1).Square()), Cube("Transpose", x => x.Transpose(0, 2).Square()),
        Cube("SwapAxes", x => x.SwapAxes(0, 1).Square()), Cube("MoveDim", x => x.MoveDim(0, 2).Square()), Of("Expand", x => x[0].Expand(2, 3, 4).Square(), In(3, 1)),
        Cube("Repeat", x => x.Repeat(2, 1, 3).Square()), Cube("RepeatInterleave", x => x.RepeatInterleave(3, 1).Square()), Cube("Flip", x => x.Flip(0, 2) * x),
        Cube("Roll", x => x.Roll([1, -2], [0, 2]) * x), Cube("Rearrange", x => x.Rearrange("a b (c d) -> (a c) (d b)", ("c", 2)).Square()),
        Cube("Shrink", x => x.Shrink((0, 1), (1, 3), (1, 4)).Square()), Cube("ShrinkTo", x => x.ShrinkTo(1, -1, 2).Square()), Cube("Split", x => x.Split(2, 2)[1].Square()),
        Cube("Chunk", x => x.Chunk(2, 1)[0].Square()), Of("Diagonal", x => x[0].Diagonal(1).Square(), In(3, 4)), Of("Diag", x => x[0].Diag(1).Square(), In(4)),
        Cube("Unfold", x => x.Unfold(2, 3).Square()), Cube("Pad", x => x.Pad([(1, 0), (0, 2), (1, 1)], 3).Square()), Cube("Pad, reflected", x => x.Pad([(1, 0), (0, 2), (1, 1)], PadMode.Reflect).Square()),
        Cube("Pad, replicated", x => x.Pad([(1, 0), (0, 2), (1, 1)], PadMode.Replicate).Square()), Cube("Pad, circular", x => x.Pad([(1, 0), (0, 2), (1, 1)], PadMode.Circular).Square()),
        Cube("PadTo", x => x.PadTo([2, 5, -1]).Square()), Of("Cat", x => Tensor.Cat([x[0], x[1], x[0] * x[0]], 1), In(2, 3), In(2, 1)), Of("Stack", x => Tensor.Stack([x[0], x[1]], 1).Square(), In(2, 3), In(2, 3)),
        Of("Meshgrid", x => Tensor.Meshgrid([x[0], x[1]])[0] * Tensor.Meshgrid([x[0], x[1]])[1], In(3), In(2)), Cube("Contiguous", x => x.Contiguous().Square()), Cube("Clone", x => x.Clone().Square()),
        Cube("ContiguousBackward", x => x.ContiguousBackward().Square()), Cube("Cast", x => x.Cast(DType.Float64).Square()), Cube("Part, a slice", x => x[1, ..2, new Slice(.., 2)].Square()),
        Cube("WithGradient", x => x.WithGradient(t => t * t, (t, g) => g * 2 * t)),
        // ---- assignment
        Of("Assign", x => { var t = x[0] * 2; t[1..3] = x[1] * x[1]; return t * t; }, In(4, 2), In(2, 2)),
        Of("Assign, of a column", x => { var t = x[0].Square(); var was = t * 3; t[.., 0] = x[1]; return t + was; }, In(3, 2), In(3)),
        // ---- linear algebra
        Of("MatMul", x => x[0].MatMul(x[1]), In(2, 3, 4), In(4, 2)), Of("MatMul, of vectors", x => x[0].MatMul(x[1]), In(4), In(4)), Of("Dot", x => x[0].Dot(x[1]), In(3, 4), In(4)),
        Of("Linear", x => x[0].Linear(x[1], x[2]), In(2, 3), In(4, 3), In(4)), Of("Einsum", x => Tensor.Einsum("bij,bjk,k->bi", x[0], x[1], x[2]), In(2, 2, 3), In(2, 3, 2), In(2)),
        Of("Einsum, of a diagonal", x => Tensor.Einsum("ii,j->j", x[0], x[1]), In(3, 3), In(2)),
        Of("ScaledDotProductAttention", x => Tensor.ScaledDotProductAttention(x[0], x[1], x[2], causal: true), In(2, 3, 2), In(2, 3, 2), In(2, 3, 4)),
        Of("ScaledDotProductAttention, masked", x => Tensor.ScaledDotProductAttention(x[0], x[1], x[2], Tensor.Arange(4).Ne(2)), In(3, 2), In(4, 2), In(4, 2)),
        new("NewtonSchulz", x => x[0].NewtonSchulz(2), In(3, 2)),
        // Degenerate points are left out: a column that depends on those before it (Qr, Solve), equal or zero singular values (Svd).
        Of("Qr", x => x[0].Qr() is var (q, r) ? q.Pad([(0, 2), (0, 0)]) + r.Square().Pad([(0, 3), (0, 0)]) : x[0], Between(0.5, 2, 3, 2)),
        Of("Qr, wide", x => x[0].Qr().R.Square(), Between(0.5, 2, 2, 3)), Of("Det", x => x[0].Det(), In(2, 3, 3)), Of("Solve", x => (x[0] + Tensor.Eye(3, dtype: DType.Float64) * 3).Solve(x[1]), In(3, 3), In(3, 2)),
        new("Svd", x => x[0].Svd().S, In(3, 2)) { NotTwice = "sixty rotations deep" },
        new("Svd, of the vectors", x => x[0].Svd() is var (u, s, v) ? u[.., ..1] * s[0] * v[..1] : x[0], In(3, 2)) { NotTwice = "sixty rotations deep" },
        // ---- nets
        Of("Conv", x => x[0].Conv(x[1], null, [2], [(1, 0)], [1]), In(1, 2, 6), In(2, 2, 3)), Of("Conv1d", x => x[0].Conv1d(x[1], x[2], 2, 1, 2), In(2, 1, 7), In(2, 1, 3), In(2)),
        Of("Conv2d", x => x[0].Conv2d(x[1], x[2], padding: 1), In(1, 2, 4, 3), In(2, 2, 3, 3), In(2)), Of("Conv2d, strided", x => x[0].Conv2d(x[1], stride: 2), In(1, 2, 5, 5), In(2, 2, 3, 3)),
        Of("Conv2d, apart", x => x[0].Conv2d(x[1], stride: 3), In(1, 1, 5, 6), In(2, 1, 2, 3)), Of("Conv2d, in groups", x => x[0].Conv2d(x[1], groups: 2, dilation: (1, 2)), In(1, 4, 3, 5), In(2, 2, 2, 2)),
        Of("Conv3d", x => x[0].Conv3d(x[1], padding: 1), In(1, 1, 2, 3, 3), In(1, 1, 2, 2, 2)), Of("ConvTranspose", x => x[0].ConvTranspose(x[1], null, [2], [(1, 0)], [1], [1]), In(1, 2, 4), In(2, 1, 3)),
        Of("ConvTranspose1d", x => x[0].ConvTranspose1d(x[1], x[2], 2), In(1, 2, 4), In(2, 2, 3), In(2)), Of("ConvTranspose2d", x => x[0].ConvTranspose2d(x[1], stride: 2, padding: 1), In(1, 2, 3, 3), In(2, 1, 3, 3)),
        Of("ConvTranspose3d", x => x[0].ConvTranspose3d(x[1]), In(1, 1, 2, 2, 2), In(1, 1, 2, 2, 2)),
        Of("MaxPool1d", x => x[0].MaxPool1d(3, 2, 1), In(2, 7)), Of("MaxPool2d", x => x[0].MaxPool2d(2), In(1, 4, 6)), Of("MaxPool2d, overlapping", x => x[0].MaxPool2d(3, 1, 1), In(4, 4)),
        Of("MaxPool, of a large window", x => x[0].MaxPool([9, 9], [3, 3], [(1, 1), (1, 1)], [1, 1]).Square(), In(12, 12)), Of("AvgPool", x => x[0].AvgPool([2, 2], [2, 1], [(0, 0), (1, 0)], [1, 1]).Square(), In(1, 4, 4)),
        Of("MaxPoolWithIndices", x => x[0].MaxPoolWithIndices([2, 2], [2, 2], [(0, 0), (0, 0)], [1, 1]).Values.Square(), In(1, 4, 6)), Of("Fold", x => x[0].Fold([4, 3], [2, 2], [1, 1], [(0, 0), (0, 0)], [1, 1]).Square(), In(1, 4, 6)),
        Of("MaxPool3d", x => x[0].MaxPool3d(2), In(2, 4, 2)), Of("AvgPool1d", x => x[0].AvgPool1d(3, 2, 1, countPadding: false), In(2, 7)), Of("AvgPool2d", x => x[0].AvgPool2d(2, 1).Square(), In(1, 4, 4)),
        Of("AvgPool3d", x => x[0].AvgPool3d(2).Square(), In(2, 4, 2)), Of("LayerNorm", x => x[0].LayerNorm(new Shape(2, 3), x[1], x[2]), In(3, 2, 3), In(2, 3), In(2, 3)),
        Of("BatchNorm", x => x[0].BatchNorm(x[1], x[2], x[3], x[4]), In(3, 2, 2), In(2), Between(0.5, 2, 2), In(2), In(2)),
        Of("Interpolate", x => x[0].Interpolate([5, 3]).Square(), In(1, 3, 4)), Of("Interpolate, cubic", x => x[0].Interpolate([5, 3], InterpolationMode.Cubic, true).Square(), In(1, 3, 4)),
        Of("Interpolate, nearest", x => x[0].Interpolate([5, 3], InterpolationMode.Nearest).Square(), In(1, 3, 4)),
        Of("MaxPool1dWithIndices", x => x[0].MaxPool1dWithIndices(3, 2, 1).Values, In(2, 7)), Of("MaxPool2dWithIndices", x => x[0].MaxPool2dWithIndices(2).Values.Square(), In(1, 4, 6)),
        Of("MaxPool3dWithIndices", x => x[0].MaxPool3dWithIndices(2).Values, In(2, 4, 2)), Of("MaxUnpool2d", x => x[0].MaxUnpool2d(Tensor.From<int>([0, 3, 9, 14], 1, 2, 2), 2).Square(), In(1, 2, 2)),
        Cube("Dropout", x => x.Dropout(0.4, seed: 3).Square()),
        // ---- losses
        Of("BinaryCrossEntropy", x => x[0].BinaryCrossEntropy(x[1]), Between(0.1, 0.9, 3, 4), Between(0, 1, 3, 4)), Of("BinaryCrossEntropyLogits", x => x[0].BinaryCrossEntropyLogits(x[1], x[2]), In(3, 4), Between(0, 1, 3, 4), In(4)),
        Of("CrossEntropy", x => x[0].CrossEntropy(Tensor.From<int>([1, -100, 0]), x[1], smoothing: 0.1), In(3, 4), Between(0.5, 2, 4)),
        Of("CrossEntropy, of probabilities", x => x[0].CrossEntropy(x[1], reduction: Reduction.Sum), In(3, 4), Between(0, 1, 3, 4)),
        Of("NllLoss", x => x[0].LogSoftmax().NllLoss(Tensor.From<int>([1, 3, 0]), reduction: Reduction.None), In(3, 4)),
        Of("SparseCategoricalCrossEntropy", x => x[0].SparseCategoricalCrossEntropy(Tensor.From<int>([1, -1, 3])), In(3, 4)),
    ];

    static Tensor Scattered(Tensor[] x, ScatterReduction reduction) => x[0].ScatterReduce(1, Tensor.From<int>([2, 0, 2, 1, -1, 3], 2, 3), x[1], reduction).Square();

    /// <summary>Public methods of tensors that give tensors and have no gradient, or none of their own: why.</summary>
    public static IReadOnlyDictionary<string, string> WithoutGradient { get; } = Reasons(
        ("integers or bools", "BitwiseAnd BitwiseOr BitwiseXor BitwiseNot LogicalNot Lt Le Gt Ge Eq Ne IsClose AllClose IsNan IsInf IsFinite Any All ArgMax ArgMin OneHot Argsort Nonzero Multinomial LShift RShift FloorDiv TruncDiv Mod Bitcast Threefry2x32 Sha3 Shake128 Shake256 Keccak"),
        ("constant but for jumps", "Floor Ceil Trunc Round Sign"),
        ("takes a shape only", "FullLike ZerosLike OnesLike EmptyLike RandLike RandNLike RandIntLike"),
        ("written by hand", "Kernel"),
        ("about gradients", "Detach Gradient Grad"),
        ("the same tensor", "Realize Bind"),
        ("another name", "T"));

    static Dictionary<string, string> Reasons(params (string Reason, string Names)[] groups) =>
        groups.SelectMany(g => g.Names.Split(' ').Select(n => (n, g.Reason))).ToDictionary(x => x.n, x => x.Reason);

    /// <summary>Short forms for lines of the table.</summary>
    internal static class Make
    {
        /// <summary>Elements in -1..1 of a shape.</summary>
        public static Input In(params int[] dims) => new(-1, 1, dims);
        public static Input Between(double low, double high, params int[] dims) => new(low, high, dims);
        public static GradientCase Of(string name, Func<Tensor[], Tensor> function, params Input[] inputs) => new(name, function, inputs);
        /// <summary>Of one operand, element by element.</summary>
        public static GradientCase One(string name, Func<Tensor, Tensor> function, double low = -1, double high = 1) => new(name, x => function(x[0]), Between(low, high, 3, 4));
        /// <summary>Of two operands that broadcast to one another.</summary>
        public static GradientCase Two(string name, Func<Tensor, Tensor, Tensor> function) => new(name, x => function(x[0], x[1]), In(3, 1, 4), In(2, 1));
        /// <summary>Of an operand with three axes.</summary>
        public static GradientCase Cube(string name, Func<Tensor, Tensor> function) => new(name, x => function(x[0]), In(2, 3, 4));
    }
}
