using System.Collections;
using System.Runtime.CompilerServices;

namespace Tiny;

/// <summary>The extents of a tensor, outermost first, compared by value: numbers, or expressions over variables. A scalar has rank 0.</summary>
public sealed class Shape : IEquatable<Shape>, IReadOnlyList<Dim>
{
    readonly Dim[] _dims;

    /// <summary>A shape with the given extents, each zero or more.</summary>
    /// <exception cref="ShapeException">An extent is (or may be) negative, or the number of elements exceeds 2^63 - 1.</exception>
    [OverloadResolutionPriority(1)]
    public Shape(params ReadOnlySpan<Dim> dims)
    {
        _dims = dims.ToArray();
        Int128 size = 1;
        foreach (var d in _dims)
        {
            if (d.Min < 0) throw new ShapeException($"shape {this} has a negative extent{Among(d)}");
            if (d.Max > int.MaxValue) throw new ShapeException($"shape {this} has an extent of more than 2^31 - 1{Among(d)}");
            size *= d.Max;
            if (size > long.MaxValue) throw new ShapeException($"shape {this} has more than 2^63 - 1 elements");
            IsSymbolic |= d.IsSymbolic;
        }
        Size = (long)size;

        static string Among(Dim d) => d.IsSymbolic ? $" for some values of {string.Join(" and ", d.Variables)}" : "";
    }

    /// <summary>A shape with the given extents, each zero or more.</summary>
    /// <exception cref="ShapeException">An extent is negative, or the number of elements exceeds 2^63 - 1.</exception>
    public Shape(params ReadOnlySpan<int> dims) : this(Array.ConvertAll(dims.ToArray(), d => (Dim)d)) { }

    /// <summary>The shape of a scalar.</summary>
    public static Shape Scalar { get; } = new();

    /// <summary>Number of dimensions.</summary>
    public int Rank => _dims.Length;
    /// <summary>True where an extent depends on a variable.</summary>
    public bool IsSymbolic { get; }
    /// <summary>The largest number of elements. The points of a matrix product are a shape too, and may be more than memory holds.</summary>
    public long Size { get; }
    /// <summary>Number of elements of a tensor in memory.</summary>
    /// <exception cref="ShapeException">There are more than 2^31 - 1, or the number depends on a variable.</exception>
    public int Numel => IsSymbolic ? Count : MaxNumel;
    /// <summary>The largest number of elements of a tensor in memory.</summary>
    /// <exception cref="ShapeException">There are more than 2^31 - 1.</exception>
    public int MaxNumel => Size <= int.MaxValue ? (int)Size : throw new ShapeException($"a tensor of shape {this} has more than 2^31 - 1 elements");
    /// <summary>Number of elements, as an expression.</summary>
    public Dim Count => IsSymbolic ? _dims.Aggregate((Dim)1, (n, d) => n * d) : Size;
    /// <summary>The extent of dimension <paramref name="index"/>.</summary>
    public Dim this[int index] => _dims[index];
    int IReadOnlyCollection<Dim>.Count => _dims.Length;
    /// <summary>The extents as a span.</summary>
    public ReadOnlySpan<Dim> Dims => _dims;
    /// <summary>The extents as numbers.</summary>
    /// <exception cref="ShapeException">One depends on a variable.</exception>
    public int[] Extents() => Array.ConvertAll(_dims, d => (int)d);
    /// <summary>The variables that extents depend on, by name.</summary>
    public IEnumerable<Variable> Variables => IsSymbolic ? _dims.SelectMany(d => d.Variables).Distinct().OrderBy(v => v.Name, StringComparer.Ordinal) : [];
    /// <summary>The shape when variables are known; what others are in it stays.</summary>
    public Shape Bind(IReadOnlyDictionary<Variable, int> values) => IsSymbolic ? new Shape(Array.ConvertAll(_dims, d => d.Bind(values))) : this;

    /// <summary>A copy with dimension <paramref name="axis"/> set to <paramref name="extent"/>.</summary>
    public Shape With(int axis, Dim extent)
    {
        var dims = (Dim[])_dims.Clone();
        dims[axis] = extent;
        return new Shape(dims);
    }

    /// <summary>Row-major strides in elements.</summary>
    public Dim[] Strides()
    {
        var strides = new Dim[_dims.Length];
        Dim stride = 1;
        for (int i = _dims.Length - 1; i >= 0; stride *= _dims[i], i--) strides[i] = stride;
        return strides;
    }

    /// <summary>The field's broadcast rule: aligned at the right, an extent of 1 stretches.</summary>
    /// <exception cref="ShapeException">The shapes do not broadcast; the message names both.</exception>
    public static Shape Broadcast(Shape a, Shape b)
    {
        var dims = new Dim[Math.Max(a.Rank, b.Rank)];
        for (int i = 1; i <= dims.Length; i++)
        {
            Dim x = i <= a.Rank ? a[a.Rank - i] : 1, y = i <= b.Rank ? b[b.Rank - i] : 1;
            if (!x.Equals(y) && !x.Is(1) && !y.Is(1)) throw new ShapeException($"shapes {a} and {b} do not broadcast");
            dims[^i] = x.Is(1) ? y : x;
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
    public IEnumerator<Dim> GetEnumerator() => ((IEnumerable<Dim>)_dims).GetEnumerator();
    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
    /// <summary><c>[1, 28, 28]</c>.</summary>
    public override string ToString() => $"[{string.Join(", ", _dims)}]";
}
