using Tiny.Onnx.Import;

namespace Tiny.Onnx.Operators;

/// <summary>
/// Of boxes[batch, n, 4] with scores[batch, classes, n] the best of each class again and again, and none that overlaps one chosen before. Where a few are wanted they are looked for one
/// after another. Else boxes are sorted, and decided a block at a time: those of a block by what is before them in it, all behind it by what it keeps. So the work
/// is that of comparing all pairs, in four kernels a block, which are the same for all blocks.
/// </summary>
static class NonMaxSuppression
{
    const int Few = 32, Block = 16;

    /// <summary>The edges of boxes [..., n]; what two boxes share is found by them.</summary>
    sealed record Boxes(Tensor Left, Tensor Top, Tensor Right, Tensor Bottom)
    {
        public static Boxes Of(Tensor boxes, bool centred)
        {
            Tensor At(int i) => Movement.Part(boxes, 2, i, i + 1).Squeeze(2);
            return centred ? new(At(0) - At(2) / 2, At(1) - At(3) / 2, At(0) + At(2) / 2, At(1) + At(3) / 2)
                // Any two opposite corners.
                : new(At(1).Minimum(At(3)), At(0).Minimum(At(2)), At(1).Maximum(At(3)), At(0).Maximum(At(2)));
        }

        public Boxes Each(Func<Tensor, Tensor> f) => new(f(Left), f(Top), f(Right), f(Bottom));

        /// <summary>[..., n, m]: what each covers together with each of others is shared by more than a part.</summary>
        public Tensor Overlap(Boxes others, Tensor part)
        {
            var (a, b) = (Each(t => t.Unsqueeze(-1)), others.Each(t => t.Unsqueeze(-2)));
            static Tensor Area(Boxes x) => (x.Right - x.Left) * (x.Bottom - x.Top);
            var both = (a.Right.Minimum(b.Right) - a.Left.Maximum(b.Left)).Maximum(0) * (a.Bottom.Minimum(b.Bottom) - a.Top.Maximum(b.Top)).Maximum(0);
            var either = Area(a) + Area(b) - both;
            return (both.Gt(0) & either.Gt(0)).Where(both / either, 0).Gt(part);
        }
    }

    public static Tensor Run(NodeContext n)
    {
        var (boxes, scores) = (Movement.Widest(n[0].Cast(DType.Float32)), Movement.Widest(n[1].Cast(DType.Float32)));
        Dim classes = scores.Shape[1];
        int count = boxes.Shape[1];
        // Where it is not known how many are wanted, as many as there are boxes are looked for.
        int rounds = n.Has(2) ? n.IsKnown(2) ? (int)Math.Clamp(n.Integer(2), 0, count) : count : 0;
        if (rounds == 0) return Tensor.Zeros(new Shape(0, 3), DType.Int64);
        var most = n[2].Reshape([]).Maximum(0).Minimum(count).Cast(DType.Int32);
        var part = n.Optional(3)?.Reshape([]).Cast(DType.Float32) ?? Tensor.Scalar(0f);
        // Behind an end that data decide there is no box.
        var open = Movement.Widest(Tensor.Full(n[1].Shape, true));
        if (n.Optional(4) is { } threshold) open &= scores.Gt(threshold.Reshape([]));
        var edges = Boxes.Of(boxes, n.Flag("center_point_box"));
        // [batch, classes, rounds]: boxes, and which of them are chosen.
        var (all, there) = rounds <= Few ? OneByOne(edges, scores, open, part, rounds) : InBlocks(edges, scores, open, part);
        there &= there.Cast(DType.Int32).CumSum(2).Le(most);
        var found = n.Counted(there.Sum(), 0, 0, there.Numel);
        // [batch, class, round] of each.
        var rows = Movement.Part(there.Nonzero((int)found.Max, fill: 0), 0, 0, found);
        Tensor Column(int i) => Movement.Part(rows, 1, i, i + 1);
        var place = (Column(0) * Tensor.Of(classes) + Column(1)) * Tensor.Of(all.Shape[2]) + Column(2);
        return Tensor.Cat([Column(0), Column(1), all.Flatten().Take(place.Squeeze(1)).Unsqueeze(1)], 1).Cast(DType.Int64);
    }

    static (Tensor Boxes, Tensor Chosen) OneByOne(Boxes edges, Tensor scores, Tensor open, Tensor part, int rounds)
    {
        var overlaps = edges.Overlap(edges, part).Contiguous();
        var (chosen, valid) = (new Tensor[rounds], new Tensor[rounds]);
        for (int k = 0; k < rounds; k++)
        {
            var best = open.Where(scores, double.NegativeInfinity).ArgMax(2);
            chosen[k] = best.Contiguous();
            valid[k] = open.Any(2);
            var hit = Tensor.Arange(scores.Shape[2]).Eq(best.Unsqueeze(2));
            // overlaps[batch, 1, n, n] of the chosen one.
            var covered = (hit.Unsqueeze(3) & overlaps.Unsqueeze(1)).Any(2);
            open = (open & !hit & !covered).Contiguous();
        }
        return (Tensor.Stack(chosen, 2), Tensor.Stack(valid, 2));
    }

    static (Tensor Boxes, Tensor Chosen) InBlocks(Boxes edges, Tensor scores, Tensor open, Tensor part)
    {
        int count = scores.Shape[2], blocks = (count - 1) / Block + 1;
        var order = open.Where(scores, double.NegativeInfinity).Argsort(2, descending: true).Contiguous();
        // Whole blocks, of which the last has boxes that are not open.
        Tensor Filled(Tensor t) => t.Pad([(0, 0), (0, 0), (0, blocks * Block - count)]).Contiguous();
        // All edges as one, so that they move together.
        var sorted = Tensor.Stack([.. new[] { edges.Left, edges.Top, edges.Right, edges.Bottom }.Select(e => Filled(e.Unsqueeze(1).Expand(scores.Shape).Gather(2, order)))], 0).Contiguous();
        open = Filled(open.Gather(2, order));
        var kept = new Tensor[blocks];
        for (int k = 0; k < blocks; k++)
        {
            var all = Edges(sorted);
            var own = all.Each(Front);
            kept[k] = Kept(Front(open), own.Overlap(own, part).Contiguous()).Contiguous();
            if (k == blocks - 1) break;
            // The block behind comes to the front, so that each step is the same.
            open = Next(open & !(kept[k].Unsqueeze(3) & own.Overlap(all, part)).Any(2));
            sorted = Next(sorted);
        }
        return (order, Movement.Part(Tensor.Cat(kept, 2), 2, 0, count));

        static Boxes Edges(Tensor t) => new(Movement.Part(t, 0, 0, 1).Squeeze(0), Movement.Part(t, 0, 1, 2).Squeeze(0), Movement.Part(t, 0, 2, 3).Squeeze(0), Movement.Part(t, 0, 3, 4).Squeeze(0));
        static Tensor Front(Tensor t) => Movement.Part(t, t.Rank - 1, 0, Block);
        static Tensor Next(Tensor t)
        {
            var edges = new (Dim, Dim)[t.Rank];
            edges[^1] = (0, Block);
            return Movement.Part(t, t.Rank - 1, Block, t.Shape[t.Rank - 1]).Pad(edges).Contiguous();
        }
    }

    // Of a block in order: what is open, and overlaps none that is kept before.
    static Tensor Kept(Tensor open, Tensor overlaps)
    {
        for (int i = 0; i < Block - 1; i++)
        {
            var covered = Movement.Part(overlaps, 2, i, i + 1).Squeeze(2) & Tensor.Arange(Block).Gt(i);
            open &= !(Movement.Part(open, 2, i, i + 1) & covered);
        }
        return open;
    }
}
