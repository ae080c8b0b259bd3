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
    /// <example><code>
    /// var x = Tensor.Ones(1, 3, 32, 32);
    /// var weight = Tensor.Ones(8, 3, 3, 3);
    /// x.Conv2d(weight)                             // shape [1, 8, 30, 30]
    /// x.Conv2d(weight, stride: 2, padding: 1)      // shape [1, 8, 16, 16]
    /// x.Conv2d(Tensor.Ones(6, 1, 3, 3), groups: 3) // shape [1, 6, 30, 30], two filters for each channel
    /// </code></example>
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
        int outs = weight.Shape[0];
        var kernel = weight.Shape.Extents().AsSpan()[2..];
        var edges = new (Dim Lo, Dim Hi)[Rank];
        for (int i = 0; i < axes; i++) edges[2 + i] = padding[i];
        var output = OutputExtents(name, edges, kernel, stride, dilation, weight.Shape);

        var (dtype, result) = Contracted(DType, weight.DType);
        var conv = new Convolution([.. stride], [.. padding], [.. dilation], groups);
        Tensor x = new(Build.Cast(Node, dtype)), w = new(Build.Cast(weight.Node, dtype));
        var y = conv.Of(x, w, output);
        if (dtype.IsFloat) y = WithRule(y, [x, w], (x, _, g) => [conv.InputGradient(x[0], x[1], g), conv.WeightGradient(x[0], x[1], g)], faster: conv.Faster);
        y = y.Cast(result);
        return bias is null ? y : y + bias.Reshape([outs, .. Units(axes)]);
    }

    static int[] Units(int count) => [.. Enumerable.Repeat(1, count)];

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

    /// <summary>A convolution's options, and its sums of products: all are over x[n, groups, each, out..., ins, window...].</summary>
    sealed record Convolution(int[] Stride, (int Before, int After)[] Padding, int[] Dilation, int Groups)
    {
        int Axes => Stride.Length;

        /// <summary>[n, outs, out...] of x[n, channels, spatial...] and w[outs, ins, window...].</summary>
        public Tensor Of(Tensor x, Tensor w, Dim[] output)
        {
            var sum = Contract(Seen(x, w, output), Weights(w, x.Shape[0], output), Enumerable.Range(3 + Axes, 1 + Axes));
            return new(Build.Reshape(sum, new Shape([x.Shape[0], w.Shape[0], .. output])));
        }

        /// <summary>For a node of x, w: the convolution by fewer multiplications, where the weight never changes; null where that is not known to take less.</summary>
        public UOp? Faster(UOp node)
        {
            Tensor x = new(node.Src[1]), w = new(node.Src[2]);
            if (Axes != 2 || Groups != 1 || Stride.Append(1).Any(s => s != 1) || Dilation.Any(d => d != 1) || !w.Shape[2].Is(3) || !w.Shape[3].Is(3) || w.DType != DType.Float32
                || node.Src[2] is not { Op: Op.Buffer, Arg: Runtime.Storage }) return null;
            return Winograd.Best(x.Shape, w.Shape, node.Shape.Dims[2..].ToArray())?.Of(x, w, Padding).Node;
        }

        /// <summary>The gradient with respect to the weight: g times what each weight sees, summed over all places.</summary>
        public Tensor WeightGradient(Tensor x, Tensor w, Tensor g)
        {
            Dim[] output = [.. g.Shape.Dims[2..]];
            var shape = Whole(w, x.Shape[0], output);
            var spread = Build.Expand(Build.Reshape(g.Node, new Shape([.. shape.Dims[..(3 + Axes)], .. Enumerable.Repeat((Dim)1, 1 + Axes)])), shape);
            return new(Build.Reshape(Contract(spread, Seen(x, w, output), [0, .. Enumerable.Range(3, Axes)]), w.Shape));
        }

        /// <summary>The gradient with respect to the input: the transposed convolution of g. Where sizes are not numbers, by the windows.</summary>
        public Tensor InputGradient(Tensor x, Tensor w, Tensor g)
        {
            Dim[] output = [.. g.Shape.Dims[2..]];
            if (x.Shape.Dims[2..].ToArray().Any(d => d.IsSymbolic)) return Of(x, w, output).Gradient([x], g)[0];
            int[] window = w.Shape.Extents()[2..];
            int[] rest = [.. Enumerable.Range(0, Axes).Select(i =>
                (int)x.Shape[2 + i] + Padding[i].Before + Padding[i].After - ((int)output[i] - 1) * Stride[i] - Dilation[i] * (window[i] - 1) - 1)];
            return g.ConvTranspose(w, null, Stride, Padding, rest, Dilation, Groups);
        }

        // What each product reads of the input: all windows, [n, groups, each, out..., ins, window...].
        UOp Seen(Tensor x, Tensor w, Dim[] output)
        {
            var n = x.Shape[0];
            int ins = w.Shape[1];
            int[] window = w.Shape.Extents()[2..];
            var edges = new (Dim Lo, Dim Hi)[2 + Axes];
            for (int i = 0; i < Axes; i++) edges[2 + i] = Padding[i];
            // [n, groups * ins, out..., window...] -> [n, groups, 1, out..., ins, window...]
            var all = Windows(Build.Pad(x.Node, edges), window, Stride, Dilation);
            all = Build.Reshape(all, new Shape([n, Groups, ins, .. output, .. window]));
            all = Build.Permute(all, [0, 1, .. Enumerable.Range(3, Axes), 2, .. Enumerable.Range(3 + Axes, Axes)]);
            return Build.Expand(Build.Reshape(all, new Shape([n, Groups, 1, .. output, ins, .. window])), Whole(w, n, output));
        }

        UOp Weights(Tensor w, Dim n, Dim[] output)
        {
            var whole = Whole(w, n, output);
            return Build.Expand(Build.Reshape(w.Node, new Shape([1, .. whole.Dims[1..3], .. Units(Axes), .. whole.Dims[(3 + Axes)..]])), whole);
        }

        Shape Whole(Tensor w, Dim n, Dim[] output) => new([n, Groups, w.Shape[0] / Groups, .. output, .. w.Shape.Dims[1..]]);
    }
}
