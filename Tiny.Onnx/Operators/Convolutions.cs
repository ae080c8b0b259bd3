using Tiny.Onnx.Import;

namespace Tiny.Onnx.Operators;

/// <summary>Convolutions over any number of spatial axes.</summary>
static class Convolutions
{
    public static IReadOnlyList<Operator> Table { get; } =
    [
        new("Conv", n => Windows.Of(n, n[0], Kernel(n, n[1])) is var w ? n[0].Conv(n[1], n.Optional(2), w.Stride, w.Padding, w.Dilation, Groups(n)) : n[0]),
        new("ConvTranspose", Transposed),
        new("ConvInteger", Integers),
    ];

    static int[] Kernel(NodeContext n, Tensor weight)
    {
        if (weight.Rank < 2) throw NodeContext.Bad($"weight {weight.Shape} has no window");
        return n.Integers("kernel_shape") is { } given ? [.. given.Select(k => checked((int)k))] : [.. weight.Shape.Dims[2..].ToArray().Select(d => (int)d)];
    }

    static int Groups(NodeContext n) => checked((int)n.Integer("group", 1));

    static Results Integers(NodeContext n)
    {
        Tensor x = Centred(n[0], n.Optional(2)), weight = n[1].Cast(DType.Int32);
        if (n.Optional(3) is { } zero) weight -= (zero.Rank == 1 ? zero.Reshape([zero.Shape[0], .. Enumerable.Repeat((Dim)1, weight.Rank - 1)]) : zero).Cast(DType.Int32);
        var w = Windows.Of(n, x, Kernel(n, weight));
        return x.Conv(weight, null, w.Stride, w.Padding, w.Dilation, Groups(n));
    }

    static Tensor Centred(Tensor x, Tensor? zero) => zero is null ? x.Cast(DType.Int32) : x.Cast(DType.Int32) - zero.Cast(DType.Int32);

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
}
