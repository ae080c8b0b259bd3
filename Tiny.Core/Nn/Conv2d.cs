namespace Tiny.Nn;

/// <summary>A convolution over two spatial axes.</summary>
public sealed class Conv2d : ILayer
{
    /// <summary>Weight[out, in / groups, window height, window width].</summary>
    public Tensor Weight;
    /// <summary>Bias[out], or null.</summary>
    public Tensor? Bias;

    /// <summary>
    /// A layer of the given sizes. Kernel, stride and dilation are one number or (height, width); padding is one number, (height,
    /// width) or ((top, bottom), (left, right)).
    /// </summary>
    public Conv2d(int inChannels, int outChannels, Pair kernel, Pair? stride = null, Padding2d padding = default, Pair? dilation = null,
        int groups = 1, bool bias = true)
    {
        int ins = inChannels / Math.Max(1, groups), fanIn = ins * kernel.Height * kernel.Width;
        Weight = Initial.Uniform(fanIn, outChannels, ins, kernel.Height, kernel.Width);
        if (bias) Bias = Initial.Uniform(fanIn, outChannels);
        (Stride, Padding, Dilation, Groups) = (stride ?? 1, padding, dilation ?? 1, groups);
    }

    /// <summary>Elements from one window to the next.</summary>
    public Pair Stride { get; }
    /// <summary>Zeros added at the sides.</summary>
    public Padding2d Padding { get; }
    /// <summary>Elements from one of a window to its next.</summary>
    public Pair Dilation { get; }
    /// <summary>Groups of channels that do not mix.</summary>
    public int Groups { get; }

    /// <summary>The layer applied to x[n, in, height, width].</summary>
    public Tensor Forward(Tensor x)
    {
        ArgumentNullException.ThrowIfNull(x);
        return x.Conv2d(Weight, Bias, Stride, Padding, Dilation, Groups);
    }
}
