namespace Tiny.Nn;

/// <summary>A convolution over one spatial axis.</summary>
public sealed class Conv1d : ConvolutionLayer<int, Padding1d>
{
    /// <summary>A layer of the given sizes; padding is one number for both sides or (left, right).</summary>
    public Conv1d(int inChannels, int outChannels, int kernel, int stride = 1, Padding1d padding = default, int dilation = 1,
        int groups = 1, bool bias = true)
        : base(outChannels, Each(inChannels, groups), [kernel], bias ? outChannels : null, stride, padding, dilation, groups) { }

    /// <summary>The layer applied to x[n, in, length].</summary>
    public override Tensor Forward(Tensor x)
    {
        ArgumentNullException.ThrowIfNull(x);
        return x.Conv1d(Weight, Bias, Stride, Padding, Dilation, Groups);
    }
}
