namespace Tiny.Tests;

/// <summary>An input of an operator: its shape, and the interval that its elements are drawn from.</summary>
public sealed record Input(double Low, double High, params int[] Dims)
{
    /// <summary>The dtype of an input that keeps it, an index or a mask; null for one that takes the dtype at hand.</summary>
    public DType? Own { get; init; }
    /// <summary>The elements, where they are not drawn.</summary>
    public double[]? Elements { get; init; }
    /// <summary>The interval of whole numbers, for dtypes that hold no others; unsigned ones begin at 0.</summary>
    public (int Low, int High) Whole { get; init; } = Rounded(Low, High);

    public Shape Shape => new(Dims);

    /// <summary>Elements for a dtype, as numbers.</summary>
    public double[] Draw(Random random, DType dtype)
    {
        int count = Nd.Count(Dims);
        if (Elements is { } given) return given.Length == count ? given : [.. Enumerable.Range(0, count).Select(i => given[i % given.Length])];
        var (low, high) = dtype.IsBool ? (Whole.Low > 0 ? 1 : 0, 1) : dtype.IsUnsigned ? (Math.Max(0, Whole.Low), Math.Max(0, Whole.High)) : Whole;
        return [.. Enumerable.Range(0, count).Select(_ => dtype.IsFloat ? Low + (High - Low) * random.NextDouble() : random.Next(low, high + 1))];
    }

    // Whole numbers inside; of an interval that holds less than two, those around it.
    static (int, int) Rounded(double low, double high) => Math.Ceiling(low) < Math.Floor(high) ? ((int)Math.Ceiling(low), (int)Math.Floor(high)) : ((int)Math.Floor(low), (int)Math.Ceiling(high));
}
