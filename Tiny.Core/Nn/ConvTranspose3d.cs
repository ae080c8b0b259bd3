namespace Tiny.Nn;

/// <summary>A transposed convolution over three spatial axes, the gradient of a convolution with respect to its input.</summary>
public sealed class ConvTranspose3d : ConvolutionLayer<Triple, Padding3d>
{
    /// <summary>A layer of the given sizes; the output padding adds elements at the end of the result's axes.</summary>
    public ConvTranspose3d(int inChannels, int outChannels, Triple kernel, Triple? stride = null, Padding3d padding = default, Triple? outputPadding = null,
        int groups = 1, bool bias = true, Triple? dilation = null)
        : base(inChannels, Each(outChannels, groups), kernel.Sizes, bias ? outChannels : null, stride ?? 1, padding, dilation ?? 1, groups) => OutputPadding = outputPadding ?? 0;

    /// <summary>Elements added at the end.</summary>
    public Triple OutputPadding { get; }

    /// <summary>The layer applied to x[n, in, depth, height, width].</summary>
    public override Tensor Forward(Tensor x)
    {
        ArgumentNullException.ThrowIfNull(x);
        return x.ConvTranspose3d(Weight, Bias, Stride, Padding, OutputPadding, Dilation, Groups);
    }
}
