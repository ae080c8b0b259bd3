namespace Tiny.Nn;

/// <summary>
/// Batch normalisation as it is after training: axis 1 is scaled and shifted by statistics kept with the weights. Any number
/// of axes may follow it (or none).
/// </summary>
public sealed class BatchNorm
{
    /// <summary>Scale[channels], or null.</summary>
    public Tensor? Weight;
    /// <summary>Shift[channels], or null.</summary>
    public Tensor? Bias;
    /// <summary>The mean seen in training[channels].</summary>
    public Tensor RunningMean;
    /// <summary>The variance seen in training[channels].</summary>
    public Tensor RunningVar;

    /// <summary>A layer for a number of channels; without <paramref name="affine"/> it has no scale and shift of its own.</summary>
    public BatchNorm(int channels, double eps = 1e-5, bool affine = true)
    {
        if (affine) (Weight, Bias) = (Initial.Full(1, channels), Initial.Full(0, channels));
        (RunningMean, RunningVar) = (Initial.Full(0, channels), Initial.Full(1, channels));
        Eps = eps;
    }

    /// <summary>Added to the variance.</summary>
    public double Eps { get; }

    /// <summary>The layer applied to x[n, channels, ...].</summary>
    public Tensor Forward(Tensor x)
    {
        ArgumentNullException.ThrowIfNull(x);
        int channels = RunningMean.Numel;
        if (x.Rank < 2 || x.Shape[1] != channels) throw new ShapeException($"BatchNorm: input {x.Shape} is not [n, {channels}, ...]");
        using var scope = Origin.Scope("batch_norm");
        // Scale and shift depend on weights alone, so they are computed once, before any call.
        var scale = (RunningVar + Eps).Rsqrt();
        if (Weight is not null) scale = Weight * scale;
        var shift = -(RunningMean * scale);
        if (Bias is not null) shift = Bias + shift;
        var dims = new int[x.Rank - 1];
        Array.Fill(dims, 1);
        dims[0] = channels;
        return x * scale.Reshape(dims) + shift.Reshape(dims);
    }
}
