using System.Runtime.CompilerServices;
using Tiny.Graph;
using Tiny.Runtime;
using Tiny.Schedule;

namespace Tiny;

/// <summary>
/// What a tensor and all views of it share: the newest value. A write replaces it by a node that is made from the old one, so that graphs
/// that hold the old one go on meaning what they meant, and every view sees the new one. Realising replaces it by memory.
/// </summary>
sealed class Cell
{
    static readonly ConditionalWeakTable<UOp, WeakReference<Cell>> s_pending = new();

    /// <summary>A new place with its first value.</summary>
    public Cell(UOp value) => Current = value;

    /// <summary>The newest value.</summary>
    public UOp Current { get; private set; }
    /// <summary>The memory of the newest value; null while it is not computed.</summary>
    public Storage? Storage => Current is { Op: Op.Buffer, Arg: Storage storage } ? storage : null;

    /// <summary>From now on the place holds another value of the same shape and dtype.</summary>
    public void Write(UOp value)
    {
        Current = value;
        if (!Fusion.IsLeaf(value)) s_pending.AddOrUpdate(value, new(this));
    }

    /// <summary>The newest value has been computed.</summary>
    public void Land(Storage memory) => Current = UOp.New(Op.Buffer, memory.DType, memory);

    /// <summary>The cells whose newest value is one of the nodes and is made by a write: computed once, it need never be again.</summary>
    public static IEnumerable<Cell> PendingAmong(IEnumerable<UOp> nodes)
    {
        foreach (var node in nodes)
            if (s_pending.TryGetValue(node, out var reference) && reference.TryGetTarget(out var cell)
                && ReferenceEquals(cell.Current, node)) yield return cell;
    }
}
