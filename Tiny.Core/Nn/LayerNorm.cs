namespace Tiny.Nn;

/// <summary>Layer normalisation: the last axes are brought to mean 0 and variance 1, then scaled and shifted.</summary>
public sealed class LayerNorm : ILayer
{
    /// <summary>Scale, of the normalised shape, or null.</summary>
    public Tensor? Weight;
    /// <summary>Shift, of the normalised shape, or null.</summary>
    public Tensor? Bias;

    /// <summary>A layer over the last axis.</summary>
    public LayerNorm(int size, double eps = 1e-5, bool affine = true) : this(new Shape(size), eps, affine) { }

    /// <summary>A layer over as many last axes as the shape has.</summary>
    public LayerNorm(Shape shape, double eps = 1e-5, bool affine = true)
    {
        ArgumentNullException.ThrowIfNull(shape);
        if (shape.Rank == 0) throw new ShapeException("LayerNorm: the normalised shape has no axes");
        if (affine) (Weight, Bias) = (Initial.Full(1, shape.Extents()), Initial.Full(0, shape.Extents()));
        (NormalizedShape, Eps) = (shape, eps);
    }

    /// <summary>Extents of the axes that are normalised.</summary>
    public Shape NormalizedShape { get; }
    /// <summary>Added to the variance.</summary>
    public double Eps { get; }

    /// <summary>The layer applied to x[..., normalised shape].</summary>
    public Tensor Forward(Tensor x)
    {
        ArgumentNullException.ThrowIfNull(x);
        return x.LayerNorm(NormalizedShape, Weight, Bias, Eps);
    }
}
