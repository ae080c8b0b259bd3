using Tiny.Onnx.Import;

namespace Tiny.Onnx.Operators;

/// <summary>Slices and edges whose ends are data: along each axis elements are picked at places that are computed from them. How many is declared, or computed too.</summary>
static class SliceByData
{
    /// <summary>A slice, of the declared shape.</summary>
    public static Tensor Slice(NodeContext n, Shape? shape)
    {
        var x = n[0];
        for (int a = 0; a < x.Rank; a++)
        {
            var length = Tensor.Of(x.Shape[a]);
            if (OfAxis(n, a, 1, 0) is not { } start) continue;
            var end = OfAxis(n, a, 2, int.MaxValue)!;
            var step = n.Has(4) ? OfAxis(n, a, 4, 1)! : Tensor.Scalar(1);
            var back = step.Lt(0);
            // Backwards the first element may be the last one, not the one behind it, and the end before the first.
            Tensor Within(Tensor at) => at.Lt(0).Where(at.Maximum(-length - 1) + length, at).Maximum(back.Where(-1, 0)).Minimum(back.Where(length - 1, length));
            (start, end) = (Within(start), Within(end));
            var count = shape is not null ? shape[a] : n.Counted((end - start + back.Where(step + 1, step - 1)).FloorDiv(step), 0, a, x.Shape[a].Max);
            x = x.Take(start.Maximum(0) + Tensor.Arange(count) * step, a);
        }
        return x;
    }

    /// <summary>Parts of an axis, of sizes that are data.</summary>
    public static IReadOnlyList<Tensor> Split(NodeContext n, int axis)
    {
        var x = n[0];
        var sizes = Limits.Narrow(n[1]).Flatten();
        var begin = Tensor.Scalar(0);
        n.LayOut(sizes.Numel);
        var parts = new Tensor[sizes.Numel];
        for (int i = 0; i < parts.Length; i++)
        {
            var size = Movement.Part(sizes, 0, i, i + 1).Reshape([]);
            parts[i] = x.Take(begin + Tensor.Arange(n.Counted(size, i, axis, x.Shape[axis].Max)), axis);
            begin += size;
        }
        return parts;
    }

    /// <summary>What an input says of an axis, as int32; null if it is known to say nothing.</summary>
    static Tensor? OfAxis(NodeContext n, int axis, int input, int otherwise)
    {
        var x = n[0];
        var values = Limits.Narrow(n[input]);
        Tensor At(int i) => Movement.Part(values, 0, i, i + 1).Reshape([]);
        if (!n.Has(3)) return axis < values.Numel ? At(axis) : null;
        if (n.IsKnown(3)) return Array.IndexOf(NodeContext.Axes(n.Integers(3), x.Rank), axis) is >= 0 and var i ? At(i) : null;
        // Axes are named once: a sum of one.
        var hit = Indexing.FromFront(n[3], x.Rank).Eq(axis);
        return hit.Any().Where(hit.Where(values, 0).Sum(), otherwise);
    }

    /// <summary>Elements added or cut off, to the declared shape.</summary>
    public static Tensor Pad(NodeContext n, Shape? shape, string mode)
    {
        var x = n[0];
        var pads = Limits.Narrow(n[1]);
        int count = pads.Numel / 2;
        int[]? axes = !n.Has(3) ? [.. Enumerable.Range(0, x.Rank)] : n.IsKnown(3) ? NodeContext.Axes(n.Integers(3), x.Rank) : null;
        Tensor? inside = null;
        for (int a = 0; a < x.Rank; a++)
        {
            int length = x.Shape[a];
            Tensor? Of(Tensor edges) => axes is null ? Indexing.FromFront(n[3], x.Rank).Eq(a).Where(edges, 0).Sum()
                : Array.IndexOf(axes, a) is >= 0 and var i ? Movement.Part(edges, 0, i, i + 1).Reshape([]) : null;
            if (Of(Movement.Part(pads, 0, 0, count)) is not { } begin) continue;
            var extent = shape is not null ? shape[a] : n.Counted(begin + length + Of(Movement.Part(pads, 0, count, 2 * count))!, 0, a);
            var from = Tensor.Arange(extent) - begin;
            var there = (from.Ge(0) & from.Lt(length)).Reshape([extent, .. Enumerable.Repeat((Dim)1, x.Rank - a - 1)]);
            inside = inside is null ? there : inside & there;
            x = x.Take(mode switch
            {
                "constant" => from,
                "edge" => from.Clamp(0, length - 1),
                "reflect" => Reflected(from, length),
                "wrap" => from.Mod(length),
                _ => throw NodeContext.Bad($"mode '{mode}'"),
            }, a);
        }
        if (mode != "constant" || inside is null) return x;
        return inside.Where(x, n.Optional(2)?.Reshape([]).Cast(x.DType) ?? x.ZerosLike());
    }

    static Tensor Reflected(Tensor from, int length)
    {
        if (length < 2) return from.ZerosLike();
        var turn = from.Mod(2 * (length - 1));
        return turn.Minimum(2 * (length - 1) - turn);
    }

    /// <summary>The middle of a tensor, or the tensor in the middle of zeros: how much of an axis is declared.</summary>
    public static Tensor CenterCropPad(Tensor x, Shape shape)
    {
        for (int a = 0; a < x.Rank; a++) x = Centred(x, a, shape[a]);
        return x;
    }

    /// <summary>The middle of an axis, or the axis in the middle of zeros.</summary>
    public static Tensor Centred(Tensor x, int axis, int want)
    {
        int have = x.Shape[axis];
        if (want < 0) throw NodeContext.Bad($"an extent of {want}");
        if (have > want) return Movement.Part(x, axis, (have - want) / 2, (have - want) / 2 + want);
        if (have == want) return x;
        var edges = new (Dim, Dim)[x.Rank];
        edges[axis] = ((want - have) / 2, want - have - (want - have) / 2);
        return x.Pad(edges);
    }
}
