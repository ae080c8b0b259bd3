namespace Tiny.Nn;

/// <summary>
/// Rotary position embedding (Su et al., 2021): pairs of features are turned by an angle that grows with the position, pair i by
/// base^(-2 i / size) at each. A pair is feature i and feature i + size / 2, or two neighbours (<see cref="Interleaved"/>). It has no weights.
/// </summary>
public sealed class RotaryEmbedding
{
    readonly Tensor _frequencies;

    /// <summary>A layer for heads of a number of features, of which the first <paramref name="rotated"/> (all, unless given) are turned.</summary>
    /// <exception cref="ShapeException">The number of features to turn is odd, or exceeds the head's.</exception>
    public RotaryEmbedding(int size, int? rotated = null, double theta = 10000, bool interleaved = false)
    {
        int turned = rotated ?? size;
        if (turned < 2 || turned % 2 != 0 || turned > size) throw new ShapeException($"RotaryEmbedding: {turned} of {size} features are no pairs");
        (Size, Rotated, Interleaved) = (size, turned, interleaved);
        _frequencies = Tensor.From<float>([.. Enumerable.Range(0, turned / 2).Select(i => (float)Math.Pow(theta, -2.0 * i / turned))]);
    }

    /// <summary>Features of a head.</summary>
    public int Size { get; }
    /// <summary>Features that are turned.</summary>
    public int Rotated { get; }
    /// <summary>A pair is two neighbours.</summary>
    public bool Interleaved { get; }

    /// <summary>x[..., length, size] with element t of the length axis at position <paramref name="start"/> + t.</summary>
    public Tensor Forward(Tensor x, Dim start = default)
    {
        ArgumentNullException.ThrowIfNull(x);
        if (x.Rank < 2) throw new ShapeException($"RotaryEmbedding: {x.Shape} is not [..., length, {Size}]");
        var length = x.Shape.Dims[^2];
        // A table as long as the length may be, cut.
        var places = Tensor.Arange(checked((int)length.Max))[Slice.To(length)];
        return Forward(x, places + Tensor.Of(start));
    }

    /// <summary>x[..., length, size] at given positions, integers that broadcast with [..., length].</summary>
    public Tensor Forward(Tensor x, Tensor positions)
    {
        ArgumentNullException.ThrowIfNull(positions);
        var angle = positions.Cast(_frequencies.DType).Unsqueeze(-1) * _frequencies;
        return Turned(x, angle.Cos(), angle.Sin());
    }

    /// <summary>x[..., length, size] turned by angles whose cosines and sines are given: they broadcast with [..., length, rotated / 2].</summary>
    /// <exception cref="ShapeException">The last axis is not the head's.</exception>
    public Tensor Turned(Tensor x, Tensor cos, Tensor sin)
    {
        ArgumentNullException.ThrowIfNull(x);
        if (x.Rank < 2 || !x.Shape.Dims[^1].Is(Size)) throw new ShapeException($"RotaryEmbedding: {x.Shape} is not [..., length, {Size}]");
        using var scope = Origin.Scope("rotary");
        var parts = x.Split([Rotated, Size - Rotated], -1);
        var turned = parts[0];
        if (Interleaved)
        {
            var pairs = turned.Unflatten(-1, Rotated / 2, 2).Split(1, -1);
            var (a, b) = (pairs[0].Squeeze(-1), pairs[1].Squeeze(-1));
            turned = Tensor.Stack([a * cos - b * sin, b * cos + a * sin], -1).Flatten(-2);
        }
        else
        {
            var halves = turned.Split(Rotated / 2, -1);
            var (a, b) = (halves[0], halves[1]);
            turned = Tensor.Cat([a * cos - b * sin, b * cos + a * sin], -1);
        }
        return Rotated == Size ? turned : Tensor.Cat([turned, parts[1]], -1);
    }
}
