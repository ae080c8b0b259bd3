using System.Collections.Immutable;
using Tiny.Graph;

namespace Tiny.Schedule;

/// <summary>
/// Takes kernels in order; makes updates of one memory that follow one another, over the same loops and of elements that are apart, one kernel
/// with a store for each. What one of them reads of an element that an earlier one writes is handed over; what is written again is
/// written once.
/// </summary>
sealed class GroupWrites(Rewriter simplify, int mostBuffers)
{
    // Larger kernels are no faster, and compilers dislike them.
    const int MostStores = 256;

    public static List<KernelBody> Run(List<KernelBody> bodies, Rewriter simplify, int mostBuffers)
    {
        if (bodies.Count(b => b.IsUpdate) < 2) return bodies;
        return new GroupWrites(simplify, mostBuffers).Run(bodies);
    }

    List<KernelBody> Run(List<KernelBody> bodies)
    {
        var readers = new Dictionary<UOp, int>(ReferenceEqualityComparer.Instance);
        foreach (var version in bodies.SelectMany(b => b.Reads)) readers[version] = readers.GetValueOrDefault(version) + 1;
        // The last member's place is the group's; the places of the others stay empty.
        var placed = new Group?[bodies.Count];
        var open = new Dictionary<UOp, Group>(ReferenceEqualityComparer.Instance);
        for (int i = 0; i < bodies.Count; i++)
        {
            var body = bodies[i];
            if (!body.IsUpdate)
            {
                placed[i] = new Group(body);
                continue;
            }
            var memory = body.Buffers[0];
            // A group moves to its last member: what it reads must not have been overwritten on the way.
            foreach (var (of, reading) in open.ToArray())
                if (!ReferenceEquals(of, memory) && body.Overwrites.Any(reading.Reads.Contains)) open.Remove(of);
            if (open.TryGetValue(memory, out var group) && Joins(group, body, readers))
            {
                placed[group.Place] = null;
                group.Place = i;
            }
            else open[memory] = group = Start(body, i);
            placed[i] = group;
        }
        return [.. placed.OfType<Group>().Select(g => g.Body())];
    }

    Group Start(KernelBody body, int place)
    {
        var group = new Group(body) { Place = place };
        var store = body.Sink.Src[0];
        group.Take(body, store, new Access(store.Src[1], Regions.Box(body.Buffers[0].Shape, store.Src[1], simplify)), Loads(store, body.Buffers[0].Shape));
        return group;
    }

    bool Joins(Group group, KernelBody body, Dictionary<UOp, int> readers)
    {
        var (draft, store) = (body.Outputs[0], body.Sink.Src[0]);
        if (!ReferenceEquals(draft.Old, group.Last) || group.Members == MostStores || store.Src.Length > 3) return false;
        // The version between must be nobody else's.
        if (readers.GetValueOrDefault(draft.Old!) > (body.Reads.Contains(draft.Old!) ? 1 : 0)) return false;
        if (!Loops(draft).SequenceEqual(Loops(group.First), ReferenceEqualityComparer.Instance)) return false;
        if (body.Buffers.Concat(group.Buffers).Distinct().Count() > mostBuffers) return false;
        var shape = body.Buffers[0].Shape;
        var access = new Access(store.Src[1], Regions.Box(shape, store.Src[1], simplify));
        if (!group.MayWrite(access)) return false;

        // Loads by the group's pointers; those of what the group writes are handed over.
        var done = new Dictionary<UOp, UOp>(ReferenceEqualityComparer.Instance);
        foreach (var u in store.Topological())
            done[u] = u.Op == Op.Load && (int)u.Src[0].Arg! == 0 && u.Src.Length == 2 && group.ValueAt(u.Src[1]) is { } value ? value
                : u.Op == Op.Pointer ? UOp.New(Op.Pointer, u.DType, [], group.SlotOf(body.Buffers[(int)u.Arg!])) : u.WithSrc([.. u.Src.Select(s => done[s])]);
        store = done[store];
        var loads = Loads(store, shape);
        if (!loads.TrueForAll(l => ReferenceEquals(l.Index, access.Index) || group.MayRead(l) && Regions.Apart(l.Box, access.Box))) return false;
        group.Take(body, store, access, loads);
        return true;
    }

    // Of its own memory.
    List<Access> Loads(UOp store, Shape shape) => [.. store.Topological().Where(u => u.Op == Op.Load && (int)u.Src[0].Arg! == 0)
        .Select(l => new Access(l.Src[1], Regions.Box(shape, l.Src[1], simplify)))];

    static IEnumerable<UOp> Loops(Draft draft) => draft.Ranges.Where(r => r.Op == Op.Range);

    /// <summary>An element of memory in each iteration: its flat index, and bounds of that in each dimension.</summary>
    sealed record Access(UOp Index, (long, long)[] Box);

    /// <summary>A kernel in the making.</summary>
    sealed class Group(KernelBody first)
    {
        readonly List<UOp> _buffers = [.. first.Buffers];
        readonly List<(Draft Draft, UOp Store, Access Access)> _stores = [];
        // Loads of the memory that is written, each with the index of the store that needs it.
        readonly List<(Access Load, UOp Own)> _loads = [];
        readonly Dictionary<UOp, int> _byIndex = new(ReferenceEqualityComparer.Instance);
        readonly HashSet<UOp> _between = new(ReferenceEqualityComparer.Instance);

        public int Place { get; set; }
        public int Members { get; private set; }
        public HashSet<UOp> Reads { get; } = new(ReferenceEqualityComparer.Instance);
        public IReadOnlyList<UOp> Buffers => _buffers;
        public Draft First => first.Outputs[0];
        public UOp Last { get; private set; } = first.Outputs[^1].Node;

        public int SlotOf(UOp memory)
        {
            int slot = _buffers.IndexOf(memory);
            if (slot >= 0) return slot;
            _buffers.Add(memory);
            return _buffers.Count - 1;
        }

        /// <summary>What a store of the group writes at an index.</summary>
        public UOp? ValueAt(UOp index) => _byIndex.TryGetValue(index, out int i) ? _stores[i].Store.Src[2] : null;

        /// <summary>No store of the group is of such an element.</summary>
        public bool MayRead(Access load) => _stores.TrueForAll(s => Regions.Apart(s.Access.Box, load.Box));

        /// <summary>The elements are apart from all that the group writes and reads, or exactly those of one store.</summary>
        public bool MayWrite(Access store) =>
            _stores.TrueForAll(s => ReferenceEquals(s.Access.Index, store.Index) || Regions.Apart(s.Access.Box, store.Box))
            && _loads.TrueForAll(l => Regions.Apart(l.Load.Box, store.Box) || ReferenceEquals(l.Load.Index, store.Index) && ReferenceEquals(l.Own, store.Index));

        public void Take(KernelBody body, UOp store, Access access, List<Access> loads)
        {
            if (Members++ > 0) _between.Add(Last);
            Last = body.Outputs[^1].Node;
            Reads.UnionWith(body.Reads);
            _loads.AddRange(loads.Select(l => (l, access.Index)));
            if (!_byIndex.TryGetValue(access.Index, out int same))
            {
                same = _byIndex[access.Index] = _stores.Count;
                _stores.Add(default);
            }
            _stores[same] = (body.Outputs[0], store, access);
        }

        public KernelBody Body()
        {
            if (Members < 2) return first;
            // What is read of the memory is of the version before the group.
            if (Reads.Overlaps(_between)) Reads.Add(First.Old!);
            return first with
            {
                Outputs = [.. _stores.Select(s => s.Draft)],
                Buffers = [.. _buffers],
                Reads = [.. Reads.Where(r => !_between.Contains(r))],
                Sink = UOp.New(Op.Sink, DType.Void, [.. _stores.Select(s => s.Store)]),
                Overwrites = [First.Old!],
            };
        }
    }
}
