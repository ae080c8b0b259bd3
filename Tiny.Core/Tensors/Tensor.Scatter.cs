using Tiny.Graph;

namespace Tiny;

/// <summary>How elements that are scattered to one place are combined.</summary>
public enum ScatterReduction
{
    /// <summary>Added.</summary>
    Sum,
    /// <summary>Multiplied.</summary>
    Prod,
    /// <summary>Averaged; of integers, rounded down.</summary>
    Mean,
    /// <summary>The largest.</summary>
    AMax,
    /// <summary>The smallest.</summary>
    AMin,
}

// Elements put where indices say: for each element of the result, a reduction over all that might come there. For n elements along the axis and m indices
// that is n * m comparisons a row, in one kernel.
public sealed partial class Tensor
{
    /// <summary>
    /// This tensor with elements of <paramref name="source"/> put in along an axis: for axis 0, source[i, j] goes to [index[i, j], j]. Where several go to one place the
    /// last counts. An index outside of the axis, a negative one too, goes nowhere. For n elements of the axis and m indices n * m comparisons.
    /// </summary>
    /// <param name="axis">The axis that the indices are of.</param>
    /// <param name="index">Integers; of this tensor's rank, nowhere longer than <paramref name="source"/>, nor than this apart from the axis.</param>
    /// <param name="source">What is put in. Its dtype is converted where that loses nothing.</param>
    /// <example><code>
    /// Tensor.Zeros(2, 3).Scatter(1, Tensor.From([2, 0], 2, 1), Tensor.From([7f, 8f], 2, 1)) // [[0, 0, 7], [8, 0, 0]]
    /// </code></example>
    public Tensor Scatter(int axis, Tensor index, Tensor source)
    {
        using var scope = Origin.Scope("scatter");
        var (a, x, hit, given) = Spread("Scatter", axis, index, source);
        if (hit is null) return this;
        int m = hit.Shape[Rank];
        var last = hit.Where(Arange(m), -1).Max(-1);
        return last.Ge(0).Where(given.Gather(-1, last), x).Transpose(a, -1);
    }

    /// <summary>This tensor with a constant put in along an axis where indices say.</summary>
    public Tensor Scatter(int axis, Tensor index, Number value) => Scatter(axis, index, Full(NotNull(index).Shape, value.CheckFits(DType, "Scatter"), DType));

    /// <summary>
    /// As <see cref="Scatter(int, Tensor, Tensor)"/>, but all elements that go to one place are combined, with the one that is there unless <paramref name="includeSelf"/>
    /// is false.
    /// </summary>
    /// <example><code>
    /// var counts = Tensor.Zeros(4).ScatterReduce(0, Tensor.From([1, 3, 1]), Tensor.Ones(3), ScatterReduction.Sum); // [0, 2, 0, 1]
    /// </code></example>
    public Tensor ScatterReduce(int axis, Tensor index, Tensor source, ScatterReduction reduction, bool includeSelf = true)
    {
        if (DType.IsBool) throw new DTypeException($"ScatterReduce: {Shape} is bool; Cast it first");
        using var scope = Origin.Scope("scatter_reduce");
        var (a, x, hit, given) = Spread("ScatterReduce", axis, index, source);
        if (hit is null) return this;
        var all = given.Unsqueeze(-2);
        Tensor combined = reduction switch
        {
            ScatterReduction.Sum => With(hit.Where(all, 0).Sum(-1), static (s, x) => s + x),
            ScatterReduction.Prod => With(hit.Where(all, 1).Prod(-1), static (p, x) => p * x),
            ScatterReduction.AMax => With(hit.Where(all, Lowest(DType)).Max(-1), static (m, x) => m.Maximum(x)),
            ScatterReduction.AMin => With(hit.Where(all, Highest(DType)).Min(-1), static (m, x) => m.Minimum(x)),
            ScatterReduction.Mean => Mean(With(hit.Where(all, 0).Sum(-1), static (s, x) => s + x), hit.Sum(-1) + (includeSelf ? 1 : 0)),
            _ => throw new ArgumentOutOfRangeException(nameof(reduction)),
        };
        combined = combined.Cast(DType);
        return (includeSelf ? combined : hit.Any(-1).Where(combined, x)).Transpose(a, -1);

        Tensor With(Tensor reduced, Func<Tensor, Tensor, Tensor> combine) => includeSelf ? combine(reduced, x) : reduced;
        static Tensor Mean(Tensor sum, Tensor count) => sum.DType.IsFloat ? sum / count.Cast(sum.DType).Maximum(1) : sum.FloorDiv(count.Maximum(1).Cast(sum.DType));
    }

    /// <summary>What no element is above.</summary>
    static Number Highest(DType dtype) => dtype.IsInt ? dtype.Kind == ScalarKind.UInt64 ? ulong.MaxValue : Algebra.Bounds.OfType(dtype).Max
        : FloatFormat.Highest(dtype.Kind);

    /// <summary>With the axis last: this [..., n], what is given [..., m], and which of the m go to which of the n; null if nothing is given.</summary>
    (int Axis, Tensor X, Tensor? Hit, Tensor Given) Spread(string operation, int axis, Tensor index, Tensor source)
    {
        int a = Axis(axis, operation);
        CheckIndex(operation, index);
        if (Promote(NotNull(source, operation).DType, DType) != DType)
            throw new DTypeException($"{operation}: {source.DType} does not fit into {DType} {Shape} without loss; Cast it to {DType} first");
        bool fits = index.Rank == Rank && source.Rank == Rank;
        for (int i = 0; fits && i < Rank; i++) fits = index.Shape[i] <= source.Shape[i] && (i == a || index.Shape[i] <= Shape[i]);
        if (!fits) throw new ShapeException($"{operation}: index {index.Shape} and source {source.Shape} along axis {axis} of {Shape}: the index may not be longer than "
            + "the source, nor, in other axes, than the tensor");
        if (index.Shape.Size == 0 || Shape.Size == 0) return (a, this, null, source);
        // Where there are no indices nothing comes in.
        (Dim, Dim)[] edges = [.. Shape.Select((d, i) => ((Dim)0, i == a ? (Dim)0 : d - index.Shape[i]))];
        var part = source.Cast(DType).Shrink([.. index.Shape.Select(d => ((Dim)0, d))]).Pad(edges, false).Transpose(a, -1);
        var place = (index.DType.IsShortInt ? index.Cast(DType.Int32) : index).Pad(edges, Missing(index.DType)).Transpose(a, -1);
        var hit = place.Unsqueeze(-2).Eq(Arange(Shape[a]).Cast(place.DType).Unsqueeze(1));
        return (a, Transpose(a, -1), hit, part);

        static Number Missing(DType dtype) => dtype.IsUnsigned && !dtype.IsShortInt ? Greatest(dtype) : -1;
    }
}
