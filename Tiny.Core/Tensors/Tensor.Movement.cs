using System.Runtime.CompilerServices;
using Tiny.Graph;

namespace Tiny;

// Operations that only move elements: index arithmetic in the end, no work. Their results are views: they show what is written to the tensor later.
public sealed partial class Tensor
{
    /// <summary>The same elements in row-major order under another shape; one extent may be -1 and is worked out.</summary>
    [OverloadResolutionPriority(1)]
    public Tensor Reshape(params ReadOnlySpan<Dim> dims)
    {
        var to = dims.ToArray();
        int open = Array.FindIndex(to, d => d.Is(-1));
        if (open >= 0)
        {
            Dim rest = 1;
            for (int i = 0; i < to.Length; i++)
                if (i != open) rest *= to[i];
            if (rest.Min < 0 || Array.FindIndex(to, open + 1, d => d.Is(-1)) >= 0) throw Misfit();
            to[open] = Shape.Count.DividedBy(rest) ?? throw Misfit();
        }
        Dim count = 1;
        foreach (var d in to) count = d.Min < 0 || count.Max > int.MaxValue ? -1 : count * d;
        if (!count.Equals(Shape.Count)) throw Misfit();
        using var scope = Origin.Scope("reshape");
        return Moved(x => Build.Reshape(x, new Shape(to)));

        ShapeException Misfit() => new($"Reshape: {Shape} ({Shape.Count} elements) does not fit [{string.Join(", ", to)}]");
    }

    /// <summary>The same elements in row-major order under another shape; one extent may be -1 and is worked out.</summary>
    public Tensor Reshape(params ReadOnlySpan<int> dims) => Reshape(Dims(dims));

    /// <summary>The same elements in row-major order under another shape.</summary>
    public Tensor Reshape(Shape shape)
    {
        NotNull(shape);
        return Reshape(shape.Dims);
    }

    /// <summary>Another name for <see cref="Reshape(ReadOnlySpan{int})"/>.</summary>
    [OverloadResolutionPriority(1)]
    public Tensor View(params ReadOnlySpan<Dim> dims) => Reshape(dims);

    /// <summary>Another name for <see cref="Reshape(ReadOnlySpan{int})"/>.</summary>
    public Tensor View(params ReadOnlySpan<int> dims) => Reshape(Dims(dims));

    /// <summary>Axes from <paramref name="start"/> to <paramref name="end"/> (inclusive) made one.</summary>
    public Tensor Flatten(int start = 0, int end = -1)
    {
        if (Rank == 0) return Reshape(1);
        int a = Axis(start, "Flatten"), b = Axis(end, "Flatten");
        if (b < a) throw new ShapeException($"Flatten: axis {start} comes after axis {end} in {Shape}");
        Dim size = 1;
        for (int i = a; i <= b; i++) size *= Shape[i];
        using var scope = Origin.Scope("flatten");
        return Moved(x => Build.Reshape(x, new Shape([.. Shape.Dims[..a], size, .. Shape.Dims[(b + 1)..]])));
    }

    /// <summary>The axes in another order: axis i of the result is axis order[i] of this.</summary>
    public Tensor Permute(params ReadOnlySpan<int> order)
    {
        if (order.Length != Rank) throw new ShapeException($"Permute: {Shape} has {Rank} axes, the order names {order.Length}");
        var to = new int[Rank];
        for (int i = 0; i < Rank; i++)
        {
            to[i] = Axis(order[i], "Permute");
            if (Array.IndexOf(to, to[i], 0, i) >= 0)
                throw new ShapeException($"Permute: the order [{string.Join(", ", order.ToArray())}] of {Shape} names an axis twice");
        }
        using var scope = Origin.Scope("permute");
        return Moved(x => Build.Permute(x, to));
    }

    /// <summary>Two axes exchanged.</summary>
    public Tensor Transpose(int a = -2, int b = -1)
    {
        int x = Axis(a, "Transpose"), y = Axis(b, "Transpose");
        var order = Enumerable.Range(0, Rank).ToArray();
        (order[x], order[y]) = (y, x);
        using var scope = Origin.Scope("transpose");
        return Moved(x => Build.Permute(x, order));
    }

    /// <summary>A matrix transposed; a vector or scalar as it is.</summary>
    public Tensor T => Rank > 2 ? throw new ShapeException($"T: {Shape} is not a matrix; use Transpose") : Rank < 2 ? this : Transpose();

    /// <summary>Extents of 1 repeated (and leading axes added) to give a shape; -1 keeps an extent.</summary>
    [OverloadResolutionPriority(1)]
    public Tensor Expand(params ReadOnlySpan<Dim> dims)
    {
        var to = dims.ToArray();
        bool fits = to.Length >= Rank;
        for (int i = 1; fits && i <= Rank; i++)
        {
            if (to[^i].Is(-1)) to[^i] = Shape[Rank - i];
            fits = Shape[Rank - i].Equals(to[^i]) || Shape[Rank - i].Is(1);
        }
        if (!fits || Array.Exists(to, d => d.Min < 0))
            throw new ShapeException($"Expand: {Shape} does not stretch to [{string.Join(", ", dims.ToArray())}]");
        using var scope = Origin.Scope("expand");
        var shape = new Shape(to);
        return Moved(x => Build.Broadcast(x, shape), shape.Count.Equals(Shape.Count) ? null : "Expand");
    }

    /// <summary>Extents of 1 repeated (and leading axes added) to give a shape; -1 keeps an extent.</summary>
    public Tensor Expand(params ReadOnlySpan<int> dims) => Expand(Dims(dims));

    static Dim[] Dims(ReadOnlySpan<int> numbers) => Array.ConvertAll(numbers.ToArray(), n => (Dim)n);

    /// <summary>Extents of 1 repeated (and leading axes added) to give a shape.</summary>
    public Tensor Expand(Shape shape)
    {
        NotNull(shape);
        return Expand(shape.Dims);
    }

    /// <summary>Elements added before and after each axis: zeros, or <paramref name="value"/>.</summary>
    public Tensor Pad(ReadOnlySpan<(Dim Before, Dim After)> edges, Number value = default)
    {
        if (edges.Length != Rank) throw new ShapeException($"Pad: {Shape} has {Rank} axes, {edges.Length} pairs of edges are given");
        var by = new (Dim Lo, Dim Hi)[Rank];
        for (int i = 0; i < Rank; i++)
        {
            by[i] = edges[i];
            if (by[i].Lo.Min < 0 || by[i].Hi.Min < 0)
                throw new ShapeException($"Pad: edges ({by[i].Lo}, {by[i].Hi}) of axis {i} of {Shape} are negative; use Shrink");
        }
        using var scope = Origin.Scope("pad");
        // Zero is false, too.
        var dtype = DType.IsBool && value.IsPlainZero ? DType : value.Beside(DType);
        if (dtype == DType && value.IsPlainZero) return Moved(x => Build.Pad(x, by), Array.TrueForAll(by, e => e.Lo.Is(0) && e.Hi.Is(0)) ? null : "Pad");
        return new Tensor(PadWith(Build.Cast(Node, dtype), by, value.CheckFits(dtype, "Pad")));
    }

    /// <summary>The half-open interval [begin, end) of each axis.</summary>
    public Tensor Shrink(params ReadOnlySpan<(Dim Begin, Dim End)> keep)
    {
        if (keep.Length != Rank) throw new ShapeException($"Shrink: {Shape} has {Rank} axes, {keep.Length} intervals are given");
        var by = new (Dim Lo, Dim Hi)[Rank];
        for (int i = 0; i < Rank; i++)
        {
            by[i] = keep[i];
            if (by[i].Lo.Min < 0 || (by[i].Hi - by[i].Lo).Min < 0 || (Shape[i] - by[i].Hi).Min < 0)
                throw new ShapeException($"Shrink: {by[i].Lo}..{by[i].Hi} of axis {i} is outside of {Shape}");
        }
        using var scope = Origin.Scope("shrink");
        return Moved(x => Build.Shrink(x, by));
    }

    /// <summary>Axes reversed.</summary>
    public Tensor Flip(params ReadOnlySpan<int> axes)
    {
        using var scope = Origin.Scope("flip");
        int[] all = AllAxes(axes, "Flip");
        return Moved(x => Build.Flip(x, all));
    }

    /// <summary>All axes of extent 1 removed.</summary>
    public Tensor Squeeze()
    {
        using var scope = Origin.Scope("squeeze");
        return Moved(x => Build.Reshape(x, new Shape([.. Shape.Where(d => !d.Is(1))])));
    }

    /// <summary>An axis of extent 1 removed.</summary>
    public Tensor Squeeze(int axis)
    {
        int a = Axis(axis, "Squeeze");
        if (!Shape[a].Is(1)) throw new ShapeException($"Squeeze: axis {axis} of {Shape} has extent {Shape[a]}, not 1");
        using var scope = Origin.Scope("squeeze");
        return Moved(x => Build.Reshape(x, new Shape([.. Shape.Dims[..a], .. Shape.Dims[(a + 1)..]])));
    }

    /// <summary>An axis of extent 1 put in; -1 puts it last.</summary>
    public Tensor Unsqueeze(int axis)
    {
        int a = axis < 0 ? axis + Rank + 1 : axis;
        if (a < 0 || a > Rank) throw new ShapeException($"Unsqueeze: axis {axis} is out of range for {Shape} of rank {Rank}");
        using var scope = Origin.Scope("unsqueeze");
        return Moved(x => Build.Reshape(x, new Shape([.. Shape.Dims[..a], 1, .. Shape.Dims[a..]])));
    }

    /// <summary>The whole tensor repeated along each axis; more counts than axes add leading ones.</summary>
    public Tensor Repeat(params ReadOnlySpan<int> counts)
    {
        if (counts.Length < Rank || counts.ContainsAnyInRange(int.MinValue, -1))
            throw new ShapeException($"Repeat: counts [{string.Join(", ", counts.ToArray())}] do not fit {Shape}");
        using var scope = Origin.Scope("repeat");
        var dims = new Dim[counts.Length];
        Array.Fill(dims, 1);
        Shape.Dims.CopyTo(dims.AsSpan(counts.Length - Rank));
        var by = counts.ToArray();
        return Moved(x => RepeatNode(Build.Reshape(x, new Shape(dims)), by), Array.TrueForAll(by, n => n == 1) ? null : "Repeat");
    }

    /// <summary>The value placed in memory of its own.</summary>
    public Tensor Contiguous()
    {
        using var scope = Origin.Scope("contiguous");
        return new Tensor(Build.Node(Op.Contiguous, DType, null, Node));
    }

    /// <summary>x repeated counts[i] times along axis i: an axis of extent counts[i] before each, merged with it.</summary>
    static UOp RepeatNode(UOp x, ReadOnlySpan<int> counts)
    {
        var split = new List<Dim>();
        var wide = new List<Dim>();
        var merged = new Dim[counts.Length];
        for (int i = 0; i < counts.Length; i++)
        {
            var d = x.Shape[i];
            if (counts[i] != 1)
            {
                split.Add(1);
                wide.Add(counts[i]);
            }
            split.Add(d);
            wide.Add(d);
            merged[i] = counts[i] * d;
        }
        var spread = Build.Expand(Build.Reshape(x, new Shape([.. split])), new Shape([.. wide]));
        return Build.Reshape(spread, new Shape(merged));
    }

    /// <summary>x with edges of any value. Zero needs no mask; others are chosen by where a padded true ends.</summary>
    static UOp PadWith(UOp x, (Dim Lo, Dim Hi)[] edges, Number value)
    {
        var padded = Build.Pad(x, edges);
        if (ReferenceEquals(padded, x) || value.IsPlainZero) return padded;
        return Build.Where(Inside(x.Shape, edges), padded, Build.Fill(value, padded));
    }

    /// <summary>True where a padded tensor has its own elements. Only padded axes are spelled out; the others are expanded.</summary>
    static UOp Inside(Shape shape, (Dim Lo, Dim Hi)[] edges)
    {
        var dims = new Dim[shape.Rank];
        for (int i = 0; i < dims.Length; i++) dims[i] = edges[i].Lo.Is(0) && edges[i].Hi.Is(0) ? 1 : shape[i];
        var mask = Build.Pad(Build.Fill(true, DType.Bool, new Shape(dims)), edges);
        return Build.Expand(mask, new Shape([.. shape.Select((d, i) => d + edges[i].Lo + edges[i].Hi)]));
    }
}
