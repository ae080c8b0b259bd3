using System.Collections.Immutable;

namespace Tiny.Graph;

/// <summary>Derives a tensor-graph node's shape from its operands, and rejects those that do not fit.</summary>
static class Shapes
{
    /// <summary>The shape, or null for a node of kernels and linear code.</summary>
    /// <exception cref="ShapeException">The operands or the argument do not fit.</exception>
    public static Shape? Infer(Op op, ImmutableArray<UOp> src, object? arg) => op switch
    {
        Op.Const or Op.Variable => Shape.Scalar,
        Op.Param => ((ParamArg)arg!).Shape,
        Op.Buffer => ((IBufferArg)arg!).Shape,
        Op.Iota => new Shape((int)arg!),
        Op.Reshape => Reshape(src[0].Shape, (Shape)arg!),
        Op.Permute => Permute(src[0].Shape, (Axes)arg!),
        Op.Expand => Expand(src[0].Shape, (Shape)arg!),
        Op.Pad => Pad(src[0].Shape, (Edges)arg!),
        Op.Shrink => Shrink(src[0].Shape, (Edges)arg!),
        Op.Flip => Checked(src[0].Shape, (Axes)arg!),
        Op.Reduce => Reduce(src[0].Shape, ((ReduceArg)arg!).Axes),
        Op.Contiguous => src[0].ShapeOrNull,
        Op.Kernel => ((KernelArg)arg!).Shape,
        Op.WithGradient => src[0].Shape,
        Op.Update => Update(src[0].Shape, src[1].Shape, (View)arg!),
        >= Op.Neg and <= Op.MulAcc => Elementwise(op, src),
        _ => null,
    };

    static Shape? Elementwise(Op op, ImmutableArray<UOp> src)
    {
        // Inside kernels constants carry the scalar shape and everything else none.
        Shape? shape = src[0].ShapeOrNull;
        for (int i = 1; i < src.Length; i++)
        {
            var s = src[i].ShapeOrNull;
            if (s is null || shape is null) return null;
            if (!s.Equals(shape)) throw new ShapeException($"{op} of shapes {shape} and {s}");
        }
        return shape;
    }

    static Shape Reshape(Shape from, Shape to) =>
        from.Count.Equals(to.Count) ? to : throw new ShapeException($"reshape of {from} ({from.Count} elements) to {to} ({to.Count} elements)");

    static Shape Update(Shape old, Shape value, View view) => value.Equals(view.Shape) ? old
        : throw new ShapeException($"update of {view.Shape} in {old} with {value}");

    static Shape Permute(Shape s, Axes order)
    {
        if (order.Count != s.Rank || order.Order().Where((a, i) => a != i).Any())
            throw new ShapeException($"permute of {s} by {order}: not an order of its {s.Rank} axes");
        return new Shape([.. order.Select(a => s[a])]);
    }

    static Shape Expand(Shape s, Shape to)
    {
        bool fits = s.Rank == to.Rank;
        for (int i = 0; fits && i < s.Rank; i++) fits = s[i].Equals(to[i]) || s[i].Is(1);
        return fits ? to : throw new ShapeException($"expand of {s} to {to}: only extents of 1 can be expanded");
    }

    static Shape Pad(Shape s, Edges e)
    {
        if (e.Count != s.Rank || e.Any(p => p.Lo.Min < 0 || p.Hi.Min < 0)) throw new ShapeException($"pad of {s} by {e}");
        return new Shape([.. s.Select((d, i) => d + e[i].Lo + e[i].Hi)]);
    }

    static Shape Shrink(Shape s, Edges e)
    {
        if (e.Count != s.Rank || e.Where((p, i) => p.Lo.Min < 0 || (p.Hi - p.Lo).Min < 0 || (s[i] - p.Hi).Min < 0).Any())
            throw new ShapeException($"slice {e} of {s} is out of range");
        return new Shape([.. e.Select(p => p.Hi - p.Lo)]);
    }

    static Shape Checked(Shape s, Axes axes) =>
        axes.All(a => a >= 0 && a < s.Rank) ? s : throw new ShapeException($"axes {axes} of {s} are out of range");

    static Shape Reduce(Shape s, Axes axes)
    {
        Checked(s, axes);
        return new Shape([.. s.Select((d, i) => axes.Contains(i) ? (Dim)1 : d)]);
    }
}

/// <summary>The argument of <see cref="Op.Param"/>.</summary>
public sealed record ParamArg(int Slot, string Name, Shape Shape);

/// <summary>The argument of <see cref="Op.Buffer"/>: memory with a shape; compared by reference.</summary>
public interface IBufferArg
{
    /// <summary>The tensor's shape, row-major in memory.</summary>
    Shape Shape { get; }
}
