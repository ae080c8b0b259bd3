namespace Tiny.Nn;

/// <summary>Root-mean-square normalisation: the last axes are divided by the root of their mean square, then scaled.</summary>
public sealed class RMSNorm : ILayer
{
    /// <summary>Scale, of the normalised shape, or null.</summary>
    public Tensor? Weight;

    /// <summary>A layer over the last axis.</summary>
    public RMSNorm(int size, double eps = 1e-5, bool affine = true) : this(new Shape(size), eps, affine) { }

    /// <summary>A layer over as many last axes as the shape has.</summary>
    public RMSNorm(Shape shape, double eps = 1e-5, bool affine = true)
    {
        ArgumentNullException.ThrowIfNull(shape);
        if (shape.Rank == 0) throw new ShapeException("RMSNorm: the normalised shape has no axes");
        if (affine) Weight = Initial.Full(1, shape.Extents());
        (NormalizedShape, Eps) = (shape, eps);
    }

    /// <summary>Extents of the axes that are normalised.</summary>
    public Shape NormalizedShape { get; }
    /// <summary>Added to the mean square.</summary>
    public double Eps { get; }

    /// <summary>The layer applied to x[..., normalised shape].</summary>
    /// <exception cref="ShapeException">x does not end in the normalised shape.</exception>
    public Tensor Forward(Tensor x)
    {
        ArgumentNullException.ThrowIfNull(x);
        int rank = NormalizedShape.Rank;
        if (x.Rank < rank || !x.Shape.Dims[^rank..].SequenceEqual(NormalizedShape.Dims))
            throw new ShapeException($"RMSNorm: input {x.Shape} does not end in {NormalizedShape}");
        using var scope = Origin.Scope("rms_norm");
        int[] axes = [.. Enumerable.Range(x.Rank - rank, rank)];
        var wide = new Tensor(x.AsFloat());
        var y = (wide * (wide.Square().Mean(axes, keepdim: true) + Eps).Rsqrt()).Cast(x.FloatDType);
        return Weight is null ? y : y * Weight;
    }
}
