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
        return x.BatchNorm(RunningMean, RunningVar, Weight, Bias, Eps);
    }
}
