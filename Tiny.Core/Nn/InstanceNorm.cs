namespace Tiny.Nn;

/// <summary>Instance normalisation (Ulyanov et al., 2016): each channel of each sample is brought to mean 0 and variance 1, then scaled and shifted.</summary>
public sealed class InstanceNorm : ILayer
{
    /// <summary>Scale[channels], or null.</summary>
    public Tensor? Weight;
    /// <summary>Shift[channels], or null.</summary>
    public Tensor? Bias;

    /// <summary>A layer for a number of channels.</summary>
    public InstanceNorm(int channels, double eps = 1e-5, bool affine = true)
    {
        if (affine) (Weight, Bias) = (Initial.Full(1, channels), Initial.Full(0, channels));
        (Channels, Eps) = (channels, eps);
    }

    /// <summary>How many channels there are.</summary>
    public int Channels { get; }
    /// <summary>Added to the variance.</summary>
    public double Eps { get; }

    /// <summary>The layer applied to x[n, channels, ...].</summary>
    public Tensor Forward(Tensor x) => GroupNorm.Normalised("InstanceNorm", x, Channels, Channels, Weight, Bias, Eps);
}
