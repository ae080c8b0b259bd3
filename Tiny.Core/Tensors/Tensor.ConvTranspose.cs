namespace Tiny;

public sealed partial class Tensor
{
    /// <summary>
    /// Transposed convolution, the gradient of <see cref="Conv(Tensor, Tensor?, ReadOnlySpan{int}, ReadOnlySpan{ValueTuple{int, int}}, ReadOnlySpan{int}, int)"/>
    /// with respect to its input: this[n, channels, spatial...] with weight[channels, out / groups, window...], plus bias[out]. An axis of
    /// n elements becomes (n - 1) * stride + dilation * (window - 1) + 1 - padding + output padding long.
    /// </summary>
    public Tensor ConvTranspose(Tensor weight, Tensor? bias, ReadOnlySpan<int> stride, ReadOnlySpan<(int Before, int After)> padding,
        ReadOnlySpan<int> outputPadding, ReadOnlySpan<int> dilation, int groups = 1) =>
        ConvTranspose("ConvTranspose", weight, bias, stride, padding, outputPadding, dilation, groups);

    /// <summary>Transposed convolution of this[n, channels, length] with weight[channels, out / groups, window], plus bias[out].</summary>
    public Tensor ConvTranspose1d(Tensor weight, Tensor? bias = null, int stride = 1, Padding1d padding = default, int outputPadding = 0,
        int dilation = 1, int groups = 1) =>
        ConvTranspose("ConvTranspose1d", weight, bias, [stride], padding.Sides, [outputPadding], [dilation], groups);

    /// <summary>Transposed convolution of this[n, channels, height, width] with weight[channels, out / groups, window height, window width], plus
    /// bias[out].</summary>
    /// <example><code>
    /// var x = Tensor.Ones(1, 8, 16, 16);
    /// x.ConvTranspose2d(Tensor.Ones(8, 3, 3, 3), stride: 2, padding: 1, outputPadding: 1) // shape [1, 3, 32, 32]
    /// </code></example>
    public Tensor ConvTranspose2d(Tensor weight, Tensor? bias = null, Pair? stride = null, Padding2d padding = default, Pair? outputPadding = null,
        Pair? dilation = null, int groups = 1) => ConvTranspose("ConvTranspose2d", weight, bias, (stride ?? 1).Sizes, padding.Sides,
            (outputPadding ?? 0).Sizes, (dilation ?? 1).Sizes, groups);

    /// <summary>Transposed convolution of this[n, channels, depth, height, width] with weight[channels, out / groups, window depth, height, width],
    /// plus bias[out].</summary>
    public Tensor ConvTranspose3d(Tensor weight, Tensor? bias = null, Triple? stride = null, Padding3d padding = default, Triple? outputPadding = null,
        Triple? dilation = null, int groups = 1) => ConvTranspose("ConvTranspose3d", weight, bias, (stride ?? 1).Sizes, padding.Sides,
            (outputPadding ?? 0).Sizes, (dilation ?? 1).Sizes, groups);

    Tensor ConvTranspose(string name, Tensor weight, Tensor? bias, ReadOnlySpan<int> stride, ReadOnlySpan<(int Before, int After)> padding,
        ReadOnlySpan<int> outputPadding, ReadOnlySpan<int> dilation, int groups)
    {
        ArgumentNullException.ThrowIfNull(weight);
        int axes = stride.Length;
        if (padding.Length != axes || outputPadding.Length != axes || dilation.Length != axes)
            throw new ShapeException($"{name}: {axes} strides, {padding.Length} paddings, {outputPadding.Length} output paddings and "
                + $"{dilation.Length} dilations are given");
        if (Rank != axes + 2 || weight.Rank != axes + 2 || !weight.Shape[0].Equals(Shape[1]))
            throw new ShapeException($"{name}: input {Shape} and weight {weight.Shape} are not [n, channels, {axes} axes] and [channels, out / groups, {axes} axes]");
        int ins = Shape[1], each = weight.Shape[1], outs = each * groups;
        if (groups < 1 || ins % groups != 0)
            throw new ShapeException($"{name}: {ins} channels of input {Shape} do not divide into {groups} groups");
        if (bias is not null && !(bias.Rank == 1 && bias.Shape[0] == outs)) throw new ShapeException($"{name}: bias {bias.Shape} is not [{outs}]");
        using var scope = Origin.Scope(name.Replace("ConvTranspose", "conv_transpose", StringComparison.Ordinal));

        // A convolution of the input, with zeros put between its elements, with the window turned round.
        int[] window = weight.Shape.Extents()[2..], ones = new int[axes], spatial = [.. Enumerable.Range(2, axes)];
        Array.Fill(ones, 1);
        var x = this;
        for (int i = 0; i < axes; i++)
        {
            int axis = 2 + i, reach = dilation[i] * (window[i] - 1);
            var (before, after) = padding[i];
            int length = (Shape[axis] - 1) * stride[i] + 1, result = length + reach - before - after + outputPadding[i];
            if (stride[i] < 1 || dilation[i] < 1 || before < 0 || after < 0 || outputPadding[i] < 0 || outputPadding[i] >= Math.Max(stride[i], dilation[i])
                || Shape[axis] < 1 || window[i] < 1 || result < 1)
                throw new ShapeException($"{name}: stride {stride[i]}, dilation {dilation[i]}, padding ({before}, {after}) and output padding "
                    + $"{outputPadding[i]} do not go together (axis {axis} of input {Shape}, weight {weight.Shape})");
            x = Spaced(x, axis, stride[i]).Along(axis, 0, length).Widened(axis, reach - before, reach - after + outputPadding[i]);
        }
        var turned = weight.Reshape([groups, ins / groups, each, .. window]).Transpose(1, 2).Reshape([outs, ins / groups, .. window]).Flip(spatial);
        return x.Conv(name, turned, bias, ones, new (int, int)[axes], dilation, groups);
    }

    /// <summary>Zeros after each element of an axis, so that elements stand <paramref name="step"/> apart.</summary>
    static Tensor Spaced(Tensor x, int axis, int step)
    {
        if (step == 1) return x;
        var edges = new (Dim, Dim)[x.Rank + 1];
        edges[axis + 1] = (0, step - 1);
        return x.Unsqueeze(axis + 1).Pad(edges).Flatten(axis, axis + 1);
    }

    /// <summary>Zeros added at both ends of an axis; negative numbers cut off.</summary>
    Tensor Widened(int axis, int before, int after)
    {
        var edges = new (Dim, Dim)[Rank];
        edges[axis] = (Math.Max(0, before), Math.Max(0, after));
        var wide = Pad(edges);
        return wide.Along(axis, Math.Max(0, -before), wide.Shape[axis] - Math.Max(0, -after));
    }
}
