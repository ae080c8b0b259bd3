using Tiny.Graph;

namespace Tiny;

public sealed partial class Tensor
{
    /// <summary>Tensors one after another along an axis. They have one shape apart from it; dtypes are promoted.</summary>
    public static Tensor Cat(IReadOnlyList<Tensor> tensors, int axis = 0)
    {
        NotNull(tensors);
        if (tensors.Count == 0) throw new ShapeException("Cat: no tensors are given");
        foreach (var t in tensors) NotNull(t);
        var first = tensors[0];
        int a = first.Axis(axis, "Cat");
        Dim total = 0;
        var dtype = first.DType;
        foreach (var t in tensors)
        {
            bool fits = t.Rank == first.Rank;
            for (int i = 0; fits && i < t.Rank; i++) fits = i == a || t.Shape[i].Equals(first.Shape[i]);
            if (!fits) throw new ShapeException($"Cat: {first.Shape} and {t.Shape} differ in another axis than {axis}");
            dtype = Promote(dtype, t.DType);
            total += t.Shape[a];
        }
        using var scope = Origin.Scope("cat");
        // Each piece is padded to the whole and chosen where its own elements are. A sum would lose -0 and spread NaN.
        UOp? joined = null;
        var end = total;
        for (int i = tensors.Count - 1; i >= 0; i--)
        {
            var x = Build.Cast(tensors[i].Node, dtype);
            var n = x.Shape[a];
            if (n.Is(0)) continue;
            var edges = new (Dim, Dim)[first.Rank];
            edges[a] = (end - n, total - end);
            end -= n;
            var padded = Build.Pad(x, edges);
            joined = joined is null ? padded : Build.Where(Inside(x.Shape, edges), padded, joined);
        }
        return new Tensor(joined ?? Build.Cast(first.Node, dtype));
    }

    /// <summary>Tensors one after another along this one's axis.</summary>
    public Tensor Cat(Tensor other, int axis = 0) => Cat([this, other], axis);

    /// <summary>Tensors of one shape put side by side along a new axis.</summary>
    public static Tensor Stack(IReadOnlyList<Tensor> tensors, int axis = 0)
    {
        NotNull(tensors);
        if (tensors.Count == 0) throw new ShapeException("Stack: no tensors are given");
        foreach (var t in tensors)
            if (!NotNull(t).Shape.Equals(tensors[0].Shape)) throw new ShapeException($"Stack: shapes {tensors[0].Shape} and {t.Shape} differ");
        using var scope = Origin.Scope("stack");
        var apart = tensors.Select(t => t.Unsqueeze(axis)).ToArray();
        return Cat(apart, axis < 0 ? axis + apart[0].Rank : axis);
    }

    /// <summary>Pieces of the given sizes along an axis; the sizes add up to its extent.</summary>
    public IReadOnlyList<Tensor> Split(ReadOnlySpan<Dim> sizes, int axis = 0)
    {
        int a = Axis(axis, "Split");
        Dim sum = 0;
        bool fits = true;
        foreach (var s in sizes) (sum, fits) = (sum + s, fits && s.Min >= 0);
        if (!fits || !sum.Equals(Shape[a]))
            throw new ShapeException($"Split: sizes [{string.Join(", ", sizes.ToArray())}] do not add up to axis {axis} of {Shape}");
        using var scope = Origin.Scope("split");
        var pieces = new List<Tensor>(sizes.Length);
        var keep = Shape.Select(d => ((Dim)0, d)).ToArray();
        Dim begin = 0;
        foreach (var s in sizes)
        {
            keep[a] = (begin, begin += s);
            var part = (ValueTuple<Dim, Dim>[])keep.Clone();
            pieces.Add(Moved(x => Build.Shrink(x, part)));
        }
        return pieces;
    }

    /// <summary>Pieces of one size along an axis; the last may be smaller.</summary>
    public IReadOnlyList<Tensor> Split(int size, int axis = 0)
    {
        int extent = Shape[Axis(axis, "Split")];
        if (size <= 0) throw new ShapeException($"Split: size {size} of {Shape} is not positive");
        var sizes = new Dim[extent == 0 ? 1 : (extent - 1) / size + 1];
        for (int i = 0; i < sizes.Length; i++) sizes[i] = Math.Min(size, extent - i * size);
        return Split(sizes, axis);
    }

    /// <summary>At most <paramref name="count"/> pieces of one size along an axis; the last may be smaller.</summary>
    public IReadOnlyList<Tensor> Chunk(int count, int axis = 0)
    {
        int extent = Shape[Axis(axis, "Chunk")];
        if (count <= 0) throw new ShapeException($"Chunk: {count} pieces of {Shape}");
        return Split(Math.Max(1, (extent + count - 1) / count), axis);
    }
}
