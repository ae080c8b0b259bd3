using System.Collections.Immutable;
using Tiny.Graph;
using Tiny.Lower;

namespace Tiny.Schedule;

/// <summary>
/// Takes kernels in order; merges one into an earlier one over the same loops. Either it reads results of that one element by element, or it overwrites
/// the elements that it reads: the mean of each row and the variance around it, Adam's moments and the weight that they move. A value is then handed over in a register
/// (and if nobody else reads it, <see cref="Unused"/> drops the store). Or both read the same memory, which is then read once: the sum and the
/// maximum of the same rows. In each iteration of the kernel an element is read before it is written.
/// </summary>
sealed class MergeKernels(int mostBuffers)
{
    // Null where a kernel has gone into an earlier one.
    readonly List<KernelBody?> _merged = [];
    // Where each version is written, and where it is read.
    readonly Dictionary<UOp, int> _place = new(ReferenceEqualityComparer.Instance);
    readonly Dictionary<UOp, SortedSet<int>> _readers = new(ReferenceEqualityComparer.Instance);
    // The last kernel over some loops that reads some memory; of those without loops any.
    readonly Dictionary<(UOp Loops, UOp? Memory), int> _over = [];

    public static List<KernelBody> Run(List<KernelBody> bodies, int mostBuffers)
    {
        var pass = new MergeKernels(mostBuffers);
        foreach (var body in bodies) pass.Add(body);
        return [.. pass._merged.OfType<KernelBody>()];
    }

    void Add(KernelBody body)
    {
        int at = _merged.Count;
        _merged.Add(body);
        while (Earlier(_merged[at]!, at) is var (to, joined))
        {
            foreach (var version in _merged[at]!.Reads)
                if (_readers.TryGetValue(version, out var places)) places.Remove(at);
            (_merged[to], _merged[at]) = (joined, null);
            at = to;
        }
        body = _merged[at]!;
        foreach (var output in body.Outputs) _place[output.Node] = at;
        foreach (var version in body.Reads)
        {
            if (!_readers.TryGetValue(version, out var places)) _readers[version] = places = [];
            places.Add(at);
        }
        foreach (var memory in Shareable(body)) _over[(LoopsOf(body), memory)] = at;
    }

    // It must not run before any kernel that it reads, nor before those that read what it overwrites: the last of them may take it, or one after that.
    (int At, KernelBody Joined)? Earlier(KernelBody body, int before)
    {
        int last = body.Reads.Concat(body.Overwrites).Select(r => _place.GetValueOrDefault(r, -1))
            .Concat(body.Overwrites.Select(v => LastReader(v, before))).Where(k => k < before).DefaultIfEmpty(-1).Max();
        if (last >= 0 && _merged[last] is { } first && Join(first, body) is { } joined) return (last, joined);
        var loops = LoopsOf(body);
        foreach (int k in Shareable(body).Select(m => _over.GetValueOrDefault((loops, m), -1)).Where(k => k > last && k < before).Distinct().OrderDescending())
            if (_merged[k] is { } other && !IsProduct(other) && !IsProduct(body) && Join(other, body) is { } both) return (k, both);
        return null;
    }

    int LastReader(UOp version, int before) =>
        _readers.TryGetValue(version, out var places) && places.Count > 0 && places.Min < before ? places.GetViewBetween(0, before - 1).Max : -1;

    // Memory of which a kernel reads about as much as it has iterations; a kernel of one element costs little but its launch.
    static IEnumerable<UOp?> Shareable(KernelBody body)
    {
        var loops = Loops(body).ToArray();
        if (loops.Length == 0) return [null];
        double iterations = loops.Aggregate(1.0, (n, r) => n * (r.Max + 1));
        return body.Buffers.Skip(body.Written).Where(b => b.Shape.MaxNumel >= iterations);
    }

    // What is read again for other elements is kept in a register tile: two such kernels would have half a tile each.
    static bool IsProduct(KernelBody body)
    {
        if (!body.Sink.Topological().Any(u => u.Op == Op.Fold)) return false;
        var free = FreeRanges.Of(body.Sink);
        UOp[] loops = [.. Loops(body)];
        return body.Sink.Topological().Any(u => u.Op == Op.Load
            && free.In(u).Any(r => ((Axis)r.Arg!).Kind == AxisKind.Reduce) && !loops.All(r => free.DependsOn(u, r)));
    }

    KernelBody? Join(KernelBody first, KernelBody second)
    {
        if (!ReferenceEquals(LoopsOf(first), LoopsOf(second)) || Ambiguous(first.Sink, second.Sink)) return null;
        UOp[] firstWritten = [.. first.Buffers.Take(first.Written)], secondWritten = [.. second.Buffers.Take(second.Written)];
        if (secondWritten.Any(firstWritten.Contains) || !secondWritten.Where(first.Buffers.Contains).All(m => ReadsWhatIsWritten(first, second, m))) return null;
        UOp[] written = [.. firstWritten, .. secondWritten];
        ImmutableArray<UOp> buffers = [.. written, .. first.Buffers.Skip(first.Written).Concat(second.Buffers.Skip(second.Written)).Except(written).Distinct()];
        if (buffers.Length > mostBuffers) return null;
        var slots = new Dictionary<UOp, int>(ReferenceEqualityComparer.Instance);
        for (int i = 0; i < buffers.Length; i++) slots[buffers[i]] = i;
        var stores = Rewrite(first, slots, null);
        var handed = new Dictionary<(UOp Memory, UOp Index), UOp>();
        foreach (var store in stores.Where(s => s.Src.Length == 3)) handed[(buffers[(int)store.Src[0].Arg!], store.Src[1])] = store.Src[2];
        if (Rewrite(second, slots, handed, firstWritten) is not { IsDefault: false } more) return null;
        return new KernelBody([.. first.Outputs, .. second.Outputs], buffers, written.Length,
            [.. first.Reads, .. second.Reads.Except(first.Outputs.Select(o => o.Node)).Except(first.Reads)], Sink([.. stores, .. more]))
        {
            Layouts = first.Layouts,
            Overwrites = [.. first.Overwrites, .. second.Overwrites],
            Inside = [.. first.Inside, .. second.Inside],
        };
    }

    // Of memory that the second writes, the first reads in each iteration only the element that the second then writes.
    static bool ReadsWhatIsWritten(KernelBody first, KernelBody second, UOp memory)
    {
        UOp[] stores = [.. second.Sink.Src.Where(s => second.Buffers[(int)s.Src[0].Arg!] == memory)];
        return stores is [{ Src: [_, var index, _] }] && first.Sink.Topological()
            .Where(u => u.Op == Op.Load && first.Buffers[(int)u.Src[0].Arg!] == memory).All(l => l.Src.Length == 2 && ReferenceEquals(l.Src[1], index));
    }

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

    static UOp LoopsOf(KernelBody body) => Sink([.. Loops(body)]);

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
