namespace Tiny.Nn;

/// <summary>What all convolution layers have: a weight, a bias and options, in the form that suits their number of spatial axes.</summary>
/// <typeparam name="TSizes">A number for each spatial axis.</typeparam>
/// <typeparam name="TPadding">Two numbers for each spatial axis.</typeparam>
public abstract class ConvolutionLayer<TSizes, TPadding> : ILayer
{
    /// <summary>Weight[out, in / groups, window...] of a convolution, [in, out / groups, window...] of a transposed one.</summary>
    public Tensor Weight;
    /// <summary>Bias[out], or null.</summary>
    public Tensor? Bias;

    /// <summary>First values as PyTorch's layers have them.</summary>
    private protected ConvolutionLayer(int rows, int columns, int[] window, int? bias, TSizes stride, TPadding padding, TSizes dilation, int groups)
    {
        int fanIn = window.Aggregate(columns, (a, b) => a * b);
        Weight = Initial.Uniform(fanIn, [rows, columns, .. window]);
        if (bias is { } outs) Bias = Initial.Uniform(fanIn, outs);
        (Stride, Padding, Dilation, Groups) = (stride, padding, dilation, groups);
    }

    /// <summary>Elements from one window to the next: of the input, of a transposed convolution of the result.</summary>
    public TSizes Stride { get; }
    /// <summary>Zeros added at the sides; of a transposed convolution, elements of the result that are left out there.</summary>
    public TPadding Padding { get; }
    /// <summary>Elements from one of a window to its next.</summary>
    public TSizes Dilation { get; }
    /// <summary>Groups of channels that do not mix.</summary>
    public int Groups { get; }

    /// <inheritdoc/>
    public abstract Tensor Forward(Tensor x);

    /// <summary>Channels of one of so many groups.</summary>
    private protected static int Each(int channels, int groups) => channels / Math.Max(1, groups);
}
