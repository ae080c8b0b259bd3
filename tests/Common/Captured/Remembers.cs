namespace Tiny.Tests;

/// <summary>A model with state: the last four inputs, the newest first, and how many there were.</summary>
public sealed class Remembers
{
    public readonly Tensor Cache = Tensor.From<float>([.. Enumerable.Range(0, 12).Select(i => i / 4f)], 4, 3);
    public readonly Tensor Count = Tensor.Zeros(1);

    [TinyJit]
    public Tensor Step([Shape(3)] Tensor x)
    {
        Cache[1..] = Cache[..^1];
        Cache[0] = x;
        Count.Assign(Count + 1);
        return Cache.Sum(0) / Count;
    }

    [TinyJit]
    public Tensor All([Shape(1)] Tensor x) => Cache + x;
}
