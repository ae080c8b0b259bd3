using Tiny.Graph;

namespace Tiny;

// Where the largest element of each window is, and the way back.
public sealed partial class Tensor
{
    /// <summary>The largest element of each window of this[..., length] and its place there as int32; see <see cref="MaxPool2dWithIndices"/>.</summary>
    public (Tensor Values, Tensor Indices) MaxPool1dWithIndices(int kernel, int? stride = null, Padding1d padding = default, int dilation = 1, bool ceil = false) =>
        (MaxPool1d(kernel, stride, padding, dilation, ceil), MaxPlaces("MaxPool1d", "max_pool1d", [kernel], [stride ?? kernel], padding.Sides, [dilation], ceil));

    /// <summary>The largest element of each window of this[..., height, width], and its place (row * width + column, without padding) as int32: of the first NaN, if
    /// there is one, of the first of equals.</summary>
    public (Tensor Values, Tensor Indices) MaxPool2dWithIndices(Pair kernel, Pair? stride = null, Padding2d padding = default, Pair? dilation = null, bool ceil = false) =>
        (MaxPool2d(kernel, stride, padding, dilation, ceil),
            MaxPlaces("MaxPool2d", "max_pool2d", kernel.Sizes, (stride ?? kernel).Sizes, padding.Sides, (dilation ?? 1).Sizes, ceil));

    /// <summary>The largest element of each window of this[..., depth, height, width] and its place there as int32; see <see cref="MaxPool2dWithIndices"/>.</summary>
    public (Tensor Values, Tensor Indices) MaxPool3dWithIndices(Triple kernel, Triple? stride = null, Padding3d padding = default, Triple? dilation = null, bool ceil = false) =>
        (MaxPool3d(kernel, stride, padding, dilation, ceil),
            MaxPlaces("MaxPool3d", "max_pool3d", kernel.Sizes, (stride ?? kernel).Sizes, padding.Sides, (dilation ?? 1).Sizes, ceil));

    /// <summary>The largest element of each window over any number of last axes, and its place there, in row-major order, as int32; see <see cref="MaxPool2dWithIndices"/>.</summary>
    public (Tensor Values, Tensor Indices) MaxPoolWithIndices(ReadOnlySpan<int> kernel, ReadOnlySpan<int> stride, ReadOnlySpan<(int Before, int After)> padding, ReadOnlySpan<int> dilation,
        bool ceil = false) => (MaxPool(kernel, stride, padding, dilation, ceil), MaxPlaces("MaxPool", "max_pool", [.. kernel], [.. stride], [.. padding], [.. dilation], ceil));

    /// <summary>
    /// Elements [..., height, width] put back to the places that <see cref="MaxPool2dWithIndices"/> gave, zeros elsewhere; the last of several at one place. The result has
    /// the extents that such windows are taken from, (extent - 1) * stride - padding + kernel, unless <paramref name="output"/> gives them.
    /// </summary>
    /// <exception cref="ShapeException">Indices and elements differ in shape.</exception>
    public Tensor MaxUnpool2d(Tensor indices, Pair kernel, Pair? stride = null, Padding2d padding = default, Pair? output = null)
    {
        CheckIndex("MaxUnpool2d", indices);
        if (Rank < 2 || !indices.Shape.Equals(Shape)) throw new ShapeException($"MaxUnpool2d: indices {indices.Shape} do not go with {Shape}, [..., height, width]");
        using var scope = Origin.Scope("max_unpool2d");
        var step = stride ?? kernel;
        var (height, width) = output ?? (((int)Shape[Rank - 2] - 1) * step.Height - padding.Top - padding.Bottom + kernel.Height,
            ((int)Shape[Rank - 1] - 1) * step.Width - padding.Left - padding.Right + kernel.Width);
        if (height < 0 || width < 0) throw new ShapeException($"MaxUnpool2d: {Shape} with kernel {kernel}, stride {step} and padding {padding} is of no plane");
        Dim[] lead = [.. Shape.Dims[..^2]];
        return Zeros(new Shape([.. lead, height * width]), DType).Scatter(-1, indices.Flatten(-2), Flatten(-2)).Reshape([.. lead, height, width]);
    }

    /// <summary>
    /// Columns of windows put back where they lie, elements that several show added: this[n, channels * window, places] to [n, channels, size...]. The way back from
    /// all windows of an image side by side (im2col).
    /// </summary>
    /// <param name="size">The extents of the image.</param>
    /// <param name="kernel">The extents of a window.</param>
    /// <param name="stride">How far windows lie apart.</param>
    /// <param name="padding">Elements around the image that windows reach into; what falls there is dropped.</param>
    /// <param name="dilation">How far elements of a window lie apart.</param>
    /// <exception cref="ShapeException">So many windows do not lie in such an image.</exception>
    public Tensor Fold(ReadOnlySpan<int> size, ReadOnlySpan<int> kernel, ReadOnlySpan<int> stride, ReadOnlySpan<(int Before, int After)> padding, ReadOnlySpan<int> dilation)
    {
        int axes = size.Length, window = 1;
        bool fits = Rank == 3 && kernel.Length == axes && stride.Length == axes && padding.Length == axes && dilation.Length == axes;
        var (output, whole, keep) = (new Dim[axes], new Dim[axes], new (Dim, Dim)[axes]);
        for (int i = 0; fits && i < axes; i++)
        {
            int extent = size[i] + padding[i].Before + padding[i].After, reach = dilation[i] * (kernel[i] - 1) + 1;
            fits = kernel[i] > 0 && stride[i] > 0 && dilation[i] > 0 && size[i] >= 0 && padding[i].Before >= 0 && padding[i].After >= 0 && extent >= reach;
            if (!fits) break;
            (output[i], whole[i], keep[i]) = ((extent - reach) / stride[i] + 1, extent, (padding[i].Before, padding[i].Before + size[i]));
            window = checked(window * kernel[i]);
        }
        if (!fits || !Shape[2].Equals(new Shape(output).Count) || !(Shape[1] % window).Is(0))
            throw new ShapeException($"Fold: {Shape} is not [n, channels * window, places] of windows [{string.Join(", ", kernel.ToArray())}] by steps of [{string.Join(", ", stride.ToArray())}] "
                + $"in an image [{string.Join(", ", size.ToArray())}]");
        using var scope = Origin.Scope("fold");
        Dim[] lead = [Shape[0], Shape[1] / window], kernels = [.. kernel.ToArray().Select(k => (Dim)k)];
        var apart = Build.Reshape(Node, new Shape([.. lead, .. kernels, .. output]));
        apart = Build.Permute(apart, [0, 1, .. Enumerable.Range(2 + axes, axes), .. Enumerable.Range(2, axes)]);
        var sum = Overlaid(apart, new Shape([.. lead, .. whole]), kernel, stride, dilation);
        return new Tensor(Build.Shrink(sum, [(0, lead[0]), (0, lead[1]), .. keep]));
    }

    Tensor MaxPlaces(string name, string origin, int[] window, int[] steps, (int Before, int After)[] padding, int[] gaps, bool ceil)
    {
        if (DType.IsBool) return Cast(DType.UInt8).MaxPlaces(name, origin, window, steps, padding, gaps, ceil);
        using var scope = Origin.Scope(origin);
        var (lead, output, _, both) = PoolEdges(name, window, steps, padding, gaps, ceil);
        int axes = window.Length, count = window.Aggregate(1, (a, b) => a * b);
        var x = Flat(PadWith(Node, both, Lowest(DType)), Shape.Dims[..lead]);
        // Padding is as low as an element may be, but it is no place.
        var inside = Flat(Build.Pad(Build.Fill(true, DType.Bool, new Shape(Shape.Dims[lead..])), both[lead..]), []);
        var found = inside & x.Eq(x.Max(-1, keepdim: true));
        if (DType.IsFloat) found |= x.IsNan();
        var rest = count - found.Where(count - Arange(count), 0).Max(-1);
        Tensor? place = null;
        for (int i = axes - 1, stride = 1; i >= 0; stride *= Shape[lead + i--])
        {
            int[] along = [.. Enumerable.Range(0, axes).Select(j => j == i ? (int)output[i] : 1)];
            var at = (rest.Mod(window[i]) * gaps[i] + Arange((int)output[i]).Reshape(along) * steps[i] - padding[i].Before) * stride;
            place = place is null ? at : place + at;
            rest = rest.FloorDiv(window[i]);
        }
        return place!;

        Tensor Flat(UOp padded, ReadOnlySpan<Dim> before) =>
            new(Build.Reshape(Windows(padded, window, steps, gaps), new Shape([.. before, .. output, count])));
    }
}
