using Tiny.Graph;

namespace Tiny.Onnx.Import;

/// <summary>
/// A graph in which data decide extents, made one whose extents do not depend on data. Each such extent becomes the largest that it can be; elements up to the true extent are
/// those of the given graph, and what stands behind them is unspecified. So operations that work element by element are the same, reductions leave out what is behind, and
/// movements find their places with the true extents, which are computed.
/// </summary>
sealed class BoundedGraph(ComputedSizes sizes)
{
    readonly Dictionary<UOp, UOp> _done = new(ReferenceEqualityComparer.Instance);

    /// <summary>A tensor of the graph, with the largest extents.</summary>
    public Tensor Run(Tensor tensor)
    {
        if (_done.TryGetValue(tensor.Node, out var known)) return new Tensor(known);
        foreach (var node in Walk.Topological([tensor.Node], Before))
            if (!_done.ContainsKey(node)) _done[node] = Rewrite(node);
        return new Tensor(_done[tensor.Node]);
    }

    /// <summary>A size as a number of the graph, int32.</summary>
    public Tensor Run(Dim size) => Run(Tensor.Of(size)).Cast(DType.Int32);

    // What a node is computed from, and the sizes that it needs.
    IEnumerable<UOp> Before(UOp node)
    {
        if (_done.ContainsKey(node)) return [];
        var variables = node.Op == Op.Variable ? [(Variable)node.Arg!] : Shapes(node).SelectMany(s => s.Variables).Concat(Edges(node).SelectMany(e => e.Variables));
        List<UOp> before = [.. node.Src];
        foreach (var v in variables)
            if (sizes.TryFind(v, out var number)) before.Add(number.Node);
        return before;
    }

    static IEnumerable<Shape> Shapes(UOp node) => node.Src.Select(s => s.Shape).Append(node.Shape).Where(s => s.IsSymbolic);

    static IEnumerable<Dim> Edges(UOp node) => node.Arg is Edges edges ? edges.SelectMany(e => new[] { e.Lo, e.Hi }).Where(d => d.IsSymbolic) : [];

    UOp Rewrite(UOp node)
    {
        if (node.Op == Op.Variable) return sizes.TryFind((Variable)node.Arg!, out var number) ? _done[number.Node] is var value && value.DType == node.DType ? value : Build.Cast(value, node.DType) : node;
        UOp[] src = [.. node.Src.Select(s => _done[s])];
        if (!Shapes(node).Any(s => s.Any(sizes.Decide))) return node.WithSrc([.. src]);
        switch (node.Op)
        {
            case Op.Reshape: return Reshape(new Tensor(src[0]), node.Src[0].Shape, node.Shape).Node;
            case Op.Expand: return Build.Expand(src[0], sizes.Most(node.Shape));
            case Op.Pad or Op.Shrink or Op.Flip or Op.Reduce: return EachAxis(node, new Tensor(src[0])).Node;
            case Op.Kernel or Op.Update: throw new OnnxUnsupportedException($"a part written by hand over {node.Src[0].Shape}, of which data decide an extent");
            default: return node.WithSrc([.. src]);
        }
    }

    // Axes whose extent data decide one by one, and then all others as they are.
    Tensor EachAxis(UOp node, Tensor x)
    {
        var (from, to) = (node.Src[0].Shape, node.Shape);
        var others = new bool[from.Rank];
        for (int a = 0; a < from.Rank; a++)
            if (!sizes.Decide(from[a]) && !sizes.Decide(to[a])) others[a] = true;
            else
                x = node switch
                {
                    { Op: Op.Pad, Arg: Edges e } => Pad(x, a, from[a], sizes.Most(to[a]), e[a].Lo),
                    { Op: Op.Shrink, Arg: Edges e } => Shrink(x, a, sizes.Most(to[a]), e[a].Lo),
                    { Op: Op.Flip, Arg: Axes axes } => axes.Contains(a) ? x.Take(Run(from[a]) - 1 - Tensor.Arange(x.Shape[a]), a) : x,
                    { Arg: ReduceArg reduce } => reduce.Axes.Contains(a) ? Within(x, a, from[a]).Where(x, Identity(reduce.Op, x.DType)) : x,
                    _ => throw new InvalidOperationException($"{node.Op}"),
                };
        return node.Arg switch
        {
            Edges e when node.Op == Op.Pad => new Tensor(Build.Pad(x.Node, [.. e.Select((p, a) => others[a] ? p : ((Dim)0, (Dim)0))])),
            Edges e => new Tensor(Build.Shrink(x.Node, [.. e.Select((p, a) => others[a] ? p : ((Dim)0, x.Shape[a]))])),
            Axes axes => new Tensor(Build.Flip(x.Node, [.. axes.Where(a => others[a])])),
            _ => new Tensor(node.WithSrc([x.Node])),
        };
    }

    /// <summary>True up to a size along an axis.</summary>
    Tensor Within(Tensor x, int axis, Dim size)
    {
        Dim[] column = [.. x.Shape.Select((_, i) => (Dim)1)];
        column[axis] = x.Shape[axis];
        return Tensor.Arange(x.Shape[axis]).Lt(Run(size)).Reshape(column);
    }

    Tensor Pad(Tensor x, int axis, Dim extent, Dim length, Dim before)
    {
        if (!before.IsSymbolic)
        {
            // Where it ends is known only by the number; zeros follow.
            var there = Within(x, axis, extent).Where(x, Zero(x));
            return Fit(there, axis, (long)before, length);
        }
        var from = Tensor.Arange(length) - Run(before);
        return x.Take((from.Ge(0) & from.Lt(Run(extent))).Where(from, -1), axis);
    }

    Tensor Shrink(Tensor x, int axis, Dim length, Dim begin) => begin.IsSymbolic ? x.Take(Run(begin) + Tensor.Arange(length), axis) : Fit(x, axis, -(long)begin, length);

    // Moved by so many elements and cut to a length; zeros where there is nothing.
    static Tensor Fit(Tensor x, int axis, long by, Dim length)
    {
        Dim have = x.Shape[axis];
        if (by < 0) (x, have) = (Part(x, axis, -by, have), have + by);
        Dim before = Math.Max(0, by), over = before + have - length;
        if (over.Min > 0) x = Part(x, axis, 0, have - over);
        var edges = new (Dim, Dim)[x.Rank];
        edges[axis] = (before, over.Min > 0 ? 0 : 0 - over);
        return new Tensor(Build.Pad(x.Node, edges));
    }

    static Tensor Part(Tensor x, int axis, Dim begin, Dim end) => new(Build.Shrink(x.Node, [.. x.Shape.Select((d, i) => i == axis ? (begin, end) : ((Dim)0, d))]));

    // Elements in row-major order of the true extents. Extents that are the same at both ends, and 1, matter to nothing.
    Tensor Reshape(Tensor x, Shape from, Shape to)
    {
        int lead = 0, trail = 0;
        while (lead < Math.Min(from.Rank, to.Rank) && from[lead].Equals(to[lead])) lead++;
        while (trail < Math.Min(from.Rank, to.Rank) - lead && from[from.Rank - 1 - trail].Equals(to[to.Rank - 1 - trail])) trail++;
        Dim[] mid = [.. from.Dims[lead..^trail]], wanted = [.. to.Dims[lead..^trail]];
        var result = sizes.Most(to);
        var (outer, inner) = (Count(result.Dims[..lead]), Count(result.Dims[(to.Rank - trail)..]));
        x = x.Reshape([outer, Count([.. mid.Select(sizes.Most)]), inner]);
        if (mid.Any(sizes.Decide) || wanted.Any(sizes.Decide))
            x = Outermost(mid) is var (a, rest) && Outermost(wanted) is var (b, others) && a.Equals(b) ? Fit(x.Reshape([outer * a, rest, inner]), 1, 0, others) : x.Take(Places(mid, wanted), 1);
        return x.Reshape(result);
    }

    static Dim Count(ReadOnlySpan<Dim> dims) => new Shape(dims).Count;

    // How many elements stand before the one axis whose extent data decide, and at most from there on; null where there are several.
    (Dim Before, Dim From)? Outermost(Dim[] dims)
    {
        int at = Array.FindIndex(dims, sizes.Decide);
        return at >= 0 && Array.FindIndex(dims, at + 1, sizes.Decide) < 0 ? (Count(dims.AsSpan(0, at)), Count([.. dims[at..].Select(sizes.Most)])) : null;
    }

    // For each element of the new extents its place among the largest old ones.
    Tensor Places(Dim[] from, Dim[] to)
    {
        Tensor place = Tensor.Scalar(0), result = Tensor.Scalar(0);
        foreach (var d in to) place = place.Unsqueeze(-1) * Run(d) + Tensor.Arange(sizes.Most(d));
        Dim stride = 1;
        foreach (var d in from.Reverse())
        {
            var size = Run(d);
            result += place.Mod(size) * Tensor.Of(stride);
            (place, stride) = (place.FloorDiv(size), stride * sizes.Most(d));
        }
        return result.Flatten();
    }

    static Tensor Zero(Tensor x) => Tensor.Full(Shape.Scalar, x.DType.IsBool ? false : (Number)0, x.DType);

    // What changes nothing.
    static Tensor Identity(Op op, DType dtype) => Tensor.Full(Shape.Scalar, (op, dtype) switch
    {
        (Op.Add, { IsBool: true }) => false,
        (Op.Mul, { IsBool: true }) => true,
        (Op.Add, _) => 0,
        (Op.Mul, _) => 1,
        (Op.Max, _) => Operators.Limits.Least(dtype),
        _ => Operators.Limits.Largest(dtype),
    }, dtype);
}
