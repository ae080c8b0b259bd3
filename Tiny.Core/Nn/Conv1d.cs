namespace Tiny.Nn;

/// <summary>A convolution over one spatial axis.</summary>
public sealed class Conv1d : ILayer
{
    /// <summary>Weight[out, in / groups, window].</summary>
    public Tensor Weight;
    /// <summary>Bias[out], or null.</summary>
    public Tensor? Bias;

    /// <summary>A layer of the given sizes; padding is one number for both sides or (left, right).</summary>
    public Conv1d(int inChannels, int outChannels, int kernel, int stride = 1, Padding1d padding = default, int dilation = 1,
        int groups = 1, bool bias = true)
    {
        int fanIn = inChannels / Math.Max(1, groups) * kernel;
        Weight = Initial.Uniform(fanIn, outChannels, inChannels / Math.Max(1, groups), kernel);
        if (bias) Bias = Initial.Uniform(fanIn, outChannels);
        (Stride, Padding, Dilation, Groups) = (stride, padding, dilation, groups);
    }

    /// <summary>Elements from one window to the next.</summary>
    public int Stride { get; }
    /// <summary>Zeros added at the sides.</summary>
    public Padding1d Padding { get; }
    /// <summary>Elements from one of a window to its next.</summary>
    public int Dilation { get; }
    /// <summary>Groups of channels that do not mix.</summary>
    public int Groups { get; }

    /// <summary>The layer applied to x[n, in, length].</summary>
    public Tensor Forward(Tensor x)
    {
        ArgumentNullException.ThrowIfNull(x);
        return x.Conv1d(Weight, Bias, Stride, Padding, Dilation, Groups);
    }
}
