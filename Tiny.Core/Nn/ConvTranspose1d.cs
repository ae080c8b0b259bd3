namespace Tiny.Nn;

/// <summary>A transposed convolution over one spatial axis, the gradient of a convolution with respect to its input.</summary>
public sealed class ConvTranspose1d : ILayer
{
    /// <summary>Weight[in, out / groups, window].</summary>
    public Tensor Weight;
    /// <summary>Bias[out], or null.</summary>
    public Tensor? Bias;

    /// <summary>A layer of the given sizes; the output padding adds elements at the end of the result's axes.</summary>
    public ConvTranspose1d(int inChannels, int outChannels, int kernel, int stride = 1, Padding1d padding = default, int outputPadding = 0,
        int groups = 1, bool bias = true, int dilation = 1)
    {
        int outs = outChannels / Math.Max(1, groups), fanIn = outs * kernel;
        Weight = Initial.Uniform(fanIn, inChannels, outs, kernel);
        if (bias) Bias = Initial.Uniform(fanIn, outChannels);
        (Stride, Padding, OutputPadding, Dilation, Groups) = (stride, padding, outputPadding, dilation, groups);
    }

    /// <summary>Elements of the result from one window to the next.</summary>
    public int Stride { get; }
    /// <summary>Elements of the result that are left out at the sides.</summary>
    public Padding1d Padding { get; }
    /// <summary>Elements added at the end.</summary>
    public int OutputPadding { get; }
    /// <summary>Elements from one of a window to its next.</summary>
    public int Dilation { get; }
    /// <summary>Groups of channels that do not mix.</summary>
    public int Groups { get; }

    /// <summary>The layer applied to x[n, in, length].</summary>
    public Tensor Forward(Tensor x)
    {
        ArgumentNullException.ThrowIfNull(x);
        return x.ConvTranspose1d(Weight, Bias, Stride, Padding, OutputPadding, Dilation, Groups);
    }
}
