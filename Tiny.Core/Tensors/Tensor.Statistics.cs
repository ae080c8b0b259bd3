using Tiny.Graph;

namespace Tiny;

// Reductions made of others. Axes as for the plain ones: one, several, or (none given) all; a negative one counts from the end; with keepdim
// reduced axes stay with extent 1.
public sealed partial class Tensor
{
    /// <summary>True where an element differs from 0 (NaN does); false of no elements.</summary>
    public Tensor Any(int? axis = null, bool keepdim = false) => Any(Few(axis), keepdim);
    /// <summary>True where an element differs from 0 (NaN does); false of no elements.</summary>
    public Tensor Any(ReadOnlySpan<int> axes, bool keepdim = false)
    {
        using var scope = Origin.Scope("any");
        return Reduce("Any", Op.Add, Build.Cast(Build.Cast(Node, DType.Bool), DType.Int32), axes, keepdim).Ne(0);
    }

    /// <summary>True where all elements differ from 0; true of no elements.</summary>
    public Tensor All(int? axis = null, bool keepdim = false) => All(Few(axis), keepdim);
    /// <summary>True where all elements differ from 0; true of no elements.</summary>
    public Tensor All(ReadOnlySpan<int> axes, bool keepdim = false)
    {
        using var scope = Origin.Scope("all");
        return Reduce("All", Op.Add, Build.Cast(LogicalNot().Node, DType.Int32), axes, keepdim).Eq(0);
    }

    /// <summary>One bool: whether all elements are close as <see cref="IsClose"/> says. Shapes broadcast.</summary>
    public Tensor AllClose(Tensor other, double relative = 1e-5, double absolute = 1e-8, bool equalNan = false)
    {
        BroadcastShape("AllClose", Shape, NotNull(other).Shape);
        using var scope = Origin.Scope("all_close");
        return IsClose(other, relative, absolute, equalNan).All();
    }

    /// <summary>The position of the smallest element (of the first NaN, if there is one; of the first of equals) as int32; without an
    /// axis, in row-major order.</summary>
    public Tensor ArgMin(int? axis = null, bool keepdim = false)
    {
        using var scope = Origin.Scope("argmin");
        // The complement turns the order of integers and bools round, and none of them overflows.
        return (DType.IsFloat ? -this : ~this).PlaceOfLargest("ArgMin", axis, keepdim);
    }

    /// <summary>Standard deviation: the root of <see cref="Var(int?, bool, int)"/>.</summary>
    public Tensor Std(int? axis = null, bool keepdim = false, int correction = 1) => Std(Few(axis), keepdim, correction);
    /// <summary>Standard deviation: the root of <see cref="Var(ReadOnlySpan{int}, bool, int)"/>.</summary>
    public Tensor Std(ReadOnlySpan<int> axes, bool keepdim = false, int correction = 1)
    {
        using var scope = Origin.Scope("std");
        return Variance("Std", axes, keepdim, correction).Sqrt();
    }

    /// <summary>Standard deviation and mean.</summary>
    public (Tensor Std, Tensor Mean) StdMean(int? axis = null, bool keepdim = false, int correction = 1) => StdMean(Few(axis), keepdim, correction);
    /// <summary>Standard deviation and mean.</summary>
    public (Tensor Std, Tensor Mean) StdMean(ReadOnlySpan<int> axes, bool keepdim = false, int correction = 1) =>
        (Std(axes, keepdim, correction), Mean(axes, keepdim));

    /// <summary>Variance and mean.</summary>
    public (Tensor Var, Tensor Mean) VarMean(int? axis = null, bool keepdim = false, int correction = 1) => VarMean(Few(axis), keepdim, correction);
    /// <summary>Variance and mean.</summary>
    public (Tensor Var, Tensor Mean) VarMean(ReadOnlySpan<int> axes, bool keepdim = false, int correction = 1) =>
        (Var(axes, keepdim, correction), Mean(axes, keepdim));

    /// <summary>Softmax of -x: the smallest gets most.</summary>
    public Tensor Softmin(int axis = -1)
    {
        int a = Axis(axis, "Softmin");
        // Negative as a float: an unsigned integer would wrap.
        return Analysis("softmin", x => (-x).Softmax(a));
    }

    /// <summary>Logarithm of the sum of e^x over several axes, without overflow.</summary>
    public Tensor LogSumExp(ReadOnlySpan<int> axes, bool keepdim = false)
    {
        var over = Over(axes, "LogSumExp");
        using var scope = Origin.Scope("log_sum_exp");
        // The axes are put last and made one.
        int[] kept = [.. Enumerable.Range(0, Rank).Except(over)];
        var joined = Permute([.. kept, .. over]);
        Dim count = 1;
        foreach (int a in over) count *= Shape[a];
        var result = new Tensor(Build.Reshape(joined.Node, new Shape([.. kept.Select(a => Shape[a]), count]))).LogSumExp();
        if (!keepdim) return result;
        var dims = Shape.Dims.ToArray();
        foreach (int a in over) dims[a] = 1;
        return new Tensor(Build.Reshape(result.Node, new Shape(dims)));
    }

    /// <summary>Divided by its p-norm along an axis, which counts as <paramref name="least"/> if it is smaller.</summary>
    /// <param name="p">The norm: 1, 2 or any number above 0; infinity takes the largest magnitude.</param>
    /// <param name="axis">The axis along which the norm is taken.</param>
    /// <param name="least">Keeps zeros from being divided by 0.</param>
    public Tensor Normalize(double p = 2, int axis = 1, double least = 1e-12)
    {
        if (!(p > 0)) throw new ArgumentOutOfRangeException(nameof(p), $"Normalize: p is {p}, not above 0");
        int a = Axis(axis, "Normalize");
        if (Shape.Size == 0) return Cast(FloatDType);
        return Analysis("normalize", x =>
        {
            var size = x.Magnitude();
            var norm = p == 1 ? size.Sum(a, true) : p == 2 ? x.Square().Sum(a, true).Sqrt()
                : double.IsPositiveInfinity(p) ? size.Max(a, true) : size.Pow(p).Sum(a, true).Pow(1 / p);
            return x / norm.Maximum(least);
        });
    }
}
