using Tiny.Nn;

namespace Tiny.Tests.Fuzz;

/// <summary>The steps that a random program is made of, by kind. A kind gives null where it has nothing for the value at hand.</summary>
static class RandomSteps
{
    /// <summary>A step's text, value, and whether no rounding is in it.</summary>
    public static (string Text, Tensor Value, bool Exact) Draw(Random random, FuzzValue x, IReadOnlyList<FuzzValue> values, FuzzDomain domain)
    {
        while (true)
        {
            (string Text, Tensor Value, bool Exact)? step = Draw(random.Next(32), random, x, values, domain);
            // A rounded value of few bits is off by much wherever it goes: some are enough.
            if (step is { } found && domain.DTypes.Contains(found.Value.DType) && (found.Exact || !found.Value.DType.IsShortFloat || random.Next(4) == 0)) return found;
        }
    }

    static (string, Tensor, bool)? Draw(int kind, Random random, FuzzValue x, IReadOnlyList<FuzzValue> values, FuzzDomain domain) => kind switch
    {
        < 3 => x.Tensor.DType.IsFloat ? Elementwise(random, x) : x.Tensor.DType.IsBool ? Bools(random, x, values) : Integers(random, x, values),
        < 6 => Movement(random, x),
        6 => Joining(random, x, values),
        7 => Reduction(random, x),
        < 11 => ReusedReduction(random, x),
        < 13 => Layer(random, x.Tensor),
        13 => Comparison(random, x, values),
        < 16 => Conversion(random, x, domain),
        < 20 => RandomWrites.Draw(random, x),
        < 22 => Sizes(random, x, domain),
        < 24 => Pair(random, x, values),
        < 28 => RandomLibrary.Draw(random, x, domain),
        _ => RandomOperators.Draw(random, x),
    };

    // What depends on extents and on the variable.
    static (string, Tensor, bool)? Sizes(Random random, FuzzValue v, FuzzDomain domain)
    {
        var x = v.Tensor;
        int axis = x.Rank == 0 ? 0 : random.Next(x.Rank);
        switch (random.Next(5))
        {
            case 0 when x.DType.IsInt && x.Rank > 0 && domain.DTypes.Contains(Promotion.Join(x.DType, DType.Int32)):
                var places = Tensor.Arange((int)x.Shape[axis].Max)[Slice.To(x.Shape[axis])];
                return ($"plus the place along {axis}", x + places.Reshape([.. Enumerable.Range(0, x.Rank).Select(i => i == axis ? x.Shape[i] : (Dim)1)]), true);
            case 1 when x.DType.IsInt && x.Rank > 0 && !x.Shape.IsSymbolic: return ($"running sum along {axis}", x.CumSum(axis), true);
            case 2 when x.DType.IsInt && domain.Size is { } t: return ($"times {t.Name}", x * t, true);
            case 3 when x.Rank > 0 && domain.Size is { } t && x.Shape[axis].Min >= t.Max:
                return ($"slice {axis} 0..{t.Name}", x.Shrink([.. x.Shape.Select((d, i) => i == axis ? ((Dim)0, t) : ((Dim)0, d))]), v.Exact);
            case 4 when x.Rank > 0 && domain.Size is { } t && x.Shape[axis].Min >= t.Max:
                return ($"row {t.Name} - 1 of {axis}", x.Shrink([.. x.Shape.Select((d, i) => i == axis ? (t - 1, (Dim)t) : ((Dim)0, d))]), v.Exact);
        }
        return null;
    }

    /// <summary>Part of an axis that is there for all values of the variable.</summary>
    public static (Dim Lo, Dim Hi) Cut(Random random, Dim extent)
    {
        int least = (int)extent.Min;
        if (least == 0) return (0, extent);
        int lo = random.Next(least);
        return (lo, extent.IsSymbolic && random.Next(2) == 0 ? extent - random.Next(least - lo) : random.Next(lo, least) + 1);
    }

    /// <summary>Seeded floats between -<paramref name="size"/> and <paramref name="size"/>.</summary>
    public static Tensor Constant(Random random, double size, params int[] shape) => Tensor.From<float>(
        [.. Enumerable.Range(0, shape.Aggregate(1, (a, b) => a * b)).Select(_ => (float)((random.NextDouble() * 2 - 1) * size))], shape);

    static (string, Tensor, bool)? Elementwise(Random random, FuzzValue v)
    {
        var x = v.Tensor;
        // Short floats are rounded after each operation, whatever else is contracted.
        bool rounded = v.Exact && x.DType.IsShortFloat;
        return random.Next(15) switch
        {
            0 => ("tanh", x.Tanh(), false),
            1 => ("sigmoid", x.Sigmoid(), false),
            2 => ("relu", x.Relu(), v.Exact),
            3 => ("scale", x * 0.5f + 0.25f, rounded),
            4 => ("square root", (x.Abs() + 0.125f).Sqrt(), rounded),
            5 => ("negative", -x, v.Exact),
            6 => ("absolute", x.Abs(), v.Exact),
            7 => ("logarithm", (x.Abs() + 0.5f).Log(), false),
            8 => ("sine", (x * 2).Sin(), false),
            9 => ("gelu", x.Gelu(), false),
            10 => ("clamp", x.Clamp(-0.75f, 0.5f), v.Exact),
            11 when v.Exact => ("floor", (x * 4).Floor() / 4, true),
            12 => ("two to the power", (-x.Abs()).Exp2(), false),
            13 => ("divide", x / (x.Square() + 1), rounded),
            14 => ("in memory", x.Contiguous(), v.Exact),
            _ => null,
        };
    }

    static (string, Tensor, bool)? Integers(Random random, FuzzValue v, IReadOnlyList<FuzzValue> values)
    {
        var x = v.Tensor;
        bool signed = !x.DType.IsUnsigned;
        int c = random.Next(1, 12);
        switch (random.Next(15))
        {
            case 0: return ($"plus {c}", x + c, true);
            case 1: return ($"times {c}", x * c, true);
            case 2: return ($"floor division by {c}", x.FloorDiv(c), true);
            case 3: return ($"modulo {c}", x.Mod(c), true);
            case 4 when signed: return ($"floor division by {-c - 1}", x.FloorDiv(-c - 1), true);
            case 5 when signed: return ($"modulo {-c - 1}", x.Mod(-c - 1), true);
            case 6: return ($"between {c} and 20", x.Maximum(c).Minimum(20), true);
            case 7: return ($"bits and {c}", x & Tensor.Scalar(c, x.DType), true);
            case 8: return ($"bits or {c}", x | Tensor.Scalar(c, x.DType), true);
            case 9: return ($"times {c} where below {c}", x.Lt(c).Where(x * c, x + 1), true);
            case 10 when signed: return ("minus", -x, true);
            case 11: return ($"shifted left by {c * 3}", x << c * 3, true);
            case 12: return ($"shifted right by {c * 3}", x >> c * 3, true);
        }
        if (Partner(random, x, values) is not { } other) return null;
        return random.Next(10) switch
        {
            0 => ($"plus {other}", x + other.Tensor, true),
            1 => ($"times {other}", x * other.Tensor, true),
            2 => ($"maximum with {other}", x.Maximum(other.Tensor), true),
            3 => ($"exclusive or with {other}", x ^ other.Tensor, true),
            4 => ($"where below {other}", x.Lt(other.Tensor).Where(x, other.Tensor * 3), true),
            5 => ($"shifted left by {other}", x << other.Tensor, true),
            6 => ($"shifted right by {other}", x >> other.Tensor, true),
            7 => ($"floor division by {other}", x.FloorDiv(other.Tensor), true),
            8 => ($"modulo {other}", x.Mod(other.Tensor), true),
            _ => ($"minus {other}", x - other.Tensor, true),
        };
    }

    static (string, Tensor, bool)? Bools(Random random, FuzzValue v, IReadOnlyList<FuzzValue> values)
    {
        var x = v.Tensor;
        if (random.Next(3) == 0 || Partner(random, x, values) is not { } other) return ("not", !x, true);
        return random.Next(3) switch
        {
            0 => ($"and {other}", x & other.Tensor, true),
            1 => ($"or {other}", x | other.Tensor, true),
            _ => ($"exclusive or with {other}", x ^ other.Tensor, true),
        };
    }

    static (string, Tensor, bool)? Movement(Random random, FuzzValue v)
    {
        var x = v.Tensor;
        int axis = x.Rank == 0 ? 0 : random.Next(x.Rank);
        switch (random.Next(9))
        {
            case 0 when x.Rank > 1:
                int[] order = [.. Enumerable.Range(0, x.Rank).OrderBy(_ => random.Next())];
                return ($"permute {string.Join(',', order)}", x.Permute(order), v.Exact);
            case 1 when x.Rank > 0: return ($"flip {axis}", x.Flip(axis), v.Exact);
            case 2 when x.Rank > 0:
                (Dim, Dim)[] edges = [.. Enumerable.Range(0, x.Rank).Select(_ => (random.Next(3), random.Next(3)))];
                return ($"pad {string.Join(',', edges)}", x.Pad(edges), v.Exact);
            case 3 when x.Rank > 0 && x.Shape[axis].Min > 1:
                var (from, to) = Cut(random, x.Shape[axis]);
                return ($"slice {axis} {from}..{to}", x.Shrink([.. x.Shape.Select((d, i) => i == axis ? (from, to) : ((Dim)0, d))]), v.Exact);
            case 4 when x.Rank > 0 && x.Shape[axis].Min > 1:
                int first = random.Next((int)x.Shape[axis].Min / 2), step = random.Next(2, 4) * (random.Next(2) * 2 - 1);
                var indices = Enumerable.Repeat<SliceIndex>(Range.All, x.Rank).ToArray();
                indices[axis] = new Slice(first.., step);
                return ($"slice {axis} {first}.. by {step}", x[indices], v.Exact);
            case 5: return ("flatten", x.Flatten(), v.Exact);
            case 6 when (x.Shape.Count % 2).Equals(0): return ("halve", x.Reshape(2, x.Shape.Count / 2), v.Exact);
            case 7 when (x.Shape.Count % 6).Equals(0): return ("to threes", x.Reshape(x.Shape.Count / 6, 3, 2), v.Exact);
            case 8 when x.Rank is > 0 and < 5:
                Dim[] shape = [.. x.Shape];
                return ("repeat", x.Unsqueeze(axis).Expand([.. shape[..axis], random.Next(1, 4), .. shape[axis..]]), v.Exact);
        }
        return null;
    }

    static (string, Tensor, bool)? Joining(Random random, FuzzValue v, IReadOnlyList<FuzzValue> values)
    {
        var x = v.Tensor;
        if (x.Rank == 0) return null;
        int axis = random.Next(x.Rank);
        var beside = values.Where(o => o.Tensor.DType == x.DType && o.Tensor.Rank == x.Rank && o.Number != v.Number
            && Enumerable.Range(0, x.Rank).All(i => i == axis || o.Tensor.Shape[i].Equals(x.Shape[i]))).ToList();
        if (beside.Count > 0 && beside[random.Next(beside.Count)] is var other)
            return ($"joined along {axis} with {other}", Tensor.Cat([x, other.Tensor], axis), v.Exact && other.Exact);
        if (x.DType != DType.Float32 || x.Shape.Where((_, i) => i != axis).Any(d => d.IsSymbolic) || random.Next(2) == 0) return ("beside itself", Tensor.Cat([x, x.Flip(0), x], axis), v.Exact);
        int[] shape = [.. x.Shape.Select((d, i) => i == axis ? random.Next(1, 4) : (int)d)];
        return ($"joined along {axis} with numbers", Tensor.Cat([x, Constant(random, 1, shape)], axis), v.Exact);
    }

    static (string, Tensor, bool)? Reduction(Random random, FuzzValue v)
    {
        var x = v.Tensor;
        if (x.Rank == 0) return null;
        int axis = random.Next(x.Rank);
        bool keep = random.Next(2) == 0;
        switch (random.Next(6))
        {
            case 0 when !x.DType.IsBool: return ($"min {axis}", x.Min(axis, keep), v.Exact);
            case 1 when x.DType.IsInt: return ($"sum {axis}", x.Sum(axis, keep), true);
            case 1 when x.DType.IsFloat: return ($"mean {axis}", x.Mean(axis, keep), false);
            case 2 when x.DType.IsFloat: return ($"softmax {axis}", x.Softmax(axis), false);
            case 3 when v.Exact: return ($"place of the largest {axis}", x.ArgMax(axis, keep), true);
            case 4 when x.DType.IsFloat && x.Shape[axis].Max <= 8: return ($"product {axis}", (x.Tanh() + 1).Prod(axis, keep), false);
            case 5: return ($"max {axis}", x.Max(axis, keep), v.Exact);
        }
        return null;
    }

    /// <summary>A reduction of which two consumers have need.</summary>
    static (string, Tensor, bool)? ReusedReduction(Random random, FuzzValue v)
    {
        var x = v.Tensor;
        if (x.Rank == 0 || x.DType.IsBool) return null;
        int axis = random.Next(x.Rank);
        if (x.DType.IsInt && x.Max(axis, true) is var largest) return ($"away from the largest {axis}, times it", (x - largest) * largest, true);
        switch (random.Next(4))
        {
            case 0:
                var mean = x.Mean(axis, true);
                return ($"away from the mean {axis}, times it", (x - mean) * mean, false);
            case 1:
                var max = x.Max(axis, true);
                var powers = (x - max).Exp();
                var sum = powers.Sum(axis, true);
                return ($"softmax {axis} with its logarithm", powers / sum + sum.Log() * 0.1f + max * 0.5f, false);
            case 2:
                var centred = x - x.Mean(axis, true);
                var spread = centred.Square().Mean(axis, true);
                return ($"normalised {axis} with its spread", centred / (spread + 0.1f).Sqrt() + spread, false);
            default:
                var middle = x.Mean(axis, true);
                return ($"mean {axis} times each, mean joined", Tensor.Cat([x * middle, middle + 1], axis), false);
        }
    }

    static (string, Tensor, bool)? Layer(Random random, Tensor x)
    {
        if (!x.DType.IsFloat || x.Rank == 0) return null;
        if (x.Rank == 2 && random.Next(7) == 0) return ("times its transpose", x.MatMul(x.T) / (int)x.Shape[1].Max, false);
        x = x.Cast(DType.Float32);
        if (x.Shape[x.Rank - 1].IsSymbolic) return null;
        int last = x.Shape[x.Rank - 1];
        switch (random.Next(7))
        {
            case 0 when last <= 64:
                int outs = random.Next(1, 20);
                var bias = random.Next(2) == 0 ? null : Constant(random, 0.5, outs);
                return ($"linear to {outs}", x.Linear(Constant(random, 1 / Math.Sqrt(last), outs, last), bias), false);
            case 1 when last is > 1 and <= 512:
                var norm = new LayerNorm(last, 0.1) { Weight = Constant(random, 1, last), Bias = Constant(random, 0.5, last) };
                return ("layer norm", norm.Forward(x), false);
            case 2 or 3 when x.Rank == 2 && !x.Shape[0].IsSymbolic:
                int taps = random.Next(1, Math.Min(5, last + 1)), stride = random.Next(1, 3), edge = random.Next(3), count = random.Next(1, 6);
                var y = x.Unsqueeze(0).Conv1d(Constant(random, 0.5, count, x.Shape[0], taps), stride: stride, padding: edge).Squeeze(0);
                return ($"conv1d of {taps} to {count}, stride {stride}, padding {edge}", y, false);
            case 4 when x.Rank == 3 && x.Shape[1].Min > 1 && last > 1:
                return ("average pool", x.Unsqueeze(0).AvgPool2d(2, padding: 0).Squeeze(0), false);
            case 5 when x.Rank == 3 && x.Shape[1].Min > 1 && last > 1:
                return ("maximum pool", x.Unsqueeze(0).MaxPool2d(2, stride: 1).Squeeze(0), false);
            case 6 when x.Rank == 3 && !x.Shape[0].IsSymbolic && x.Shape[1].Min > 2 && last > 2:
                int channels = x.Shape[0], groups = random.Next(3) == 0 ? channels : 1, filters = groups * random.Next(1, 4);
                int by = random.Next(1, 3), padding = random.Next(2), height = random.Next(1, 4), width = random.Next(1, 4);
                var weights = Constant(random, 0.5, filters, channels / groups, height, width);
                return ($"conv {height}x{width} to {filters} in {groups} groups, stride {by}, padding {padding}",
                    x.Unsqueeze(0).Conv2d(weights, stride: by, padding: padding, groups: groups).Squeeze(0), false);
        }
        return null;
    }

    static (string, Tensor, bool)? Comparison(Random random, FuzzValue v, IReadOnlyList<FuzzValue> values)
    {
        // A rounded value is not compared: a last bit would decide.
        if (!v.Exact || v.Tensor.DType.IsBool) return null;
        var x = v.Tensor;
        if (Partner(random, x, values.Where(o => o.Exact)) is not { } other) return ("above 0", x.Gt(0), true);
        return random.Next(4) switch
        {
            0 => ($"below {other}", x.Lt(other.Tensor), true),
            1 => ($"equal to {other}", x.Eq(other.Tensor), true),
            2 => ($"different from {other}", x.Ne(other.Tensor), true),
            _ => ($"not below {other}", x.Ge(other.Tensor), true),
        };
    }

    static (string, Tensor, bool)? Conversion(Random random, FuzzValue v, FuzzDomain domain)
    {
        var x = v.Tensor;
        var to = domain.DTypes[random.Next(domain.DTypes.Length)];
        if (to == x.DType || random.Next(3) == 0 && !domain.DTypes.Contains(DType.Float32)) return null;
        if (x.DType.IsInt && to.IsInt && to.Size == x.DType.Size && random.Next(2) == 0) return ($"bits as {to}", x.Bitcast(to), true);
        // A rounded value is not cut: a last bit would decide. In more bits it is what it was.
        if (!v.Exact) return to.IsFloat && to.Size > x.DType.Size ? ($"to {to}", x.Cast(to), false) : null;
        if (x.DType.IsInt && to.IsFloat) return ($"to {to} by 64", x.Mod(97).Cast(to) / 64, true);
        if (x.DType.IsFloat && to.IsInt) return ($"8 times to {to}", (x * 8).Cast(to), true);
        return ($"to {to}", x.Cast(to), true);
    }

    static (string, Tensor, bool)? Pair(Random random, FuzzValue v, IReadOnlyList<FuzzValue> values)
    {
        var x = v.Tensor;
        if (!x.DType.IsFloat || Partner(random, x, values) is not { } other) return null;
        var chosen = values.Where(c => c.Tensor.DType.IsBool && Fits(c.Tensor.Shape, x.Shape)).ToList();
        if (chosen.Count > 0 && random.Next(2) == 0 && chosen[random.Next(chosen.Count)] is var condition)
            return ($"where {condition}, else half", condition.Tensor.Where(x, x * 0.5f), v.Exact);
        bool rounded = x.DType.IsShortFloat && v.Exact && other.Exact;
        return random.Next(5) switch
        {
            0 => ($"plus {other}", (x + other.Tensor) / 2, rounded),
            1 => ($"times {other}", x * other.Tensor, rounded),
            2 => ($"maximum with {other}", x.Maximum(other.Tensor), v.Exact && other.Exact),
            3 => ($"minimum with {other}", x.Minimum(other.Tensor), v.Exact && other.Exact),
            // The branches meet where the condition changes: a last bit decides nothing.
            _ => ($"bent at {other}", x.Lt(other.Tensor).Where(x * 2 - other.Tensor, x), false),
        };
    }

    /// <summary>A value of the same dtype that broadcasts with the tensor.</summary>
    static FuzzValue? Partner(Random random, Tensor x, IEnumerable<FuzzValue> values)
    {
        var all = values.Where(v => v.Tensor.DType == x.DType && Fits(x.Shape, v.Tensor.Shape)).ToList();
        return all.Count == 0 ? null : all[random.Next(all.Count)];
    }

    static bool Fits(Shape a, Shape b)
    {
        for (int i = 1; i <= Math.Min(a.Rank, b.Rank); i++)
            if (!a[a.Rank - i].Equals(b[b.Rank - i]) && !a[a.Rank - i].Equals(1) && !b[b.Rank - i].Equals(1)) return false;
        return true;
    }
}
