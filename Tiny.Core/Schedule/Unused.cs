using System.Collections.Immutable;
using Tiny.Graph;

namespace Tiny.Schedule;

/// <summary>
/// Takes all kernels in order; gives them without what nobody uses: results that no kernel reads and nobody asked for, arguments
/// that simplification has left unread (<c>x - x</c>, a gate that is never open), and kernels with no result left.
/// </summary>
static class Unused
{
    public static List<KernelBody> Drop(List<KernelBody> bodies, IReadOnlyList<UOp> results)
    {
        var needed = new HashSet<UOp>(results, ReferenceEqualityComparer.Instance);
        var kept = new List<KernelBody>(bodies.Count);
        for (int i = bodies.Count - 1; i >= 0; i--)
        {
            int[] live = [.. Enumerable.Range(0, bodies[i].Outputs.Length).Where(o => needed.Contains(bodies[i].Outputs[o].Node))];
            if (live.Length == 0) continue;
            kept.Add(Without(bodies[i], live));
            needed.UnionWith(kept[^1].Reads);
        }
        kept.Reverse();
        return kept;
    }

    static KernelBody Without(KernelBody body, int[] live)
    {
        var order = Walk.Topological(live.Select(o => body.Sink.Src[o]));
        UOp[] buffers = [.. body.Buffers];
        int[] slots = [.. live, .. order.Where(u => u.Op == Op.Pointer).Select(u => (int)u.Arg!).Where(s => s >= body.Outputs.Length).Distinct().Order()];
        if (slots.Length == buffers.Length) return body;
        var done = new Dictionary<UOp, UOp>(ReferenceEqualityComparer.Instance);
        foreach (var u in order)
            done[u] = u.Op == Op.Pointer ? UOp.New(Op.Pointer, u.DType, [], Array.IndexOf(slots, (int)u.Arg!)) : u.WithSrc([.. u.Src.Select(s => done[s])]);
        ImmutableArray<Draft> outputs = [.. live.Select(o => body.Outputs[o])];
        return new KernelBody(outputs, [.. slots.Skip(live.Length).Select(s => buffers[s])], UOp.New(Op.Sink, DType.Void, [.. live.Select(o => done[body.Sink.Src[o]])]))
        {
            Layouts = body.Layouts,
            Inside = [.. body.Inside, .. body.Outputs.Except(outputs)],
        };
    }
}
