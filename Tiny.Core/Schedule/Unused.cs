using Tiny.Graph;

namespace Tiny.Schedule;

/// <summary>
/// Takes all kernels' bodies in order; gives them without what simplification has left no use for (<c>x - x</c>, a gate that is never
/// open): arguments that a body does not read, then kernels whose results nothing reads.
/// </summary>
static class Unused
{
    public static List<KernelBody> Drop(List<KernelBody> bodies, IReadOnlyList<UOp> results)
    {
        var needed = new HashSet<UOp>(results, ReferenceEqualityComparer.Instance);
        var kept = new List<KernelBody>(bodies.Count);
        for (int i = bodies.Count - 1; i >= 0; i--)
        {
            if (!bodies[i].Outputs.Any(o => needed.Contains(o.Node))) continue;
            var body = WithoutUnreadArguments(bodies[i]);
            kept.Add(body);
            needed.UnionWith(body.Reads);
        }
        kept.Reverse();
        return kept;
    }

    static KernelBody WithoutUnreadArguments(KernelBody body)
    {
        int written = body.Outputs.Length;
        var order = body.Sink.Topological();
        var read = order.Where(u => u.Op == Op.Pointer).Select(u => (int)u.Arg!).Where(slot => slot >= written).Distinct().Order().ToList();
        if (read.Count == body.Reads.Length) return body;
        var result = new Dictionary<UOp, UOp>(ReferenceEqualityComparer.Instance);
        foreach (var node in order)
            result[node] = node is { Op: Op.Pointer, Arg: int slot } && slot >= written
                ? UOp.New(Op.Pointer, node.DType, [], written + read.IndexOf(slot))
                : node.WithSrc([.. node.Src.Select(s => result[s])]);
        return body with { Reads = [.. read.Select(slot => body.Reads[slot - written])], Sink = result[body.Sink] };
    }
}
