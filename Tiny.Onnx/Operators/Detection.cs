using Tiny.Onnx.Import;

namespace Tiny.Onnx.Operators;

/// <summary>Boxes in images.</summary>
static class Detection
{
    public static IReadOnlyList<Operator> Table { get; } =
    [
        new("NonMaxSuppression", n => Suppress(n)),
        new("RoiAlign", n => RoiAlign(n)),
    ];

    // boxes[batch, n, 4], scores[batch, classes, n]. Of each class the best box again and again, and none that overlaps one chosen before.
    static Tensor Suppress(NodeContext n)
    {
        var (boxes, scores) = (Movement.Widest(n[0].Cast(DType.Float32)), Movement.Widest(n[1].Cast(DType.Float32)));
        Dim batch = boxes.Shape[0], classes = scores.Shape[1];
        int count = boxes.Shape[1];
        var most = n.Has(2) ? Limits.Narrow(n[2].Reshape([])) : Tensor.Scalar(0);
        // Where it is not known how many are wanted, as many as there are boxes are looked for.
        int rounds = n.Has(2) ? n.IsKnown(2) ? (int)Math.Clamp(n.Integer(2), 0, count) : count : 0;
        if (rounds == 0) return Tensor.Zeros(new Shape(0, 3), DType.Int64);
        var overlaps = Overlaps(boxes, n.Flag("center_point_box")).Gt(n.Optional(3)?.Reshape([]) ?? Tensor.Scalar(0f)).Contiguous();
        var open = Movement.Widest(Tensor.Full(n[1].Shape, true));
        if (n.Optional(4) is { } threshold) open &= scores.Gt(threshold.Reshape([]));
        var (chosen, valid) = (new Tensor[rounds], new Tensor[rounds]);
        for (int k = 0; k < rounds; k++)
        {
            var best = open.Where(scores, double.NegativeInfinity).ArgMax(2);
            chosen[k] = best.Contiguous();
            valid[k] = open.Any(2) & Tensor.Scalar(k).Lt(most);
            var hit = Tensor.Arange(count).Eq(best.Unsqueeze(2));
            // overlaps[batch, 1, n, n] of the chosen one.
            var covered = (hit.Unsqueeze(3) & overlaps.Unsqueeze(1)).Any(2);
            open = (open & !hit & !covered).Contiguous();
        }
        Tensor all = Tensor.Stack(chosen, 2), there = Tensor.Stack(valid, 2);
        var found = n.Counted(there.Sum(), 0, 0, there.Numel);
        // [batch, class, round] of each.
        var rows = Movement.Part(there.Nonzero((int)found.Max, fill: 0), 0, 0, found);
        Tensor Column(int i) => Movement.Part(rows, 1, i, i + 1);
        var place = (Column(0) * Tensor.Of(classes) + Column(1)) * rounds + Column(2);
        return Tensor.Cat([Column(0), Column(1), all.Flatten().Take(place.Squeeze(1)).Unsqueeze(1)], 1).Cast(DType.Int64);
    }

    // What two boxes share, by what they cover together: [batch, n, n].
    static Tensor Overlaps(Tensor boxes, bool centred)
    {
        Tensor At(int i) => Movement.Part(boxes, 2, i, i + 1).Squeeze(2);
        Tensor x1, y1, x2, y2;
        if (centred) (x1, y1, x2, y2) = (At(0) - At(2) / 2, At(1) - At(3) / 2, At(0) + At(2) / 2, At(1) + At(3) / 2);
        // Any two opposite corners.
        else (x1, y1, x2, y2) = (At(1).Minimum(At(3)), At(0).Minimum(At(2)), At(1).Maximum(At(3)), At(0).Maximum(At(2)));
        static Tensor Shared(Tensor low, Tensor high) => (high.Unsqueeze(2).Minimum(high.Unsqueeze(1)) - low.Unsqueeze(2).Maximum(low.Unsqueeze(1))).Maximum(0);
        Tensor both = Shared(x1, x2) * Shared(y1, y2), area = (x2 - x1) * (y2 - y1), either = area.Unsqueeze(2) + area.Unsqueeze(1) - both;
        return (both.Gt(0) & either.Gt(0)).Where(both / either, 0);
    }

    // Each box is cut into bins, each bin sampled on a grid between elements, and averaged (or its largest part taken).
    static Tensor RoiAlign(NodeContext n)
    {
        var (x, rois) = (n[0], n[1].Cast(DType.Float32));
        int height = x.Shape[2], width = x.Shape[3], rows = checked((int)n.Integer("output_height", 1)), columns = checked((int)n.Integer("output_width", 1));
        // Before opset 16 boxes were not moved by half an element.
        bool half = n.Text("coordinate_transformation_mode", n.Opset >= 16 ? "half_pixel" : "output_half_pixel") == "half_pixel";
        float scale = n.Float("spatial_scale", 1);
        Tensor Edge(int i) => Movement.Part(rois, 1, i, i + 1).Squeeze(1) * scale - (half ? 0.5 : 0);
        int samples = checked((int)n.Integer("sampling_ratio", 0));
        var images = x.Take(n[2].Cast(DType.Int32));
        var vertical = Samples(Edge(1), Edge(3), rows, height, samples > 0 ? null : Extents(1));
        var horizontal = Samples(Edge(0), Edge(2), columns, width, samples > 0 ? null : Extents(0));

        double[] Extents(int axis) => n.Floats(1) is var all ? [.. Enumerable.Range(0, all.Length / 4).Select(r => (all[4 * r + 2 + axis] - all[4 * r + axis]) * scale)] : [];

        // Of an axis [rois, bins, samples]: the two elements around each sample, their weights (0 for a sample outside), and how many samples a bin has.
        (Tensor Low, Tensor High, Tensor LowWeight, Tensor HighWeight, Tensor Grid, Tensor Used) Samples(Tensor begin, Tensor end, int bins, int extent, double[]? sizes)
        {
            var size = half ? end - begin : (end - begin).Maximum(1);
            var bin = size / bins;
            int grid = sizes is null ? samples : (int)Math.Max(1, sizes.Select(s => Math.Ceiling((half ? s : Math.Max(s, 1)) / bins)).DefaultIfEmpty(1).Max());
            var counts = sizes is null ? Tensor.Full(begin.Shape, grid, DType.Float32) : bin.Ceil();
            Tensor Wide(Tensor t) => t.Reshape([t.Shape[0], 1, 1]);
            var sample = Tensor.Arange(grid).Cast(DType.Float32);
            var at = Wide(begin) + Tensor.Arange(bins).Cast(DType.Float32).Unsqueeze(1) * Wide(bin) + (sample + 0.5) * Wide(bin) / Wide(counts);
            var used = sample.Lt(Wide(counts)).Expand(at.Shape);
            var inside = at.Ge(-1) & at.Le(extent) & used;
            at = at.Clamp(0, extent - 1);
            var low = at.Floor();
            var far = at - low;
            return (low.Cast(DType.Int32), (low + 1).Minimum(extent - 1).Cast(DType.Int32), inside.Where(1 - far, 0), inside.Where(far, 0), counts, used);
        }

        // [rois, rows, samples] and [rois, columns, samples] to [rois, rows, columns, samples, samples].
        static Tensor V(Tensor t) => t.Reshape([t.Shape[0], t.Shape[1], 1, t.Shape[2], 1]);
        static Tensor H(Tensor t) => t.Reshape([t.Shape[0], 1, t.Shape[1], 1, t.Shape[2]]);
        var flat = images.Flatten(2);
        Tensor Corner(Tensor row, Tensor column, Tensor rowWeight, Tensor columnWeight)
        {
            var place = V(row) * width + H(column);
            var index = place.Reshape([place.Shape[0], 1, -1]);
            var value = flat.Gather(2, index.Expand([flat.Shape[0], flat.Shape[1], index.Shape[2]])).Reshape([flat.Shape[0], flat.Shape[1], .. place.Shape.Dims[1..]]);
            return value * (V(rowWeight) * H(columnWeight)).Unsqueeze(1);
        }
        Tensor[] corners =
        [
            Corner(vertical.Low, horizontal.Low, vertical.LowWeight, horizontal.LowWeight), Corner(vertical.Low, horizontal.High, vertical.LowWeight, horizontal.HighWeight),
            Corner(vertical.High, horizontal.Low, vertical.HighWeight, horizontal.LowWeight), Corner(vertical.High, horizontal.High, vertical.HighWeight, horizontal.HighWeight),
        ];
        if (n.Text("mode", "avg") == "max")
        {
            var largest = corners.Aggregate(Tensor.Maximum);
            return (V(vertical.Used) & H(horizontal.Used)).Unsqueeze(1).Where(largest, double.NegativeInfinity).Max([4, 5]).Cast(x.DType);
        }
        var counted = (vertical.Grid * horizontal.Grid).Maximum(1).Reshape([-1, 1, 1, 1]);
        return (corners.Aggregate((a, b) => a + b).Sum([4, 5]) / counted).Cast(x.DType);
    }
}
