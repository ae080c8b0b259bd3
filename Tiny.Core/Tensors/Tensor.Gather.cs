using Tiny.Graph;

namespace Tiny;

// Elements picked by indices that are tensors. Each is written as a choice among all elements of an axis; kernels have no loop over it.
public sealed partial class Tensor
{
    /// <summary>
    /// Parts of this tensor at the given places of an axis, in the order of <paramref name="index"/>, whose shape stands in the result where the axis was:
    /// rows of a table [n, width] for indices [batch, length] are [batch, length, width]. An index outside of the axis, a negative one too, reads zeros.
    /// </summary>
    /// <exception cref="DTypeException">The index is no integer tensor.</exception>
    /// <example><code>
    /// var table = Tensor.From([1, 2, 3, 4, 5, 6], 3, 2);
    /// table.Take(Tensor.From([2, 0]))       // [[5, 6], [1, 2]]
    /// table.Take(Tensor.From([1]), axis: 1) // [[2], [4], [6]]
    /// </code></example>
    public Tensor Take(Tensor index, int axis = 0)
    {
        int a = Axis(axis, "Take");
        var n = Shape[a];
        CheckIndex("Take", index);
        using var scope = Origin.Scope("take");
        Dim[] before = [.. Shape.Dims[..a]], after = [.. Shape.Dims[(a + 1)..]], at = [.. index.Shape.Dims];
        var whole = new Shape([.. before, .. at, n, .. after]);
        var x = Build.Reshape(Node, new Shape([.. before, .. Ones(at.Length), n, .. after]));
        var place = Build.Reshape(index.Node, new Shape([.. Ones(a), .. at, 1, .. Ones(after.Length)]));
        return Selected(x, place, whole, a + at.Length);

        static Dim[] Ones(int count) => [.. Enumerable.Repeat((Dim)1, count)];
    }

    /// <summary>
    /// Single elements along an axis: element [i, j, k] of the result is this[index[i, j, k], j, k] for axis 0. The index has this tensor's rank, and
    /// along other axes at most its extents. An index outside of the axis, a negative one too, reads 0.
    /// </summary>
    /// <exception cref="DTypeException">The index is no integer tensor.</exception>
    /// <exception cref="ShapeException">The shapes do not go together.</exception>
    /// <example><code>
    /// var scores = Tensor.From([1f, 2f, 3f, 4f, 5f, 6f], 2, 3);
    /// scores.Gather(1, Tensor.From([2, 0], 2, 1)) // [[3], [4]], one of each row
    /// </code></example>
    public Tensor Gather(int axis, Tensor index)
    {
        int a = Axis(axis, "Gather");
        var n = Shape[a];
        CheckIndex("Gather", index);
        bool fits = index.Rank == Rank;
        for (int i = 0; fits && i < Rank; i++) fits = i == a || index.Shape[i] <= Shape[i];
        if (!fits) throw new ShapeException($"Gather: index {index.Shape} along axis {axis} of {Shape}: other axes of the index may not be longer");
        using var scope = Origin.Scope("gather");
        var kept = Build.Shrink(Node, [.. Shape.Select((d, i) => ((Dim)0, i == a ? d : index.Shape[i]))]);
        // The axis itself comes last; in its place stands the index's.
        var last = Build.Permute(kept, [.. Enumerable.Range(0, Rank).Where(i => i != a), a]);
        var x = Build.Reshape(last, new Shape([.. index.Shape.With(a, 1), n]));
        var place = Build.Reshape(index.Node, new Shape([.. index.Shape, 1]));
        return Selected(x, place, new Shape([.. index.Shape, n]), Rank);
    }

    /// <summary>A new last axis of so many classes with 1 at the class that an integer names, 0 elsewhere (everywhere, if there is no such class).</summary>
    /// <param name="classes">How many classes there are.</param>
    /// <param name="dtype">The result's dtype, float32 unless given.</param>
    /// <exception cref="DTypeException">This is no integer tensor.</exception>
    /// <example><code>
    /// Tensor.From([1, 3]).OneHot(4) // [[0, 1, 0, 0], [0, 0, 0, 1]]
    /// </code></example>
    public Tensor OneHot(int classes, DType? dtype = null)
    {
        if (classes < 0) throw new ShapeException($"OneHot: {classes} classes");
        CheckIndex("OneHot", this);
        using var scope = Origin.Scope("one_hot");
        var place = Build.Reshape(Node, new Shape([.. Shape, 1]));
        return new Tensor(Build.Cast(IsAt(place, new Shape([.. Shape, classes]), Rank), dtype ?? DType.Float32));
    }

    /// <summary>The last two axes' lower triangle, zeros above: column minus row is at most <paramref name="diagonal"/>.</summary>
    public Tensor Tril(int diagonal = 0) => Triangle("Tril", diagonal, upper: false);

    /// <summary>The last two axes' upper triangle, zeros below: column minus row is at least <paramref name="diagonal"/>.</summary>
    public Tensor Triu(int diagonal = 0) => Triangle("Triu", diagonal, upper: true);

    Tensor Triangle(string name, int diagonal, bool upper)
    {
        if (Rank < 2) throw new ShapeException($"{name}: {Shape} is not a matrix");
        using var scope = Origin.Scope(name.ToLowerInvariant());
        // Beyond the matrix every diagonal is the same as the next one outside.
        int d = Math.Clamp(diagonal, (int)-Shape[Rank - 2].Max - 1, (int)Shape[Rank - 1].Max + 1);
        return new Tensor(upper ? Build.Where(Below(Shape, d), Build.Fill(0, Node), Node) : Build.Where(Below(Shape, d + 1), Node, Build.Fill(0, Node)));
    }

    /// <summary>True where, in the last two axes, column minus row is less than a number.</summary>
    static UOp Below(Shape shape, int diagonal)
    {
        var matrix = new Shape(shape[shape.Rank - 2], shape[shape.Rank - 1]);
        return Build.Broadcast(Build.Binary(Op.CmpLt, Build.IndexAlong(matrix, 1), Build.IndexAlong(matrix, 0, diagonal)), shape);
    }

    /// <summary>The one element along an axis at a place, 0 where there is none; the axis goes.</summary>
    static Tensor Selected(UOp x, UOp place, Shape whole, int axis)
    {
        var dtype = x.DType;
        // Bools are no numbers that could be summed.
        x = Build.Broadcast(dtype.IsBool ? Build.Cast(x, DType.Int32) : x, whole);
        var sum = Build.Reduce(Build.Where(IsAt(place, whole, axis), x, Build.Fill(0, x)), Op.Add, [axis]);
        return new Tensor(Build.Cast(Build.Reshape(sum, new Shape([.. whole.Dims[..axis], .. whole.Dims[(axis + 1)..]])), dtype));
    }

    // True where the index along an axis is the place's. Compared in the place's dtype, which holds every index if it has 32 bits.
    static UOp IsAt(UOp place, Shape whole, int axis)
    {
        var dtype = place.DType.Size < DType.Int32.Size ? DType.Int32 : place.DType;
        return Build.Not(Build.Binary(Op.CmpNe, Build.Cast(Build.IndexAlong(whole, axis), dtype), Build.Broadcast(Build.Cast(place, dtype), whole)));
    }

    static void CheckIndex(string operation, Tensor index)
    {
        ArgumentNullException.ThrowIfNull(index);
        if (!index.DType.IsInt) throw new DTypeException($"{operation}: the index {index.Shape} is {index.DType}, not an integer tensor");
    }
}
