namespace Tiny.Nn;

/// <summary>A transposed convolution over two spatial axes, the gradient of a convolution with respect to its input.</summary>
public sealed class ConvTranspose2d : ConvolutionLayer<Pair, Padding2d>
{
    /// <summary>A layer of the given sizes; the output padding adds elements at the end of the result's axes.</summary>
    public ConvTranspose2d(int inChannels, int outChannels, Pair kernel, Pair? stride = null, Padding2d padding = default, Pair? outputPadding = null,
        int groups = 1, bool bias = true, Pair? dilation = null)
        : base(inChannels, Each(outChannels, groups), kernel.Sizes, bias ? outChannels : null, stride ?? 1, padding, dilation ?? 1, groups) => OutputPadding = outputPadding ?? 0;

    /// <summary>Elements added at the end.</summary>
    public Pair OutputPadding { get; }

    /// <summary>The layer applied to x[n, in, height, width].</summary>
    public override Tensor Forward(Tensor x)
    {
        ArgumentNullException.ThrowIfNull(x);
        return x.ConvTranspose2d(Weight, Bias, Stride, Padding, OutputPadding, Dilation, Groups);
    }
}
