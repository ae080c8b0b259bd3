using Tiny.Graph;
using Tiny.Runtime;

namespace Tiny;

// Writes. Reads made before see the old elements, reads made after the new ones, through every view.
public sealed partial class Tensor
{
    /// <summary>
    /// Writes into this tensor: it and all tensors that are views of the same elements (slices, reshapes, transposes, ...) have the new values
    /// in everything that is built from now on. What was built before keeps the old values, whenever it is computed. Returns the tensor.
    /// </summary>
    /// <param name="value">Broadcast to this shape; its dtype is converted where that loses nothing.</param>
    /// <exception cref="ShapeException">The value does not broadcast to this shape, or the tensor is a view through Expand, Pad or Repeat, in which
    /// one element stands for several or for none.</exception>
    /// <exception cref="DTypeException">The value's dtype holds more than this tensor's.</exception>
    public Tensor Assign(Tensor value)
    {
        ArgumentNullException.ThrowIfNull(value);
        if (Promote(value.DType, DType) != DType)
            throw new DTypeException($"Assign: {value.DType} does not fit into {DType} {Shape} without loss; Cast it to {DType} first");
        if (_view.Barrier is { } barrier)
            throw new ShapeException($"Assign: {Shape} is seen through {barrier}, where an element stands for several or for none; "
                + "write to the tensor itself, or to a copy (Contiguous)");
        if (value.Rank > Rank || !BroadcastShape("Assign", value.Shape, Shape).Equals(Shape))
            throw new ShapeException($"Assign: {value.Shape} does not broadcast to {Shape}");
        if (Numel == 0) return this;
        using var scope = Origin.Scope("assign");
        var node = Build.Broadcast(Build.Cast(value.Node, DType), Shape);
        // What covers everything needs nothing of the old value.
        _cell.Write(_view.IsWhole ? _view.Back(node) : Build.Node(Op.Update, _cell.Current.DType, _view, _cell.Current, node));
        return this;
    }

    /// <summary>Takes over memory as it is: a tensor that is no view then lies there.</summary>
    internal void Load(Storage memory)
    {
        if (_view.Steps.IsEmpty) _cell.Land(memory);
        else Assign(FromStorage(memory));
    }

    /// <summary>Writes a constant into every element; see <see cref="Assign(Tensor)"/>.</summary>
    public Tensor Assign(Number value) => Assign(Beside(value, "Assign"));
}
