using Tiny.Graph;

namespace Tiny;

// Random numbers of other distributions, made of uniform words. Without a seed of its own a draw takes from the stream that ManualSeed begins.
public sealed partial class Tensor
{
    /// <summary>Uniform float32 numbers from <paramref name="low"/>, below <paramref name="high"/> (or equal to it, by rounding).</summary>
    public static Tensor Uniform(Shape shape, double low = 0, double high = 1, long? seed = null)
    {
        using var scope = Origin.Scope("uniform");
        return Uniform01(shape, seed) * (high - low) + low;
    }

    /// <summary>Normally distributed float32 numbers.</summary>
    public static Tensor Normal(Shape shape, double mean = 0, double std = 1, long? seed = null)
    {
        using var scope = Origin.Scope("normal");
        return Normal01(shape, seed) * std + mean;
    }

    /// <summary>Whole numbers from <paramref name="low"/>, below <paramref name="high"/>, as int32: the upper half of a word times their count, so that
    /// none is more likely than another by more than count / 2^32.</summary>
    /// <exception cref="ShapeException">There is no number in the interval.</exception>
    public static Tensor RandInt(Shape shape, int low, int high, long? seed = null)
    {
        if (low >= high) throw new ShapeException($"RandInt: there is no number from {low} below {high}");
        using var scope = Origin.Scope("rand_int");
        var wide = Words(shape, seed).A.Cast(DType.UInt64) * ((long)high - low) >> 32;
        return wide.Cast(DType.UInt32).Bitcast(DType.Int32) + low;
    }

    /// <summary>Uniform numbers in the shape and dtype of this tensor; float32 for integers.</summary>
    public Tensor RandLike(long? seed = null) => Uniform01(Shape, seed).Cast(FloatDType);
    /// <summary>Normally distributed numbers in the shape and dtype of this tensor; float32 for integers.</summary>
    public Tensor RandNLike(long? seed = null) => Normal01(Shape, seed).Cast(FloatDType);
    /// <summary>Whole numbers from <paramref name="low"/>, below <paramref name="high"/>, in the shape of this tensor.</summary>
    public Tensor RandIntLike(int low, int high, long? seed = null) => RandInt(Shape, low, high, seed);

    /// <summary>Uniform in +-1 / sqrt(number of elements).</summary>
    public static Tensor ScaledUniform(Shape shape, long? seed = null) => Within(shape, Math.Sqrt(1.0 / Math.Max(1, NotNull(shape).Numel)), seed);
    /// <summary>Normal with standard deviation 1 / sqrt(number of elements).</summary>
    public static Tensor ScaledNormal(Shape shape, long? seed = null) => Normal(shape, 0, Math.Sqrt(1.0 / Math.Max(1, NotNull(shape).Numel)), seed);
    /// <summary>Uniform in +-sqrt(6 / (fan in + fan out)) for weights [out, in, window...] (Glorot and Bengio 2010).</summary>
    public static Tensor GlorotUniform(Shape shape, long? seed = null) => Within(shape, Math.Sqrt(6 / Fans("GlorotUniform", shape).Both), seed);
    /// <summary>Normal with variance 2 / (fan in + fan out) for weights [out, in, window...] (Glorot and Bengio 2010).</summary>
    public static Tensor GlorotNormal(Shape shape, long? seed = null) => Normal(shape, 0, Math.Sqrt(2 / Fans("GlorotNormal", shape).Both), seed);
    /// <summary>Uniform in +-sqrt(6 / ((1 + slope^2) fan in)) for weights [out, in, window...] before a leaky ReLU of that slope (He et al. 2015).</summary>
    public static Tensor KaimingUniform(Shape shape, double slope = 0.01, long? seed = null) =>
        Within(shape, Math.Sqrt(6 / ((1 + slope * slope) * Fans("KaimingUniform", shape).In)), seed);
    /// <summary>Normal with variance 2 / ((1 + slope^2) fan in) for weights [out, in, window...] before a leaky ReLU of that slope (He et al. 2015).</summary>
    public static Tensor KaimingNormal(Shape shape, double slope = 0.01, long? seed = null) =>
        Normal(shape, 0, Math.Sqrt(2 / ((1 + slope * slope) * Fans("KaimingNormal", shape).In)), seed);

    static Tensor Within(Shape shape, double bound, long? seed) => Uniform(shape, -bound, bound, seed);

    // What a unit of the result sums over, and that together with what a unit of the input goes to. Nothing counts as one.
    static (double In, double Both) Fans(string operation, Shape shape)
    {
        if (NotNull(shape, operation).Rank < 2) throw new ShapeException($"{operation}: {shape} are not weights [out, in, ...]");
        double window = shape.Skip(2).Aggregate(1.0, (n, d) => n * (int)d);
        return (Math.Max(1, (int)shape[1] * window), Math.Max(1, ((int)shape[0] + (int)shape[1]) * window));
    }

    /// <summary>Each element 0 with probability <paramref name="p"/>, else divided by 1 - p, in training; the tensor as it is otherwise. With p = 1 all are 0.</summary>
    /// <exception cref="ArgumentOutOfRangeException">p is not from 0 to 1.</exception>
    public Tensor Dropout(double p = 0.5, bool training = true, long? seed = null)
    {
        if (!(p is >= 0 and <= 1)) throw new ArgumentOutOfRangeException(nameof(p), $"Dropout: p is {p}, not from 0 to 1");
        if (!training || p == 0) return this;
        using var scope = Origin.Scope("dropout");
        return Analysis("dropout", x => Uniform01(Shape, seed).Ge(p).Where(x * (p < 1 ? 1 / (1 - p) : 0), 0));
    }

    /// <summary>The whole numbers from 0 below <paramref name="count"/> in random order, as int32: the order of so many random words, found as <see cref="Sort"/> does; at most 2^20.</summary>
    public static Tensor RandPerm(int count, long? seed = null)
    {
        if (count < 0) throw new ShapeException($"RandPerm: {count} numbers");
        using var scope = Origin.Scope("rand_perm");
        return Words(new Shape(count), seed).A.First("RandPerm", null, 0, descending: false);
    }

    /// <summary>
    /// Places along the last axis of these weights, each drawn with a probability in proportion to its weight, as int32 [..., count]. The place whose exponentially
    /// distributed arrival (-log(u) / weight) comes first is drawn, from arrivals of its own each time; without replacement, the first ones, found as <see cref="TopK"/> does: of at
    /// most 2^20 weights if more than 64 are drawn.
    /// </summary>
    /// <exception cref="ShapeException">There are fewer weights than are to be drawn without replacement.</exception>
    public Tensor Multinomial(int count, bool replacement = false, long? seed = null)
    {
        int n = Rank == 0 ? 0 : Shape[Rank - 1];
        if (count < 0 || n == 0 || !replacement && count > n)
            throw new ShapeException($"Multinomial: {count} of the {n} weights {Shape} are not drawn{(replacement ? "" : " without replacement")}");
        using var scope = Origin.Scope("multinomial");
        var weights = Cast(Wide(FloatDType));
        Dim[] lead = [.. Shape.Dims[..^1]];
        if (!replacement) return Arrival(weights, Shape).TopK(count, largest: false).Indices;
        return Arrival(weights.Unsqueeze(-2), new Shape([.. lead, count, n])).ArgMin(-1);

        Tensor Arrival(Tensor weights, Shape shape) => weights.Gt(0).Where(-(1 - Uniform01(shape, seed)).Log() / weights, double.PositiveInfinity);
    }
}
