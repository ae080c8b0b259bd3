using System.Collections.Immutable;
using Tiny.Graph;

namespace Tiny.Schedule;

/// <summary>
/// Takes kernels in order; merges one into an earlier one whose results it reads element by element over the same loops: the mean of each
/// row and the variance around it are one kernel with two results. The value is then handed over in a register (and if nobody else reads
/// it, <see cref="Unused"/> drops the store).
/// </summary>
static class MergeKernels
{
    public static List<KernelBody> Run(List<KernelBody> bodies)
    {
        var merged = new List<KernelBody>();
        var place = new Dictionary<UOp, int>(ReferenceEqualityComparer.Instance);
        foreach (var body in bodies)
        {
            int at = merged.Count;
            merged.Add(body);
            // The latest producer is the only one that can take it: the kernel must not run before any other that it reads.
            int last = body.Reads.Select(r => place.GetValueOrDefault(r, -1)).DefaultIfEmpty(-1).Max();
            if (last >= 0 && Join(merged[last], body) is { } joined)
            {
                merged[last] = joined;
                merged.RemoveAt(at);
                at = last;
            }
            foreach (var output in merged[at].Outputs) place[output.Node] = at;
        }
        return merged;
    }

    static KernelBody? Join(KernelBody first, KernelBody second)
    {
        if (!SameLoops(first, second) || Ambiguous(first.Sink, second.Sink)) return null;
        var handed = first.Outputs.Select(o => o.Node).ToHashSet();
        ImmutableArray<Draft> outputs = [.. first.Outputs, .. second.Outputs];
        ImmutableArray<UOp> reads = [.. first.Reads, .. second.Reads.Where(r => !handed.Contains(r) && !first.Reads.Contains(r))];
        if (outputs.Length + reads.Length > Scheduler.MostBuffers) return null;
        var slots = SlotsOf(outputs, reads);
        var stores = Rewrite(first, slots, null);
        var values = new Dictionary<UOp, UOp>(ReferenceEqualityComparer.Instance);
        for (int i = 0; i < first.Outputs.Length; i++) values[first.Outputs[i].Node] = stores[i];
        return Rewrite(second, slots, values) is { IsDefault: false } more ? new KernelBody(outputs, reads, Sink([.. stores, .. more])) { Layouts = first.Layouts } : null;
    }

    // The stores with pointers by the new slots, and loads of handed-over elements replaced by their values; default where a load asks for
    // another element than the one at hand.
    static ImmutableArray<UOp> Rewrite(KernelBody body, Dictionary<UOp, int> slots, Dictionary<UOp, UOp>? handed)
    {
        UOp[] buffers = [.. body.Buffers];
        var done = new Dictionary<UOp, UOp>(ReferenceEqualityComparer.Instance);
        foreach (var u in body.Sink.Topological())
        {
            if (u.Op == Op.Load && handed is not null && handed.TryGetValue(buffers[(int)u.Src[0].Arg!], out var store))
            {
                if (u.Src.Length > 2 || !ReferenceEquals(u.Src[1], store.Src[1])) return default;
                done[u] = store.Src[2];
            }
            else if (u.Op == Op.Pointer)
                done[u] = UOp.New(Op.Pointer, u.DType, [], slots[buffers[(int)u.Arg!]]);
            else if (u.Op != Op.Sink)
                done[u] = u.WithSrc([.. u.Src.Select(s => done[s])]);
        }
        return [.. body.Sink.Src.Select(s => done[s])];
    }

    static Dictionary<UOp, int> SlotsOf(ImmutableArray<Draft> outputs, ImmutableArray<UOp> reads)
    {
        var slots = new Dictionary<UOp, int>(ReferenceEqualityComparer.Instance);
        foreach (var buffer in outputs.Select(o => o.Node).Concat(reads)) slots[buffer] = slots.Count;
        return slots;
    }

    static bool SameLoops(KernelBody a, KernelBody b) => Loops(a).SequenceEqual(Loops(b), ReferenceEqualityComparer.Instance);

    static IEnumerable<UOp> Loops(KernelBody body) => body.Outputs[0].Ranges.Where(r => r.Op == Op.Range);

    // Axes are found by number: one number must not mean two extents.
    static bool Ambiguous(UOp a, UOp b)
    {
        var extents = new Dictionary<int, UOp>();
        return a.Topological().Concat(b.Topological()).Where(u => u.Op == Op.Range)
            .Any(u => !extents.TryAdd(((Axis)u.Arg!).Id, u.Src[0]) && extents[((Axis)u.Arg!).Id] != u.Src[0]);
    }

    static UOp Sink(ImmutableArray<UOp> stores) => UOp.New(Op.Sink, DType.Void, stores);
}
