using System.Collections;

namespace Tiny;

/// <summary>The extents of a tensor, outermost first, compared by value. A scalar has rank 0.</summary>
public sealed class Shape : IEquatable<Shape>, IReadOnlyList<int>
{
    readonly int[] _dims;

    /// <summary>A shape with the given extents, each zero or more.</summary>
    /// <exception cref="ShapeException">An extent is negative, or the number of elements exceeds 2^63 - 1.</exception>
    public Shape(params ReadOnlySpan<int> dims)
    {
        _dims = dims.ToArray();
        Int128 size = 1;
        foreach (var d in _dims)
        {
            if (d < 0) throw new ShapeException($"shape {this} has a negative extent");
            size *= d;
            if (size > long.MaxValue) throw new ShapeException($"shape {this} has more than 2^63 - 1 elements");
        }
        Size = (long)size;
    }

    /// <summary>The shape of a scalar.</summary>
    public static Shape Scalar { get; } = new();

    /// <summary>Number of dimensions.</summary>
    public int Rank => _dims.Length;
    /// <summary>Number of elements. The points of a matrix product are a shape too, and may be more than memory holds.</summary>
    public long Size { get; }
    /// <summary>Number of elements of a tensor in memory.</summary>
    /// <exception cref="ShapeException">There are more than 2^31 - 1.</exception>
    public int Numel => Size <= int.MaxValue ? (int)Size : throw new ShapeException($"a tensor of shape {this} has more than 2^31 - 1 elements");
    /// <summary>The extent of dimension <paramref name="index"/>.</summary>
    public int this[int index] => _dims[index];
    int IReadOnlyCollection<int>.Count => _dims.Length;
    /// <summary>The extents as a span.</summary>
    public ReadOnlySpan<int> Dims => _dims;

    /// <summary>A copy with dimension <paramref name="axis"/> set to <paramref name="extent"/>.</summary>
    public Shape With(int axis, int extent)
    {
        var dims = (int[])_dims.Clone();
        dims[axis] = extent;
        return new Shape(dims);
    }

    /// <summary>Row-major strides in elements.</summary>
    public int[] Strides()
    {
        var strides = new int[_dims.Length];
        for (int i = _dims.Length - 1, s = 1; i >= 0; s *= _dims[i], i--) strides[i] = s;
        return strides;
    }

    /// <summary>The field's broadcast rule: aligned at the right, an extent of 1 stretches.</summary>
    /// <exception cref="ShapeException">The shapes do not broadcast; the message names both.</exception>
    public static Shape Broadcast(Shape a, Shape b)
    {
        var dims = new int[Math.Max(a.Rank, b.Rank)];
        for (int i = 1; i <= dims.Length; i++)
        {
            int x = i <= a.Rank ? a[a.Rank - i] : 1, y = i <= b.Rank ? b[b.Rank - i] : 1;
            if (x != y && x != 1 && y != 1) throw new ShapeException($"shapes {a} and {b} do not broadcast");
            dims[^i] = x == 1 ? y : x;
        }
        return new Shape(dims);
    }

    /// <inheritdoc/>
    public bool Equals(Shape? other) => other is not null && _dims.AsSpan().SequenceEqual(other._dims);
    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as Shape);
    /// <inheritdoc/>
    public override int GetHashCode()
    {
        var h = new HashCode();
        foreach (var d in _dims) h.Add(d);
        return h.ToHashCode();
    }
    /// <inheritdoc/>
    public IEnumerator<int> GetEnumerator() => ((IEnumerable<int>)_dims).GetEnumerator();
    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
    /// <summary><c>[1, 28, 28]</c>.</summary>
    public override string ToString() => $"[{string.Join(", ", _dims)}]";
}
