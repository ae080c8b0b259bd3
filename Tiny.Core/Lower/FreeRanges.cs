using Tiny.Graph;
using Tiny.Optimize;

namespace Tiny.Lower;

/// <summary>Which loop variables each node of a kernel depends on; a fold or stage does not depend on those it closes.</summary>
sealed class FreeRanges
{
    readonly Dictionary<UOp, ulong> _masks = new(ReferenceEqualityComparer.Instance);
    readonly List<UOp> _ranges = [];

    FreeRanges() { }

    /// <summary>Analyses everything below a node.</summary>
    public static FreeRanges Of(UOp root)
    {
        var free = new FreeRanges();
        foreach (var node in root.Topological()) free._masks[node] = free.Mask(node);
        return free;
    }

    ulong Mask(UOp node)
    {
        if (node.Op == Op.Range)
        {
            if (_ranges.Count == 64) throw new TinyException("TINY1006", "a kernel with more than 64 loops");
            _ranges.Add(node);
            return 1UL << (_ranges.Count - 1);
        }
        ulong mask = 0;
        foreach (var s in node.Src) mask |= _masks[s];
        if (node.Op is Op.Fold or Op.Stage)
            foreach (var r in OptOps.ClosedBy(node)) mask &= ~_masks[r];
        return mask;
    }

    /// <summary>The loop variables a node depends on, in the order in which the walk met them.</summary>
    public IEnumerable<UOp> In(UOp node)
    {
        ulong mask = _masks[node];
        for (int i = 0; i < _ranges.Count; i++)
            if ((mask >> i & 1) != 0) yield return _ranges[i];
    }

    /// <summary>True where a node depends on one of the loop variables.</summary>
    public bool DependsOn(UOp node, params ReadOnlySpan<UOp> ranges)
    {
        ulong mask = 0;
        foreach (var r in ranges) mask |= _masks.GetValueOrDefault(r);
        return (_masks[node] & mask) != 0;
    }
}
