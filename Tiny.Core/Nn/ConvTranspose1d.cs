namespace Tiny.Nn;

/// <summary>A transposed convolution over one spatial axis, the gradient of a convolution with respect to its input.</summary>
public sealed class ConvTranspose1d : ConvolutionLayer<int, Padding1d>
{
    /// <summary>A layer of the given sizes; the output padding adds elements at the end of the result's axis.</summary>
    public ConvTranspose1d(int inChannels, int outChannels, int kernel, int stride = 1, Padding1d padding = default, int outputPadding = 0,
        int groups = 1, bool bias = true, int dilation = 1)
        : base(inChannels, Each(outChannels, groups), [kernel], bias ? outChannels : null, stride, padding, dilation, groups) => OutputPadding = outputPadding;

    /// <summary>Elements added at the end.</summary>
    public int OutputPadding { get; }

    /// <summary>The layer applied to x[n, in, length].</summary>
    public override Tensor Forward(Tensor x)
    {
        ArgumentNullException.ThrowIfNull(x);
        return x.ConvTranspose1d(Weight, Bias, Stride, Padding, OutputPadding, Dilation, Groups);
    }
}
