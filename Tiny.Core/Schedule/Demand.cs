using Tiny.Graph;

namespace Tiny.Schedule;

/// <summary>
/// A kernel being drafted: it fills one buffer, the value of <see cref="Node"/>, row-major; or it is an update in place and writes only what its view
/// shows, into the memory of the version before.
/// </summary>
sealed class Draft
{
    readonly Dictionary<(int Depth, int Ordinal, Dim Extent), UOp> _folds = [];
    readonly Dictionary<UOp, int> _slots = new(ReferenceEqualityComparer.Instance);
    int _nextId;

    /// <param name="node">What it computes.</param>
    /// <param name="memory">For an update in place, the node in whose memory it is.</param>
    public Draft(UOp node, UOp? memory = null)
    {
        Node = node;
        Memory = memory ?? node;
        Buffers.Add(Memory);
        if (memory is not null) (Old, Shape) = (node.Src[0], ((View)node.Arg!).Shape);
        else Shape = node.Shape;
        Seen = node.Shape;
        At = Ranges = [.. Shape.Select(extent => extent.Is(1) ? UOp.Index(0) : UOp.Range(_nextId++, AxisKind.Loop, extent))];
    }

    /// <summary>The tensor-graph node whose value it stores.</summary>
    public UOp Node { get; }
    /// <summary>The node in whose memory the value lies: itself unless it is an update in place.</summary>
    public UOp Memory { get; }
    /// <summary>The version that an update in place overwrites; null for others.</summary>
    public UOp? Old { get; }
    /// <summary>The elements that it computes: all, or those that an update writes.</summary>
    public Shape Shape { get; }
    /// <summary>One index for each dimension of the shape.</summary>
    public UOp[] Ranges { get; }
    /// <summary>Where the element lies: an index for each dimension of <see cref="Seen"/>.</summary>
    public UOp[] At { get; set; }
    /// <summary>The shape under which the memory is written, row-major: the node's, or one with the same elements in the same order.</summary>
    public Shape Seen { get; set; }
    /// <summary>The demand for what it stores: the node itself, or an update's new value.</summary>
    public Demand Root { get; set; } = null!;
    /// <summary>Tensor-graph nodes computed inside, operands first.</summary>
    public List<UOp> Members { get; } = [];
    /// <summary>The buffers by slots, by the nodes in whose memory they are: first the one written, then those read.</summary>
    public List<UOp> Buffers { get; } = [];
    /// <summary>Short axes by which values are chosen.</summary>
    public HashSet<UOp> Choosers { get; } = new(ReferenceEqualityComparer.Instance);
    /// <summary>The nodes that are loaded.</summary>
    public HashSet<UOp> Reads { get; } = new(ReferenceEqualityComparer.Instance);

    /// <summary>
    /// The loop variable of a reduction. Reductions at the same depth over the same extent share it, so that they can share a loop;
    /// a reduction nested in another one's body never does.
    /// </summary>
    public UOp FoldRange(int depth, int ordinal, Dim extent)
    {
        if (!_folds.TryGetValue((depth, ordinal, extent), out var range))
        {
            range = _folds[(depth, ordinal, extent)] = UOp.Range(_nextId++, AxisKind.Reduce, extent);
            Depth[range] = depth;
        }
        return range;
    }

    /// <summary>How deep in nested reductions each reduction's loop variable is, from 1.</summary>
    public Dictionary<UOp, int> Depth { get; } = new(ReferenceEqualityComparer.Instance);

    /// <summary>The kernel's argument through which it reads a node, which lies in the memory of another one or its own.</summary>
    public UOp PointerTo(UOp node, UOp memory)
    {
        Reads.Add(node);
        if (ReferenceEquals(memory, Memory)) return UOp.New(Op.Pointer, node.DType, [], 0);
        if (!_slots.TryGetValue(memory, out int slot))
        {
            slot = _slots[memory] = Buffers.Count;
            Buffers.Add(memory);
        }
        return UOp.New(Op.Pointer, node.DType, [], slot);
    }
}

/// <summary>
/// A tensor-graph node needed inside a kernel at some index: the unit of rangeify. The same node at the same index and gate in the
/// same kernel is one demand.
/// </summary>
sealed class Demand(Draft draft, UOp node, UOp[] index, UOp gate, UOp[] open, bool isFlat = false)
{
    public Draft Draft { get; } = draft;
    public UOp Node { get; } = node;
    /// <summary>One index expression for each dimension of the node; if <see cref="IsFlat"/>, one in all.</summary>
    public UOp[] Index { get; } = index;
    /// <summary>The node lies in memory and is read by the place there.</summary>
    public bool IsFlat => isFlat;
    /// <summary>Where this is false the value is not used, and the index may be out of range.</summary>
    public UOp Gate { get; } = gate;
    /// <summary>Loop variables of the reductions around, outermost first.</summary>
    public UOp[] Open { get; } = open;
    /// <summary>Demands for the node's operands, where the node is computed here.</summary>
    public Demand[] Src { get; set; } = [];
    /// <summary>Loop variables that the node's own reduction closes.</summary>
    public UOp[] Closed { get; set; } = [];
    /// <summary>The value as a kernel expression.</summary>
    public UOp? Value { get; set; }
}
