using Tiny.Algebra;
using Tiny.Graph;

namespace Tiny;

public sealed partial class Tensor
{
    /// <summary>The largest element of each window of this[..., length]; see <see cref="MaxPool2d"/>.</summary>
    public Tensor MaxPool1d(int kernel, int? stride = null, Padding1d padding = default, int dilation = 1, bool ceil = false) =>
        Pool("MaxPool1d", "max_pool1d", true, [kernel], [stride ?? kernel], padding.Sides, [dilation], ceil);

    /// <summary>
    /// The largest element of each window of this[..., height, width]; the stride is the window's size unless given. With
    /// <paramref name="ceil"/> a last window that begins inside the input or the padding before it counts, too, though it ends outside.
    /// </summary>
    /// <example><code>
    /// Tensor.Ones(1, 3, 9, 9).MaxPool2d(2)             // shape [1, 3, 4, 4]
    /// Tensor.Ones(1, 3, 9, 9).MaxPool2d(2, ceil: true) // shape [1, 3, 5, 5]
    /// Tensor.Ones(1, 3, 9, 9).MaxPool2d(3, 2, 1)       // shape [1, 3, 5, 5]
    /// </code></example>
    public Tensor MaxPool2d(Pair kernel, Pair? stride = null, Padding2d padding = default, Pair? dilation = null, bool ceil = false) =>
        Pool("MaxPool2d", "max_pool2d", true, kernel.Sizes, (stride ?? kernel).Sizes, padding.Sides, (dilation ?? 1).Sizes, ceil);

    /// <summary>The largest element of each window of this[..., depth, height, width]; see <see cref="MaxPool2d"/>.</summary>
    public Tensor MaxPool3d(Triple kernel, Triple? stride = null, Padding3d padding = default, Triple? dilation = null, bool ceil = false) =>
        Pool("MaxPool3d", "max_pool3d", true, kernel.Sizes, (stride ?? kernel).Sizes, padding.Sides, (dilation ?? 1).Sizes, ceil);

    /// <summary>The mean of each window of this[..., length]; see <see cref="AvgPool2d"/>.</summary>
    public Tensor AvgPool1d(int kernel, int? stride = null, Padding1d padding = default, bool countPadding = true, int dilation = 1, bool ceil = false) =>
        Pool("AvgPool1d", "avg_pool1d", false, [kernel], [stride ?? kernel], padding.Sides, [dilation], ceil, countPadding);

    /// <summary>
    /// The mean of each window of this[..., height, width]; the stride is the window's size unless given. Padding counts as zeros
    /// unless <paramref name="countPadding"/> is false. What <paramref name="ceil"/> adds beyond it never counts.
    /// </summary>
    public Tensor AvgPool2d(Pair kernel, Pair? stride = null, Padding2d padding = default, bool countPadding = true, Pair? dilation = null,
        bool ceil = false) =>
        Pool("AvgPool2d", "avg_pool2d", false, kernel.Sizes, (stride ?? kernel).Sizes, padding.Sides, (dilation ?? 1).Sizes, ceil, countPadding);

    /// <summary>The mean of each window of this[..., depth, height, width]; see <see cref="AvgPool2d"/>.</summary>
    public Tensor AvgPool3d(Triple kernel, Triple? stride = null, Padding3d padding = default, bool countPadding = true, Triple? dilation = null,
        bool ceil = false) =>
        Pool("AvgPool3d", "avg_pool3d", false, kernel.Sizes, (stride ?? kernel).Sizes, padding.Sides, (dilation ?? 1).Sizes, ceil, countPadding);

    /// <summary>The largest element of each window over any number of last axes, one size, stride, padding and dilation for each.</summary>
    public Tensor MaxPool(ReadOnlySpan<int> kernel, ReadOnlySpan<int> stride, ReadOnlySpan<(int Before, int After)> padding, ReadOnlySpan<int> dilation, bool ceil = false) =>
        Pool("MaxPool", "max_pool", true, [.. kernel], [.. stride], [.. padding], [.. dilation], ceil);

    /// <summary>The mean of each window over any number of last axes, one size, stride, padding and dilation for each.</summary>
    public Tensor AvgPool(ReadOnlySpan<int> kernel, ReadOnlySpan<int> stride, ReadOnlySpan<(int Before, int After)> padding, ReadOnlySpan<int> dilation, bool countPadding = true,
        bool ceil = false) => Pool("AvgPool", "avg_pool", false, [.. kernel], [.. stride], [.. padding], [.. dilation], ceil, countPadding);

    Tensor Pool(string name, string origin, bool max, int[] window, int[] steps, (int Before, int After)[] padding, int[] gaps, bool ceil,
        bool countPadding = true)
    {
        if (max && DType.IsBool) return Cast(DType.UInt8).Pool(name, origin, max, window, steps, padding, gaps, ceil).Cast(DType.Bool);
        using var scope = Origin.Scope(origin);
        var (lead, output, beyond, both) = PoolEdges(name, window, steps, padding, gaps, ceil);
        int axes = window.Length;
        if (max) return new Tensor(Reduced(PadWith(Node, both, Lowest(DType)), Op.Max));

        var sum = new Tensor(Reduced(Build.Pad(AsFloat(), both), Op.Add));
        bool ends = Array.Exists(beyond, b => b.Hi.Max > 0), padded = Array.Exists(padding, p => p != (0, 0));
        if (!ends && (countPadding || !padded)) return (sum / (double)window.Aggregate(1L, (a, b) => a * b)).Cast(FloatDType);
        // How many elements each window has, by the same windows over ones.
        var counted = countPadding ? beyond : both;
        var ones = Build.Fill(1, sum.DType, new Shape([.. Enumerable.Range(0, Rank)
            .Select(i => i < lead ? (Dim)1 : countPadding ? Shape[i] + padding[i - lead].Before + padding[i - lead].After : Shape[i])]));
        return (sum / new Tensor(Reduced(Build.Pad(ones, counted), Op.Add))).Cast(FloatDType);

        UOp Reduced(UOp x, Op op)
        {
            var windows = Windows(x, window, steps, gaps);
            var reduced = Build.Reduce(windows, op, Enumerable.Range(Rank, axes));
            return Build.Reshape(reduced, new Shape([.. x.Shape.Dims[..lead], .. output]));
        }
    }

    /// <summary>How many axes are not spatial, the extents of the result, what <paramref name="ceil"/> adds beyond the padding, and both together.</summary>
    (int Lead, Dim[] Output, (Dim Lo, Dim Hi)[] Beyond, (Dim Lo, Dim Hi)[] Both) PoolEdges(string name, int[] window, int[] steps, (int Before, int After)[] padding, int[] gaps, bool ceil)
    {
        int axes = window.Length, lead = Rank - axes;
        if (lead < 0) throw new ShapeException($"{name}: input {Shape} has not {axes} spatial axes");
        var edges = new (Dim Lo, Dim Hi)[Rank];
        for (int i = 0; i < axes; i++) edges[lead + i] = padding[i];
        var output = OutputExtents(name, edges, window, steps, gaps, new Shape(window));
        var beyond = new (Dim Lo, Dim Hi)[Rank];
        for (int i = 0; ceil && i < axes; i++)
        {
            int n = Shape[lead + i], over = (n + padding[i].Before + padding[i].After - gaps[i] * (window[i] - 1) - 1) % steps[i];
            if (over == 0 || (int)output[i] * steps[i] >= n + padding[i].Before) continue;
            output[i] += 1;
            beyond[lead + i] = (0, steps[i] - over);
        }
        return (lead, output, beyond, [.. edges.Zip(beyond, (e, b) => (e.Lo, e.Hi + b.Hi))]);
    }

    /// <summary>What no element is below.</summary>
    static Number Lowest(DType dtype) => dtype.IsInt ? Bounds.OfType(dtype).Min : -FloatFormat.Highest(dtype.Kind);

    /// <summary>How many windows fit each spatial axis (the last ones), with all that can be wrong said in the user's terms.</summary>
    Dim[] OutputExtents(string name, (Dim Lo, Dim Hi)[] edges, ReadOnlySpan<int> kernel, ReadOnlySpan<int> stride,
        ReadOnlySpan<int> dilation, Shape window)
    {
        var output = new Dim[kernel.Length];
        for (int i = 0; i < kernel.Length; i++)
        {
            int axis = Rank - kernel.Length + i;
            var (lo, hi) = edges[axis];
            if (kernel[i] < 1 || stride[i] < 1 || dilation[i] < 1 || lo.Min < 0 || hi.Min < 0)
                throw new ShapeException($"{name}: window {kernel[i]}, stride {stride[i]}, dilation {dilation[i]} and padding ({lo}, {hi}) "
                    + $"do not go together (input {Shape}, window {window})");
            Dim extent = Shape[axis] + lo + hi, reach = (long)dilation[i] * (kernel[i] - 1) + 1;
            if (extent.Min < reach.Max)
                throw new ShapeException($"{name}: window {window} reaches over {reach} elements, "
                    + $"axis {axis} of input {Shape} has {extent} with padding");
            output[i] = (extent - reach) / stride[i] + 1;
        }
        return output;
    }
}
