using System.Collections.Immutable;
using Tiny.Graph;

namespace Tiny.Schedule;

/// <summary>
/// Takes all kernels in order; gives them without what nobody uses: results that no kernel reads and nobody asked for, arguments
/// that simplification has left unread (<c>x - x</c>, a gate that is never open), and kernels with no result left.
/// </summary>
static class Unused
{
    public static List<KernelBody> Drop(List<KernelBody> bodies, WritePlan plan)
    {
        var needed = new HashSet<UOp>(plan.Roots, ReferenceEqualityComparer.Instance);
        var kept = new List<KernelBody>(bodies.Count);
        for (int i = bodies.Count - 1; i >= 0; i--)
        {
            var outputs = bodies[i].Outputs;
            // Of updates in place the last is asked for, and needs those before.
            bool updates = outputs.Any(o => o.Old is not null && needed.Contains(o.Node));
            int[] live = [.. Enumerable.Range(0, outputs.Length).Where(o => outputs[o].Old is null ? needed.Contains(outputs[o].Node) : updates)];
            if (live.Length == 0) continue;
            kept.Add(Without(bodies[i], live, plan.MemoryOf));
            needed.UnionWith(kept[^1].Reads);
            if (updates) needed.UnionWith(kept[^1].Overwrites);
        }
        kept.Reverse();
        return kept;
    }

    static KernelBody Without(KernelBody body, int[] live, Func<UOp, UOp> memoryOf)
    {
        var order = Walk.Topological(live.Select(o => body.Sink.Src[o]));
        int[] written = [.. live.Select(o => (int)body.Sink.Src[o].Src[0].Arg!).Distinct().Order()];
        int[] slots = [.. written, .. order.Where(u => u.Op == Op.Pointer).Select(u => (int)u.Arg!).Except(written).Order()];
        if (slots.Length == body.Buffers.Length && live.Length == body.Outputs.Length) return body;
        var done = new Dictionary<UOp, UOp>(ReferenceEqualityComparer.Instance);
        foreach (var u in order)
            done[u] = u.Op == Op.Pointer ? UOp.New(Op.Pointer, u.DType, [], Array.IndexOf(slots, (int)u.Arg!)) : u.WithSrc([.. u.Src.Select(s => done[s])]);
        ImmutableArray<Draft> outputs = [.. live.Select(o => body.Outputs[o])];
        UOp[] buffers = [.. slots.Select(s => body.Buffers[s])];
        return body with
        {
            Outputs = outputs,
            Buffers = [.. buffers],
            Written = written.Length,
            Reads = [.. body.Reads.Where(r => buffers.Contains(memoryOf(r)))],
            Sink = UOp.New(Op.Sink, DType.Void, [.. live.Select(o => done[body.Sink.Src[o]])]),
            Overwrites = outputs.Any(o => o.Old is not null) ? body.Overwrites : [],
            Inside = [.. body.Inside, .. body.Outputs.Except(outputs)],
        };
    }
}
