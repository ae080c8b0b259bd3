using Tiny.Onnx.Import;

namespace Tiny.Onnx.Operators;

/// <summary>Boxes in images.</summary>
static class Detection
{
    public static IReadOnlyList<Operator> Table { get; } =
    [
        new("NonMaxSuppression", n => Suppress(n)),
        new("MaxRoiPool", n => MaxRoiPool.Run(n)),
        new("RoiAlign", n => RoiAlign.Run(n)),
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
}
