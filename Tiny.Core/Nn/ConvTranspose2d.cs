namespace Tiny.Nn;

/// <summary>A transposed convolution over two spatial axes, the gradient of a convolution with respect to its input.</summary>
public sealed class ConvTranspose2d : ILayer
{
    /// <summary>Weight[in, out / groups, window height, window width].</summary>
    public Tensor Weight;
    /// <summary>Bias[out], or null.</summary>
    public Tensor? Bias;

    /// <summary>A layer of the given sizes; the output padding adds elements at the end of the result's axes.</summary>
    public ConvTranspose2d(int inChannels, int outChannels, Pair kernel, Pair? stride = null, Padding2d padding = default, Pair? outputPadding = null,
        int groups = 1, bool bias = true, Pair? dilation = null)
    {
        int outs = outChannels / Math.Max(1, groups), fanIn = outs * kernel.Height * kernel.Width;
        Weight = Initial.Uniform(fanIn, inChannels, outs, kernel.Height, kernel.Width);
        if (bias) Bias = Initial.Uniform(fanIn, outChannels);
        (Stride, Padding, OutputPadding, Dilation, Groups) = (stride ?? 1, padding, outputPadding ?? 0, dilation ?? 1, groups);
    }

    /// <summary>Elements of the result from one window to the next.</summary>
    public Pair Stride { get; }
    /// <summary>Elements of the result that are left out at the sides.</summary>
    public Padding2d Padding { get; }
    /// <summary>Elements added at the end.</summary>
    public Pair OutputPadding { get; }
    /// <summary>Elements from one of a window to its next.</summary>
    public Pair Dilation { get; }
    /// <summary>Groups of channels that do not mix.</summary>
    public int Groups { get; }

    /// <summary>The layer applied to x[n, in, height, width].</summary>
    public Tensor Forward(Tensor x)
    {
        ArgumentNullException.ThrowIfNull(x);
        return x.ConvTranspose2d(Weight, Bias, Stride, Padding, OutputPadding, Dilation, Groups);
    }
}
