namespace Tiny.Tests.Fuzz;

/// <summary>Steps of random programs that the tensor library composes: order, selection, scatter, indices, padding, scans, kernels written by hand.</summary>
static class RandomLibrary
{
    /// <summary>What the steps are called in the graph, and at least how many of a thousand programs hold each.</summary>
    public static IReadOnlyList<string> Names { get; } = ["sort", "argsort", "top_k", "roll", "repeat_interleave", "pad", "cummax", "diagonal", "tril", "masked_select", "nonzero", "scatter",
        "scatter_reduce", "index", "index_put", "by_hand", "max_pool1d", "log_cum_sum_exp", "std", "atan", "asinh", "erf", "softplus", "selu"];

    public static (string, Tensor, bool)? Draw(Random random, FuzzValue v, FuzzDomain domain)
    {
        var x = v.Tensor;
        if (x.Rank == 0 || x.Shape.IsSymbolic || x.Shape.Size is 0 or > 2000) return null;
        int axis = random.Next(x.Rank), n = x.Shape[axis], kind = random.Next(30);
        // Fewer values are floats.
        if (kind >= 22) kind = x.DType.IsFloat ? 17 + kind % 4 : 12;
        switch (kind)
        {
            case 0: return ($"sorted along {axis}", x.Sort(axis, random.Next(2) == 0).Values, v.Exact);
            case 1 when v.Exact: return ($"order along {axis}", x.Argsort(axis, random.Next(2) == 0), true);
            case 2: return ($"the largest along {axis}", x.TopK(random.Next(1, n + 1), axis, random.Next(2) == 0).Values, v.Exact);
            case 3: return ($"rolled along {axis}", x.Roll(random.Next(-9, 10), axis), v.Exact);
            case 4: return ($"each twice along {axis}", x.RepeatInterleave(2, axis), v.Exact);
            case 5:
                var mode = (PadMode)random.Next(1, 4);
                int most = mode == PadMode.Reflect ? n - 1 : n, before = random.Next(most + 1);
                return ($"padded {mode} along {axis}", x.Pad([.. x.Shape.Select((_, i) => i == axis ? (before, most - before) : (0, 0))], mode), v.Exact);
            case 6 when !x.DType.IsBool: return ($"running maximum along {axis}", x.CumMax(axis), v.Exact);
            case 7 when x.Rank > 1 && random.Next(-1, 2) is var offset && Math.Min((int)x.Shape[0] + Math.Min(offset, 0), (int)x.Shape[1] - Math.Max(offset, 0)) > 0:
                return ($"diagonal {offset}", x.Diagonal(offset), v.Exact);
            case 8 when x.Rank > 1: return ("lower triangle", x.Tril(random.Next(-1, 2)), v.Exact);
            case 9 when v.Exact: return ("selected", x.MaskedSelect(x.DType.IsBool ? x : x.Gt(0), random.Next(1, 30)), true);
            case 10 when v.Exact: return ("places of what is not 0", x.Nonzero(random.Next(1, 20)), true);
            case 11: return ($"scattered along {axis}", x.Scatter(axis, Places(random, n, x.Shape), x.Flip(axis)), v.Exact);
            case 12 when x.DType.IsInt:
                var reduction = (ScatterReduction)random.Next(5);
                return ($"{reduction} scattered along {axis}", x.ScatterReduce(axis, Places(random, n, x.Shape), x.Flip(axis), reduction, random.Next(2) == 0), true);
            case 12 when x.DType.IsFloat && v.Exact: return ("rounded", (x * 4).Round() / 4, true);
            case 13: return ("picked by indices", x[Places(random, (int)x.Shape[0], new Shape(3, 2))], v.Exact);
            case 14:
                var copy = x.Clone();
                copy[Places(random, (int)x.Shape[0], new Shape(4))] = x.Flip(0)[..1];
                return ("put by indices", copy, v.Exact);
            case 15: return ("the largest of three, by hand", ByHand(x), v.Exact);
            case 16 when n > 1 && axis == x.Rank - 1: return ("maximum pool", x.MaxPool1dWithIndices(2, random.Next(1, 3), 1).Values, v.Exact);
            case 16 when v.Exact && n > 1 && axis == x.Rank - 1: return ("places of maxima", x.MaxPool1dWithIndices(2).Indices, true);
            case 17 when x.DType.IsFloat: return ($"running log-sum along {axis}", x.LogCumSumExp(axis), false);
            case 18 when x.DType.IsFloat && n > 1: return ($"deviation along {axis}", (x.Abs() + Tensor.Arange(n).Cast(x.DType).Reshape([.. x.Shape.Select((_, i) => i == axis ? n : 1)])).Std(axis), false);
            case 19 or 20 when x.DType.IsFloat:
                return random.Next(5) switch
                {
                    0 => ("atan", x.Atan(), false),
                    1 => ("asinh", x.Asinh(), false),
                    2 => ("erf", x.Erf(), false),
                    3 => ("softplus", x.Softplus(), false),
                    _ => ("selu", x.Maximum(-2).Minimum(2).Selu(), false),
                };
            case 21 when x.DType.IsFloat: return ("with a gradient of its own", x.WithGradient(static t => -t, static (_, g) => g), v.Exact);
        }
        return null;
    }

    // Some of them outside.
    static Tensor Places(Random random, int extent, Shape shape) => Tensor.From<int>([.. Enumerable.Range(0, shape.Numel).Select(_ => random.Next(-1, extent + 1))], shape.Extents());

    static Tensor ByHand(Tensor x)
    {
        int n = x.Numel;
        var numbers = x.DType.IsBool ? x.Cast(DType.Int32) : x;
        var most = Tensor.Kernel("by_hand", [(numbers.DType, new Shape(n))], [numbers.Flatten()], k =>
        {
            KernelValue i = k.Range(n), j = k.Range(3);
            k.Outputs[0].Write(k.Max(j, k.Inputs[0][i + j - 1]), i);
        })[0].Reshape(x.Shape);
        return x.DType.IsBool ? most.Ne(0) : most;
    }
}
