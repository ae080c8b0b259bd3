using Tiny.Graph;

namespace Tiny;

// Running reductions along an axis. A short axis: each element reduces what its mask leaves of the axis. A longer one is cut into rows, rows into
// columns: an element combines the part of its own row with the totals of the rows before it, so that the work stays near-linear in few kernels.
public sealed partial class Tensor
{
    // Up to these lengths one level of masks, or two, take less work than one more kernel.
    const int OneLevel = 64, TwoLevels = 1024;

    /// <summary>Running sum along an axis; bools and uint8 are summed as int32.</summary>
    public Tensor CumSum(int axis = 0) => Scan("CumSum", Op.Add, Counting(), axis);

    /// <summary>Running product along an axis; bools and uint8 are multiplied as int32.</summary>
    public Tensor CumProd(int axis = 0) => Scan("CumProd", Op.Mul, Counting(), axis);

    /// <summary>Running maximum along an axis; NaN from the first one on.</summary>
    public Tensor CumMax(int axis = 0) => DType.IsBool ? Cast(DType.Int32).CumMax(axis).Cast(DType.Bool) : Scan("CumMax", Op.Max, Node, axis);

    /// <summary>Running minimum along an axis; NaN from the first one on.</summary>
    public Tensor CumMin(int axis = 0) => DType.IsBool ? Cast(DType.Int32).CumMin(axis).Cast(DType.Bool) : Scan("CumMin", Op.Min, Node, axis);

    Tensor Scan(string name, Op op, UOp x, int axis)
    {
        int a = Axis(axis, name), n = Shape[a];
        using var scope = Origin.Scope(name.ToLowerInvariant());
        if (Shape.Size == 0) return new Tensor(x);
        // The axis last, all others one.
        int[] order = [.. Enumerable.Range(0, Rank).Where(i => i != a), a];
        var moved = Build.Permute(x, order);
        var result = ScanRows(op, Build.Reshape(moved, new Shape(Shape.Numel / n, n)));
        int[] back = [.. Enumerable.Range(0, Rank).Select(i => Array.IndexOf(order, i))];
        return new Tensor(Build.Permute(Build.Reshape(result, moved.Shape), back));
    }

    static UOp ScanRows(Op op, UOp x)
    {
        int lead = x.Shape[0], n = x.Shape[1];
        if (n <= OneLevel) return Before(op, x, 1, inclusive: true);
        // Least work: n * 2b + (n / b^2) * (n / b); with two levels n * b + (n / b) * n.
        bool two = n <= TwoLevels;
        int b = RowLength(n, two ? Math.Sqrt(n) : Math.Pow(1.5 * n, 0.25), two ? 1 : 2), columns = two ? 1 : b, rows = (n - 1) / (b * columns) + 1;
        // What is padded comes after all that is kept.
        var blocks = Build.Reshape(Build.Pad(x, (0, 0), (0, rows * columns * b - n)), new Shape(lead, rows, columns, b));
        var totals = Build.Reduce(blocks, op, [3]);
        var result = Before(op, blocks, 3, inclusive: true);
        if (columns > 1) result = Combine(Before(op, totals, 2, inclusive: false));
        result = Combine(Before(op, totals, 1, inclusive: false, also: 2));
        return Build.Shrink(Build.Reshape(result, new Shape(lead, rows * columns * b)), (0, lead), (0, n));

        UOp Combine(UOp earlier) => Build.Binary(op, Build.Expand(earlier, blocks.Shape), result);
    }

    // About so many, and such that rows are whole where that is possible.
    static int RowLength(int n, double about, int power)
    {
        int b = (int)Math.Ceiling(about);
        return Enumerable.Range(b / 2 + 1, b).Where(d => n % (int)Math.Pow(d, power) == 0).OrderBy(d => Math.Abs(d - b)).FirstOrDefault(b);
    }

    /// <summary>At each place of an axis, the reduction of all before it (and itself); of another axis after it too, which stays with extent 1.</summary>
    static UOp Before(Op op, UOp x, int axis, bool inclusive, int? also = null)
    {
        int[] dims = [.. x.Shape];
        var whole = new Shape([.. dims[..axis], dims[axis], .. dims[axis..]]);
        var spread = Build.Expand(Build.Reshape(x, new Shape([.. dims[..axis], 1, .. dims[axis..]])), whole);
        UOp place = Build.IndexAlong(whole, axis), from = Build.IndexAlong(whole, axis + 1);
        var nothing = Build.Broadcast(Origin.Stamp(Schedule.Rangeify.Identity(op, x.DType)), whole);
        var masked = inclusive ? Build.Where(Build.Binary(Op.CmpLt, place, from), nothing, spread) : Build.Where(Build.Binary(Op.CmpLt, from, place), spread, nothing);
        var reduced = Build.Reduce(masked, op, also is { } more ? [axis + 1, more + 1] : [axis + 1]);
        if (also is { } gone) dims[gone] = 1;
        return Build.Reshape(reduced, new Shape(dims));
    }
}
