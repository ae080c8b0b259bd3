using Tiny.Onnx.Import;

namespace Tiny.Onnx.Operators;

/// <summary>
/// An axis resized by a scale that is data, to a declared extent: places and weights are computed in the program. Without antialias as many elements are summed as
/// the kernel is wide; with it as many as it may become wide, since the extents bound the scale.
/// </summary>
static class ResizeByData
{
    public static Tensor Axis(Tensor x, int axis, int size, Tensor scale, (Tensor Begin, Tensor End)? roi, Resizing.Method method)
    {
        int extent = x.Shape[axis];
        if (size == 0 || extent == 0) return Movement.Part(x, axis, 0, 0);
        scale = scale.Cast(DType.Float32).Reshape([]);
        var place = Place(Tensor.Arange(size).Cast(DType.Float32), extent, size, scale, roi, method.Coordinates);
        var y = method.Mode == "nearest" ? x.Take(Nearest(place, method.Nearest).Clamp(0, extent - 1).Cast(DType.Int32), axis) : Weighted(x, axis, size, scale, place, method);
        if (roi is null) return y;
        var outside = place.Lt(0) | place.Gt(extent - 1);
        return Resizing.Column(outside, x.Rank, axis).Where(Tensor.Scalar(method.Outside, y.DType), y);
    }

    static Tensor Place(Tensor i, int extent, int size, Tensor scale, (Tensor Begin, Tensor End)? roi, string coordinates)
    {
        var whole = scale * extent;
        var (begin, end) = roi is { } r ? (r.Begin.Cast(DType.Float32).Reshape([]), r.End.Cast(DType.Float32).Reshape([])) : (Tensor.Scalar(0f), Tensor.Scalar(1f));
        return coordinates switch
        {
            "half_pixel" => (i + 0.5) / scale - 0.5,
            "half_pixel_symmetric" => (1 - size / whole) * (extent / 2.0) + (i + 0.5) / scale - 0.5,
            "pytorch_half_pixel" => size > 1 ? (i + 0.5) / scale - 0.5 : i.ZerosLike(),
            "align_corners" => whole.Eq(1).Where(0f, i * (extent - 1) / (whole - 1)),
            "asymmetric" => i / scale,
            "tf_half_pixel_for_nn" => (i + 0.5) / scale,
            "tf_crop_and_resize" => begin * (extent - 1) + whole.Eq(1).Where((end - begin) * ((extent - 1) / 2.0), i * (end - begin) * (extent - 1) / (whole - 1)),
            _ => throw NodeContext.Bad($"coordinate_transformation_mode '{coordinates}'"),
        };
    }

    static Tensor Nearest(Tensor place, string mode) => mode switch
    {
        "round_prefer_floor" => (place - 0.5).Ceil(),
        "round_prefer_ceil" => (place + 0.5).Floor(),
        "floor" => place.Floor(),
        "ceil" => place.Ceil(),
        _ => throw NodeContext.Bad($"nearest_mode '{mode}'"),
    };

    static Tensor Weighted(Tensor x, int axis, int size, Tensor scale, Tensor place, Resizing.Method method)
    {
        int extent = x.Shape[axis], reach = method.Mode switch { "linear" => 1, "cubic" => 2, var other => throw NodeContext.Bad($"mode '{other}'") };
        // The extent is the scaled one rounded down, or the scale is the quotient of extents.
        int wide = method.Antialias ? (int)Math.Ceiling((double)reach * Math.Max(1, (double)extent / size)) : reach;
        var narrow = method.Antialias ? scale.Minimum(1) : Tensor.Scalar(1f);
        var first = place.Floor();
        var values = x.DType.IsFloat && x.DType.Size >= 4 ? x : x.Cast(DType.Float32);
        Tensor? sum = null, weights = null;
        for (int k = 1 - wide; k <= wide; k++)
        {
            var at = first + k;
            var distance = (at - place).Abs() * narrow;
            var weight = reach == 1 ? (1 - distance).Maximum(0) : Cubic(distance, method.CubicA);
            if (method.ExcludeOutside) weight = (at.Ge(0) & at.Lt(extent)).Where(weight, 0);
            var part = values.Take(at.Clamp(0, extent - 1).Cast(DType.Int32), axis) * Resizing.Column(weight.Cast(values.DType), x.Rank, axis);
            (sum, weights) = (sum is null ? part : sum + part, weights is null ? weight : weights + weight);
        }
        return method.ExcludeOutside || method.Antialias ? sum! / Resizing.Column(weights!.Cast(values.DType), x.Rank, axis) : sum!;
    }

    static Tensor Cubic(Tensor d, double a) =>
        d.Le(1).Where(((a + 2) * d - (a + 3)) * d * d + 1, d.Lt(2).Where(((d * a - 5 * a) * d + 8 * a) * d - 4 * a, 0));
}
