namespace Tiny.Nn;

/// <summary>A convolution over three spatial axes.</summary>
public sealed class Conv3d : ConvolutionLayer<Triple, Padding3d>
{
    /// <summary>
    /// A layer of the given sizes. Kernel, stride and dilation are one number or (depth, height, width); padding is one number, (depth,
    /// height, width) or sides of each.
    /// </summary>
    public Conv3d(int inChannels, int outChannels, Triple kernel, Triple? stride = null, Padding3d padding = default, Triple? dilation = null,
        int groups = 1, bool bias = true)
        : base(outChannels, Each(inChannels, groups), kernel.Sizes, bias ? outChannels : null, stride ?? 1, padding, dilation ?? 1, groups) { }

    /// <summary>The layer applied to x[n, in, depth, height, width].</summary>
    public override Tensor Forward(Tensor x)
    {
        ArgumentNullException.ThrowIfNull(x);
        return x.Conv3d(Weight, Bias, Stride, Padding, Dilation, Groups);
    }
}
