namespace Tiny.Tests;

/// <summary>What <see cref="CallModel"/> inherits.</summary>
public class CallModelBase
{
    readonly Tensor _scale = Tensor.From([2f, 3, 4]);

    [TinyJit] public virtual Tensor Overridden([Shape(3)] Tensor x) => x * _scale;
    [TinyJit] public Tensor Inherited([Shape(3)] Tensor x) => Overridden(x) + Overridden(x + 1);
}

/// <summary>
/// Captured methods in which a captured call could silently differ from the plain one. <see cref="CallSequences"/> says how each is called; nothing here is realised.
/// </summary>
public sealed class CallModel : CallModelBase
{
    public const int Large = 1 << 14;

    public sealed record Step(Tensor X, Tensor Gate);
    public readonly record struct Hidden(Tensor H, Tensor C);

    readonly Tensor _weight = Tensor.From([1f, 2, 3]).Flip(0) * 2;

    // ---- arguments and results
    [TinyJit] public Tensor Affine([Shape(3)] Tensor x) => x * _weight + 1;
    [TinyJit] public Tensor Doubled([Shape(1)] Tensor x) => ((x + 1).Contiguous() * 2).Contiguous();
    [TinyJit] public (Tensor Sum, Tensor Product) Both([Shape(5)] Tensor a, [Shape(5)] Tensor b) => (a + b, a * b);
    [TinyJit] public Tensor Halves([Shape(Large)] Tensor buffer, [Shape(Large / 2)] Tensor more) => Tensor.Cat([buffer[(Large / 2)..], more]);
    [TinyJit] public Tensor Padded([Shape(3, "t:1..10")] Tensor x) => (x + 1).Pad([(0, 0), (0, 10 - x.Shape[1])]);
    [TinyJit] public (Tensor Y, int Tens) WithANumber([Shape(2)] Tensor x, int n = 3) => (x * n, n * 10);
    [TinyJit] public Tensor Window([Shape(2, 3)] Tensor x) => x.Softmax() + x;
    [TinyJit] public override Tensor Overridden([Shape(3)] Tensor x) => base.Overridden(x) + 1;

    [TinyJit]
    public (Tensor All, Tensor First) Shifted([Shape(3, 2)] Tensor buffer, [Shape(1, 2)] Tensor frame)
    {
        var all = Tensor.Cat([buffer[1..], frame]);
        return (all.Contiguous(), all[..1].Contiguous());
    }

    [TinyJit]
    public (Tensor Y, Hidden Next) Recurrent([Shape(3, Of = "X"), Shape(1, Of = "Gate")] Step step, [Shape(3)] Hidden hidden) =>
        (step.X * hidden.H + step.Gate, new(hidden.H + step.X, hidden.C - hidden.H));

    [TinyJit]
    public Dictionary<string, Tensor> Named([Shape(2, Of = "b"), Shape(2, Of = "a")] IReadOnlyDictionary<string, Tensor> xs, [Shape(2, Of = "0"), Shape(2, Of = "1")] List<Tensor> more) =>
        new() { ["difference"] = xs["a"] - xs["b"], ["quotient"] = more[0] / more[1] };

    [TinyJit]
    public Tensor WritesItsArgument([Shape(4)] Tensor x)
    {
        x[1..3].Assign(x[..2] * 2);
        return x.Sum();
    }

    // ---- values that are known, or that only the call knows
    [TinyJit] public Tensor WithAKnownValue([Shape(3)] Tensor x) => x * _weight.Sum().Item();
    [TinyJit] public Tensor Prepared([Shape(3)] Tensor x) => x + _weight.Softmax().CumSum(0);
    [TinyJit] public (Tensor Values, Tensor Places) Chosen([Shape(5, 4)] Tensor x) => (x.MaskedSelect(x.Gt(0), 12, -1), x.Maximum(0).Nonzero(9).Cast(DType.Float32));
    [TinyJit] public Tensor Drawn([Shape(3)] Tensor x) => Tensor.Rand(3) + x;
    [TinyJit] public Tensor DrawnNormal([Shape(2)] Tensor x) => Tensor.RandN(2) * 0.5f + x;

    // ---- state
    readonly Tensor _count = Tensor.Zeros(1), _unread = Tensor.Zeros(2), _left = Tensor.From([1f, 2, 3, 4]), _right = Tensor.Ones(4) * 5;

    [TinyJit]
    public Tensor Counts([Shape(3)] Tensor x)
    {
        _count.Assign(_count + 1);
        return x * _count;
    }

    [TinyJit] public Tensor Count([Shape(1)] Tensor x) => _count + x;

    [TinyJit]
    public Tensor WritesWhatItDoesNotRead([Shape(2)] Tensor x)
    {
        _unread.Assign(_unread + x);
        _unread[0].Assign(7);
        return x + 1;
    }

    [TinyJit] public Tensor Unread([Shape(1)] Tensor x) => _unread + x;

    [TinyJit]
    public Tensor Swaps([Shape(4)] Tensor x)
    {
        var left = _left + 0;
        _left.Assign(_right + x);
        _right.Assign(left);
        return _left - _right;
    }

    [TinyJit] public (Tensor Left, Tensor Right) Swapped([Shape(1)] Tensor x) => (_left + x, _right + x);

    readonly Tensor _rows = Tensor.Zeros(4, 4), _cache = Tensor.Zeros(8, 3), _seen = Tensor.Zeros(3), _sum = Tensor.Zeros(3), _lazy = Tensor.Ones(3) * 2 + 1, _last = Tensor.Zeros(3);

    [TinyJit]
    public Tensor WritesARow([Shape(1, 4)] Tensor x, [Bounds(0, 3)] Dim pos)
    {
        _rows[Slice.Of(pos, pos + 1)].Assign(x);
        return _rows.Sum() + _rows[pos];
    }

    [TinyJit] public Tensor Rows([Shape(1)] Tensor x) => _rows + x;

    [TinyJit]
    public Tensor Prefill([Shape(4, 3)] Tensor x)
    {
        _cache[..4] = x;
        return _cache[..4].CumSum(0)[^1];
    }

    [TinyJit]
    public Tensor Decode([Shape(1, 3)] Tensor x, [Bounds(4, 7)] Dim pos)
    {
        _cache[Slice.Of(pos, pos + 1)].Assign(x);
        return _cache[Slice.To(pos + 1)].Sum(0);
    }

    [TinyJit] public Tensor Remembers([Shape(3)] Tensor x) => Sees(x, remember: true);
    [TinyJit] public Tensor Looks([Shape(3)] Tensor x) => Sees(x, remember: false);

    Tensor Sees(Tensor x, bool remember)
    {
        if (remember) _seen.Assign(x);
        return x + _seen;
    }

    [TinyJit]
    public Tensor Inner([Shape(3)] Tensor x)
    {
        _sum.Assign(_sum + x);
        return x * _sum;
    }

    [TinyJit] public Tensor Outer([Shape(3)] Tensor x) => Inner(x) + Inner(x * 2) - _sum;

    [TinyJit]
    public Tensor Accumulates([Shape(3)] Tensor x)
    {
        _lazy.Assign(_lazy + x * _weight);
        return _lazy * 2;
    }

    [TinyJit]
    public Tensor ReturnsItsState([Shape(3)] Tensor x)
    {
        _last.Assign(_last * 0.5f + x);
        return _last[1..];
    }
}
