using Tiny.Graph;

namespace Tiny;

// Movement made of the plain kind: nothing is gathered, all of it becomes index arithmetic.
public sealed partial class Tensor
{
    /// <summary>Two axes exchanged; another name for <see cref="Transpose"/>.</summary>
    public Tensor SwapAxes(int a, int b) => Transpose(a, b);

    /// <summary>One axis moved to another place; the rest keeps its order.</summary>
    public Tensor MoveDim(int from, int to)
    {
        int a = Axis(from, "MoveDim"), b = Axis(to, "MoveDim");
        var order = Enumerable.Range(0, Rank).Where(i => i != a).ToList();
        order.Insert(b, a);
        using var scope = Origin.Scope("move_dim");
        return new Tensor(Build.Permute(Node, [.. order]));
    }

    /// <summary>An axis split into several of the given sizes, of which one may be -1 and is worked out. The inverse of <see cref="Flatten"/>.</summary>
    /// <example><code>
    /// Tensor.Ones(2, 12).Unflatten(1, 3, -1) // shape [2, 3, 4]
    /// </code></example>
    public Tensor Unflatten(int axis, params ReadOnlySpan<int> sizes)
    {
        int a = Axis(axis, "Unflatten");
        using var scope = Origin.Scope("unflatten");
        var split = sizes.ToArray();
        int open = Array.IndexOf(split, -1);
        if (open >= 0)
        {
            long known = split.Where((_, i) => i != open).Aggregate(1L, (n, s) => n * s);
            split[open] = known > 0 && Shape[a].Max % known == 0 && !Shape[a].IsSymbolic ? (int)(Shape[a].Max / known) : -1;
        }
        if (Array.Exists(split, s => s < 0) || split.Aggregate(1L, (n, s) => n * s) != (long)Shape[a])
            throw new ShapeException($"Unflatten: axis {axis} of {Shape} does not split into [{string.Join(", ", sizes.ToArray())}]");
        return new Tensor(Build.Reshape(Node, new Shape([.. Shape.Dims[..a], .. split.Select(s => (Dim)s), .. Shape.Dims[(a + 1)..]])));
    }

    /// <summary>
    /// The elements [i, i + offset] of two axes, as a last axis. Example: of a matrix [[1, 2], [3, 4]] these are 1, 4.
    /// </summary>
    public Tensor Diagonal(int offset = 0, int axis1 = 0, int axis2 = 1)
    {
        int a = Axis(axis1, "Diagonal"), b = Axis(axis2, "Diagonal");
        if (a == b) throw new ShapeException($"Diagonal: axes {axis1} and {axis2} of {Shape} are the same");
        using var scope = Origin.Scope("diagonal");
        var x = Permute([.. Enumerable.Range(0, Rank).Where(i => i != a && i != b), a, b]);
        int rows = Shape[a], columns = Shape[b], row = (int)Math.Clamp(-(long)offset, 0, rows), column = Math.Clamp(offset, 0, columns);
        int n = Math.Min(rows - row, columns - column), lead = Rank - 2;
        Dim[] before = [.. x.Shape.Dims[..lead]];
        var whole = before.Select(d => ((Dim)0, d)).ToArray();
        // The square's rows laid one after another and cut again one element longer: the diagonal is the first column.
        var square = Build.Shrink(x.Node, [.. whole, (row, row + n), (column, column + n)]);
        var line = Build.Pad(Build.Reshape(square, new Shape([.. before, n * n])), [.. before.Select(_ => ((Dim)0, (Dim)0)), (0, n)]);
        return new Tensor(Build.Reshape(Build.Shrink(Build.Reshape(line, new Shape([.. before, n, n + 1])), [.. whole, (0, n), (0, 1)]),
            new Shape([.. before, n])));
    }

    /// <summary>A matrix with this vector on a diagonal and zeros elsewhere; of a matrix, its diagonal.</summary>
    public Tensor Diag(int offset = 0)
    {
        using var scope = Origin.Scope("diag");
        if (Rank == 2) return Diagonal(offset);
        if (Rank != 1) throw new ShapeException($"Diag: {Shape} is neither a vector nor a matrix; use Diagonal");
        int n = Shape[0], size = checked(n + Math.Abs(offset));
        // Rows of one element and n zeros, laid one after another and cut again one element shorter.
        var rows = Build.Pad(Build.Reshape(Node, new Shape(n, 1)), (0, 0), (0, n));
        var square = Build.Reshape(Build.Shrink(Build.Reshape(rows, new Shape(n * (n + 1))), (0, n * n)), new Shape(n, n));
        int row = Math.Max(0, -offset), column = Math.Max(0, offset);
        return new Tensor(Build.Pad(square, (row, size - n - row), (column, size - n - column)));
    }

    /// <summary>
    /// Windows along an axis, as a last axis: element [..., i, ..., j] is element i * step + j of the axis. A view: nothing is gathered.
    /// </summary>
    /// <exception cref="ShapeException">The size or step is less than 1, or the size exceeds the axis.</exception>
    /// <example><code>
    /// Tensor.Arange(7).Unfold(0, 3, 2) // [[0, 1, 2], [2, 3, 4], [4, 5, 6]]
    /// </code></example>
    public Tensor Unfold(int axis, int size, int step = 1)
    {
        int a = Axis(axis, "Unfold");
        if (size < 1 || step < 1 || size > Shape[a].Min)
            throw new ShapeException($"Unfold: windows of {size} by steps of {step} do not fit axis {axis} of {Shape}");
        using var scope = Origin.Scope("unfold");
        var last = Permute([.. Enumerable.Range(0, Rank).Where(i => i != a), a]);
        // [..., windows, size], the windows to where the axis was.
        return new Tensor(Windows(last.Node, [size], [step], [1])).MoveDim(Rank - 1, a);
    }

    /// <summary>Elements shifted along an axis; those that leave at one end come in at the other.</summary>
    public Tensor Roll(int shift, int axis) => Roll([shift], [axis]);

    /// <summary>Elements shifted along several axes, one shift for each.</summary>
    public Tensor Roll(ReadOnlySpan<int> shifts, ReadOnlySpan<int> axes)
    {
        if (shifts.Length != axes.Length) throw new ShapeException($"Roll: {shifts.Length} shifts are given for {axes.Length} axes of {Shape}");
        using var scope = Origin.Scope("roll");
        var counts = new int[Rank];
        Array.Fill(counts, 1);
        var keep = Shape.Select(d => ((Dim)0, d)).ToArray();
        AllAxes(axes, "Roll");
        for (int i = 0; i < axes.Length; i++)
        {
            int a = Axis(axes[i], "Roll"), n = Shape[a];
            int by = n == 0 ? 0 : (int)((shifts[i] % (long)n + n) % n);
            if (by == 0) continue;
            // Twice the axis, cut where the first element shall be.
            counts[a] = 2;
            keep[a] = (n - by, 2 * n - by);
        }
        return new Tensor(Build.Shrink(Repeat(counts).Node, keep));
    }

    /// <summary>Each element repeated next to itself: [1, 2] twice is [1, 1, 2, 2]. Without an axis, of the flattened tensor.</summary>
    public Tensor RepeatInterleave(int count, int? axis = null)
    {
        if (count < 0) throw new ShapeException($"RepeatInterleave: count {count} of {Shape} is negative");
        using var scope = Origin.Scope("repeat_interleave");
        if (axis is null) return Flatten().RepeatInterleave(count, 0);
        int a = Axis(axis.Value, "RepeatInterleave");
        Dim[] before = [.. Shape.Dims[..(a + 1)]], after = [.. Shape.Dims[(a + 1)..]];
        var apart = Build.Expand(Build.Reshape(Node, new Shape([.. before, 1, .. after])), new Shape([.. before, count, .. after]));
        return new Tensor(Build.Reshape(apart, Shape.With(a, Shape[a] * count)));
    }

    /// <summary>Padded at the end of each axis to given extents; -1 keeps an extent.</summary>
    public Tensor PadTo(ReadOnlySpan<int> dims, Number value = default)
    {
        var edges = new (Dim, Dim)[Rank];
        bool fits = dims.Length == Rank;
        for (int i = 0; fits && i < Rank; i++)
        {
            edges[i] = (0, dims[i] == -1 ? 0 : dims[i] - Shape[i]);
            fits = edges[i].Item2.Min >= 0;
        }
        if (!fits) throw new ShapeException($"PadTo: {Shape} is not padded to [{string.Join(", ", dims.ToArray())}]");
        return Pad(edges, value);
    }

    /// <summary>The first elements of each axis, up to given extents; -1 keeps an extent.</summary>
    public Tensor ShrinkTo(params ReadOnlySpan<int> dims)
    {
        bool fits = dims.Length == Rank;
        var keep = Shape.Select(d => ((Dim)0, d)).ToArray();
        for (int i = 0; fits && i < Rank; i++)
        {
            if (dims[i] == -1) continue;
            fits = dims[i] >= 0 && dims[i] <= Shape[i];
            keep[i] = (0, dims[i]);
        }
        if (!fits) throw new ShapeException($"ShrinkTo: {Shape} does not shrink to [{string.Join(", ", dims.ToArray())}]");
        using var scope = Origin.Scope("shrink_to");
        return new Tensor(Build.Shrink(Node, keep));
    }

    /// <summary>
    /// Vectors (or scalars) spread over a grid with an axis for each: result k varies along axis k only. With <paramref name="xy"/> the first
    /// two axes are exchanged, as plots have them.
    /// </summary>
    public static IReadOnlyList<Tensor> Meshgrid(IReadOnlyList<Tensor> tensors, bool xy = false)
    {
        ArgumentNullException.ThrowIfNull(tensors);
        using var scope = Origin.Scope("meshgrid");
        foreach (var t in tensors)
            if (NotNull(t).Rank > 1) throw new ShapeException($"Meshgrid: {t.Shape} is no vector");
        int rank = tensors.Count;
        var shape = new Shape([.. tensors.Select(t => t.Rank == 0 ? (Dim)1 : t.Shape[0])]);
        var all = new List<Tensor>(rank);
        for (int k = 0; k < rank; k++)
        {
            var dims = new Dim[rank];
            Array.Fill(dims, 1);
            dims[k] = shape[k];
            var spread = new Tensor(Build.Expand(Build.Reshape(tensors[k].Node, new Shape(dims)), shape));
            all.Add(xy && rank > 1 ? spread.Transpose(0, 1) : spread);
        }
        return all;
    }
}
