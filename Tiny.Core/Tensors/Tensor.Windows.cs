using Tiny.Graph;

namespace Tiny;

// Windows over axes, and the way back from them: movement, no gather.
public sealed partial class Tensor
{
    /// <summary>
    /// All windows over the last axes: [..., extents] -> [..., outputs, kernel]. No gather: where windows do not overlap
    /// an axis is cut into rows of one stride. Else it is repeated and cut into rows one dilation longer than itself, so that
    /// row j starts j dilations later and holds, every stride, the j-th element of each window.
    /// </summary>
    static UOp Windows(UOp x, ReadOnlySpan<int> kernel, ReadOnlySpan<int> stride, ReadOnlySpan<int> dilation)
    {
        var windows = Cut(x, kernel, stride, dilation);
        // Steps over a variable extent end where no number tells: there the way back is that of each movement.
        bool counted = x.DType.IsFloat;
        for (int i = 0; i < stride.Length; i++) counted &= stride[i] == 1 || !x.Shape[x.Shape.Rank - stride.Length + i].IsSymbolic;
        if (!counted) return windows;
        int[] k = [.. kernel], s = [.. stride], d = [.. dilation];
        return WithRule(new Tensor(windows), [new Tensor(x)], (x, _, g) => [new Tensor(Overlaid(g.Node, x[0].Shape, k, s, d))]).Node;
    }

    static UOp Cut(UOp x, ReadOnlySpan<int> kernel, ReadOnlySpan<int> stride, ReadOnlySpan<int> dilation)
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

    /// <summary>
    /// The way back from windows: for each element of a shape the sum of all that show it, [..., outputs, kernel] -> [..., extents]. One sum over as few
    /// elements as windows share. With step s element i = q s + r is shown by windows q - a at their place a s + r.
    /// </summary>
    static UOp Overlaid(UOp g, Shape shape, ReadOnlySpan<int> kernel, ReadOnlySpan<int> stride, ReadOnlySpan<int> dilation)
    {
        int spatial = kernel.Length, lead = shape.Rank - spatial;
        for (int axis = 0; axis < spatial; axis++)
        {
            // The axis and its place in the window last.
            int[] order = [.. Enumerable.Range(0, g.Shape.Rank).Where(a => a != lead + axis && a != lead + spatial + axis), lead + axis, lead + spatial + axis];
            g = Overlaid(Build.Permute(g, order), shape[lead + axis], kernel[axis], stride[axis], kernel[axis] == 1 ? 1 : dilation[axis]);
            g = Build.Permute(g, [.. Enumerable.Range(0, order.Length).Select(a => Array.IndexOf(order, a))]);
        }
        var sum = Build.Reduce(g, Op.Add, Enumerable.Range(shape.Rank, spatial));
        return Build.Reshape(sum, shape);
    }

    // [..., outputs, kernel] -> [..., extent, shares]: what is shown of each element.
    static UOp Overlaid(UOp g, Dim extent, int kernel, int step, int dilation)
    {
        Dim[] dims = [.. g.Shape.Dims[..^2]];
        int lead = dims.Length;
        var whole = dims.Select(d => ((Dim)0, d)).ToArray();
        var nothing = new (Dim, Dim)[lead];
        var outputs = g.Shape[lead];
        if (step > 1 && dilation > 1)
        {
            // Zeros between windows, so that one begins at each element.
            g = Build.Pad(Build.Reshape(g, new Shape([.. dims, outputs, 1, kernel])), [.. nothing, (0, 0), (0, step - 1), (0, 0)]);
            outputs = (outputs - 1) * step + 1;
            g = Build.Shrink(Build.Reshape(g, new Shape([.. dims, g.Shape[lead] * step, kernel])), [.. whole, (0, outputs), (0, kernel)]);
            step = 1;
        }
        int shares = (kernel - 1) / step + 1, reach = (shares - 1) * dilation;
        Dim length = (extent + step - 1) / step, row = length + reach;
        // [shares, outputs, step], the last share first: then row j begins j dilations later than the one before, and what a column holds belongs together.
        g = Build.Reshape(Build.Pad(g, [.. nothing, (0, 0), (0, shares * step - kernel)]), new Shape([.. dims, outputs, shares, step]));
        g = Build.Flip(Build.Permute(g, [.. Enumerable.Range(0, lead), lead + 1, lead, lead + 2]), shares == 1 ? [] : [lead]);
        g = Build.Pad(g, [.. nothing, (0, 0), (reach, length - outputs), (0, 0)]);
        g = Build.Pad(Build.Reshape(g, new Shape([.. dims, shares * row, step])), [.. nothing, (0, shares * dilation), (0, 0)]);
        g = Build.Shrink(Build.Reshape(g, new Shape([.. dims, shares, row + dilation, step])), [.. whole, (0, shares), (0, length), (0, step)]);
        g = Build.Shrink(Build.Reshape(g, new Shape([.. dims, shares, length * step])), [.. whole, (0, shares), (0, extent)]);
        return Build.Permute(g, [.. Enumerable.Range(0, lead), lead + 1, lead]);
    }
}
