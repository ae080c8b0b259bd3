using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using Tiny.Graph;
using Tiny.Runtime;

namespace Tiny;

/// <summary>
/// A tensor: a value that is computed when it is asked for. Operations only build a graph; see <see cref="Realize()"/>.
/// Tensors are values: no operation changes an existing one.
/// </summary>
public sealed partial class Tensor
{
    internal Tensor(UOp node) => Node = node;

    /// <summary>The graph that computes the tensor; memory (<see cref="Op.Buffer"/>) once it has been realised.</summary>
    internal UOp Node { get; set; }

    /// <summary>The extents, outermost first.</summary>
    public Shape Shape => Node.Shape;
    /// <summary>Element type.</summary>
    public DType DType => Node.DType;
    /// <summary>Number of dimensions.</summary>
    public int Rank => Shape.Rank;
    /// <summary>Number of elements.</summary>
    public int Numel => Shape.Numel;

    /// <summary>The memory behind a realised tensor, null before.</summary>
    internal Storage? Storage => Node is { Op: Op.Buffer, Arg: Storage storage } ? storage : null;

    /// <summary>A tensor that lies in memory.</summary>
    internal static Tensor FromStorage(Storage storage) => new(UOp.New(Op.Buffer, storage.DType, storage));

    /// <summary>Dtype and shape; never the values.</summary>
    public override string ToString() => $"Tensor {DType}{Shape}";

    // ---- shared by operations

    /// <summary>The dtype that holds both.</summary>
    internal static DType Promote(DType a, DType b) => Promotion.Join(a, b);

    /// <summary>An axis counted from the front; negative ones count from the end.</summary>
    int Axis(int axis, string operation)
    {
        int normal = axis < 0 ? axis + Rank : axis;
        if (normal < 0 || normal >= Rank)
            throw new ShapeException($"{operation}: axis {axis} is out of range for {Shape} of rank {Rank}");
        return normal;
    }

    /// <summary>Distinct axes counted from the front, ascending; none given means all.</summary>
    int[] AllAxes(ReadOnlySpan<int> axes, string operation)
    {
        var normal = new int[axes.Length];
        for (int i = 0; i < axes.Length; i++)
        {
            normal[i] = Axis(axes[i], operation);
            if (Array.IndexOf(normal, normal[i], 0, i) >= 0)
                throw new ShapeException($"{operation}: axis {axes[i]} of {Shape} is named twice");
        }
        Array.Sort(normal);
        return normal;
    }

    /// <summary>The value, unless it is null: then an error that names the operation, the argument and the user's line.</summary>
    static T NotNull<T>([NotNull] T? value, [CallerMemberName] string operation = "", [CallerArgumentExpression(nameof(value))] string name = "")
        where T : class => value ?? throw new ArgumentNullException(name, $"{UserCode.Here()}{operation.Replace("op_", "", StringComparison.Ordinal)}: '{name}' is null");

    /// <summary>A constant beside a tensor, as a tensor of rank 0.</summary>
    static Tensor Beside(Tensor? tensor, Number value, string operation)
    {
        var dtype = value.Beside(NotNull(tensor, operation).DType);
        return new Tensor(Origin.Stamp(value.CheckFits(dtype, operation).ToConst(dtype)));
    }

    Tensor Beside(Number value, string operation) => Beside(this, value, operation);

    /// <summary>This tensor's node as a float: integers and bools become float32.</summary>
    UOp AsFloat() => DType.IsFloat ? Node : Build.Cast(Node, DType.Float32);

    static Shape BroadcastShape(string operation, Shape a, Shape b)
    {
        try
        {
            return Shape.Broadcast(a, b);
        }
        catch (ShapeException)
        {
            throw new ShapeException($"{operation}: shapes {a} and {b} do not broadcast");
        }
    }
}
