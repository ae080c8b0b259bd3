using System.Collections.Immutable;
using Tiny.Algebra;
using Tiny.Graph;
using Tiny.Lower;
using Tiny.Runtime;

namespace Tiny.Schedule;

/// <summary>
/// Passes 1 to 3 and 10: takes tensor-graph results; gives kernels, their order and their memory. Runs nothing and opens no device.
/// </summary>
static class Scheduler
{
    /// <summary>Buffers that one kernel may be given: WebGPU's default limit of storage buffers a shader stage.</summary>
    public const int MostBuffers = 8;

    /// <param name="results">What is to be computed.</param>
    /// <param name="rules">Other rules than <see cref="Symbolic.Rules"/>: tests plant wrong ones.</param>
    public static KernelSchedule Run(IReadOnlyList<UOp> results, RuleSet? rules = null)
    {
        using var interner = Interner.Open();
        var resolved = Resolve.Run(results);
        var simplify = new Rewriter(rules ?? Symbolic.Rules);
        var movement = new Movement(simplify);
        var forced = new HashSet<UOp>(ReferenceEqualityComparer.Instance);
        while (true)
        {
            var bodies = Unused.Drop(new Rangeify(new Fusion(resolved, forced, movement), movement, simplify).Run(), resolved);
            if (bodies.Find(b => b.Draft.Reads.Count >= MostBuffers) is not { Draft: { } crowded }) return Assemble(resolved, bodies, interner);
            forced.Add(Split(crowded));
        }
    }

    /// <summary>The node inside a kernel with too many buffers that, given a buffer of its own, takes most of them with it.</summary>
    static UOp Split(Draft crowded)
    {
        var inside = new HashSet<UOp>(crowded.Members, ReferenceEqualityComparer.Instance);
        var reads = new Dictionary<UOp, HashSet<UOp>>(ReferenceEqualityComparer.Instance);
        UOp? best = null;
        foreach (var node in crowded.Members)
        {
            var set = reads[node] = new(ReferenceEqualityComparer.Instance);
            foreach (var s in node.Src)
                if (inside.Contains(s)) set.UnionWith(reads[s]);
                else if (s.Op != Op.Const) set.Add(s);
            if (!ReferenceEquals(node, crowded.Node) && Cost.Computes(node) && set.Count is > 1 and < MostBuffers
                && (best is null || set.Count > reads[best].Count)) best = node;
        }
        return best ?? throw new TinyException("TINY1006", $"{crowded.Node} reads {crowded.Reads.Count} buffers and cannot be split");
    }

    static KernelSchedule Assemble(UOp[] results, List<(Draft Draft, UOp Sink)> bodies, Interner interner)
    {
        var slots = new List<Slot>();
        var slotOf = new Dictionary<UOp, int>(ReferenceEqualityComparer.Instance);
        var kernels = new Dictionary<UOp, List<Kernel>>(ReferenceEqualityComparer.Instance);
        var launches = new List<Launch>();
        // Results first, so that their numbers do not depend on what is computed on the way.
        foreach (var r in results) slotOf[r] = AddSlot(new Slot(SlotRole.Result, r.DType, r.Shape));
        foreach (var (draft, sink) in bodies)
        {
            // Equal bodies are one kernel where their buffers are of equal lengths.
            var parameters = Parameters(draft);
            if (!kernels.TryGetValue(sink, out var equal)) kernels[sink] = equal = [];
            var kernel = equal.Find(k => k.Params.SequenceEqual(parameters));
            if (kernel is null) equal.Add(kernel = new Kernel("", sink, parameters, interner));
            launches.Add(new Launch(kernel, [SlotOf(draft.Node), .. draft.Reads.Select(SlotOf)]));
        }
        KernelNames.Assign(bodies.Select(b => b.Draft).ToList(), launches, slots);
        var lives = Lives(slots, launches);
        var (offsets, arena) = MemoryPlan.Place([.. lives.Select(l => l.Life)]);
        for (int k = 0; k < lives.Count; k++) slots[lives[k].Slot] = slots[lives[k].Slot] with { Offset = offsets[k] };
        return new KernelSchedule([.. slots], [.. launches], [.. results.Select(r => slotOf[r])], arena);

        int AddSlot(Slot slot)
        {
            slots.Add(slot);
            return slots.Count - 1;
        }

        int SlotOf(UOp node)
        {
            if (slotOf.TryGetValue(node, out int known)) return known;
            return slotOf[node] = AddSlot(node.Op switch
            {
                Op.Param => new Slot(SlotRole.Param, node.DType, node.Shape) { Param = (ParamArg)node.Arg! },
                Op.Buffer => new Slot(SlotRole.Stored, node.DType, node.Shape) { Storage = (Storage)node.Arg! },
                _ => new Slot(SlotRole.Temporary, node.DType, node.Shape),
            });
        }
    }

    static ImmutableArray<KernelParam> Parameters(Draft draft) =>
        [new(draft.Node.DType, draft.Node.Shape.Numel, true), .. draft.Reads.Select(r => new KernelParam(r.DType, r.Shape.Numel, false))];

    static List<(int Slot, MemoryPlan.Life Life)> Lives(List<Slot> slots, List<Launch> launches)
    {
        var (first, last) = (new int[slots.Count], new int[slots.Count]);
        for (int i = launches.Count - 1; i >= 0; i--)
            foreach (int s in launches[i].Slots) first[s] = i;
        for (int i = 0; i < launches.Count; i++)
            foreach (int s in launches[i].Slots) last[s] = i;
        return [.. Enumerable.Range(0, slots.Count).Where(s => slots[s].Role == SlotRole.Temporary)
            .Select(s => (s, new MemoryPlan.Life(slots[s].Bytes, first[s], last[s])))];
    }
}
