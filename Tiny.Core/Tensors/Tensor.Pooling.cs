using Tiny.Algebra;
using Tiny.Graph;

namespace Tiny;

public sealed partial class Tensor
{
    /// <summary>The largest element of each window of this[..., height, width]; the stride is the window's size unless given.</summary>
    public Tensor MaxPool2d(Pair kernel, Pair? stride = null, Padding2d padding = default, Pair? dilation = null)
    {
        if (DType.IsBool) return Cast(DType.UInt8).MaxPool2d(kernel, stride, padding, dilation).Cast(DType.Bool);
        using var scope = Origin.Scope("max_pool2d");
        Number lowest = DType.IsInt ? Bounds.OfType(DType).Min
            : DType == DType.Float8E4M3 ? -FloatFormat.Of(DType.Kind).Largest : double.NegativeInfinity;
        return Pool("MaxPool2d", Op.Max, Node, kernel, stride, padding, dilation, lowest);
    }

    /// <summary>
    /// The mean of each window of this[..., height, width]; the stride is the window's size unless given. Padding counts as zeros
    /// unless <paramref name="countPadding"/> is false.
    /// </summary>
    public Tensor AvgPool2d(Pair kernel, Pair? stride = null, Padding2d padding = default, bool countPadding = true)
    {
        using var scope = Origin.Scope("avg_pool2d");
        var sum = Pool("AvgPool2d", Op.Add, AsFloat(), kernel, stride, padding, null, 0);
        if (countPadding || padding == default) return (sum / (float)(kernel.Height * kernel.Width)).Cast(FloatDType);
        var ones = Ones(new Shape(Shape.Dims[^2], Shape.Dims[^1]), sum.DType);
        return (sum / ones.Pool("AvgPool2d", Op.Add, ones.Node, kernel, stride, padding, null, 0)).Cast(FloatDType);
    }

    Tensor Pool(string name, Op op, UOp x, Pair kernel, Pair? stride, Padding2d padding, Pair? dilation, Number outside)
    {
        if (Rank < 2) throw new ShapeException($"{name}: input {Shape} has no height and width");
        var (s, d) = (stride ?? kernel, dilation ?? 1);
        var edges = new (Dim Lo, Dim Hi)[Rank];
        edges[^2] = (padding.Top, padding.Bottom);
        edges[^1] = (padding.Left, padding.Right);
        int[] window = [kernel.Height, kernel.Width], steps = [s.Height, s.Width], gaps = [d.Height, d.Width];
        var output = OutputExtents(name, edges, window, steps, gaps, new Shape(kernel.Height, kernel.Width));
        var windows = Windows(PadWith(x, edges, outside), window, steps, gaps);
        var reduced = Build.Reduce(windows, op, [Rank, Rank + 1]);
        return new Tensor(Build.Reshape(reduced, new Shape([.. Shape.Dims[..^2], .. output])));
    }

    /// <summary>How many windows fit each spatial axis (the last ones), with all that can be wrong said in the user's terms.</summary>
    Dim[] OutputExtents(string name, (Dim Lo, Dim Hi)[] edges, ReadOnlySpan<int> kernel, ReadOnlySpan<int> stride,
        ReadOnlySpan<int> dilation, Shape window)
    {
        var output = new Dim[kernel.Length];
        for (int i = 0; i < kernel.Length; i++)
        {
            int axis = Rank - kernel.Length + i;
            var (lo, hi) = edges[axis];
            if (kernel[i] < 1 || stride[i] < 1 || dilation[i] < 1 || lo.Min < 0 || hi.Min < 0)
                throw new ShapeException($"{name}: window {kernel[i]}, stride {stride[i]}, dilation {dilation[i]} and padding ({lo}, {hi}) "
                    + $"do not go together (input {Shape}, window {window})");
            Dim extent = Shape[axis] + lo + hi, reach = (long)dilation[i] * (kernel[i] - 1) + 1;
            if (extent.Min < reach.Max)
                throw new ShapeException($"{name}: window {window} reaches over {reach} elements, "
                    + $"axis {axis} of input {Shape} has {extent} with padding");
            output[i] = (extent - reach) / stride[i] + 1;
        }
        return output;
    }

    /// <summary>
    /// All windows over the last axes: [..., extents] -> [..., outputs, kernel]. No gather: where windows do not overlap
    /// an axis is cut into rows of one stride. Else it is repeated and cut into rows one dilation longer than itself, so that
    /// row j starts j dilations later and holds, every stride, the j-th element of each window.
    /// </summary>
    static UOp Windows(UOp x, ReadOnlySpan<int> kernel, ReadOnlySpan<int> stride, ReadOnlySpan<int> dilation)
    {
        int spatial = kernel.Length, lead = x.Shape.Rank - spatial;
        var pad = new (Dim, Dim)[x.Shape.Rank];
        var counts = new int[x.Shape.Rank];
        Array.Fill(counts, 1);
        var rows = x.Shape.Select(e => ((Dim)0, e)).ToArray();
        // The extents and what is kept of them, step by step; leading axes stay whole.
        List<Dim> cut = [.. x.Shape.Dims[..lead]], grid = [.. cut], final = [.. cut];
        List<(Dim, Dim)> used = [.. cut.Select(e => ((Dim)0, e))], first = [.. used];
        var order = Enumerable.Range(0, lead + 2 * spatial).ToArray();
        for (int i = 0; i < spatial; i++)
        {
            int axis = lead + i, k = kernel[i], s = stride[i], d = k == 1 ? 1 : dilation[i];
            var extent = x.Shape[axis];
            var o = (extent - d * (k - 1) - 1) / s + 1;
            bool apart = k == 1 || (k <= s && d == 1);
            if (apart)
            {
                // [o, s] rows, each beginning with a window.
                pad[axis] = (0, extent.IsSymbolic ? s - k : Math.Max(0, o * s - extent));
                rows[axis] = (0, o * s);
                cut.AddRange([o, s]);
                used.AddRange([(0, o), (0, k)]);
                grid.AddRange([o, k]);
                first.AddRange([(0, o), (0, k)]);
                final.AddRange([o, k]);
            }
            else
            {
                // Rows hold whole strides, so they may have to go round more than once.
                int shortest = checked((int)extent.Min), rounds = extent.IsSymbolic ? 1 : Math.Max(1, (o * s - d + extent - 1) / extent);
                var row = extent * rounds + d;
                if ((row - o * s).Min < 0)
                    throw new ShapeException($"windows of {k} by steps of {s} over {extent} elements: such a step needs an extent that is a number");
                // Enough for the shortest extent is enough for all.
                counts[axis] = checked(k * (shortest * rounds + d) + shortest - 1) / shortest;
                rows[axis] = (0, k * row);
                cut.AddRange([k, row]);
                used.AddRange([(0, k), (0, o * s)]);
                grid.AddRange([k, o, s]);
                first.AddRange([(0, k), (0, o), (0, 1)]);
                final.AddRange([k, o]);
            }
            order[axis] = lead + 2 * i + (apart ? 0 : 1);
            order[axis + spatial] = lead + 2 * i + (apart ? 1 : 0);
        }
        x = Build.Shrink(RepeatNode(Build.Pad(x, pad), counts), rows);
        x = Build.Shrink(Build.Reshape(x, new Shape([.. cut])), [.. used]);
        x = Build.Shrink(Build.Reshape(x, new Shape([.. grid])), [.. first]);
        return Build.Permute(Build.Reshape(x, new Shape([.. final])), order);
    }
}
