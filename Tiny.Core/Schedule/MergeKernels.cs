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
    public static List<KernelBody> Run(List<KernelBody> bodies, int mostBuffers)
    {
        // Null where a kernel has gone into an earlier one.
        var merged = new List<KernelBody?>();
        var place = new Dictionary<UOp, int>(ReferenceEqualityComparer.Instance);
        var reader = new Dictionary<UOp, int>(ReferenceEqualityComparer.Instance);
        foreach (var body in bodies)
        {
            int at = merged.Count;
            merged.Add(body);
            // The latest producer is the only one that can take it: the kernel must not run before any other that it reads, nor before those that
            // read what it overwrites. It may then go on with that one.
            while (Latest(merged[at]!, at) is var last and >= 0 && merged[last] is { } first && Join(first, merged[at]!, mostBuffers) is { } joined)
            {
                (merged[last], merged[at]) = (joined, null);
                at = last;
            }
            foreach (var output in merged[at]!.Outputs) place[output.Node] = at;
            foreach (var version in body.Reads) reader[version] = Math.Max(reader.GetValueOrDefault(version, -1), at);
        }
        return [.. merged.OfType<KernelBody>()];

        int Latest(KernelBody body, int before) => body.Reads.Concat(body.Overwrites).Select(r => place.GetValueOrDefault(r, -1))
            .Concat(body.Overwrites.Select(v => reader.GetValueOrDefault(v, -1))).Where(k => k < before).DefaultIfEmpty(-1).Max();
    }

    static KernelBody? Join(KernelBody first, KernelBody second, int mostBuffers)
    {
        if (!SameLoops(first, second) || Ambiguous(first.Sink, second.Sink)) return null;
        // What one reads the other does not write, save what is handed over.
        UOp[] firstWritten = [.. first.Buffers.Take(first.Written)], secondWritten = [.. second.Buffers.Take(second.Written)];
        if (secondWritten.Any(first.Buffers.Contains)) return null;
        UOp[] written = [.. firstWritten, .. secondWritten];
        ImmutableArray<UOp> buffers = [.. written, .. first.Buffers.Skip(first.Written).Concat(second.Buffers.Skip(second.Written)).Except(written).Distinct()];
        if (buffers.Length > mostBuffers) return null;
        var slots = new Dictionary<UOp, int>(ReferenceEqualityComparer.Instance);
        for (int i = 0; i < buffers.Length; i++) slots[buffers[i]] = i;
        var stores = Rewrite(first, slots, null);
        var handed = new Dictionary<(UOp Memory, UOp Index), UOp>();
        for (int i = 0; i < stores.Length; i++) handed[(buffers[(int)stores[i].Src[0].Arg!], stores[i].Src[1])] = stores[i].Src[2];
        if (Rewrite(second, slots, handed, firstWritten) is not { IsDefault: false } more || more.Any(s => ReadsWritten(s, slots, firstWritten))) return null;
        return new KernelBody([.. first.Outputs, .. second.Outputs], buffers, written.Length,
            [.. first.Reads, .. second.Reads.Except(first.Outputs.Select(o => o.Node)).Except(first.Reads)], Sink([.. stores, .. more]))
        {
            Layouts = first.Layouts,
            Overwrites = [.. first.Overwrites, .. second.Overwrites],
            Inside = [.. first.Inside, .. second.Inside],
        };
    }

    // A value that is handed over may be made of the element that it replaces: that is only for its own store.
    static bool ReadsWritten(UOp store, Dictionary<UOp, int> slots, UOp[] written) =>
        store.Topological().Any(u => u.Op == Op.Load && written.Any(w => slots[w] == (int)u.Src[0].Arg!));

    // The stores with pointers by the new slots, and loads of handed-over elements replaced by their values; default where a load asks for
    // another element than the one at hand.
    static ImmutableArray<UOp> Rewrite(KernelBody body, Dictionary<UOp, int> slots, Dictionary<(UOp Memory, UOp Index), UOp>? handed, UOp[]? written = null)
    {
        var done = new Dictionary<UOp, UOp>(ReferenceEqualityComparer.Instance);
        foreach (var u in body.Sink.Topological())
        {
            if (u.Op == Op.Load && handed is not null && body.Buffers[(int)u.Src[0].Arg!] is var memory && written!.Contains(memory))
            {
                if (u.Src.Length > 2 || !handed.TryGetValue((memory, u.Src[1]), out var value)) return default;
                done[u] = value;
            }
            else if (u.Op == Op.Pointer)
                done[u] = UOp.New(Op.Pointer, u.DType, [], slots[body.Buffers[(int)u.Arg!]]);
            else if (u.Op != Op.Sink)
                done[u] = u.WithSrc([.. u.Src.Select(s => done[s])]);
        }
        return [.. body.Sink.Src.Select(s => done[s])];
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
