using Tiny.Onnx.Import;

namespace Tiny.Onnx.Operators;

/// <summary>The windows of convolutions and pooling: attributes with their defaults, and padding that is to be worked out.</summary>
sealed record Windows(int[] Kernel, int[] Stride, (int Before, int After)[] Padding, int[] Dilation)
{
    /// <summary>The windows over the last axes of an input.</summary>
    public static Windows Of(NodeContext n, Tensor x, int[] kernel)
    {
        int axes = kernel.Length;
        if (x.Rank != axes + 2) throw NodeContext.Bad($"input {x.Shape} is not [n, channels] and {axes} spatial axes");
        int[] stride = Numbers(n, "strides", axes), dilation = Numbers(n, "dilations", axes);
        var mode = n.Text("auto_pad", "NOTSET");
        var padding = mode switch
        {
            "NOTSET" => Sides(n, axes),
            "VALID" => new (int, int)[axes],
            "SAME_UPPER" or "SAME_LOWER" => [.. Enumerable.Range(0, axes).Select(i => Same(x.Shape[2 + i], kernel[i], stride[i], dilation[i], mode == "SAME_UPPER"))],
            _ => throw NodeContext.Bad($"auto_pad '{mode}'"),
        };
        return new(kernel, stride, padding, dilation);
    }

    /// <summary>The windows of a transposed convolution; <paramref name="extra"/> elements are added at the end of each axis.</summary>
    public static Windows Transposed(NodeContext n, Tensor x, int[] kernel, out int[] extra)
    {
        int axes = kernel.Length;
        if (x.Rank != axes + 2) throw NodeContext.Bad($"input {x.Shape} is not [n, channels] and {axes} spatial axes");
        int[] stride = Numbers(n, "strides", axes), dilation = Numbers(n, "dilations", axes);
        extra = Numbers(n, "output_padding", axes, 0);
        var mode = n.Text("auto_pad", "NOTSET");
        var padding = mode == "NOTSET" ? Sides(n, axes) : new (int, int)[axes];
        var wanted = n.Integers("output_shape") is { } given ? given.TakeLast(axes).Select(d => checked((int)d)).ToArray() : null;
        if (wanted is not null || mode is "SAME_UPPER" or "SAME_LOWER")
            for (int i = 0; i < axes; i++)
            {
                int whole = stride[i] * ((int)x.Shape[2 + i] - 1) + extra[i] + (kernel[i] - 1) * dilation[i] + 1;
                int total = whole - (wanted?[i] ?? (int)x.Shape[2 + i] * stride[i]);
                // Rounded down, below 0 too: then elements are added at the end.
                int half = total >> 1;
                // As the standard says it, the odd element goes in front unless the upper side is asked for.
                padding[i] = mode == "SAME_UPPER" ? (half, total - half) : (total - half, half);
            }
        return new(kernel, stride, padding, dilation);
    }

    /// <summary>One number for each axis.</summary>
    public static int[] Numbers(NodeContext n, string attribute, int axes, int otherwise = 1)
    {
        if (n.Integers(attribute) is not { } given) return [.. Enumerable.Repeat(otherwise, axes)];
        return given.Length == axes ? [.. given.Select(k => checked((int)k))] : throw NodeContext.Bad($"attribute '{attribute}' has {given.Length} numbers for {axes} axes");
    }

    static (int, int)[] Sides(NodeContext n, int axes)
    {
        if (n.Integers("pads") is not { } pads) return new (int, int)[axes];
        return pads.Length == 2 * axes ? [.. Enumerable.Range(0, axes).Select(i => (checked((int)pads[i]), checked((int)pads[axes + i])))]
            : throw NodeContext.Bad($"attribute 'pads' has {pads.Length} numbers for {axes} axes");
    }

    // As many windows as strides fit.
    static (int, int) Same(int extent, int kernel, int stride, int dilation, bool upper)
    {
        if (stride < 1) throw NodeContext.Bad($"a stride of {stride}");
        int total = Math.Max(0, ((extent + stride - 1) / stride - 1) * stride + (kernel - 1) * dilation + 1 - extent), half = total / 2;
        return upper ? (half, total - half) : (total - half, half);
    }
}
