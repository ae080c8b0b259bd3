using Tiny.Onnx.Import;

namespace Tiny.Onnx.Operators;

/// <summary>
/// Boxes of images, each cut into bins, of which the largest element is taken: a box ends at whole elements, and bins that do not come out even overlap. A bin without elements is 0.
/// </summary>
static class MaxRoiPool
{
    public static Tensor Run(NodeContext n)
    {
        var (x, rois) = (n[0], n[1]);
        if (x.Rank != 4 || rois.Rank != 2 || !rois.Shape[1].Is(5)) throw NodeContext.Bad($"{x.Shape} and {rois.Shape} are not [n, channels, height, width] and [boxes, 5]");
        if (n.Integers("pooled_shape") is null) throw NodeContext.Bad("attribute 'pooled_shape' is missing");
        int[] bins = Windows.Numbers(n, "pooled_shape", 2);
        float scale = n.Float("spatial_scale", 1);
        Tensor Number(int i) => Movement.Part(rois, 1, i, i + 1).Squeeze(1).Cast(DType.Float32);
        // To the nearest, half away from zero.
        Tensor Edge(int i) => Number(i) * scale is var at ? (at.Abs() + 0.5).Floor().CopySign(at) : at;
        var images = x.Take(Number(0).Cast(DType.Int32));
        // Rows first: [boxes, channels, rows, 1, width] of [boxes, 1, rows, height, 1].
        var rows = Inside(Edge(2), Edge(4), bins[0], x.Shape[2]).Unsqueeze(1).Unsqueeze(-1).Where(images.Unsqueeze(2), double.NegativeInfinity).Max(3);
        var all = Inside(Edge(1), Edge(3), bins[1], x.Shape[3]).Unsqueeze(1).Unsqueeze(1).Where(rows.Unsqueeze(3), double.NegativeInfinity).Max(4);
        return all.Eq(double.NegativeInfinity).Where(0, all).Cast(x.DType);
    }

    // Whether a bin has an element of the axis: [boxes, bins, extent].
    static Tensor Inside(Tensor begin, Tensor end, int bins, Dim extent)
    {
        Tensor Wide(Tensor t) => t.Unsqueeze(-1).Unsqueeze(-1);
        var size = Wide((end - begin + 1).Maximum(1)) / bins;
        Tensor bin = Tensor.Arange(bins).Cast(DType.Float32).Unsqueeze(-1), place = Tensor.Arange(extent).Cast(DType.Float32) - Wide(begin);
        return place.Ge((bin * size).Floor()) & place.Lt(((bin + 1) * size).Ceil());
    }
}
