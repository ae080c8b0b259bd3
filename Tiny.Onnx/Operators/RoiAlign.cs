using Tiny.Onnx.Import;

namespace Tiny.Onnx.Operators;

/// <summary>
/// Boxes of images, each cut into bins: a bin is sampled on a grid between elements, and averaged, or its largest part is taken. Where the grid follows from the boxes, and these
/// are data, a bin has as many samples as can be inside of the image: they are less than an element apart, but the more there are the closer to that.
/// </summary>
static class RoiAlign
{
    /// <summary>The samples of an axis, [boxes, bins, samples]: the two elements around each, their weights (0 outside of the image), and which samples a bin has of how many.</summary>
    sealed record Axis(Tensor Low, Tensor High, Tensor LowWeight, Tensor HighWeight, Tensor Used, Tensor Count);

    public static Tensor Run(NodeContext n)
    {
        var (x, rois) = (n[0], n[1].Cast(DType.Float32));
        int height = x.Shape[2], width = x.Shape[3], rows = checked((int)n.Integer("output_height", 1)), columns = checked((int)n.Integer("output_width", 1));
        int samples = checked((int)n.Integer("sampling_ratio", 0));
        // Before opset 16 boxes were not moved by half an element.
        bool half = n.Text("coordinate_transformation_mode", n.Opset >= 16 ? "half_pixel" : "output_half_pixel") == "half_pixel";
        float scale = n.Float("spatial_scale", 1);
        Tensor Edge(int i) => Movement.Part(rois, 1, i, i + 1).Squeeze(1) * scale - (half ? 0.5 : 0);
        var (vertical, horizontal) = (Samples(Edge(1), Edge(3), rows, height, samples, half), Samples(Edge(0), Edge(2), columns, width, samples, half));
        var images = x.Take(n[2].Cast(DType.Int32));
        var result = n.Text("mode", "avg") switch
        {
            "max" => Largest(images, vertical, horizontal),
            "avg" => Average(images, vertical, horizontal),
            var mode => throw NodeContext.Bad($"mode '{mode}'"),
        };
        return result.Cast(x.DType);
    }

    static Axis Samples(Tensor begin, Tensor end, int bins, int extent, int samples, bool half)
    {
        static Tensor Wide(Tensor t) => t.Reshape([t.Shape[0], 1, 1]);
        var bin = Wide(half ? end - begin : (end - begin).Maximum(1)) / bins;
        var start = Wide(begin) + Tensor.Arange(bins).Cast(DType.Float32).Unsqueeze(1) * bin;
        var count = samples > 0 ? Tensor.Full(bin.Shape, samples, DType.Float32) : bin.Ceil().Maximum(0);
        var apart = bin / count.Maximum(1);
        var sample = Tensor.Arange(samples > 0 ? samples : extent + 6).Cast(DType.Float32);
        // From one before the image on, to one behind it: what is outside counts as 0.
        if (samples <= 0) sample += apart.Gt(0).Where((-1 - start) / apart - 1, 0).Floor().Minimum(count - 1).Maximum(0);
        var at = start + (sample + 0.5) * apart;
        var used = sample.Lt(count).Expand(at.Shape);
        var inside = at.Ge(-1) & at.Le(extent) & used;
        at = at.Clamp(0, extent - 1);
        var low = at.Floor();
        var far = at - low;
        // Each is computed once, and not again for each element of the image.
        return new(low.Cast(DType.Int32).Contiguous(), (low + 1).Minimum(extent - 1).Cast(DType.Int32).Contiguous(), inside.Where(1 - far, 0).Contiguous(), inside.Where(far, 0).Contiguous(), used, count);
    }

    // What each element of an axis counts in each bin, [boxes, bins, extent]: the average of an image is one along its rows and then along its columns.
    static Tensor Weights(Axis axis, int extent)
    {
        var element = Tensor.Arange(extent);
        Tensor Of(Tensor place, Tensor weight) => place.Unsqueeze(3).Eq(element).Where(weight.Unsqueeze(3), 0);
        return ((Of(axis.Low, axis.LowWeight) + Of(axis.High, axis.HighWeight)).Sum(2) / axis.Count.Maximum(1)).Contiguous();
    }

    static Tensor Average(Tensor images, Axis vertical, Axis horizontal)
    {
        Tensor down = Weights(vertical, images.Shape[2]).Unsqueeze(1), along = Weights(horizontal, images.Shape[3]).Unsqueeze(1);
        var wide = images.DType.IsShortFloat ? images.Cast(DType.Float32) : images;
        return down.Cast(wide.DType).MatMul(wide).MatMul(along.Cast(wide.DType).Transpose());
    }

    // Of each sample the largest of its four parts.
    static Tensor Largest(Tensor images, Axis vertical, Axis horizontal)
    {
        // [boxes, rows, samples] and [boxes, columns, samples] to [boxes, rows, columns, samples, samples].
        static Tensor V(Tensor t) => t.Reshape([t.Shape[0], t.Shape[1], 1, t.Shape[2], 1]);
        static Tensor H(Tensor t) => t.Reshape([t.Shape[0], 1, t.Shape[1], 1, t.Shape[2]]);
        var (flat, width) = (images.Flatten(2), images.Shape[3]);
        Tensor Corner(Tensor row, Tensor column, Tensor rowWeight, Tensor columnWeight)
        {
            var place = V(row) * Tensor.Of(width) + H(column);
            var index = place.Reshape([place.Shape[0], 1, new Shape(place.Shape.Dims[1..]).Count]);
            var value = flat.Gather(2, index.Expand([flat.Shape[0], flat.Shape[1], index.Shape[2]])).Reshape([flat.Shape[0], flat.Shape[1], .. place.Shape.Dims[1..]]);
            return value * (V(rowWeight) * H(columnWeight)).Unsqueeze(1);
        }
        Tensor[] corners =
        [
            Corner(vertical.Low, horizontal.Low, vertical.LowWeight, horizontal.LowWeight), Corner(vertical.Low, horizontal.High, vertical.LowWeight, horizontal.HighWeight),
            Corner(vertical.High, horizontal.Low, vertical.HighWeight, horizontal.LowWeight), Corner(vertical.High, horizontal.High, vertical.HighWeight, horizontal.HighWeight),
        ];
        return (V(vertical.Used) & H(horizontal.Used)).Unsqueeze(1).Where(corners.Aggregate(Tensor.Maximum), double.NegativeInfinity).Max([4, 5]);
    }
}
