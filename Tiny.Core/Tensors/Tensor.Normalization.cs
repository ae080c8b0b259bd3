namespace Tiny;

public sealed partial class Tensor
{
    /// <summary>The last axes, of the given shape, brought to mean 0 and variance 1, then scaled and shifted.</summary>
    /// <param name="shape">Extents of the axes that are normalised together.</param>
    /// <param name="weight">Scale, of that shape, or none.</param>
    /// <param name="bias">Shift, of that shape, or none.</param>
    /// <param name="eps">Added to the variance.</param>
    public Tensor LayerNorm(Shape shape, Tensor? weight = null, Tensor? bias = null, double eps = 1e-5)
    {
        ArgumentNullException.ThrowIfNull(shape);
        int rank = shape.Rank;
        if (rank == 0 || Rank < rank || !Shape.Dims[^rank..].SequenceEqual(shape.Dims))
            throw new ShapeException($"LayerNorm: input {Shape} does not end in {shape}");
        using var scope = Origin.Scope("layer_norm");
        int[] axes = [.. Enumerable.Range(Rank - rank, rank)];
        var y = Standardized(axes, eps);
        if (weight is not null) y *= weight;
        return bias is null ? y : y + bias;
    }

    /// <summary>Brought to mean 0 and variance 1 over some axes. What goes back through mean and variance are two sums over the same elements.</summary>
    internal Tensor Standardized(int[] axes, double eps)
    {
        var wide = new Tensor(AsFloat());
        return WithRule(Centred(wide) * Scale(wide), [wide], (x, y, g) => [Scale(x[0]) * (g - g.Mean(axes, true) - y * (g * y).Mean(axes, true))]).Cast(FloatDType);

        Tensor Centred(Tensor x) => x - x.Mean(axes, keepdim: true);
        Tensor Scale(Tensor x) => (Centred(x).Square().Mean(axes, keepdim: true) + eps).Rsqrt();
    }

    /// <summary>Axis 1 brought to mean 0 and variance 1 by given statistics, then scaled and shifted: this[n, channels, ...].</summary>
    /// <param name="mean">Mean[channels].</param>
    /// <param name="variance">Variance[channels].</param>
    /// <param name="weight">Scale[channels], or none.</param>
    /// <param name="bias">Shift[channels], or none.</param>
    /// <param name="eps">Added to the variance.</param>
    public Tensor BatchNorm(Tensor mean, Tensor variance, Tensor? weight = null, Tensor? bias = null, double eps = 1e-5)
    {
        ArgumentNullException.ThrowIfNull(mean);
        ArgumentNullException.ThrowIfNull(variance);
        int channels = mean.Numel;
        if (Rank < 2 || Shape[1] != channels) throw new ShapeException($"BatchNorm: input {Shape} is not [n, {channels}, ...]");
        foreach (var t in new[] { mean, variance, weight ?? mean, bias ?? mean })
            if (t.Rank != 1 || t.Shape[0] != channels) throw new ShapeException($"BatchNorm: statistics, scale and shift are [{channels}], not {t.Shape}");
        using var scope = Origin.Scope("batch_norm");
        // Scale and shift depend on weights alone after training, so they are computed once, before any call.
        var scale = (variance + eps).Rsqrt();
        if (weight is not null) scale = weight * scale;
        var shift = -(mean * scale);
        if (bias is not null) shift = bias + shift;
        var dims = new int[Rank - 1];
        Array.Fill(dims, 1);
        dims[0] = channels;
        return this * scale.Reshape(dims) + shift.Reshape(dims);
    }

    /// <summary>
    /// A matrix (or many, in leading axes) made nearly orthogonal by Newton and Schulz's iteration: each step takes X to
    /// a X + b (X X^T) X + c (X X^T)^2 X, which drives all singular values towards 1.
    /// </summary>
    /// <param name="steps">How many steps.</param>
    /// <param name="a">The coefficient of X.</param>
    /// <param name="b">The coefficient of the third power.</param>
    /// <param name="c">The coefficient of the fifth power.</param>
    /// <param name="eps">Added to the norm that X is divided by at first.</param>
    public Tensor NewtonSchulz(int steps = 5, double a = 3.4445, double b = -4.7750, double c = 2.0315, double eps = 1e-7)
    {
        if (Rank < 2) throw new ShapeException($"NewtonSchulz: {Shape} is not a matrix");
        return Analysis("newton_schulz", m =>
        {
            // The product of a wide matrix with its transpose is the smaller one.
            bool tall = Shape[Rank - 2].Max > Shape[Rank - 1].Max;
            var x = tall ? m.Transpose() : m;
            x /= x.Square().Sum([-2, -1], keepdim: true).Sqrt() + eps;
            for (int i = 0; i < steps; i++)
            {
                var square = x.MatMul(x.Transpose());
                x = x * a + (square * b + square.MatMul(square) * c).MatMul(x);
            }
            return tall ? x.Transpose() : x;
        });
    }
}
