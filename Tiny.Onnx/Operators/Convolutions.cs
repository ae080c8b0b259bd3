using Tiny.Onnx.Import;

namespace Tiny.Onnx.Operators;

/// <summary>Convolutions over any number of spatial axes.</summary>
static class Convolutions
{
    public static IReadOnlyList<Operator> Table { get; } =
    [
        new("Conv", n => Plain(n, n[0], n[1], n.Optional(2))),
        new("ConvTranspose", Transposed),
        new("ConvInteger", Integers),
        new("DeformConv", n => Deformed(n)),
        new("Col2Im", n => FromColumns(n)),
    ];

    /// <summary>The window of a weight [out, in, window...], which the attribute, where it is given, only repeats.</summary>
    public static int[] Kernel(NodeContext n, Tensor weight)
    {
        if (weight.Rank < 2) throw NodeContext.Bad($"weight {weight.Shape} has no window");
        int[] window = [.. weight.Shape.Dims[2..].ToArray().Select(d => (int)d)];
        if (n.Integers("kernel_shape") is { } given && !given.SequenceEqual(window.Select(k => (long)k)))
            throw NodeContext.Bad($"attribute 'kernel_shape' is [{string.Join(", ", given)}], and the weight is {weight.Shape}");
        return window;
    }

    /// <summary>The convolution that the node's attributes describe.</summary>
    public static Tensor Plain(NodeContext n, Tensor x, Tensor weight, Tensor? bias)
    {
        var w = Windows.Of(n, x, Kernel(n, weight));
        return x.Conv(weight, bias, w.Stride, w.Padding, w.Dilation, Groups(n));
    }

    static int Groups(NodeContext n) => checked((int)n.Integer("group", 1));

    static Results Integers(NodeContext n)
    {
        var weight = n[1].Cast(DType.Int32);
        if (n.Optional(3) is { } zero) weight -= (zero.Rank == 1 ? zero.Reshape([zero.Shape[0], .. Enumerable.Repeat((Dim)1, weight.Rank - 1)]) : zero).Cast(DType.Int32);
        return Plain(n, Quantized.Centred(n[0], n.Optional(2)), weight, null);
    }

    static Results Transposed(NodeContext n)
    {
        var (x, weight) = (n[0], n[1]);
        int[] kernel = Kernel(n, weight);
        var w = Windows.Transposed(n, x, kernel, out int[] extra);
        var (groups, axes) = (Groups(n), kernel.Length);
        // What is added at the end may be more than a stride, or less than nothing.
        var none = new (int, int)[axes];
        var y = x.ConvTranspose(weight, null, w.Stride, none, new int[axes], w.Dilation, groups);
        var (grow, cut) = (new (Dim, Dim)[y.Rank], y.Shape.Select(d => ((Dim)0, d)).ToArray());
        for (int i = 0; i < axes; i++)
        {
            int before = w.Padding[i].Before, after = w.Padding[i].After - extra[i];
            grow[2 + i] = (Math.Max(0, -before), Math.Max(0, -after));
            cut[2 + i] = (Math.Max(0, before), y.Shape[2 + i] + Math.Max(0, -before) + Math.Max(0, -after) - Math.Max(0, after));
        }
        y = y.Pad(grow).Shrink(cut);
        return n.Optional(2) is { } bias ? y + bias.Reshape([bias.Shape[0], .. Enumerable.Repeat((Dim)1, axes)]) : y;
    }

    // Each weight of a window reads at a place of its own: the regular one and an offset, between elements.
    static Tensor Deformed(NodeContext n)
    {
        var (x, weight, offset) = (n[0], n[1], n[2]);
        int[] kernel = Kernel(n, weight);
        var w = Windows.Of(n, x, kernel);
        int axes = kernel.Length, count = kernel.Aggregate(1, (a, b) => a * b), groups = Groups(n), shared = checked((int)n.Integer("offset_group", 1));
        Dim batch = x.Shape[0], channels = x.Shape[1];
        Dim[] output = [.. offset.Shape.Dims[2..]];
        // Channels of one group of offsets are a batch of their own.
        var images = x.Reshape([batch * shared, channels / shared, .. x.Shape.Dims[2..]]);
        var moved = offset.Reshape([batch * shared, count, axes, .. output]);
        var places = new Tensor[axes];
        for (int a = 0; a < axes; a++)
        {
            Tensor Along(int steps, int by, int rank, int axis) => (Tensor.Arange(steps) * by).Reshape([.. Enumerable.Range(0, rank).Select(i => (Dim)(i == axis ? steps : 1))]);
            var inWindow = Along(kernel[a], w.Dilation[a], axes, a).Expand(new Shape(kernel)).Reshape([count, .. Enumerable.Repeat((Dim)1, axes)]);
            var regular = inWindow + Along(output[a], w.Stride[a], axes, a) - w.Padding[a].Before;
            places[a] = Movement.Part(moved, 2, a, a + 1).Squeeze(2) + regular.Cast(moved.DType);
        }
        var seen = Sampling.At(images, places, "linear", Sampling.Outside.Zeros, true);
        if (n.Optional(4) is { } mask) seen *= mask.Reshape([batch * shared, 1, count, .. output]);
        var y = Tensor.Einsum("ngckl,gock->ngol", seen.Reshape([batch, groups, channels / groups, count, -1]),
            weight.Reshape([groups, weight.Shape[0] / groups, channels / groups, count])).Reshape([batch, weight.Shape[0], .. output]);
        return n.Optional(3) is { } bias ? y + bias.Reshape([bias.Shape[0], .. Enumerable.Repeat((Dim)1, axes)]) : y;
    }

    // Columns [n, channels * window, places] summed where windows lie.
    static Tensor FromColumns(NodeContext n)
    {
        int axes = n[2].Numel;
        int[] size = n.IsKnown(1) || n.Declared(0) is null ? [.. n.Integers(1).Select(k => checked((int)k))] : [.. n.Declared(0)!.Dims[2..].ToArray().Select(d => (int)d)];
        var padding = n.Integers("pads") ?? new long[2 * axes];
        // The extents of a window that are data are those whose product is what the channels leave.
        long window = n.Declared(0) is { } shape && shape.Rank > 1 && (int)shape[1] > 0 ? (int)n[0].Shape[1] / (int)shape[1] : 0;
        return Choice.OfNumbers(n, 2, Factors((int)window, axes), kernel => n[0].Fold(size, kernel, Windows.Numbers(n, "strides", axes), [.. Enumerable.Range(0, axes).Select(i => (checked((int)padding[i]), checked((int)padding[axes + i])))],
            Windows.Numbers(n, "dilations", axes)).Cast(n[0].DType));
    }

    // All ways to write a number as a product of so many.
    static IEnumerable<int[]> Factors(int number, int count)
    {
        if (count == 1) return [[number]];
        return Enumerable.Range(1, Math.Max(0, number)).Where(f => number % f == 0).SelectMany(f => Factors(number / f, count - 1).Select(rest => (int[])[f, .. rest]));
    }
}
