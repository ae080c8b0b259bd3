using System.Reflection;
using Tiny.Nn;

namespace Tiny.Tests;

/// <summary>
/// Methods that write state, each of which has its own: every backend calls each a few times. What is expected is what plain calls give on
/// another instance, by the interpreter.
/// </summary>
public sealed class StateSuite
{
    /// <summary>How often a case is called.</summary>
    public const int Calls = 3;

    /// <summary>The cases by name.</summary>
    public static IReadOnlyList<MethodInfo> Cases { get; } =
        [.. typeof(StateSuite).GetMethods(BindingFlags.Public | BindingFlags.Instance | BindingFlags.DeclaredOnly).Where(m => m.IsDefined(typeof(TinyJitAttribute)))];

    /// <summary>Seeded arguments of a call: tensors from -1 to 1, and numbers within their bounds.</summary>
    public static object?[] Arguments(MethodInfo method, int call)
    {
        var random = new Random(method.Name.Aggregate(call, (h, c) => unchecked(h * 31 + c)));
        return Flat.Arguments(method, (_, shape) => Tensor.From<float>([.. Enumerable.Range(0, shape.Numel).Select(_ => (float)(random.NextDouble() * 2 - 1))]).Reshape(shape).Realize(),
            b => new[] { b.Max, b.Min, (b.Min + b.Max) / 2 }[call % 3]);
    }

    static Tensor Ramp(params int[] shape) => Tensor.From<float>([.. Enumerable.Range(0, shape.Aggregate(1, (a, b) => a * b)).Select(i => i * 37 % 101 / 50f - 1)], shape);

    // ---- several states in one kernel; extents that no vector divides
    readonly Tensor _weight = Ramp(37), _mean = Tensor.Zeros(37), _square = Tensor.Zeros(37), _power1 = Tensor.Scalar(1f), _power2 = Tensor.Scalar(1f);
    [TinyJit]
    public Tensor Adam([Shape(37)] Tensor g)
    {
        _mean.Assign(_mean * 0.9f + g * 0.1f);
        _square.Assign(_square * 0.999f + g.Square() * 0.001f);
        _power1.Assign(_power1 * 0.9f);
        _power2.Assign(_power2 * 0.999f);
        _weight.Assign(_weight - 0.01f * (_mean / (1 - _power1)) / ((_square / (1 - _power2)).Sqrt() + 1e-8f));
        return _weight * 1;
    }

    readonly Tensor _moved = Ramp(5, 9), _momentum = Ramp(5, 9) * 2;
    [TinyJit]
    public (Tensor, Tensor) MovedByTheMomentumBefore([Shape(5, 9)] Tensor g)
    {
        _moved.Assign(_moved - _momentum * 0.5f);
        _momentum.Assign(_momentum * 0.9f + g);
        return (_moved + _momentum, _momentum * 1);
    }

    readonly Tensor _left = Ramp(41), _right = Ramp(41).Flip(0) * 3;
    [TinyJit]
    public (Tensor, Tensor) Swapped([Shape(1)] Tensor x)
    {
        var left = _left + 0;
        _left.Assign(_right);
        _right.Assign(left);
        return (_left + x, _right + x);
    }

    readonly Tensor _there = Ramp(41), _back = Ramp(41) * 3;
    [TinyJit]
    public (Tensor, Tensor) SwappedInReverse([Shape(1)] Tensor x)
    {
        var there = _there + 0;
        _there.Assign(_back.Flip(0));
        _back.Assign(there.Flip(0));
        return (_there + x, _back + x);
    }

    readonly Tensor _rows = Ramp(8, 21), _largest = Tensor.Zeros(8), _total = Tensor.Zeros(8);
    [TinyJit]
    public Tensor RunningRows([Shape(8, 21)] Tensor x)
    {
        _largest.Assign(_largest.Maximum(x.Max(1)));
        _total.Assign(_total + x.Sum(1));
        _rows.Assign(_rows * 0.5f + x);
        return _rows + (_largest + _total).Unsqueeze(1);
    }

    // ---- regions
    readonly Tensor _grid = Ramp(6, 7);
    [TinyJit]
    public Tensor Regions([Shape(2, 3)] Tensor x)
    {
        _grid[1..3, 2..5] = x;
        _grid[4] = _grid[1] * 2;
        _grid[.., ^1] = _grid[.., 0] - 1;
        _grid[new Slice(.., 3), 1].Assign(0.25f);
        return _grid * 1;
    }

    readonly Tensor _ring = Ramp(12);
    [TinyJit]
    public Tensor Rotated([Shape(4)] Tensor x)
    {
        _ring[4..] = _ring[..8];
        _ring[..4] = x;
        return _ring + 0;
    }

    // ---- a training step: momentum and weights move along gradients
    readonly Tensor _filter = Required(Ramp(4, 2, 3, 3)), _dense = Required(Ramp(3, 36)), _velocity = Tensor.Zeros(4, 2, 3, 3);
    [TinyJit]
    public (Tensor, Tensor) Trains([Shape(2, 2, 6, 7)] Tensor x, [Shape(2, 3)] Tensor target)
    {
        _filter.Grad = _dense.Grad = null;
        var y = x.Conv2d(_filter, padding: 1).Relu().MaxPool2d(2).Flatten(1).Linear(_dense);
        var loss = (y - target).Square().Mean();
        loss.Backward();
        _velocity.Assign(_velocity * 0.9f + _filter.Grad!);
        _filter.Assign(_filter - _velocity * 0.01f);
        _dense.Assign(_dense - _dense.Grad! * 0.01f);
        return (loss, _filter.Sum([1, 2, 3]));
    }

    static Tensor Required(Tensor weight)
    {
        weight.RequiresGrad = true;
        return weight;
    }

    // ---- a place that is given at each call
    readonly Tensor _keys = Tensor.Zeros(2, 16, 8), _values = Tensor.Zeros(2, 16, 8);
    [TinyJit]
    public Tensor KeyValueCache([Shape(2, 1, 8)] Tensor q, [Shape(2, 1, 8)] Tensor k, [Shape(2, 1, 8)] Tensor v, [Bounds(0, 15)] Dim pos)
    {
        _keys[.., Slice.Of(pos, pos + 1)].Assign(k);
        _values[.., Slice.Of(pos, pos + 1)] = v;
        return Tensor.ScaledDotProductAttention(q, _keys[.., Slice.To(pos + 1)], _values[.., Slice.To(pos + 1)]);
    }

    readonly MultiHeadAttention _attention = Seeded(() => new MultiHeadAttention(16, 4, 2, rotary: new RotaryEmbedding(4)));
    readonly KeyValueCache _cache = new(1, 2, 16, 4);
    [TinyJit]
    public Tensor Decoding([Shape(1, 1, 16)] Tensor x, [Bounds(0, 15)] Dim pos) => _attention.Forward(x, causal: true, cache: _cache, start: pos);

    static T Seeded<T>(Func<T> make)
    {
        Initial.Seed(4);
        return make();
    }

    readonly Tensor _log = Tensor.Zeros(10, 3);
    [TinyJit]
    public Tensor RowsFromAPlace([Shape(4, 3)] Tensor x, [Bounds(0, 6)] Dim pos)
    {
        _log[Slice.Of(pos, pos + 4)] = _log[Slice.Of(pos, pos + 4)] + x;
        return _log * 2;
    }

    // ---- elements smaller than a word, and two words
    [TinyJit] public Tensor UInt8Regions([Shape(3, 5)] Tensor x) => Packed(_uint8, x);
    [TinyJit] public Tensor Int8Regions([Shape(3, 5)] Tensor x) => Packed(_int8, x);
    [TinyJit] public Tensor BoolRegions([Shape(3, 5)] Tensor x) => Packed(_bool, x);
    [TinyJit] public Tensor Int16Regions([Shape(3, 5)] Tensor x) => Packed(_int16, x);
    [TinyJit] public Tensor Float16Regions([Shape(3, 5)] Tensor x) => Packed(_float16, x);
    [TinyJit] public Tensor BFloat16Regions([Shape(3, 5)] Tensor x) => Packed(_bfloat16, x);
    [TinyJit] public Tensor Int64Regions([Shape(3, 5)] Tensor x) => Packed(_int64, x);

    readonly Tensor _uint8 = Of(DType.UInt8), _int8 = Of(DType.Int8), _bool = Of(DType.Bool), _int16 = Of(DType.Int16),
        _float16 = Of(DType.Float16), _bfloat16 = Of(DType.BFloat16), _int64 = Of(DType.Int64);

    static Tensor Of(DType dtype) => (Ramp(7, 11) * 40 + 50).Cast(dtype).Realize();

    // Rows and columns that begin and end inside of words; their neighbours keep what they had.
    static Tensor Packed(Tensor state, Tensor x)
    {
        var value = state.DType.IsBool ? x.Gt(0) : (x * 20 + 30).Cast(state.DType);
        state[1..4, 3..8] = value;
        state[5..6, 1..2] = value[0, 0];
        state[.., ^1] = state[.., 2];
        return state.Cast(DType.Float32);
    }

    // ---- what calls look like: structures, arguments that are written, states that are returned, writes that no result needs
    public sealed record Step(Tensor X, Tensor Gate);
    public readonly record struct Hidden(Tensor H, Tensor C);

    [TinyJit]
    public (Tensor Y, Hidden Next) Recurrent([Shape(3, Of = "X"), Shape(1, Of = "Gate")] Step step, [Shape(3)] Hidden hidden) =>
        (step.X * hidden.H + step.Gate, new(hidden.H + step.X, hidden.C - hidden.H));

    [TinyJit]
    public Dictionary<string, Tensor> Named([Shape(2, 3, Of = "b"), Shape(3, Of = "a")] IReadOnlyDictionary<string, Tensor> xs, [Shape(3, Of = "0"), Shape(3, Of = "1")] Tensor[] more) =>
        new() { ["total sum"] = xs["a"] + xs["b"] + more[1], ["first"] = more[0] };

    [TinyJit]
    public (Tensor Buffer, Tensor First) Shifted([Shape(3, 2)] Tensor buffer, [Shape(1, 2)] Tensor frame)
    {
        var all = Tensor.Cat([buffer[1..], frame]);
        return (all, all[..1]);
    }

    [TinyJit]
    public Tensor WritesItsArgument([Shape(4)] Tensor x)
    {
        x[1..3].Assign(x[..2] * 2);
        return x.Sum();
    }

    readonly Tensor _history = Ramp(3, 4);
    [TinyJit]
    public (Tensor Row, Tensor Before) ReturnsState([Shape(4)] Tensor x)
    {
        var before = _history.Sum(0);
        _history[1].Assign(x + _history[0]);
        return (_history[1], before);
    }

    readonly Tensor _unread = Tensor.Zeros(2, 2);
    [TinyJit]
    public Tensor WritesWhatNobodyReads([Shape(2)] Tensor x)
    {
        _unread.Assign(_unread + x);
        _unread[0].Assign(0);
        return _unread.Sum() * 0 + x;
    }

    readonly Tensor _calls = Tensor.Zeros(1), _sum = Tensor.Zeros(3);
    Tensor Count() => _calls.Assign(_calls + 1);
    [TinyJit]
    public Tensor Nested([Shape(3)] Tensor x)
    {
        var accumulate = TinyJit.Of((Tensor y) => _sum.Assign(_sum + y * Count()));
        return accumulate(x) + accumulate(x * 2) + _calls;
    }

    [TinyJit]
    public Tensor ChosenBySignature([Shape(3)] Tensor x, bool twice = true)
    {
        if (twice) _sum.Assign(_sum * 2 + 1);
        return x + _sum;
    }
}
