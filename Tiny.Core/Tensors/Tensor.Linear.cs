using Tiny.Graph;

namespace Tiny;

public sealed partial class Tensor
{
    /// <summary>
    /// Matrix product over the last axis of this and the last but one of <paramref name="other"/>; leading axes broadcast. A
    /// vector counts as a row on the left, as a column on the right, and its axis is not in the result.
    /// </summary>
    public Tensor MatMul(Tensor other)
    {
        NotNull(other);
        if (Rank == 0 || other.Rank == 0) throw new ShapeException($"MatMul: {Shape} x {other.Shape}: a scalar is not a matrix");
        Dim k = Shape.Dims[^1], k2 = other.Shape[Math.Max(0, other.Rank - 2)];
        if (!k.Equals(k2)) throw new ShapeException($"MatMul: {Shape} x {other.Shape}: inner extents {k} and {k2} differ");
        using var scope = Origin.Scope("matmul");
        Dim m = Rank == 1 ? 1 : Shape.Dims[^2], n = other.Rank == 1 ? 1 : other.Shape.Dims[^1];
        var left = Rank < 2 ? [] : Shape.Dims[..^2];
        var right = other.Rank < 2 ? [] : other.Shape.Dims[..^2];
        Dim[] batch = [.. BroadcastBatch(other, new Shape(left), new Shape(right)).Dims];

        var (dtype, result) = Contracted(DType, other.DType);
        var whole = new Shape([.. batch, m, n, k]);
        var a = Build.Reshape(Build.Cast(Node, dtype), new Shape([.. left, m, 1, k]));
        var columns = other.Rank < 2 ? other.Node : other.Transpose().Node;
        var b = Build.Reshape(Build.Cast(columns, dtype), new Shape([.. right, 1, n, k]));
        var sum = Contract(Build.Broadcast(a, whole), Build.Broadcast(b, whole), [whole.Rank - 1]);
        Dim[] rows = Rank == 1 ? [] : [m], cols = other.Rank == 1 ? [] : [n];
        return new Tensor(Build.Cast(Build.Reshape(sum, new Shape([.. batch, .. rows, .. cols])), result));
    }

    /// <summary>Another name for <see cref="MatMul"/>.</summary>
    public Tensor Dot(Tensor other) => MatMul(other);

    /// <summary>A dense layer: the last axis times weight[out, in], plus bias[out].</summary>
    public Tensor Linear(Tensor weight, Tensor? bias = null)
    {
        NotNull(weight);
        if (weight.Rank != 2) throw new ShapeException($"Linear: weight {weight.Shape} is not [out, in]");
        int outs = weight.Shape[0], ins = weight.Shape[1];
        if (Rank == 0 || !Shape.Dims[^1].Is(ins))
            throw new ShapeException($"Linear: input {Shape} has {(Rank == 0 ? 0 : Shape.Dims[^1])} features, "
                + $"weight {weight.Shape} takes {ins}");
        if (bias is not null && !(bias.Rank == 1 && bias.Shape[0] == outs))
            throw new ShapeException($"Linear: bias {bias.Shape} is not [{outs}] as weight {weight.Shape} asks");
        using var scope = Origin.Scope("linear");
        Dim[] rows = [.. Shape.Dims[..^1]];
        var (dtype, result) = Contracted(DType, weight.DType);
        var whole = new Shape([.. rows, outs, ins]);
        var x = Build.Broadcast(Build.Reshape(Build.Cast(Node, dtype), new Shape([.. rows, 1, ins])), whole);
        var sum = Contract(x, Build.Broadcast(Build.Cast(weight.Node, dtype), whole), [whole.Rank - 1]);
        var y = new Tensor(Build.Cast(Build.Reshape(sum, new Shape([.. rows, outs])), result));
        return bias is null ? y : y + bias;
    }

    /// <summary>What a sum of products is computed in, and its result's dtype: as sums are, and short floats in float32 until the sum is complete.</summary>
    static (DType Products, DType Result) Contracted(params IEnumerable<DType> operands)
    {
        var dtype = Counting(operands.Aggregate(Promote));
        return (Wide(dtype), dtype);
    }

    /// <summary>The sum of products over some axes, which stay with extent 1.</summary>
    static UOp Contract(UOp a, UOp b, IEnumerable<int> axes) => Build.Reduce(Build.Binary(Op.Mul, a, b), Op.Add, axes);

    Shape BroadcastBatch(Tensor other, Shape left, Shape right)
    {
        try
        {
            return Shape.Broadcast(left, right);
        }
        catch (ShapeException)
        {
            throw new ShapeException($"MatMul: {Shape} x {other.Shape}: leading extents {left} and {right} do not broadcast");
        }
    }
}
