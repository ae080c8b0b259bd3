using Tiny.Graph;

namespace Tiny.Schedule;

/// <summary>
/// Pass 2c. Takes all kernels' bodies in order; gives them without what simplification has left no use for (<c>x - x</c>, a gate that is
/// never open): arguments that a body does not read, then kernels whose buffer nothing reads.
/// </summary>
static class Unused
{
    public static List<(Draft Draft, UOp Sink)> Drop(List<(Draft Draft, UOp Sink)> bodies, IReadOnlyList<UOp> results)
    {
        var needed = new HashSet<UOp>(results, ReferenceEqualityComparer.Instance);
        var kept = new List<(Draft, UOp)>(bodies.Count);
        for (int i = bodies.Count - 1; i >= 0; i--)
        {
            var (draft, sink) = bodies[i];
            if (!needed.Contains(draft.Node)) continue;
            kept.Add((draft, WithoutUnreadArguments(draft, sink)));
            needed.UnionWith(draft.Reads);
        }
        kept.Reverse();
        return kept;
    }

    static UOp WithoutUnreadArguments(Draft draft, UOp sink)
    {
        var order = sink.Topological();
        var read = order.Where(u => u.Op == Op.Pointer).Select(u => (int)u.Arg!).Where(slot => slot > 0).Order().ToList();
        if (read.Count == draft.Reads.Count) return sink;
        UOp[] left = [.. read.Select(slot => draft.Reads[slot - 1])];
        draft.Reads.Clear();
        draft.Reads.AddRange(left);
        var result = new Dictionary<UOp, UOp>(ReferenceEqualityComparer.Instance);
        foreach (var node in order)
            result[node] = node is { Op: Op.Pointer, Arg: > 0 and int slot }
                ? UOp.New(Op.Pointer, node.DType, [], read.IndexOf(slot) + 1)
                : node.WithSrc([.. node.Src.Select(s => result[s])]);
        return result[sink];
    }
}
