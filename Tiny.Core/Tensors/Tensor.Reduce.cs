using Tiny.Graph;

namespace Tiny;

// Reductions over one axis, several, or (none given) all. A negative axis counts from the end; with keepdim reduced
// axes stay with extent 1.
public sealed partial class Tensor
{
    /// <summary>Sum; bools and integers of fewer than 32 bits are summed as int32 or, unsigned, as uint32.</summary>
    public Tensor Sum(int? axis = null, bool keepdim = false) => Sum(Few(axis), keepdim);
    /// <summary>Sum; bools and integers of fewer than 32 bits are summed as int32 or, unsigned, as uint32.</summary>
    public Tensor Sum(ReadOnlySpan<int> axes, bool keepdim = false) => Reduce("Sum", Op.Add, Counting(), axes, keepdim);

    /// <summary>Product; bools and integers of fewer than 32 bits are multiplied as int32 or, unsigned, as uint32.</summary>
    public Tensor Prod(int? axis = null, bool keepdim = false) => Prod(Few(axis), keepdim);
    /// <summary>Product; bools and integers of fewer than 32 bits are multiplied as int32 or, unsigned, as uint32.</summary>
    public Tensor Prod(ReadOnlySpan<int> axes, bool keepdim = false) => Reduce("Prod", Op.Mul, Counting(), axes, keepdim);

    /// <summary>The largest element; NaN if there is one.</summary>
    public Tensor Max(int? axis = null, bool keepdim = false) => Max(Few(axis), keepdim);
    /// <summary>The largest element; NaN if there is one.</summary>
    public Tensor Max(ReadOnlySpan<int> axes, bool keepdim = false) => Extreme("Max", Op.Max, axes, keepdim);

    /// <summary>The smallest element; NaN if there is one.</summary>
    public Tensor Min(int? axis = null, bool keepdim = false) => Min(Few(axis), keepdim);
    /// <summary>The smallest element; NaN if there is one.</summary>
    public Tensor Min(ReadOnlySpan<int> axes, bool keepdim = false) => Extreme("Min", Op.Min, axes, keepdim);

    /// <summary>Mean; integers become float32.</summary>
    public Tensor Mean(int? axis = null, bool keepdim = false) => Mean(Few(axis), keepdim);
    /// <summary>Mean; integers become float32.</summary>
    public Tensor Mean(ReadOnlySpan<int> axes, bool keepdim = false)
    {
        using var scope = Origin.Scope("mean");
        var sum = Reduce("Mean", Op.Add, AsFloat(), axes, keepdim).Node;
        return new Tensor(Build.Cast(Build.Binary(Op.Div, sum, Build.Fill(Count(axes, "Mean"), sum)), FloatDType));
    }

    /// <summary>Variance: the mean squared distance from the mean, with the count reduced by <paramref name="correction"/>
    /// (1: unbiased).</summary>
    public Tensor Var(int? axis = null, bool keepdim = false, int correction = 1) => Var(Few(axis), keepdim, correction);
    /// <summary>Variance: the mean squared distance from the mean, with the count reduced by <paramref name="correction"/>
    /// (1: unbiased).</summary>
    public Tensor Var(ReadOnlySpan<int> axes, bool keepdim = false, int correction = 1)
    {
        using var scope = Origin.Scope("var");
        return Variance("Var", axes, keepdim, correction);
    }

    Tensor Variance(string name, ReadOnlySpan<int> axes, bool keepdim, int correction)
    {
        var x = new Tensor(AsFloat());
        int[] over = Over(axes, name);
        var count = Count(axes, name) - correction;
        if (count < 0) count = 0;
        // What goes back through the mean cancels.
        var squares = WithRule(Distance(x, over).Square().Sum(over, true), [x], (x, _, g) => [g * 2 * Distance(x[0], over)]);
        var result = new Tensor(Build.Cast(Build.Binary(Op.Div, squares.Node, Build.Fill(count, squares.Node)), FloatDType));
        return keepdim ? result : new Tensor(Build.Reshape(result.Node, Without(over)));

        static Tensor Distance(Tensor x, int[] over) => over.Length == 0 ? x - x : x - x.Mean(over, keepdim: true);
    }

    /// <summary>The position of the largest element (of the first NaN, if there is one; of the first of equals) as int32; without an
    /// axis, in row-major order.</summary>
    public Tensor ArgMax(int? axis = null, bool keepdim = false)
    {
        using var scope = Origin.Scope("argmax");
        return PlaceOfLargest("ArgMax", axis, keepdim);
    }

    Tensor PlaceOfLargest(string name, int? axis, bool keepdim)
    {
        if (axis is null)
        {
            if (Shape.Count.Min == 0) throw NothingToReduce(name);
            var flat = Reshape(Shape.Count).PlaceOfLargest(name, 0, false);
            return keepdim ? flat.Reshape([.. Enumerable.Repeat(1, Rank)]) : flat;
        }
        int a = Axis(axis.Value, name);
        var n = Shape[a];
        var x = DType.IsBool ? Build.Cast(Node, DType.Int32) : Node;
        var largest = Build.Broadcast(Extreme(name, Op.Max, [a], keepdim: true).Node, Shape);
        var hit = Build.Not(Build.Binary(Op.CmpNe, x, Build.Cast(largest, x.DType)));
        // Nothing equals NaN, but where one is, the maximum is NaN and only NaN may count.
        if (x.DType.IsFloat) hit = Build.Binary(Op.Or, hit, Build.Binary(Op.CmpNe, x, x));
        // Counted down from n, so that the largest count is the first hit.
        var index = Build.IndexAlong(Shape, a);
        var down = Build.Sub(Build.Fill(n, index), index);
        var count = Reduce(name, Op.Max, Build.Where(hit, down, Build.Fill(0, down)), [a], keepdim).Node;
        return new Tensor(Build.Sub(Build.Fill(n, count), count));
    }

    /// <summary>e^x / sum of e^x along an axis; the maximum is subtracted first, so nothing overflows.</summary>
    public Tensor Softmax(int axis = -1)
    {
        using var scope = Origin.Scope("softmax");
        int a = Axis(axis, "Softmax");
        if (Shape.Size == 0) return Cast(FloatDType);
        var e = Exp(Shifted(axis, "Softmax", finite: false).X);
        var y = new Tensor(Build.Binary(Op.Div, e, Build.Broadcast(Build.Reduce(e, Op.Add, [a]), e.Shape)));
        return WithRule(y, [new Tensor(AsFloat())], (_, y, g) => [y * (g - (g * y).Sum(a, true))]).Cast(FloatDType);
    }

    /// <summary>Logarithm of <see cref="Softmax"/>, computed without losing small probabilities.</summary>
    public Tensor LogSoftmax(int axis = -1)
    {
        using var scope = Origin.Scope("log_softmax");
        int a = Axis(axis, "LogSoftmax");
        if (Shape.Size == 0) return Cast(FloatDType);
        var x = Shifted(axis, "LogSoftmax", finite: false).X;
        var y = new Tensor(Build.Sub(x, Build.Broadcast(Log(Build.Reduce(Exp(x), Op.Add, [a])), x.Shape)));
        return WithRule(y, [new Tensor(AsFloat())], (_, y, g) => [g - y.Exp() * g.Sum(a, true)]).Cast(FloatDType);
    }

    /// <summary>Logarithm of the sum of e^x along an axis, without overflow.</summary>
    public Tensor LogSumExp(int axis = -1, bool keepdim = false)
    {
        using var scope = Origin.Scope("log_sum_exp");
        var (x, max) = Shifted(axis, "LogSumExp", finite: true);
        var result = new Tensor(Build.Cast(Build.Binary(Op.Add, Log(Build.Reduce(Exp(x), Op.Add, [Axis(axis, "LogSumExp")])), max), FloatDType));
        return keepdim ? result : result.Squeeze(axis);
    }

    /// <summary>x - max, and max along an axis kept with extent 1; infinite maxima count as 0 if <paramref name="finite"/>.</summary>
    (UOp X, UOp Max) Shifted(int axis, string operation, bool finite)
    {
        int a = Axis(axis, operation);
        var x = AsFloat();
        var max = new Tensor(x).Extreme(operation, Op.Max, [a], keepdim: true).Node;
        // inf - inf is NaN: where the maximum is infinite nothing is subtracted.
        if (finite)
        {
            var size = Build.Binary(Op.Max, max, Build.Neg(max));
            var isFinite = Build.Binary(Op.CmpLt, size, Build.Fill(double.PositiveInfinity, max));
            max = Build.Where(isFinite, max, Build.Fill(0.0, max));
        }
        // What is subtracted and added again, or cancels, has no gradient.
        max = new Tensor(max).Detach().Node;
        return (Build.Sub(x, Build.Broadcast(max, x.Shape)), max);
    }

    Tensor Extreme(string name, Op op, ReadOnlySpan<int> axes, bool keepdim)
    {
        if (Count(axes, name).Min == 0) throw NothingToReduce(name);
        using var scope = Origin.Scope(name.ToLowerInvariant());
        if (!DType.IsBool) return Reduce(name, op, Node, axes, keepdim);
        return new Tensor(Build.Cast(Reduce(name, op, Build.Cast(Node, DType.Int32), axes, keepdim).Node, DType.Bool));
    }

    ShapeException NothingToReduce(string name) => new($"{name}: {Shape} has no elements along the axes to reduce");

    Tensor Reduce(string name, Op op, UOp x, ReadOnlySpan<int> axes, bool keepdim)
    {
        using var scope = Origin.Scope(name.ToLowerInvariant());
        var over = Over(axes, name);
        var reduced = Build.Reduce(x, op, over);
        if (keepdim) return new Tensor(reduced);
        return new Tensor(Build.Reshape(reduced, Without(over)));
    }

    Shape Without(int[] axes) => new([.. Enumerable.Range(0, Rank).Except(axes).Select(i => Shape[i])]);

    UOp Counting() => Build.Cast(Node, Counting(DType));

    // A byte would wrap after a few elements.
    static DType Counting(DType dtype) => dtype.IsBool || dtype.IsShortInt ? dtype.IsUnsigned ? DType.UInt32 : DType.Int32 : dtype;

    int[] Over(ReadOnlySpan<int> axes, string operation) =>
        axes.IsEmpty ? [.. Enumerable.Range(0, Rank)] : AllAxes(axes, operation);

    Dim Count(ReadOnlySpan<int> axes, string operation)
    {
        Dim count = 1;
        foreach (int a in Over(axes, operation)) count *= Shape[a];
        return count;
    }

    static ReadOnlySpan<int> Few(int? axis) => axis is { } a ? new int[] { a } : [];
}
