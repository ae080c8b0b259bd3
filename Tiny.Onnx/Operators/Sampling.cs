using Tiny.Onnx.Import;

namespace Tiny.Onnx.Operators;

/// <summary>Elements read at places that are data, between the elements of a grid.</summary>
static class Sampling
{
    public static IReadOnlyList<Operator> Table { get; } =
    [
        new("GridSample", n => GridSample(n)),
        new("AffineGrid", n => AffineGrid(n)),
    ];

    /// <summary>How places are read that lie between elements, or outside.</summary>
    internal enum Outside
    {
        Zeros,
        Border,
        Reflection,
    }

    // x[n, c, spatial...] at grid[n, out..., axes], whose last axis counts from the last spatial one.
    static Tensor GridSample(NodeContext n)
    {
        var (x, grid) = (n[0], n[1]);
        int axes = x.Rank - 2;
        if (axes < 1 || grid.Rank != axes + 2 || !grid.Shape[axes + 1].Is(axes)) throw NodeContext.Bad($"input {x.Shape} and grid {grid.Shape} do not go together");
        bool corners = n.Flag("align_corners");
        var outside = n.Text("padding_mode", "zeros") switch
        {
            "zeros" => Outside.Zeros,
            "border" => Outside.Border,
            "reflection" => Outside.Reflection,
            var other => throw NodeContext.Bad($"padding_mode '{other}'"),
        };
        var places = new Tensor[axes];
        for (int a = 0; a < axes; a++)
        {
            var at = Movement.Part(grid, axes + 1, axes - 1 - a, axes - a).Squeeze(-1).Cast(x.DType == DType.Float64 || grid.DType == DType.Float64 ? DType.Float64 : DType.Float32);
            double extent = (int)x.Shape[2 + a];
            places[a] = corners ? (at + 1) * ((extent - 1) / 2) : ((at + 1) * extent - 1) / 2;
        }
        return At(x, places, n.Text("mode", "linear"), outside, corners);
    }

    /// <summary>x[n, c, spatial...] at places[n, out...], one tensor for each spatial axis, counted in elements: [n, c, out...].</summary>
    public static Tensor At(Tensor x, Tensor[] places, string mode, Outside outside, bool corners)
    {
        int axes = places.Length;
        places = [.. places];
        for (int a = 0; a < axes; a++)
        {
            if (mode == "nearest") places[a] = places[a].Round();
            // A place outside is brought in as a whole; what a kernel then reads outside is too. Of a border only that is, as where the operator comes from: the curve does not end there.
            bool curve = mode is "cubic" or "bicubic";
            if (outside != Outside.Zeros && !(curve && outside == Outside.Border)) places[a] = Inside(places[a], (int)x.Shape[2 + a], outside, corners);
        }
        var flat = x.Flatten(2);
        Dim[] output = [.. places[0].Shape.Dims[1..]];
        return Taps(0, Tensor.Zeros(places[0].Shape, DType.Int32), null).Cast(x.DType);

        // The sum over all taps of the axes from one on, at the row-major place that the axes before it make.
        Tensor Taps(int axis, Tensor row, Tensor? there)
        {
            if (axis == axes) return Read(row, there);
            int extent = x.Shape[2 + axis];
            var place = places[axis];
            var first = place.Floor();
            var t = place - first;
            (int Step, Tensor? Weight)[] taps = mode switch
            {
                "nearest" => [(0, null)],
                "linear" or "bilinear" => [(0, 1 - t), (1, t)],
                "cubic" or "bicubic" => [(-1, Far(t + 1)), (0, Near(t)), (1, Near(1 - t)), (2, Far(2 - t))],
                _ => throw NodeContext.Bad($"mode '{mode}'"),
            };
            Tensor? sum = null;
            foreach (var (step, weight) in taps)
            {
                var at = first + step;
                var inside = at.Ge(0) & at.Lt(extent);
                if (outside == Outside.Reflection) at = Inside(at, extent, outside, corners).Trunc();
                var index = at.Clamp(0, extent - 1).Cast(DType.Int32);
                var value = Taps(axis + 1, row * extent + index, outside == Outside.Zeros ? there is null ? inside : there & inside : null);
                if (weight is not null) value *= weight.Unsqueeze(1).Cast(value.DType);
                sum = sum is null ? value : sum + value;
            }
            return sum!;
        }

        Tensor Read(Tensor row, Tensor? there)
        {
            // [n, 1, out] indices, the same for each channel.
            var index = row.Reshape([x.Shape[0], 1, -1]);
            var value = flat.Gather(2, index.Expand([x.Shape[0], x.Shape[1], index.Shape[2]])).Reshape([x.Shape[0], x.Shape[1], .. output]);
            return there is null ? value : there.Unsqueeze(1).Where(value, value.ZerosLike());
        }
    }

    const double A = -0.75;

    static Tensor Near(Tensor d) => ((A + 2) * d - (A + 3)) * d * d + 1;

    static Tensor Far(Tensor d) => ((d * A - 5 * A) * d + 8 * A) * d - 4 * A;

    static Tensor Inside(Tensor at, double extent, Outside outside, bool corners)
    {
        if (outside == Outside.Border) return at.Clamp(0.0, extent - 1);
        // Reflected at the outermost elements' centres, or at their edges: a zigzag.
        double low = corners ? 0 : -0.5, range = corners ? extent - 1 : extent;
        if (range == 0) return at.ZerosLike();
        var turn = (at - low).Abs().Remainder(2 * range);
        return turn.Gt(range).Where(2 * range - turn, turn) + low;
    }

    // theta[n, axes, axes + 1] times the homogeneous places of a grid over -1 to 1.
    static Tensor AffineGrid(NodeContext n)
    {
        var theta = n[0];
        int[] size = n.IsKnown(1) || n.Declared(0) is null ? [.. n.Integers(1).Skip(2).Select(d => checked((int)d))]
            : [.. n.Declared(0)!.Dims[1..^1].ToArray().Select(d => (int)d)];
        bool corners = n.Flag("align_corners");
        int axes = size.Length;
        var rows = new Tensor[axes + 1];
        for (int a = 0; a < axes; a++)
        {
            var at = corners ? Tensor.Linspace(-1, 1, size[a]) : (Tensor.Arange(size[a]).Cast(DType.Float32) * 2 + (1 - size[a])) / size[a];
            // The last axis comes first.
            rows[axes - 1 - a] = at.Reshape([size[a], .. Enumerable.Repeat((Dim)1, axes - a - 1)]).Expand(new Shape(size)).Flatten();
        }
        rows[axes] = Tensor.Ones(rows[0].Shape, DType.Float32);
        var places = theta.Cast(DType.Float32).MatMul(Tensor.Stack(rows));
        return places.Transpose().Reshape([theta.Shape[0], .. size.Select(s => (Dim)s), axes]).Cast(theta.DType);
    }
}
