using System.Reflection;

namespace Tiny.Tests;

/// <summary>
/// Methods whose shapes hold variables: every backend compiles each once, and runs it with the least and the largest values and with some between.
/// What is expected is the interpreter's result for the same method over plain shapes.
/// </summary>
public sealed class SymbolicSuite
{
    public static readonly SymbolicSuite Instance = new();

    /// <summary>The cases by name.</summary>
    public static IReadOnlyList<MethodInfo> Cases { get; } =
        [.. typeof(SymbolicSuite).GetMethods(BindingFlags.Public | BindingFlags.Instance | BindingFlags.DeclaredOnly).Where(m => m.IsDefined(typeof(TinyJitAttribute)))];

    /// <summary>The variables of a case.</summary>
    public static IReadOnlyList<Variable> Variables(MethodInfo method) => [.. method.GetParameters().SelectMany(p =>
        p.GetCustomAttribute<BoundsAttribute>() is { } b ? [new Variable(p.Name!, b.Min, b.Max)] : p.GetCustomAttribute<ShapeAttribute>()!.Dims.SelectMany(d => d.Variables)).Distinct()];

    /// <summary>Values that a case is run with: all least, all largest, and two between, in which variables differ.</summary>
    public static IReadOnlyList<IReadOnlyDictionary<Variable, int>> Values(MethodInfo method)
    {
        var variables = Variables(method);
        IReadOnlyDictionary<Variable, int> Each(Func<Variable, int, int> value) => variables.Select((v, i) => (v, i)).ToDictionary(x => x.v, x => value(x.v, x.i));
        return [Each((v, _) => v.Min), Each((v, _) => v.Max), Each((v, i) => v.Min + (v.Max - v.Min) * (i + 1) / (i + 3)),
            Each((v, i) => Math.Max(v.Min, v.Max - 3 - 2 * i))];
    }

    /// <summary>Seeded arguments of a case: tensors from -1 to 1, and numbers.</summary>
    public static object[] Arguments(MethodInfo method, IReadOnlyDictionary<Variable, int> values)
    {
        var random = new Random(method.Name.Aggregate(17, (h, c) => unchecked(h * 31 + c)));
        return [.. method.GetParameters().Select(p =>
        {
            if (p.ParameterType == typeof(Dim)) return (object)(Dim)values.Single(v => v.Key.Name == p.Name).Value;
            int[] dims = new Shape([.. p.GetCustomAttribute<ShapeAttribute>()!.Dims]).Bind(values).Extents();
            return Tensor.From<float>([.. Enumerable.Range(0, dims.Aggregate(1, (a, b) => a * b)).Select(_ => (float)(random.NextDouble() * 2 - 1))], dims);
        })];
    }

    // ---- elementwise and movement
    [TinyJit] public Tensor Chain([Shape("t:1..37")] Tensor x) => ((x * 2 + 1) / 3 - 0.25f).Relu();
    [TinyJit] public Tensor AddRow([Shape("t:1..9", 33)] Tensor a, [Shape(33)] Tensor b) => a + b;
    [TinyJit] public Tensor AddColumn([Shape(5, "t:1..21")] Tensor a, [Shape(5, 1)] Tensor b) => a * b;
    [TinyJit] public Tensor TwoVariables([Shape("t:1..9", 1)] Tensor a, [Shape(1, "u:2..17")] Tensor b) => a + b * 2;
    [TinyJit] public Tensor Transposed([Shape("t:1..9", 4, "u:1..5")] Tensor x) => x.Permute(2, 0, 1).Exp();
    [TinyJit] public Tensor Flipped([Shape("t:1..9", 5)] Tensor x) => x.Flip(0, 1) + x;
    [TinyJit] public Tensor Heads([Shape(2, "t:1..11", 12)] Tensor x) => x.Reshape(2, -1, 3, 4).Permute(0, 2, 1, 3) * 2;
    [TinyJit] public Tensor HeadsJoined([Shape(3, "t:1..11", 4)] Tensor x) => x.Permute(1, 0, 2).Reshape(-1, 12) + 1;
    [TinyJit] public Tensor Flattened([Shape(3, "t:1..11", 4)] Tensor x) => x.Flatten() + 1;
    [TinyJit] public Tensor FlattenedPermuted([Shape(3, "t:1..11")] Tensor x) => (x.T * 2).Flatten() + 1;
    [TinyJit] public Tensor Regrouped([Shape(6, "t:1..11")] Tensor x) => (x + 1).Reshape(x.Shape[1], 6) * x.Shape[1];
    [TinyJit] public Tensor TimesLength([Shape("t:1..37")] Tensor x) => x * x.Shape[0] + Tensor.Of(x.Shape[0] * 2 + 1);
    [TinyJit] public Tensor Unsqueezed([Shape("t:1..9", 3)] Tensor x) => x.Unsqueeze(1).Expand(-1, 4, -1).Sum(0);

    // ---- slices, pads, joins
    [TinyJit] public Tensor Prefix([Shape(16, 6)] Tensor kv, [Bounds(1, 16)] Dim t) => kv[Slice.To(t)] * 2;
    [TinyJit] public Tensor Row([Shape(16, 6)] Tensor table, [Bounds(0, 15)] Dim pos) => table[pos] + 1;
    [TinyJit] public Tensor Window([Shape(20, 3)] Tensor x, [Bounds(0, 16)] Dim pos) => x[Slice.Of(pos, pos + 4)].Sum(0);
    [TinyJit] public Tensor Tail([Shape("t:3..12", 5)] Tensor x) => x[2..] + x[..^2];
    [TinyJit] public Tensor Last([Shape("t:3..12", 5)] Tensor x) => x[^1] * 3;
    // So many writes are carried out in place.
    [TinyJit]
    public Tensor EverySecondWritten([Shape("t:1..12", 5)] Tensor x)
    {
        var y = x * 2;
        for (int i = 0; i < 10; i++) y[new Slice(.., 2)].Assign(y[new Slice(.., 2)].Flip(1) + i);
        return y;
    }

    [TinyJit] public Tensor EverySecond([Shape("t:1..12", 5)] Tensor x) => x[new Slice(.., 2)] + 1;
    [TinyJit] public Tensor Padded([Shape(2, "t:1..9")] Tensor x) => x.Pad([(1, 0), (2, 3)], 7);
    [TinyJit] public Tensor PaddedToMost([Shape("t:1..9", 2)] Tensor x) => x.Pad([(0, 9 - x.Shape[0]), (0, 0)]);
    [TinyJit] public Tensor Joined([Shape("t:1..9", 3)] Tensor a, [Shape("u:1..6", 3)] Tensor b, [Shape(2, 3)] Tensor c) => Tensor.Cat([a, -b, c]);

    // ---- reductions
    [TinyJit] public Tensor SumOverVariable([Shape("t:1..37", 12)] Tensor x) => x.Sum(0);
    [TinyJit] public Tensor SumOverStatic([Shape("t:1..37", 12)] Tensor x) => x.Sum(1);
    [TinyJit] public Tensor SumOfAll([Shape(3, "t:1..37")] Tensor x) => x.Sum();
    [TinyJit] public Tensor MeanAndVariance([Shape(3, "t:2..37")] Tensor x) => (x - x.Mean(1, true)) / (x.Var(1, true) + 1e-5f).Sqrt();
    [TinyJit] public Tensor Largest([Shape(3, "t:1..37")] Tensor x) => x.Max(1);
    [TinyJit] public Tensor Softmax([Shape(4, "t:1..37")] Tensor x) => x.Softmax();
    [TinyJit] public Tensor SoftmaxOfPart([Shape(4, "t:3..37")] Tensor x) => x[.., 2..].Softmax();
    [TinyJit] public Tensor SoftmaxOfMany([Shape("t:1..40", 200)] Tensor x) => x.Softmax();

    [TinyJit] public Tensor Counted([Shape("t:1..37")] Tensor x) => x + Tensor.Ones(x.Shape, DType.Float32).Sum();
    [TinyJit] public Tensor CountedNumbers([Shape("t:1..37")] Tensor x) => x * Tensor.Arange(40)[Slice.To(x.Shape[0])].Sum();

    // ---- nets
    [TinyJit] public Tensor MatMulRows([Shape("m:1..19", 16)] Tensor a, [Shape(16, 24)] Tensor b) => a.MatMul(b);
    [TinyJit] public Tensor MatMulColumns([Shape(7, 16)] Tensor a, [Shape(16, "n:1..19")] Tensor b) => a.MatMul(b);
    [TinyJit] public Tensor MatMulInner([Shape(7, "k:1..40")] Tensor a, [Shape("k:1..40", 24)] Tensor b) => a.MatMul(b);
    [TinyJit] public Tensor MatMulAll([Shape("m:1..9", "k:1..12")] Tensor a, [Shape("k:1..12", "n:1..10")] Tensor b) => a.MatMul(b).Relu();
    [TinyJit] public Tensor Linear([Shape(1, "t:1..19", 16)] Tensor x, [Shape(32, 16)] Tensor w, [Shape(32)] Tensor b) => x.Linear(w, b).Gelu();
    [TinyJit] public Tensor Conv1d([Shape(1, 3, "t:5..40")] Tensor x, [Shape(4, 3, 5)] Tensor w) => x.Conv1d(w);
    [TinyJit] public Tensor Conv1dPadded([Shape(2, 3, "t:1..40")] Tensor x, [Shape(4, 3, 3)] Tensor w, [Shape(4)] Tensor b) => x.Conv1d(w, b, padding: 1).Relu();
    [TinyJit] public Tensor Conv1dStrided([Shape(1, 2, "t:6..40")] Tensor x, [Shape(3, 2, 3)] Tensor w) => x.Conv1d(w, stride: 2, dilation: 2);
    [TinyJit] public Tensor Pooled([Shape(2, 4, "t:2..21")] Tensor x) => x.MaxPool2d((2, 2));

    [TinyJit]
    public (Tensor, Tensor) LinearGradients([Shape("t:1..19", 16)] Tensor x, [Shape(8, 16)] Tensor w) => Gradients(x.Linear(w).Tanh().Square().Mean(), x, w);
    [TinyJit]
    public (Tensor, Tensor) ConvGradients([Shape(2, 3, "t:3..20")] Tensor x, [Shape(4, 3, 3)] Tensor w) => Gradients(x.Conv1d(w, padding: 1).Square().Sum(), x, w);
    [TinyJit]
    public (Tensor, Tensor) AttentionGradients([Shape(2, "t:1..9", 8)] Tensor q, [Shape(2, "s:1..11", 8)] Tensor k) => Gradients(q.MatMul(k.Transpose()).Softmax().MatMul(k).Square().Sum(), q, k);
    [TinyJit]
    public Tensor PoolGradients([Shape(2, 4, "t:2..21")] Tensor x) => x.MaxPool2d((2, 2)).Square().Sum().Gradient(x)[0];

    static (Tensor, Tensor) Gradients(Tensor loss, Tensor a, Tensor b) => loss.Gradient(a, b) is [var x, var y] ? (x, y) : throw new InvalidOperationException();

    [TinyJit]
    public Tensor Attention([Shape(2, "t:1..13", 8)] Tensor q, [Shape(2, "s:1..17", 8)] Tensor k, [Shape(2, "s:1..17", 8)] Tensor v) =>
        (q.MatMul(k.Transpose()) / MathF.Sqrt(8)).Softmax().MatMul(v);

    // Row i sees columns to i: a table as large as the bounds, cut.
    [TinyJit]
    public Tensor CausalAttention([Shape(2, "t:1..13", 8)] Tensor x, [Shape(13)] Tensor places)
    {
        var t = x.Shape[1];
        var place = (places * 0 + Tensor.Arange(13).Cast(DType.Float32))[Slice.To(t)];
        var hidden = place.Unsqueeze(1).Lt(place.Unsqueeze(0));
        return hidden.Where(float.NegativeInfinity, x.MatMul(x.Transpose())).Softmax().MatMul(x);
    }

    // One step of decoding: the new key beside the cache's first pos ones.
    [TinyJit]
    public (Tensor Scores, Tensor Keys) CachedKeys([Shape(16, 8)] Tensor cache, [Shape(1, 8)] Tensor key, [Bounds(0, 15)] Dim pos)
    {
        var keys = Tensor.Cat([cache[Slice.To(pos)], key]);
        return (key.MatMul(keys.T).Softmax(), keys);
    }
}
