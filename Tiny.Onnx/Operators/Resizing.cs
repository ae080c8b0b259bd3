using Tiny.Onnx.Import;

namespace Tiny.Onnx.Operators;

/// <summary>
/// Resize and Upsample, one axis after another. Each element of the result is a sum of a few elements (taps) of the axis, at places and with weights that depend on
/// its index alone: tables, computed in double.
/// </summary>
static class Resizing
{
    public static IReadOnlyList<Operator> Table { get; } =
    [
        new("Upsample", n => Upsample(n, [.. (n.Floats("scales") ?? throw NodeContext.Bad("attribute 'scales' is missing")).Select(s => (double)s)])),
        new("Upsample", n => UpsampleByInput(n), Since: 9),
        new("Resize", n => UpsampleByInput(n), Since: 10),
        new("Resize", n => Resize(n), Since: 11),
    ];

    /// <summary>What all axes share.</summary>
    internal sealed record Method(NodeContext Node, string Mode, string Nearest, string Coordinates, double CubicA, bool ExcludeOutside, bool Antialias, double Outside);

    static Tensor UpsampleByInput(NodeContext n)
    {
        if (n.IsKnown(1) || n.Declared(0) is not { } shape) return Upsample(n, n.Floats(1));
        var x = n[0];
        for (int a = 0; a < x.Rank; a++) x = ResizeByData.Axis(x, a, shape[a], Movement.Part(n[1], 0, a, a + 1), null, Upsampling(n));
        return x.Cast(n[0].DType);
    }

    static Method Upsampling(NodeContext n) => new(n, n.Text("mode", "nearest"), "floor", "asymmetric", -0.75, false, false, 0);

    static Tensor Upsample(NodeContext n, double[] scales)
    {
        var x = n[0];
        if (scales.Length != x.Rank) throw NodeContext.Bad($"{scales.Length} scales for {x.Shape}");
        var method = Upsampling(n);
        for (int a = 0; a < x.Rank; a++) x = Axis(x, a, Size(scales[a] * (int)x.Shape[a]), scales[a], null, method);
        return x.Cast(n[0].DType);
    }

    static Tensor Resize(NodeContext n)
    {
        var x = n[0];
        int[] axes = NodeContext.Axes(n.Integers("axes"), x.Rank);
        var method = new Method(n, n.Text("mode", "nearest"), n.Text("nearest_mode", "round_prefer_floor"), n.Text("coordinate_transformation_mode", "half_pixel"),
            n.Float("cubic_coeff_a", -0.75f), n.Flag("exclude_outside"), n.Flag("antialias"), n.Float("extrapolation_value", 0));
        if (n.Declared(0) is { } shape && Enumerable.Range(1, 3).Any(i => n.Has(i) && n[i].Numel > 0 && !n.IsKnown(i) && (i > 1 || method.Coordinates == "tf_crop_and_resize")))
            return Fitted(ByData(n, x, axes, shape, method), n[0].DType);
        double[]? roi = method.Coordinates == "tf_crop_and_resize" && n.Has(1) ? n.Floats(1) : null;
        double[] scales;
        int[] sizes;
        if (n.Has(3) && n[3].Numel > 0) (scales, sizes) = BySizes(n.Integers(3), [.. axes.Select(a => (int)x.Shape[a])], n.Text("keep_aspect_ratio_policy", "stretch"));
        else if (n.Has(2) && n.Floats(2) is { Length: > 0 } given) (scales, sizes) = (given, [.. given.Zip(axes, (s, a) => Size(s * (int)x.Shape[a]))]);
        else throw NodeContext.Bad("neither scales nor sizes are given");
        if (scales.Length != axes.Length || roi is not null && roi.Length != 2 * axes.Length) throw NodeContext.Bad($"{scales.Length} scales for {axes.Length} axes");
        for (int i = 0; i < axes.Length; i++) x = Axis(x, axes[i], sizes[i], scales[i], roi is null ? null : (roi[i], roi[axes.Length + i]), method);
        return Fitted(x, n[0].DType);
    }

    // Sizes are declared; the scales are those of an input, or follow from the sizes.
    static Tensor ByData(NodeContext n, Tensor x, int[] axes, Shape shape, Method method)
    {
        bool bySizes = n.Has(3) && n[3].Numel > 0;
        Tensor Number(int input, int i) => Movement.Part(n[input], 0, i, i + 1).Reshape([]).Cast(DType.Float32);
        Tensor[] scales = [.. axes.Select((a, i) => bySizes ? Number(3, i) / (double)(int)x.Shape[a] : Number(2, i))];
        var policy = n.Text("keep_aspect_ratio_policy", "stretch");
        if (bySizes && policy != "stretch") Array.Fill(scales, scales.Aggregate(policy == "not_larger" ? Tensor.Minimum : Tensor.Maximum));
        bool crops = method.Coordinates == "tf_crop_and_resize" && n.Has(1);
        for (int i = 0; i < axes.Length; i++)
            x = ResizeByData.Axis(x, axes[i], shape[axes[i]], scales[i], crops ? (Number(1, i), Number(1, axes.Length + i)) : null, method);
        return x;
    }

    static Tensor Fitted(Tensor x, DType dtype)
    {
        return dtype.IsFloat || x.DType == dtype ? x.Cast(dtype) : x.Maximum(Limits.Least(dtype)).Minimum(Limits.Largest(dtype)).Cast(dtype);
    }

    static int Size(double size) => size is >= 0 and <= int.MaxValue ? (int)size : throw NodeContext.Bad($"an extent of {size}");

    static (double[], int[]) BySizes(long[] sizes, int[] extents, string policy)
    {
        if (sizes.Length != extents.Length) throw NodeContext.Bad($"{sizes.Length} sizes for {extents.Length} axes");
        double[] scales = [.. sizes.Zip(extents, (s, e) => (double)s / e)];
        if (policy == "stretch") return (scales, [.. sizes.Select(s => Size(s))]);
        double one = policy switch { "not_larger" => scales.Min(), "not_smaller" => scales.Max(), _ => throw NodeContext.Bad($"keep_aspect_ratio_policy '{policy}'") };
        return ([.. scales.Select(_ => one)], [.. extents.Select(e => Size(Math.Floor(one * e + 0.5)))]);
    }

    static Tensor Axis(Tensor x, int axis, int size, double scale, (double Begin, double End)? roi, Method method)
    {
        int extent = x.Shape[axis];
        if (scale == 1 && size == extent && (roi is null || roi == (0, 1))) return x;
        if (extent < 1 || !(scale > 0)) throw NodeContext.Bad($"axis {axis} of {x.Shape} by {scale}");
        if (size == 0) return Movement.Part(x, axis, 0, 0);
        double At(int i) => Place(i, extent, size, scale, roi, method.Coordinates);
        var result = method.Mode == "nearest" ? Picked(x, axis, Nearest(At, size, extent, method.Nearest)) : Weighted(x, axis, new Taps(At, size, scale, extent, method));
        if (roi is null) return result;
        var outside = HostTable.New<bool>(size);
        for (int i = 0; i < size; i++) outside[i] = At(i) is var p && (p < 0 || p > extent - 1);
        return outside.Contains(true) ? Column(Tensor.From(outside), result.Rank, axis).Where(Tensor.Scalar(method.Outside, result.DType), result) : result;
    }

    // Where the centre of an element lies among those of the input.
    static double Place(int i, int extent, int size, double scale, (double Begin, double End)? roi, string coordinates)
    {
        double whole = scale * extent;
        // In float32, as the scale is: whether a place is in the middle of two elements follows from how 11.5 / 2.3 is rounded.
        double centre = (float)((float)(i + 0.5) / (float)scale);
        switch (coordinates)
        {
            case "half_pixel": return centre - 0.5;
            case "half_pixel_symmetric": return extent / 2.0 * (1 - size / whole) + centre - 0.5;
            case "pytorch_half_pixel": return size > 1 ? centre - 0.5 : 0;
            case "align_corners": return whole == 1 ? 0 : i * (extent - 1) / (whole - 1);
            case "asymmetric": return i / (float)scale;
            case "tf_half_pixel_for_nn": return centre;
            case "tf_crop_and_resize":
                var (begin, end) = roi ?? (0, 1);
                return begin * (extent - 1) + (whole == 1 ? (end - begin) * (extent - 1) / 2 : i * (end - begin) * (extent - 1) / (whole - 1));
            default: throw NodeContext.Bad($"coordinate_transformation_mode '{coordinates}'");
        }
    }

    static int[] Nearest(Func<int, double> at, int size, int extent, string mode)
    {
        Func<double, double> round = mode switch
        {
            "round_prefer_floor" => place => Math.Ceiling(place - 0.5),
            "round_prefer_ceil" => place => Math.Floor(place + 0.5),
            "floor" => Math.Floor,
            "ceil" => Math.Ceiling,
            _ => throw NodeContext.Bad($"nearest_mode '{mode}'"),
        };
        var index = HostTable.New<int>(size);
        for (int i = 0; i < size; i++) index[i] = (int)Math.Clamp(round(at(i)), 0, extent - 1);
        return index;
    }

    /// <summary>For each element of the result the elements that it is the sum of, and their weights: a column for the first of each, one for the second, and so on.</summary>
    sealed class Taps
    {
        readonly int _size;
        readonly int[] _index;
        readonly double[] _weight;

        /// <summary>The most elements that one is the sum of. Others have some of no weight.</summary>
        public int Most { get; }

        public Taps(Func<int, double> at, int size, double scale, int extent, Method method)
        {
            // When the axis gets shorter the kernel gets wider, so that it sees every element.
            double narrow = method.Antialias ? Math.Min(scale, 1) : 1;
            var (reach, kernel) = method.Mode switch
            {
                "linear" => (1, (Func<double, double>)(d => Math.Max(0, 1 - d))),
                "cubic" => (2, d => Cubic(d, method.CubicA)),
                _ => throw NodeContext.Bad($"mode '{method.Mode}'"),
            };
            double wide = Math.Ceiling(2 * reach / narrow);
            method.Node.LayOut((long)Math.Min(wide, int.MaxValue));
            (_size, _index, _weight) = (size, HostTable.New<int>((long)wide, size), HostTable.New<double>((long)wide, size));
            for (int i = 0; i < size; i++)
            {
                double place = at(i), sum = 0;
                long first = (long)Math.Floor(place - reach / narrow) + 1, last = (long)Math.Ceiling(place + reach / narrow) - 1;
                int count = 0;
                for (long k = first; k <= last && count < (int)wide; k++)
                {
                    if (method.ExcludeOutside && (k < 0 || k >= extent)) continue;
                    int slot = count++ * size + i;
                    (_index[slot], _weight[slot]) = ((int)Math.Clamp(k, 0, extent - 1), kernel(Math.Abs(k - place) * narrow));
                    sum += _weight[slot];
                }
                Most = Math.Max(Most, count);
                if (method.ExcludeOutside || method.Antialias)
                    for (int k = 0; k < count; k++) _weight[k * size + i] /= sum;
            }
        }

        public int[] Index(int tap) => _index[(tap * _size)..((tap + 1) * _size)];
        public double[] Weight(int tap) => _weight[(tap * _size)..((tap + 1) * _size)];
    }

    // Keys' kernel.
    static double Cubic(double d, double a) => d <= 1 ? ((a + 2) * d - (a + 3)) * d * d + 1 : d < 2 ? ((a * d - 5 * a) * d + 8 * a) * d - 4 * a : 0;

    static Tensor Picked(Tensor x, int axis, int[] index)
    {
        int extent = x.Shape[axis], times = index.Length / extent;
        // Each element so many times: no table, only index arithmetic.
        if (index.Length == extent * times && index.Select((at, i) => at == i / times).All(same => same)) return x.RepeatInterleave(times, axis);
        return x.Take(Tensor.From(index), axis);
    }

    static Tensor Weighted(Tensor x, int axis, Taps taps)
    {
        var wide = x.DType.IsFloat && x.DType.Size >= 4 ? x : x.Cast(DType.Float32);
        Tensor? sum = null;
        for (int k = 0; k < taps.Most; k++)
        {
            double[] weights = taps.Weight(k);
            var part = wide.Take(Tensor.From(taps.Index(k)), axis)
                * Column(wide.DType == DType.Float64 ? Tensor.From(weights) : Tensor.From(Array.ConvertAll(weights, w => (float)w)), x.Rank, axis);
            sum = sum is null ? part : sum + part;
        }
        return sum!;
    }

    // A vector along an axis.
    internal static Tensor Column(Tensor vector, int rank, int axis) => vector.Reshape([vector.Shape[0], .. Enumerable.Repeat((Dim)1, rank - axis - 1)]);
}
