using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using Tiny.Graph;
using Tiny.Runtime;

namespace Tiny;

/// <summary>
/// A tensor: a value that is computed when it is asked for. Operations only build a graph; see <see cref="Realize()"/>.
/// Operations give new values; only <see cref="Assign(Tensor)"/> and <c>t[1..3] = v</c> change a tensor, and with it the views of it.
/// </summary>
public sealed partial class Tensor
{
    readonly Cell _cell;
    readonly View _view;
    Seen? _seen;

    /// <summary>A tensor of its own: the place of a new value.</summary>
    internal Tensor(UOp node) : this(new Cell(node), Graph.View.Whole(node.DType, node.Shape)) { }

    /// <summary>The whole of a place.</summary>
    internal Tensor(Cell cell) : this(cell, Graph.View.Whole(cell.Value.DType, cell.Shape)) { }

    Tensor(Cell cell, View view)
    {
        _cell = cell;
        _view = view;
    }

    /// <summary>The graph that computes the tensor as it is now; memory (<see cref="Op.Buffer"/>) once it has been realised.</summary>
    internal UOp Node => Of(_cell.Current);

    UOp Of(UOp current)
    {
        if (_view.Steps.IsEmpty) return current;
        if (_seen is { } seen && ReferenceEquals(seen.Current, current)) return seen.Node;
        var node = _view.Of(current);
        _seen = new Seen(current, node);
        return node;
    }

    /// <summary>What a view shows of one version.</summary>
    sealed record Seen(UOp Current, UOp Node);

    /// <summary>The extents, outermost first.</summary>
    public Shape Shape => _view.Shape;
    /// <summary>Element type.</summary>
    public DType DType => _view.DType;
    /// <summary>Number of dimensions.</summary>
    public int Rank => Shape.Rank;
    /// <summary>Number of elements.</summary>
    public int Numel => Shape.Numel;

    /// <summary>The memory behind a realised tensor, null before.</summary>
    internal Storage? Storage => Passing is { Op: Op.Buffer, Arg: Storage storage } ? storage : null;

    /// <summary>The graph as it is now, for running it before anything else is written.</summary>
    internal UOp Passing => Of(_cell.Passing);

    /// <summary>The place whose elements the tensor shows.</summary>
    internal Cell Cell => _cell;

    /// <summary>The tensor as it is seen through the movements by which <paramref name="other"/> shows its cell, with numbers in place of variables.</summary>
    internal Tensor SeenAs(Tensor other, IReadOnlyDictionary<Variable, int> values) => SeenAs(other.With(values));

    /// <summary>The tensor with numbers in place of variables in what it shows of its cell.</summary>
    internal Tensor With(IReadOnlyDictionary<Variable, int> values) => values.Count == 0 ? this : new(_cell, _view.Bind(values));

    Tensor SeenAs(Tensor other) => other.IsView ? Moved(other._view.Of, other._view.Barrier) : this;

    /// <summary>The tensor shows another one's elements moved.</summary>
    internal bool IsView => !_view.Steps.IsEmpty;

    /// <summary>Each element shown is one of the place: nothing was expanded or padded.</summary>
    internal bool IsWritable => _view.Barrier is null;

    /// <summary>The tensor as it is now has been computed.</summary>
    internal void Land(Storage memory)
    {
        if (_view.Steps.IsEmpty) _cell.Land(memory);
        else _seen = new Seen(_cell.Passing, UOp.New(Op.Buffer, memory.DType, memory));
    }

    /// <summary>The same elements moved: a view, which writes to either change. A <paramref name="barrier"/> names what forbids writes through it.</summary>
    Tensor Moved(Func<UOp, UOp> movement, string? barrier = null) => new(_cell, _view.Move(movement, barrier));

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

    /// <summary>The dtype of an operation's result that is a float: integers and bools become float32.</summary>
    internal DType FloatDType => DType.IsFloat ? DType : DType.Float32;

    /// <summary>This tensor's node as a float that several steps can be computed in: all but float64 becomes float32. The last step's
    /// result is cast to <see cref="FloatDType"/>, so that a shorter float is rounded once.</summary>
    internal UOp AsFloat() => Build.Cast(Node, Wide(FloatDType));

    /// <summary>What a dtype is computed in over several steps: float32 for shorter floats, else itself.</summary>
    internal static DType Wide(DType dtype) => dtype.IsShortFloat ? DType.Float32 : dtype;

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
