using Tiny.Graph;

namespace Tiny;

public sealed partial class Tensor
{
    /// <summary>
    /// Convolution (cross-correlation, as the field means it) over any number of spatial axes: this[n, channels, spatial...] with
    /// weight[out, channels / groups, window...], plus bias[out]. One stride, padding and dilation for each spatial axis.
    /// </summary>
    public Tensor Conv(Tensor weight, Tensor? bias, ReadOnlySpan<int> stride, ReadOnlySpan<(int Before, int After)> padding,
        ReadOnlySpan<int> dilation, int groups = 1) => Conv("Conv", weight, bias, stride, padding, dilation, groups);

    /// <summary>Convolution of this[n, channels, length] with weight[out, channels / groups, window], plus bias[out].</summary>
    public Tensor Conv1d(Tensor weight, Tensor? bias = null, int stride = 1, Padding1d padding = default, int dilation = 1,
        int groups = 1) => Conv("Conv1d", weight, bias, [stride], [(padding.Left, padding.Right)], [dilation], groups);

    /// <summary>Convolution of this[n, channels, height, width] with weight[out, channels / groups, window height, window
    /// width], plus bias[out].</summary>
    public Tensor Conv2d(Tensor weight, Tensor? bias = null, Pair? stride = null, Padding2d padding = default, Pair? dilation = null,
        int groups = 1) => Conv("Conv2d", weight, bias, (stride ?? 1).Sizes, padding.Sides, (dilation ?? 1).Sizes, groups);

    /// <summary>Convolution of this[n, channels, depth, height, width] with weight[out, channels / groups, window depth, height, width], plus
    /// bias[out].</summary>
    public Tensor Conv3d(Tensor weight, Tensor? bias = null, Triple? stride = null, Padding3d padding = default, Triple? dilation = null,
        int groups = 1) => Conv("Conv3d", weight, bias, (stride ?? 1).Sizes, padding.Sides, (dilation ?? 1).Sizes, groups);

    Tensor Conv(string name, Tensor weight, Tensor? bias, ReadOnlySpan<int> stride, ReadOnlySpan<(int Before, int After)> padding,
        ReadOnlySpan<int> dilation, int groups)
    {
        NotNull(weight);
        int axes = stride.Length;
        CheckConv(name, weight, bias, axes, padding.Length, dilation.Length, groups);
        using var scope = Origin.Scope(name.ToLowerInvariant());
        var n = Shape[0];
        int outs = weight.Shape[0], ins = weight.Shape[1], each = outs / groups;
        var kernel = weight.Shape.Extents().AsSpan()[2..];
        var edges = new (Dim Lo, Dim Hi)[Rank];
        for (int i = 0; i < axes; i++) edges[2 + i] = padding[i];
        var output = OutputExtents(name, edges, kernel, stride, dilation, weight.Shape);

        var (dtype, result) = Contracted(DType, weight.DType);
        // [n, groups * ins, out..., window...] -> [n, groups, each, out..., ins, window...]
        var x = Windows(Build.Pad(Build.Cast(Node, dtype), edges), kernel, stride, dilation);
        x = Build.Reshape(x, new Shape([n, groups, ins, .. output, .. kernel]));
        x = Build.Permute(x, [0, 1, .. Enumerable.Range(3, axes), 2, .. Enumerable.Range(3 + axes, axes)]);
        x = Build.Reshape(x, new Shape([n, groups, 1, .. output, ins, .. kernel]));
        var whole = new Shape([n, groups, each, .. output, ins, .. kernel]);
        var ones = new int[axes];
        Array.Fill(ones, 1);
        var w = Build.Reshape(Build.Cast(weight.Node, dtype), new Shape([1, groups, each, .. ones, ins, .. kernel]));
        var sum = Contract(Build.Expand(x, whole), Build.Expand(w, whole), Enumerable.Range(3 + axes, 1 + axes));
        var y = new Tensor(Build.Cast(Build.Reshape(sum, new Shape([n, outs, .. output])), result));
        return bias is null ? y : y + bias.Reshape([outs, .. ones]);
    }

    void CheckConv(string name, Tensor weight, Tensor? bias, int axes, int paddings, int dilations, int groups)
    {
        if (paddings != axes || dilations != axes)
            throw new ShapeException($"{name}: {axes} strides, {paddings} paddings and {dilations} dilations are given");
        if (Rank != axes + 2) throw new ShapeException($"{name}: input {Shape} is not [n, channels] and {axes} spatial axes");
        if (weight.Rank != axes + 2)
            throw new ShapeException($"{name}: weight {weight.Shape} is not [out, in] and {axes} window axes, input is {Shape}");
        int outs = weight.Shape[0], ins = weight.Shape[1];
        if (groups < 1 || outs % groups != 0)
            throw new ShapeException($"{name}: {outs} output channels of weight {weight.Shape} do not divide into {groups} groups");
        if (!Shape[1].Is((long)ins * groups))
            throw new ShapeException($"{name}: input {Shape} has {Shape[1]} channels, "
                + $"weight {weight.Shape} takes {ins} x {groups} {(groups == 1 ? "group" : "groups")}");
        if (bias is not null && !(bias.Rank == 1 && bias.Shape[0] == outs))
            throw new ShapeException($"{name}: bias {bias.Shape} is not [{outs}] as weight {weight.Shape} asks");
    }
}
