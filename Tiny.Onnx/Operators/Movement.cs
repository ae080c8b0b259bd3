using Tiny.Onnx.Import;

namespace Tiny.Onnx.Operators;

/// <summary>Operators that only move elements: they take any element type.</summary>
static class Movement
{
    public static IReadOnlyList<Operator> Table { get; } =
    [
        new("Identity", n => n.Value<OnnxValue>(0)),
        new("Reshape", n => n.Like(Reshape(n, [.. (n.Integers("shape") ?? throw NodeContext.Bad("attribute 'shape' is missing")).Select(d => (Dim)d)], false))),
        new("Reshape", n => n.Like(n.HasSizes(1) || n.Declared(0) is null ? Reshape(n, n.SizesOrOpen(1), n.Flag("allowzero")) : n[0].Reshape(n.Declared(0)!)), Since: 5),
        new("Flatten", n => n.Like(Flatten(n[0], n.Integer("axis", 1)))),
        new("Transpose", n => n.Like(Transpose(n))),
        new("Squeeze", n => n.Like(ByDeclared(n) ?? Squeeze(n[0], n.IntegersOr(1, "axes"), n))),
        new("Unsqueeze", n => n.Like(ByDeclared(n) ?? Unsqueeze(n[0], n.IntegersOr(1, "axes") ?? [], n))),
        new("Concat", n => n.Like(Tensor.Cat(n.All(), n.Axis("axis", 1, n[0].Rank)))),
        new("Split", Split),
        new("Slice", n => n.Like(Slice(n))),
        new("Expand", n => n.Like(Expand(n[0], n.HasSizes(1) || n.Declared(0) is null ? new Shape([.. n.Sizes(1).Select(n.NotNegative)]) : n.Declared(0)!))),
        new("Tile", n => n.Like(Tile(n))),
        new("Pad", Padding.Pad),
        new("DepthToSpace", n => n.Like(DepthToSpace(n[0], n.Integer("blocksize"), n.Text("mode", "DCR")))),
        new("SpaceToDepth", n => n.Like(SpaceToDepth(n[0], n.Integer("blocksize")))),
        new("Trilu", n => n.Like(!n.Has(1) || n.IsKnown(1) ? Trilu(n[0], n.Flag("upper", true), n.Has(1) ? n.Integer(1) : 0) : TriluByData(n[0], n.Flag("upper", true), n[1]))),
        new("CenterCropPad", n => n.Like(CenterCropPad(n))),
        new("ReverseSequence", n => n.Like(ReverseSequence(n))),
    ];

    // Where axes are data the declared shape is what they make of it.
    static Tensor? ByDeclared(NodeContext n) => n.Has(1) && !n.IsKnown(1) && n.Declared(0) is { } shape ? n[0].Reshape(shape) : null;

    static Tensor Reshape(NodeContext n, Dim[] shape, bool zeros)
    {
        var x = n[0];
        Dim[] to = [.. shape.Select((d, i) => d.Is(0) && !zeros ? i < x.Rank ? x.Shape[i] : throw NodeContext.Bad($"extent {i} is to be kept, but {x.Shape} has none") : d)];
        if (!x.Shape.IsSymbolic && !to.Any(d => d.IsSymbolic)) return x.Reshape(to);
        // One of which no more is known than that it is a size is what the others leave.
        if (!to.Any(d => d.Is(-1)) && !Count(to).Equals(x.Shape.Count) && to.Count(d => d.IsSymbolic) == 1) to[Array.FindIndex(to, d => d.IsSymbolic)] = -1;
        if (Array.FindIndex(to, d => d.Is(-1)) is >= 0 and var open)
        {
            var others = Count([.. to.Where((_, i) => i != open)]);
            to[open] = others.Is(0) ? 0 : x.Shape.Count.DividedBy(others) ?? n.Counted(Tensor.Of(x.Shape.Count).FloorDiv(Tensor.Of(others)), 0, open, x.Shape.Count.Max);
        }
        // The algebra need not see that there are as many.
        return Count(to).Equals(x.Shape.Count) ? x.Reshape(to) : x.Flatten().Take(Tensor.Arange(Count(to))).Reshape(to);
    }

    static Tensor Flatten(Tensor x, long axis)
    {
        // Here the axis may stand behind the last.
        int a = (int)(axis < 0 ? axis + x.Rank : axis);
        if (a < 0 || a > x.Rank) throw NodeContext.Bad($"axis {axis} is out of range for {x.Shape}");
        return x.Reshape([Count(x.Shape.Dims[..a]), Count(x.Shape.Dims[a..])]);
    }

    static Dim Count(ReadOnlySpan<Dim> dims)
    {
        Dim count = 1;
        foreach (var d in dims) count *= d;
        return count;
    }

    static Tensor Transpose(NodeContext n) =>
        n.Integers("perm") is { } order ? n[0].Permute([.. order.Select(a => checked((int)a))]) : n[0].Permute([.. Enumerable.Range(0, n[0].Rank).Reverse()]);

    static Tensor Squeeze(Tensor x, long[]? axes, NodeContext n)
    {
        int[] gone = axes is null ? [.. Enumerable.Range(0, x.Rank).Where(i => x.Shape[i].Is(1))] : NodeContext.Axes(axes, x.Rank);
        foreach (int a in gone)
            if (!x.Shape[a].Is(1)) throw NodeContext.Bad($"axis {a} of {x.Shape} has not extent 1");
        return x.Reshape([.. x.Shape.Where((_, i) => !gone.Contains(i))]);
    }

    static Tensor Unsqueeze(Tensor x, long[] axes, NodeContext n)
    {
        int rank = x.Rank + axes.Length;
        int[] put = NodeContext.Axes(axes, rank);
        var rest = new Queue<Dim>(x.Shape);
        return x.Reshape([.. Enumerable.Range(0, rank).Select(i => put.Contains(i) ? (Dim)1 : rest.Dequeue())]);
    }

    static Results Split(NodeContext n)
    {
        var x = n[0];
        int axis = n.Axis("axis", 0, x.Rank), parts = n.Outputs;
        if (n.Integer("num_outputs", parts) != parts) throw NodeContext.Bad($"attribute 'num_outputs' is {n.Integer("num_outputs")}, and the node has {parts} outputs");
        Dim[] sizes;
        if (n.Has(1) && !n.IsKnown(1) && n.ComputesSizes) return SliceByData.Split(n, axis).Select(part => n.Like(part)).ToArray();
        // Sizes that are data are those of the declared parts.
        if (n.Has(1) && !n.IsKnown(1) && Enumerable.Range(0, parts).All(i => n.Declared(i) is not null)) sizes = [.. Enumerable.Range(0, parts).Select(i => n.Declared(i)![axis])];
        else if (n.IntegersOr(1, "split") is { } given) sizes = [.. given.Select(s => (Dim)s)];
        else
        {
            if (parts < 1) throw NodeContext.Bad($"{parts} parts");
            // The last part may be shorter, and be nothing.
            Dim each = (x.Shape[axis] + parts - 1) / parts, whole = x.Shape[axis];
            sizes = [.. Enumerable.Range(0, parts).Select(i => Shorter(whole - each * i, each))];
        }
        return x.Split(sizes, axis).Select(part => n.Like(part)).ToArray();
    }

    static Dim Shorter(Dim left, Dim each) => left <= 0 ? 0 : left < each ? left : each;

    static Tensor Slice(NodeContext n)
    {
        if (n.Opset < 10 || Enumerable.Range(1, 4).All(i => !n.Has(i) || n.IsKnown(i)) && !n[0].Shape.IsSymbolic) return SliceBySizes(n);
        if (Enumerable.Range(1, 4).Any(i => n.Has(i) && !n.HasSizes(i))) return n.Declared(0) is null && !n.ComputesSizes ? SliceBySizes(n) : SliceByData.Slice(n, n.Declared(0));
        try
        {
            return SliceBySizes(n);
        }
        catch (ShapeException)
        {
            // Bounds do not decide where an end is: it is computed.
            return SliceByData.Slice(n, n.Declared(0));
        }
    }

    static Tensor SliceBySizes(NodeContext n)
    {
        var x = n[0];
        bool inputs = n.Opset >= 10;
        Dim[] starts = inputs ? n.Sizes(1) : Numbers(n.Integers("starts")), ends = inputs ? n.Sizes(2) : Numbers(n.Integers("ends"));
        long[]? named = inputs ? n.Has(3) ? n.Integers(3) : null : n.Integers("axes"), steps = inputs && n.Has(4) ? n.Integers(4) : null;
        int[] axes = named is null ? [.. Enumerable.Range(0, starts.Length)] : NodeContext.Axes(named, x.Rank);
        if (ends.Length != starts.Length || axes.Length != starts.Length || steps is not null && steps.Length != starts.Length || axes.Any(a => a >= x.Rank))
            throw NodeContext.Bad($"{starts.Length} starts, {ends.Length} ends, {axes.Length} axes and {steps?.Length} steps for {x.Shape}");
        for (int i = 0; i < axes.Length; i++) x = Steps(x, axes[i], starts[i], ends[i], steps?[i] ?? 1);
        return x;
    }

    static Dim[] Numbers(long[]? numbers) => [.. (numbers ?? []).Select(n => (Dim)n)];

    // Both ends are brought into the axis; backwards the end may stand before the first element.
    static Tensor Steps(Tensor x, int axis, Dim start, Dim end, long step)
    {
        if (step == 0) throw NodeContext.Bad("a step of 0");
        var length = x.Shape[axis];
        Dim Within(Dim at, Dim least, Dim most)
        {
            if (at < 0) at = at < 0 - length ? least : at + length;
            return at < least ? least : at > most ? most : at;
        }
        (start, end) = step > 0 ? (Within(start, 0, length), Within(end, 0, length)) : (Within(start, -1, length - 1), Within(end, -1, length - 1));
        long farthest = Math.Max(1, length.Max);
        step = Math.Clamp(step, -farthest, farthest);
        Dim count = step > 0 ? (end - start + step - 1) / step : (start - end - step - 1) / -step;
        if (count.Max <= 0) return Part(x, axis, 0, 0);
        if (step < 0) (x, start, step) = (x.Flip(axis), length - 1 - start, -step);
        if (step == 1) return Part(x, axis, start, start + count);
        // Every step-th element: rows of one step, of which the first column is kept.
        Dim rows = count * step, over = start + rows - length;
        var edges = new (Dim, Dim)[x.Rank];
        edges[axis] = (0, over.Max <= 0 ? 0 : over.Min >= 0 ? over : step - 1);
        var padded = Part(x.Pad(edges), axis, start, start + rows);
        var split = padded.Reshape([.. x.Shape.Dims[..axis], count, step, .. x.Shape.Dims[(axis + 1)..]]);
        return Part(split, axis + 1, 0, 1).Squeeze(axis + 1);
    }

    /// <summary>Part of an axis.</summary>
    public static Tensor Part(Tensor x, int axis, Dim begin, Dim end) => x.Shrink([.. x.Shape.Select((d, i) => i == axis ? (begin, end) : ((Dim)0, d))]);

    /// <summary>The tensor with the largest extents in place of those that are not known, and a value behind its elements.</summary>
    public static Tensor Widest(Tensor x, Number fill = default) => Enumerable.Range(0, x.Rank).Aggregate(x, (t, axis) => Widest(t, axis, fill));

    /// <summary>The tensor with the largest extent along an axis.</summary>
    public static Tensor Widest(Tensor x, int axis, Number fill)
    {
        if (!x.Shape[axis].IsSymbolic) return x;
        var edges = new (Dim, Dim)[x.Rank];
        edges[axis] = (0, x.Shape[axis].Max - x.Shape[axis]);
        return x.Pad(edges, fill);
    }

    /// <summary>The tensor with the largest extents along axes that may be empty, as far as is known: there is something to reduce.</summary>
    public static Tensor NotEmpty(Tensor x, int[] axes, Number fill) => axes.Aggregate(x, (t, a) => t.Shape[a].Min == 0 ? Widest(t, a, fill) : t);

    // An extent that is not 1 stays, whatever it is that data say.
    static Tensor Expand(Tensor x, Shape shape)
    {
        int rank = Math.Max(x.Rank, shape.Rank);
        Dim At(Shape s, int i) => i < rank - s.Rank ? 1 : s[i - rank + s.Rank];
        var to = new Shape([.. Enumerable.Range(0, rank).Select(i => At(shape, i) is { IsSymbolic: true } open && !At(x.Shape, i).Is(1) ? At(x.Shape, i) : At(shape, i))]);
        return x.Expand(Shape.Broadcast(x.Shape, to));
    }

    static Tensor Tile(NodeContext n)
    {
        var x = n[0];
        // In the first opset one axis is repeated.
        if (n.Count == 3)
        {
            int axis = NodeContext.Axis(n.Integer(2), x.Rank);
            return x.Repeat([.. Enumerable.Range(0, x.Rank).Select(i => i == axis ? checked((int)n.Integer(1)) : 1)]);
        }
        if (!n.IsKnown(1) && !n.ComputesSizes && n.Declared(0) is { } shape && x.Shape.Size > 0) return x.Repeat([.. x.Shape.Select((d, i) => (int)(shape[i] / d))]);
        Dim[] times = [.. n.Sizes(1).Select(n.NotNegative)];
        if (times.Length != x.Rank) throw NodeContext.Bad($"{times.Length} counts for {x.Shape}");
        x = x.Repeat([.. times.Select(t => t.IsSymbolic ? 1 : (int)t)]);
        for (int a = 0; a < times.Length; a++)
            if (times[a].IsSymbolic) x = x.Take(Tensor.Arange(x.Shape[a] * times[a]).Mod(Tensor.Of(x.Shape[a])), a);
        return x;
    }

    static Tensor DepthToSpace(Tensor x, long block, string mode)
    {
        if (x.Rank != 4 || block < 1) throw NodeContext.Bad($"{x.Shape} by blocks of {block}");
        Dim n = x.Shape[0], c = x.Shape[1] / (block * block), h = x.Shape[2], w = x.Shape[3];
        var y = mode == "CRD" ? x.Reshape([n, c, block, block, h, w]).Permute(0, 1, 4, 2, 5, 3) : x.Reshape([n, block, block, c, h, w]).Permute(0, 3, 4, 1, 5, 2);
        return y.Reshape([n, c, h * block, w * block]);
    }

    static Tensor SpaceToDepth(Tensor x, long block)
    {
        if (x.Rank != 4 || block < 1) throw NodeContext.Bad($"{x.Shape} by blocks of {block}");
        Dim n = x.Shape[0], c = x.Shape[1], h = x.Shape[2] / block, w = x.Shape[3] / block;
        return x.Reshape([n, c, h, block, w, block]).Permute(0, 3, 5, 1, 2, 4).Reshape([n, c * (block * block), h, w]);
    }

    static Tensor Trilu(Tensor x, bool upper, long diagonal)
    {
        int d = (int)Math.Clamp(diagonal, int.MinValue / 2, int.MaxValue / 2);
        return upper ? x.Triu(d) : x.Tril(d);
    }

    static Tensor TriluByData(Tensor x, bool upper, Tensor diagonal)
    {
        // In 64 bits: the diagonal may be anywhere.
        var column = Tensor.Arange(x.Shape[x.Rank - 1]).Cast(DType.Int64) - Tensor.Arange(x.Shape[x.Rank - 2]).Cast(DType.Int64).Unsqueeze(1);
        var d = diagonal.Reshape([]).Cast(DType.Int64);
        return (upper ? column.Ge(d) : column.Le(d)).Where(x, x.ZerosLike());
    }

    static Tensor CenterCropPad(NodeContext n)
    {
        var x = n[0];
        if (!n.IsKnown(1) && n.Declared(0) is { } declared) return SliceByData.CenterCropPad(x, declared);
        long[] shape = n.Integers(1);
        int[] axes = NodeContext.Axes(n.Integers("axes"), x.Rank);
        if (axes.Length != shape.Length) throw NodeContext.Bad($"{shape.Length} extents for {axes.Length} axes");
        for (int i = 0; i < axes.Length; i++) x = SliceByData.Centred(x, axes[i], checked((int)shape[i]));
        return x;
    }

    // Of each batch so many first elements in reverse; the rest stays.
    static Tensor ReverseSequence(NodeContext n)
    {
        var x = n[0];
        int batch = n.Axis("batch_axis", 1, x.Rank), time = n.Axis("time_axis", 0, x.Rank);
        Tensor Along(Tensor vector, int axis) => vector.Reshape([.. Enumerable.Range(0, x.Rank).Select(i => i == axis ? x.Shape[i] : (Dim)1)]);
        Tensor length = Along(n[1].Cast(DType.Int32), batch), at = Along(Tensor.Arange(x.Shape[time]), time);
        var from = at.Lt(length).Where(length - 1 - at, at);
        return x.Gather(time, from.Expand(x.Shape));
    }
}
