namespace Tiny.Nn;

/// <summary>A convolution over three spatial axes.</summary>
public sealed class Conv3d : ILayer
{
    /// <summary>Weight[out, in / groups, window depth, height, width].</summary>
    public Tensor Weight;
    /// <summary>Bias[out], or null.</summary>
    public Tensor? Bias;

    /// <summary>
    /// A layer of the given sizes. Kernel, stride and dilation are one number or (depth, height, width); padding is one number, (depth,
    /// height, width) or sides of each.
    /// </summary>
    public Conv3d(int inChannels, int outChannels, Triple kernel, Triple? stride = null, Padding3d padding = default, Triple? dilation = null,
        int groups = 1, bool bias = true)
    {
        int ins = inChannels / Math.Max(1, groups), fanIn = ins * kernel.Depth * kernel.Height * kernel.Width;
        Weight = Initial.Uniform(fanIn, outChannels, ins, kernel.Depth, kernel.Height, kernel.Width);
        if (bias) Bias = Initial.Uniform(fanIn, outChannels);
        (Stride, Padding, Dilation, Groups) = (stride ?? 1, padding, dilation ?? 1, groups);
    }

    /// <summary>Elements from one window to the next.</summary>
    public Triple Stride { get; }
    /// <summary>Zeros added at the sides.</summary>
    public Padding3d Padding { get; }
    /// <summary>Elements from one of a window to its next.</summary>
    public Triple Dilation { get; }
    /// <summary>Groups of channels that do not mix.</summary>
    public int Groups { get; }

    /// <summary>The layer applied to x[n, in, depth, height, width].</summary>
    public Tensor Forward(Tensor x)
    {
        ArgumentNullException.ThrowIfNull(x);
        return x.Conv3d(Weight, Bias, Stride, Padding, Dilation, Groups);
    }
}
