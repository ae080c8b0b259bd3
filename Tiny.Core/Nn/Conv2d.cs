namespace Tiny.Nn;

/// <summary>A convolution over two spatial axes.</summary>
public sealed class Conv2d : ConvolutionLayer<Pair, Padding2d>
{
    /// <summary>
    /// A layer of the given sizes. Kernel, stride and dilation are one number or (height, width); padding is one number, (height,
    /// width) or ((top, bottom), (left, right)).
    /// </summary>
    public Conv2d(int inChannels, int outChannels, Pair kernel, Pair? stride = null, Padding2d padding = default, Pair? dilation = null,
        int groups = 1, bool bias = true)
        : base(outChannels, Each(inChannels, groups), kernel.Sizes, bias ? outChannels : null, stride ?? 1, padding, dilation ?? 1, groups) { }

    /// <summary>The layer applied to x[n, in, height, width].</summary>
    public override Tensor Forward(Tensor x)
    {
        ArgumentNullException.ThrowIfNull(x);
        return x.Conv2d(Weight, Bias, Stride, Padding, Dilation, Groups);
    }
}
