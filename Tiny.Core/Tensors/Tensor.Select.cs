namespace Tiny;

// What a mask chooses, in row-major order. How much that is depends on data, so a size is given: shapes are known before anything is computed.
public sealed partial class Tensor
{
    // A longer running count is looked through in two levels.
    const int OneLook = 4096;

    /// <summary>
    /// The elements where a bool mask is true, in row-major order: the first <paramref name="size"/>, and <paramref name="fill"/> where there are fewer. Shapes broadcast.
    /// The place of element r is the number of elements up to which the running count of the mask is at most r: about 2 size sqrt(n) comparisons for n elements.
    /// </summary>
    public Tensor MaskedSelect(Tensor mask, int size, Number fill = default)
    {
        var shape = BroadcastShape("MaskedSelect", Shape, Mask("MaskedSelect", mask).Shape);
        using var scope = Origin.Scope("masked_select");
        var (place, there) = Chosen("MaskedSelect", mask.Expand(shape), size);
        var picked = Expand(shape).Flatten().Take(place);
        return fill.IsPlainZero ? picked : there.Where(picked, fill.CheckFits(DType, "MaskedSelect"));
    }

    /// <summary>The elements where a bool mask is true, in row-major order. Their number is computed at once, so a captured method has to give it as a size.</summary>
    public Tensor MaskedSelect(Tensor mask)
    {
        var shape = BroadcastShape("MaskedSelect", Shape, Mask("MaskedSelect", mask).Shape);
        return MaskedSelect(mask, mask.Expand(shape).Sum().Item<int>());
    }

    /// <summary>
    /// The indices of elements that are not 0, in row-major order, as int32 [size, rank]: the first <paramref name="size"/>, and <paramref name="fill"/> where there are fewer.
    /// </summary>
    public Tensor Nonzero(int size, int fill = -1)
    {
        using var scope = Origin.Scope("nonzero");
        var (place, there) = Chosen("Nonzero", Ne(0), size);
        if (Rank == 0) return Zeros(new Shape(size, 0), DType.Int32);
        var extents = Shape.Extents();
        var columns = new Tensor[Rank];
        for (int a = Rank - 1; a >= 0; place = place.FloorDiv(Math.Max(1, extents[a--]))) columns[a] = place.Mod(Math.Max(1, extents[a]));
        return there.Unsqueeze(1).Where(Stack(columns, 1), fill);
    }

    /// <summary>The indices of elements that are not 0, in row-major order, as int32 [count, rank]. Their number is computed at once.</summary>
    public Tensor Nonzero() => Nonzero(Ne(0).Sum().Item<int>());

    /// <summary>The places in row-major order of the first true elements, and where there is one.</summary>
    static (Tensor Place, Tensor There) Chosen(string operation, Tensor mask, int size)
    {
        if (size < 0) throw new ShapeException($"{operation}: {size} elements of {mask.Shape}");
        int n = mask.Numel;
        if (n == 0 || size == 0) return (Full(new Shape(size), -1), Full(new Shape(size), false));
        var count = mask.Flatten().Cast(DType.Int32).CumSum();
        var wanted = Arange(size).Unsqueeze(1);
        Tensor place;
        if (n <= OneLook) place = count.Le(wanted).Sum(1);
        else
        {
            // First the row in which it is, by the rows' ends, then the place there.
            int row = (int)Math.Sqrt(n), rows = (n - 1) / row + 1;
            var all = count.Pad([(0, rows * row - n)], int.MaxValue).Reshape(rows, row);
            var at = all[.., ^1].Le(wanted).Sum(1);
            place = at * row + all.Take(at).Le(wanted).Sum(1);
        }
        var there = Arange(size).Lt(count[^1]);
        return (there.Where(place, -1), there);
    }
}
