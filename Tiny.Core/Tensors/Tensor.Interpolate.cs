using Tiny.Graph;

namespace Tiny;

/// <summary>How values between elements are made.</summary>
public enum InterpolationMode
{
    /// <summary>The element before.</summary>
    Nearest,
    /// <summary>A straight line between two elements.</summary>
    Linear,
    /// <summary>A cubic through four elements (Keys' kernel with -3/4).</summary>
    Cubic,
}

public sealed partial class Tensor
{
    /// <summary>
    /// The last axes brought to other extents. Elements are taken as centres of equal parts of the axis; with <paramref name="alignCorners"/> the first and
    /// last elements of both are at the same places instead. Several axes one after another: linear over two axes is bilinear.
    /// </summary>
    /// <param name="size">The new extents of as many last axes.</param>
    /// <param name="mode">How values between elements are made; the dtype stays, but for integers, which become float32 unless with Nearest.</param>
    /// <param name="alignCorners">Not with Nearest.</param>
    /// <exception cref="ShapeException">There are fewer axes, or an axis has no elements.</exception>
    /// <example><code>
    /// var row = Tensor.From([0f, 1f, 2f]);
    /// row.Interpolate([5], alignCorners: true)           // [0, 0.5, 1, 1.5, 2]
    /// row.Interpolate([6], InterpolationMode.Nearest)    // [0, 0, 1, 1, 2, 2]
    /// Tensor.Ones(1, 3, 8, 8).Interpolate([16, 12])      // shape [1, 3, 16, 12], the last two axes
    /// </code></example>
    public Tensor Interpolate(ReadOnlySpan<int> size, InterpolationMode mode = InterpolationMode.Linear, bool alignCorners = false)
    {
        if (alignCorners && mode == InterpolationMode.Nearest)
            throw new ArgumentException("Interpolate: corners are aligned with Linear and Cubic only", nameof(alignCorners));
        if (size.Length > Rank) throw new ShapeException($"Interpolate: {Shape} has fewer than {size.Length} axes");
        using var scope = Origin.Scope("interpolate");
        var x = mode == InterpolationMode.Nearest ? this : new Tensor(AsFloat());
        for (int i = 0; i < size.Length; i++)
        {
            int axis = Rank - size.Length + i, from = Shape[axis], to = size[i];
            if (from < 1 || to < 1) throw new ShapeException($"Interpolate: axis {axis} of {Shape} is not brought to {to} elements");
            if (from == to) continue;
            x = mode switch
            {
                InterpolationMode.Nearest => x.At(axis, Nearest(from, to)),
                InterpolationMode.Linear => x.Linear(axis, from, Places(from, to, alignCorners, x.DType).Maximum(0)),
                _ => x.Cubic(axis, from, Places(from, to, alignCorners, x.DType)),
            };
        }
        return mode == InterpolationMode.Nearest ? x : x.Cast(FloatDType);
    }

    // floor(i * from / to) in whole numbers.
    static Tensor Nearest(int from, int to)
    {
        var i = Arange(to);
        return ((long)from * to <= int.MaxValue ? i * from : i.Cast(DType.Int64) * from).FloorDiv(to).Cast(DType.Int32);
    }

    // Where, among the old elements, the new ones are.
    static Tensor Places(int from, int to, bool alignCorners, DType dtype)
    {
        var i = Arange(to).Cast(dtype);
        return alignCorners ? i * (to > 1 ? (from - 1.0) / (to - 1) : 0) : (i + 0.5) * ((double)from / to) - 0.5;
    }

    Tensor Linear(int axis, int from, Tensor place)
    {
        var first = place.Floor();
        var t = Column(place - first, axis);
        var i = first.Cast(DType.Int32);
        return At(axis, i.Minimum(from - 1)) * (1 - t) + At(axis, (i + 1).Minimum(from - 1)) * t;
    }

    Tensor Cubic(int axis, int from, Tensor place)
    {
        const double a = -0.75;
        var first = place.Floor();
        var t = Column(place - first, axis);
        var i = first.Cast(DType.Int32);
        // Elements at distance d: up to 1 and up to 2.
        static Tensor Near(Tensor d) => (d * (a + 2) - (a + 3)) * d * d + 1;
        static Tensor Far(Tensor d) => ((d * a - 5 * a) * d + 8 * a) * d - 4 * a;
        return Tap(-1) * Far(t + 1) + Tap(0) * Near(t) + Tap(1) * Near(1 - t) + Tap(2) * Far(2 - t);

        Tensor Tap(int k) => At(axis, (i + k).Clamp(0, from - 1));
    }

    // A vector along an axis, beside this, in this dtype.
    Tensor Column(Tensor vector, int axis)
    {
        var dims = new int[Rank - axis];
        Array.Fill(dims, 1);
        dims[0] = vector.Shape[0];
        return vector.Cast(DType).Reshape(dims);
    }

    // Elements of an axis at the places of a vector of whole numbers.
    Tensor At(int axis, Tensor index)
    {
        int n = Shape[axis], count = index.Shape[0];
        var dims = new int[Rank - axis + 1];
        Array.Fill(dims, 1);
        (dims[0], dims[1]) = (count, n);
        var hit = index.Unsqueeze(1).Eq(Arange(n)).Reshape(dims);
        var x = DType.IsBool ? Cast(DType.Int32) : this;
        // No sum could overflow: all but one are 0.
        var picked = new Tensor(Build.Reduce(hit.Where(x.Unsqueeze(axis), 0).Node, Op.Add, [axis + 1])).Squeeze(axis + 1);
        return picked.Cast(DType);
    }
}
