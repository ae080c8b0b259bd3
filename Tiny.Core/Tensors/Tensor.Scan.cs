using Tiny.Graph;

namespace Tiny;

// Running reductions along an axis. A short axis: each element reduces what a mask leaves of the axis. A longer one is cut into rows: an element combines
// what stands before it in its own row with the running reduction over whole rows. Rows of a still longer axis are grouped, and groups combined in the
// same way, so that the work stays near-linear in three kernels.
public sealed partial class Tensor
{
    // Up to these lengths one level of masks, or two, take less work than one more kernel.
    const int OneLevel = 64, TwoLevels = 256;

    /// <summary>Running sum along an axis; bools and integers of fewer than 32 bits are summed as int32 or, unsigned, as uint32.</summary>
    public Tensor CumSum(int axis = 0) => Scan("CumSum", Op.Add, Counting(), axis);

    /// <summary>Running product along an axis; bools and integers of fewer than 32 bits are multiplied as int32 or, unsigned, as uint32.</summary>
    public Tensor CumProd(int axis = 0) => Scan("CumProd", Op.Mul, Counting(), axis);

    /// <summary>Running maximum along an axis; NaN from the first one on.</summary>
    public Tensor CumMax(int axis = 0) => DType.IsBool ? Cast(DType.Int32).CumMax(axis).Cast(DType.Bool) : Scan("CumMax", Op.Max, Node, axis);

    /// <summary>Running minimum along an axis; NaN from the first one on.</summary>
    public Tensor CumMin(int axis = 0) => DType.IsBool ? Cast(DType.Int32).CumMin(axis).Cast(DType.Bool) : Scan("CumMin", Op.Min, Node, axis);

    /// <summary>Logarithm of the running sum of e^x along an axis, without overflow.</summary>
    public Tensor LogCumSumExp(int axis = 0)
    {
        int a = Axis(axis, "LogCumSumExp");
        return Shape.Size == 0 ? Cast(FloatDType) : Analysis("log_cum_sum_exp", x => LogRunningSum(x.Transpose(a, -1)).Transpose(a, -1));
    }

    // Of a short axis, each element's own sum below its own running maximum. A longer one is cut into rows: what came before a row is added to all of it.
    static Tensor LogRunningSum(Tensor x)
    {
        int n = x.Shape[x.Rank - 1];
        if (n > OneLevel)
        {
            int b = RowLength(n, Math.Min(OneLevel / 2, Math.Sqrt(n)), 1), rows = (n - 1) / b + 1;
            (Dim, Dim)[] end = [.. x.Shape.Select((_, i) => ((Dim)0, (Dim)(i == x.Rank - 1 ? rows * b - n : 0)))];
            var inRow = LogRunningSum(x.Pad(end).Reshape([.. x.Shape.Dims[..^1], rows, b]));
            var ends = LogRunningSum(inRow.Along(-1, b - 1, b).Squeeze(-1));
            var before = Cat([ends.Along(-1, 0, 1).FullLike(double.NegativeInfinity), ends.Along(-1, 0, rows - 1)], -1);
            return LogAddExp(inRow, before.Unsqueeze(-1)).Reshape([.. x.Shape.Dims[..^1], rows * b]).Along(-1, 0, n);
        }
        var most = x.CumMax(-1);
        // What is subtracted and added again has no gradient.
        most = most.IsFinite().Where(most, 0).Detach();
        var upTo = Arange(n).Le(Arange(n).Unsqueeze(1));
        return upTo.Where((x.Unsqueeze(-2) - most.Unsqueeze(-1)).Exp(), 0).Sum(-1).Log() + most;
    }

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
        // Least work: with rows of b, n * b within rows and n * (n / b) over rows; with groups of b rows n * b each, and (n / b^2)^2 over groups.
        bool grouped = n > TwoLevels;
        int b = grouped ? RowLength(n, Math.Pow(2.0 * n, 0.2), 2) : RowLength(n, Math.Sqrt(n), 1);
        int groups = grouped ? (n - 1) / (b * b) + 1 : 1, rows = grouped ? b : (n - 1) / b + 1;
        // What is padded comes after all that is kept.
        var blocks = Build.Reshape(Build.Pad(x, (0, 0), (0, groups * rows * b - n)), new Shape(lead, groups, rows, b));
        var running = Before(op, blocks, 2, inclusive: true, also: 3);
        var result = Combine(Previous(op, running), Before(op, blocks, 3, inclusive: true));
        if (grouped) result = Combine(Before(op, Build.Shrink(running, (0, lead), (0, groups), (rows - 1, rows), (0, 1)), 1, inclusive: false), result);
        return Build.Shrink(Build.Reshape(result, new Shape(lead, groups * rows * b)), (0, lead), (0, n));

        UOp Combine(UOp earlier, UOp later) => Build.Binary(op, Build.Expand(earlier, blocks.Shape), later);
    }

    /// <summary>The value one place earlier along axis 2; at the first place nothing.</summary>
    static UOp Previous(Op op, UOp x)
    {
        var moved = Build.Shrink(Build.Pad(x, (0, 0), (0, 0), (1, 0), (0, 0)), (0, x.Shape[0]), (0, x.Shape[1]), (0, x.Shape[2]), (0, 1));
        return op == Op.Add ? moved : Build.Where(Build.Binary(Op.CmpLt, Build.IndexAlong(x.Shape, 2), Build.Fill(1, DType.Int32, x.Shape)), Nothing(op, x), moved);
    }

    static UOp Nothing(Op op, UOp like) => Build.Broadcast(Origin.Stamp(Schedule.Rangeify.Identity(op, like.DType)), like.Shape);

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
        var nothing = Nothing(op, spread);
        var masked = inclusive ? Build.Where(Build.Binary(Op.CmpLt, place, from), nothing, spread) : Build.Where(Build.Binary(Op.CmpLt, from, place), spread, nothing);
        var reduced = Build.Reduce(masked, op, also is { } more ? [axis + 1, more + 1] : [axis + 1]);
        if (also is { } gone) dims[gone] = 1;
        return Build.Reshape(reduced, new Shape(dims));
    }
}
