using Tiny.Onnx.Import;

namespace Tiny.Onnx.Operators;

/// <summary>The largest, the mean or the norm of each window.</summary>
static class Pooling
{
    public static IReadOnlyList<Operator> Table { get; } =
    [
        new("MaxPool", MaxPool),
        new("AveragePool", n => Of(n) is var w ? n[0].AvgPool(w.Kernel, w.Stride, w.Padding, w.Dilation, n.Flag("count_include_pad"), n.Flag("ceil_mode")) : n[0]),
        new("LpPool", n => LpPool(n)),
        new("GlobalAveragePool", n => n[0].Mean(Spatial(n[0]), true)),
        new("GlobalMaxPool", n => n[0].Max(Spatial(n[0]), true)),
        new("GlobalLpPool", n => Norm(n[0], n.Integer("p", 2), x => x.Sum(Spatial(x), true))),
        new("MaxUnpool", MaxUnpool),
    ];

    static Windows Of(NodeContext n) => Windows.Of(n, n[0], [.. (n.Integers("kernel_shape") ?? throw NodeContext.Bad("attribute 'kernel_shape' is missing")).Select(k => checked((int)k))]);

    static int[] Spatial(Tensor x) => x.Rank > 2 ? [.. Enumerable.Range(2, x.Rank - 2)] : throw NodeContext.Bad($"{x.Shape} has no spatial axes");

    static Results MaxPool(NodeContext n)
    {
        var (x, w, ceil) = (n[0], Of(n), n.Flag("ceil_mode"));
        if (!n.Wants(1)) return x.MaxPool(w.Kernel, w.Stride, w.Padding, w.Dilation, ceil);
        var (values, places) = x.MaxPoolWithIndices(w.Kernel, w.Stride, w.Padding, w.Dilation, ceil);
        int axes = w.Kernel.Length;
        if (n.Flag("storage_order")) places = ColumnMajor(places, [.. x.Shape.Dims[2..]]);
        // Places count from the first element of the first channel.
        var plane = new Shape(x.Shape.Dims[2..]).Count;
        var channel = Tensor.Arange((int)(x.Shape[0] * x.Shape[1])).Reshape([x.Shape[0], x.Shape[1], .. Enumerable.Repeat((Dim)1, axes)]);
        return (values, (places.Cast(DType.Int64) + channel.Cast(DType.Int64) * Tensor.Of(plane).Cast(DType.Int64)));
    }

    // The same places, counted with the first axis fastest.
    static Tensor ColumnMajor(Tensor place, Dim[] extents)
    {
        Tensor? result = null;
        var rest = place;
        Dim[] strides = new Dim[extents.Length];
        for (int i = 0; i < extents.Length; i++) strides[i] = i == 0 ? 1 : strides[i - 1] * extents[i - 1];
        for (int i = extents.Length - 1; i >= 0; rest = rest.FloorDiv(extents[i--]))
            result = rest.Mod(extents[i]) * strides[i] is var part && result is null ? part : result! + part;
        return result!;
    }

    static Tensor LpPool(NodeContext n)
    {
        var w = Of(n);
        int count = w.Kernel.Aggregate(1, (a, b) => checked(a * b));
        // What is padded is 0 and counts, so that the mean over whole windows is the sum.
        return Norm(n[0], n.Integer("p", 2), x => n.Flag("ceil_mode") ? Summed(x, w) : x.AvgPool(w.Kernel, w.Stride, w.Padding, w.Dilation) * count);
    }

    // Windows that begin inside and end outside of all padding see zeros there.
    static Tensor Summed(Tensor x, Windows w)
    {
        var edges = new (Dim, Dim)[x.Rank];
        for (int i = 0; i < w.Kernel.Length; i++)
        {
            int length = (int)x.Shape[2 + i] + w.Padding[i].Before + w.Padding[i].After, reach = (w.Kernel[i] - 1) * w.Dilation[i] + 1, over = (length - reach) % w.Stride[i];
            bool begins = (length - reach + w.Stride[i] - 1) / w.Stride[i] * w.Stride[i] < (int)x.Shape[2 + i] + w.Padding[i].Before;
            edges[2 + i] = (w.Padding[i].Before, w.Padding[i].After + (over > 0 && begins ? w.Stride[i] - over : 0));
        }
        int count = w.Kernel.Aggregate(1, (a, b) => checked(a * b));
        return x.Pad(edges).AvgPool(w.Kernel, w.Stride, new (int, int)[w.Kernel.Length], w.Dilation) * count;
    }

    static Tensor Norm(Tensor x, long p, Func<Tensor, Tensor> sum) => sum(x.Abs().Pow(p)).Pow(1.0 / p);

    static Results MaxUnpool(NodeContext n)
    {
        var (x, place) = (n[0], n[1]);
        int axes = x.Rank - 2;
        if (n.Integers("kernel_shape") is null) throw NodeContext.Bad("attribute 'kernel_shape' is missing");
        int[] kernel = Windows.Numbers(n, "kernel_shape", axes), stride = Windows.Numbers(n, "strides", axes);
        var pads = n.Integers("pads") ?? new long[2 * axes];
        if (pads.Length != 2 * axes) throw NodeContext.Bad($"attribute 'pads' has {pads.Length} numbers for {axes} axes");
        Dim[] natural = [x.Shape[0], x.Shape[1], .. Enumerable.Range(0, axes).Select(i => (x.Shape[2 + i] - 1) * stride[i] + kernel[i] - pads[i] - pads[axes + i])];
        var shape = n.Has(2) ? new Shape([.. n.Integers(2).Select(d => (Dim)d)]) : new Shape(natural);
        // Places are among the elements of the natural shape; in a larger one each has another.
        var at = place.Flatten();
        if (!shape.Equals(new Shape(natural)))
        {
            // Each axis of the place, and the place that it makes in the larger shape.
            var (rest, moved, strides) = (at, (Tensor?)null, shape.Strides());
            for (int i = natural.Length - 1; i >= 0; rest = rest.FloorDiv(Tensor.Of(natural[i]).Cast(rest.DType)), i--)
            {
                var part = rest.Mod(Tensor.Of(natural[i]).Cast(rest.DType)) * Tensor.Of(strides[i]).Cast(rest.DType);
                moved = moved is null ? part : moved + part;
            }
            at = moved!;
        }
        return Tensor.Zeros(new Shape(shape.Count), x.DType).Scatter(0, at, x.Flatten()).Reshape(shape);
    }
}
