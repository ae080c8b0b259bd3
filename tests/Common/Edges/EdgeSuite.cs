using Tiny.Algebra;

namespace Tiny.Tests;

/// <summary>Values and a graph over them.</summary>
public sealed record EdgeCase(string Name, IReadOnlyList<Tensor> Inputs, Func<IReadOnlyList<Tensor>, IReadOnlyList<Tensor>> Body)
{
    /// <summary>The results of plain calls on the values.</summary>
    public IReadOnlyList<Tensor> Results() => Body(Inputs);

    public override string ToString() => Name;
}

/// <summary>
/// What every operation makes of NaN, infinities, signed zeros, overflow, impossible shifts, zero divisors, tensors without elements, scalars and
/// eight dimensions, as docs/math.md states it, for every dtype of a target: the suite that every backend runs beside <see cref="OperatorSuite"/>. Bools
/// come out as int32, which every target can hand back.
/// </summary>
public static class EdgeSuite
{
    /// <summary>All dtypes that the suite knows, bool aside.</summary>
    public static readonly DType[] DTypes = [DType.UInt8, DType.Int32, DType.UInt32, DType.Int64, DType.Float32, DType.Float64];

    /// <summary>The cases of a target that has these dtypes.</summary>
    public static IReadOnlyList<EdgeCase> Cases(params IReadOnlyList<DType> dtypes) =>
        [.. dtypes.SelectMany(t => t.IsFloat ? Floats(t) : Integers(t)), .. dtypes.SelectMany(t => Casts(t, dtypes)),
            .. dtypes.Where(t => t.Kind is ScalarKind.Float32 or ScalarKind.Float64).Select(Contraction), .. Shapes()];

    static EdgeCase Unary(string name, DType t, params Func<Tensor, Tensor>[] f) => new($"{name}_{t}", [EdgeValues.All(t)], x => [.. f.Select(g => Whole(g(x[0])))]);

    static EdgeCase Binary(string name, DType t, params Func<Tensor, Tensor, Tensor>[] f) =>
        new($"{name}_{t}", [EdgeValues.Pairs(t, false), EdgeValues.Pairs(t, true)], x => [.. f.Select(g => Whole(g(x[0], x[1])))]);

    // The pairs as a matrix, so that each row and column holds every value.
    static EdgeCase Rows(string name, DType t, params Func<Tensor, Tensor>[] f)
    {
        int n = EdgeValues.All(t).Numel;
        return new($"{name}_{t}", [EdgeValues.Pairs(t, true)], x => [.. f.Select(g => Whole(g(x[0].Reshape(n, n))))]);
    }

    static Tensor Whole(Tensor t) => t.DType.IsBool ? t.Cast(DType.Int32) : t;

    static IEnumerable<EdgeCase> Floats(DType t) =>
    [
        Binary("arithmetic", t, (a, b) => a + b, (a, b) => a - b, (a, b) => a * b, (a, b) => a / b),
        Binary("extremes", t, Tensor.Maximum, Tensor.Minimum, (a, b) => a.Clamp(-1, 2) + b.Relu()),
        Binary("compare", t, (a, b) => a < b, (a, b) => a <= b, (a, b) => a > b, (a, b) => a >= b, (a, b) => a.Eq(b), (a, b) => a.Ne(b)),
        Binary("choose", t, (a, b) => (a < b).Where(a, b), (a, b) => a.IsNan().Where(0.0, b), (a, b) => (a.Ne(a) | b.IsInf()).Where(b, -a)),
        Unary("classify", t, x => x.IsNan(), x => x.IsInf(), x => x.IsFinite(), x => !x.IsNan(), x => x.Cast(DType.Bool)),
        Unary("round", t, x => x.Trunc(), x => x.Floor(), x => x.Ceil(), x => -x, x => x.Abs(), x => x.Sqrt(), x => x.Reciprocal()),
        Unary("transcendental", t, x => x.Exp2(), x => x.Log2(), x => x.Exp(), x => x.Log()),
        Unary("sine", t, x => x.Sin()),
        Unary("activation", t, x => x.Sigmoid(), x => x.Tanh(), x => x.Square(), x => x.Rsqrt()),
        Unary("folded", t, x => Constants(x, (v, k) => v + k), x => Constants(x, (v, k) => v / k)),
        Rows("reduce", t, x => x.Max(1), x => x.Min(0), x => x.IsNan().Where(1.0, x).Max(1), x => x.IsFinite().Where(x, 0.0).Min(1),
            x => (x.Abs() < 1e6).Where(x, 0.0).Sum(1), x => x.Sum(0)),
        new($"none_{t}", [EdgeValues.Reals(t).Reshape(0, 3)], x =>
            [x[0] * 2 + 1, x[0].Sum(0), x[0].Prod(0), x[0].Sum(1), x[0].Exp(), Whole(x[0] < 1), x[0].Max(1), x[0].Softmax(1)]),
        new($"scalar_{t}", [EdgeValues.Reals(t, 2.5).Reshape(Shape.Scalar), EdgeValues.Reals(t, -3).Reshape(Shape.Scalar)], x =>
            [x[0] + x[1], x[0] / x[1], x[0].Sum(), x[0].Max(), (x[0] < x[1]).Where(x[0], x[1]), x[0].Exp2(), x[0].Reshape(1, 1).Expand(2, 3)]),
    ];

    static IEnumerable<EdgeCase> Integers(DType t) =>
    [
        Binary("arithmetic", t, (a, b) => a + b, (a, b) => a - b, (a, b) => a * b, (a, b) => a.Square() * b),
        Binary("divide", t, (a, b) => a.FloorDiv(b), (a, b) => a.Mod(b), (a, b) => a.FloorDiv(b) * b + a.Mod(b)),
        Binary("shift", t, (a, b) => a << b, (a, b) => a >> b),
        Binary("extremes", t, Tensor.Maximum, Tensor.Minimum),
        Binary("bits", t, (a, b) => a & b, (a, b) => a | b, (a, b) => a ^ b),
        Binary("compare", t, (a, b) => a < b, (a, b) => a <= b, (a, b) => a.Eq(b), (a, b) => a.Ne(b), (a, b) => (a > b).Where(a, b)),
        Unary("unary", t, x => -x, x => x.Abs(), x => x.Pow(3), x => x.Cast(DType.Bool), x => x.Trunc()),
        Unary("constant", t, x => x << 3, x => x >> 1, x => x << 40, x => x >> 70, x => x.FloorDiv(3), x => x.Mod(3)),
        Unary("zero", t, x => x.FloorDiv(0), x => x.Mod(0)),
        Unary("folded", t, x => Constants(x, (v, k) => v.FloorDiv(k)), x => Constants(x, (v, k) => v.Mod(k)), x => Constants(x, (v, k) => v << k),
            x => Constants(x, (v, k) => v >> k), x => Constants(x, (v, k) => v * k)),
        Rows("reduce", t, x => x.Sum(1), x => x.Sum(0), x => x.Prod(1), x => x.Max(1), x => x.Min(0)),
        new($"none_{t}", [EdgeValues.Wholes(t).Reshape(3, 0)], x => [x[0] * 2 + 1, x[0].Sum(1), x[0].Prod(1), x[0].Max(0), x[0].Sum(), x[0].FloorDiv(x[0])]),
        new($"scalar_{t}", [EdgeValues.Wholes(t, 7).Reshape(Shape.Scalar), EdgeValues.Wholes(t, 2).Reshape(Shape.Scalar)], x =>
            [x[0] + x[1], x[0].FloorDiv(x[1]), x[0] << x[1], x[0].Sum(), x[0].Min(), (x[0] < x[1]).Where(x[0], x[1])]),
    ];

    // The operation on constants, which the compiler folds, plus one zero of x.
    static Tensor Constants(Tensor x, Func<Tensor, Tensor, Tensor> f)
    {
        Number[] values = x.DType.IsFloat ? [0.0, -0.0, 1.0, double.PositiveInfinity, double.NaN]
            : Lowest(x.DType) < 0 ? [0, 1, -1, 7, 40, 64, Lowest(x.DType)] : [0, 1, 7, 40, 64];
        var folded = Tensor.Cat([.. from a in values from b in values select f(Tensor.Scalar(a, x.DType), Tensor.Scalar(b, x.DType)).Reshape(1)]);
        // To a negative zero: so no sign is lost.
        return folded + (x.DType.IsFloat ? x[1..2] : x[0..1]);
    }

    static long Lowest(DType t) => Bounds.OfType(t).Min;

    // From each dtype to all others, and to bool.
    static IEnumerable<EdgeCase> Casts(DType from, IReadOnlyList<DType> dtypes) =>
        [Unary("cast", from, [.. dtypes.Where(t => t != from).Select<DType, Func<Tensor, Tensor>>(t => x => x.Cast(t)), x => x.Cast(DType.Bool)])];

    // 1 + 2e + e * e rounds to 1 + 2e, so that the difference is 0; it is e * e where product and difference are contracted.
    static EdgeCase Contraction(DType t)
    {
        double e = t == DType.Float64 ? Math.ScaleB(1, -27) : Math.ScaleB(1, -12);
        var ones = Enumerable.Repeat(1 + e, 37).ToArray();
        return new($"contraction_{t}", [EdgeValues.Reals(t, ones), EdgeValues.Reals(t, [.. ones.Select(_ => 1 + 2 * e)])], x =>
            [x[0] * x[0] - x[1], x[1] - x[0] * x[0], x[0] * x[0] + -x[1], (x[0] * x[0]).Cat(x[1]).Sum() - 74]);
    }

    // ---- shapes, in a dtype that every target has

    static Tensor Counting(params int[] shape) => EdgeValues.Reals(DType.Float32, [.. Enumerable.Range(0, shape.Aggregate(1, (a, b) => a * b)).Select(i => i - 7.0)]).Reshape(shape);

    static IEnumerable<EdgeCase> Shapes() =>
    [
        new("spread_functions", [Tensor.From(EdgeValues.Spread(8))], x => [x[0].Exp2(), x[0].Exp(), x[0].Log2(), x[0].Log(), x[0].Sin()]),
        new("matmul_none", [Counting(3, 0), Counting(0, 4), Counting(0, 5)], x => [x[0].MatMul(x[1]), x[0].MatMul(x[1]) + 1, x[1].T.MatMul(x[2])]),
        new("matmul_empty", [Counting(0, 5), Counting(5, 3)], x => [x[0].MatMul(x[1])]),
        new("cat_none", [Counting(2, 0), Counting(2, 3), Counting(2, 0)], x => [Tensor.Cat([x[0], x[1], x[2]], 1), Tensor.Cat([x[0], x[2]], 1)]),
        new("slice_none", [Counting(4, 5)], x => [x[0][2..2, 1..], x[0][4.., ..].Sum(0), x[0][1..1].Pad([(1, 1), (0, 0)])]),
        new("pad_none", [Counting(0, 3)], x => [x[0].Pad([(2, 1), (0, 1)]), x[0].Pad([(1, 0), (1, 1)], 7.5)]),
        new("move_none", [Counting(2, 0, 3)], x => [x[0].Permute(2, 0, 1), x[0].Reshape(0, 7), x[0].Flip(0, 1), x[0].Expand(2, 0, 3), x[0].Unsqueeze(1).Repeat(1, 2, 1, 1)]),
        new("conv_none", [Counting(0, 2, 6, 6), Counting(3, 2, 3, 3)], x => [x[0].Conv2d(x[1], padding: 1), x[0].MaxPool2d(2), x[0].AvgPool2d(2)]),
        new("mean_none", [Counting(0, 3)], x => [x[0].Mean(0), x[0].Mean(1)]),
        new("scalar_shapes", [Counting()], x => [x[0].Unsqueeze(0), x[0].Permute(), x[0].Expand(2, 2), x[0].Squeeze(), x[0].Flatten(), x[0].Contiguous() * 2]),
        new("eight_move", [Counting(2, 3, 1, 2, 2, 1, 3, 2)], x =>
            [x[0].Permute(7, 0, 6, 1, 5, 2, 4, 3), x[0].Flip(0, 3, 7).Permute(3, 2, 1, 0, 7, 6, 5, 4) + 1, x[0].Reshape(4, 3, 1, 3, 2, 2, 1, 1).Permute(1, 0, 3, 2, 5, 4, 7, 6)]),
        new("eight_broadcast", [Counting(2, 1, 2, 1, 3, 1, 2, 1), Counting(3, 1, 2, 1, 2, 1, 2)], x =>
            [x[0] * x[1], x[0].Expand(2, 2, 2, 1, 3, 2, 2, 2) - x[1].Sum([0, 2, 4]), x[0].Pad([(1, 0), (0, 1), (0, 0), (1, 1), (0, 0), (0, 0), (0, 1), (0, 0)])]),
        new("eight_reduce", [Counting(2, 3, 1, 2, 2, 1, 3, 2)], x =>
            [x[0].Sum([1, 3, 6]), x[0].Max([0, 7], keepdim: true), x[0].Sum(), x[0].Permute(7, 6, 5, 4, 3, 2, 1, 0).Sum([0, 2, 4, 6]), x[0].Mean([0, 1, 2, 3, 4, 5, 6])]),
        new("eight_slice", [Counting(2, 3, 2, 2, 2, 2, 3, 2)], x => [x[0][1.., ..2, 1, .., ^1.., 0, 1..3, ..] * 2]),
    ];
}
