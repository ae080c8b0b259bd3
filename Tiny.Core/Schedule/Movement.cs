using Tiny.Algebra;
using Tiny.Graph;

namespace Tiny.Schedule;

/// <summary>
/// What each movement operation does to an index: given the index of an element of the result, the index of the element
/// of the operand that it is, and for a pad the condition under which there is one.
/// </summary>
sealed class Movement(Rewriter simplify)
{
    /// <summary>The operand's index, and the condition (true unless the node is a pad).</summary>
    public (UOp[] Index, UOp Valid) Through(UOp node, UOp[] index)
    {
        var from = node.Src[0].Shape;
        switch (node.Op)
        {
            case Op.Reshape:
                return (Reshape(node, index)!, UOp.Bool(true));
            case Op.Permute:
                var order = (Axes)node.Arg!;
                var permuted = new UOp[index.Length];
                for (int i = 0; i < index.Length; i++) permuted[order[i]] = index[i];
                return (permuted, UOp.Bool(true));
            case Op.Expand:
                return ([.. index.Select((x, i) => from[i].Is(1) ? UOp.Index(0) : x)], UOp.Bool(true));
            case Op.Shrink:
                var kept = (Edges)node.Arg!;
                return ([.. index.Select((x, i) => simplify.Run(x + kept[i].Lo.ToUOp()))], UOp.Bool(true));
            case Op.Flip:
                var flipped = (Axes)node.Arg!;
                return ([.. index.Select((x, i) => flipped.Contains(i) ? simplify.Run(x * -1 + (from[i] - 1).ToUOp()) : x)], UOp.Bool(true));
            case Op.Pad:
                return Pad(from, (Edges)node.Arg!, index);
            default:
                throw new InvalidOperationException($"{node.Op} moves nothing");
        }
    }

    (UOp[] Index, UOp Valid) Pad(Shape from, Edges edges, UOp[] index)
    {
        var valid = UOp.Bool(true);
        var moved = new UOp[index.Length];
        for (int i = 0; i < index.Length; i++)
        {
            moved[i] = simplify.Run(index[i] + -edges[i].Lo.ToUOp());
            if (!edges[i].Lo.Is(0)) valid &= moved[i].Lt(UOp.Index(0)).Not();
            if (!edges[i].Hi.Is(0)) valid &= Below(moved[i], from[i]);
        }
        return (moved, simplify.Run(valid));
    }

    // What loops to a variable are bounded by may prove it.
    UOp Below(UOp index, Dim extent)
    {
        var below = index.Lt(extent.ToUOp());
        if (!extent.IsSymbolic) return below;
        var form = LinearForm.Of(index);
        return form.IsExact() && SymbolicBounds.IsAtMost(form.Plus(LinearForm.Of(simplify.Run(extent.ToUOp())), -1), -1) ? UOp.Bool(true) : below;
    }

    /// <summary>The conjunction of two conditions, simplified.</summary>
    public UOp Both(UOp a, UOp b) => simplify.Run(a & b);

    /// <summary>The operand's index of a reshape; null where it would take a division by what is known only at the call.</summary>
    public UOp[]? Reshape(UOp node, UOp[] index)
    {
        var (from, to) = (node.Src[0].Shape, node.Shape);
        if (from.IsSymbolic || to.IsSymbolic) return SymbolicReshape(from, to, index);
        // Of nothing, no element is ever asked for.
        if (from.Size == 0) return [.. from.Select(_ => UOp.Index(0))];
        // Dimensions that stand in both shapes at the same place pass unchanged; only the groups between need arithmetic.
        var result = new UOp[from.Rank];
        int f = 0, t = 0;
        while (f < from.Rank || t < to.Rank)
        {
            int f0 = f, t0 = t;
            long a = f < from.Rank ? from[f++] : 1, b = t < to.Rank ? to[t++] : 1;
            while (a != b)
                if (a < b && f < from.Rank) a *= from[f++];
                else if (t < to.Rank) b *= to[t++];
                else a *= from[f++];
            if (a > int.MaxValue) throw new ShapeException($"reshape of {from} to {to} joins more than 2^31 - 1 elements");
            Regroup(from, f0, f, to, t0, t, index, result);
        }
        return result;
    }

    // The same, where products of dimensions are compared as expressions.
    UOp[]? SymbolicReshape(Shape from, Shape to, UOp[] index)
    {
        var result = new UOp[from.Rank];
        for (int f = 0, t = 0; f < from.Rank || t < to.Rank;)
        {
            int f0 = f, t0 = t;
            (f, t) = Group(from, f, to, t);
            if (!Regroup(from, f0, f, to, t0, t, index, result)) return null;
        }
        return result;
    }

    // Where the shortest run of dimensions ends that has the same product in both shapes.
    static (int F, int T) Group(Shape from, int f, Shape to, int t)
    {
        for (int n = 1; n <= from.Rank - f + to.Rank - t; n++)
            for (int i = Math.Max(0, n - to.Rank + t); i <= Math.Min(n, from.Rank - f); i++)
                if (Product(from, f, f + i).Equals(Product(to, t, t + n - i))) return (f + i, t + n - i);
        throw new ShapeException($"reshape of {from} to {to}");
    }

    static Dim Product(Shape shape, int begin, int end)
    {
        Dim product = 1;
        for (int i = begin; i < end; i++) product *= shape[i];
        return product;
    }

    bool Regroup(Shape from, int f0, int f1, Shape to, int t0, int t1, UOp[] index, UOp[] result)
    {
        var flat = UOp.Index(0);
        // Of one element, none but the first is ever asked for.
        for (int t = t0; t < t1; t++)
            if (!to[t].Is(1)) flat = flat * to[t].ToUOp() + index[t];
        flat = simplify.Run(flat);
        for (int f = f1 - 1; f >= f0; f--)
        {
            bool outermost = true;
            for (int g = f0; g < f; g++) outermost &= from[g].Is(1);
            if (from[f].Is(1)) result[f] = UOp.Index(0);
            else if (outermost) (result[f], flat) = (flat, UOp.Index(0));
            else if (!from[f].IsSymbolic) (result[f], flat) = (simplify.Run(flat % (long)from[f]), simplify.Run(flat / (long)from[f]));
            else if (SymbolicBounds.Divide(flat, simplify.Run(from[f].ToUOp())) is var (quotient, rest)) (result[f], flat) = (simplify.Run(rest), simplify.Run(quotient));
            else return false;
        }
        return true;
    }

    /// <summary>The place of an element in memory: row-major, or as the buffer's layout says.</summary>
    public UOp Flatten(Shape shape, UOp[] index, Layout? layout = null)
    {
        if (layout is not null) return Flatten(layout.Memory(shape), layout.Coordinates(index));
        var flat = UOp.Index(0);
        var strides = shape.Strides();
        for (int i = 0; i < index.Length; i++) flat += index[i] * strides[i].ToUOp();
        return simplify.Run(flat);
    }
}
