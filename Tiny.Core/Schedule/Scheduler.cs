using System.Collections.Immutable;
using System.Diagnostics;
using Tiny.Algebra;
using Tiny.Diagnostics;
using Tiny.Graph;
using Tiny.Lower;
using Tiny.Runtime;

namespace Tiny.Schedule;

/// <summary>
/// All passes on whole graphs, in order: takes tensor-graph results; gives kernels, their order and their memory. Runs nothing and opens no device.
/// </summary>
static class Scheduler
{
    /// <summary>Buffers that one kernel may be given on every target: WebGPU's default limit of storage buffers a shader stage.</summary>
    public const int MostBuffers = 8;

    /// <param name="results">What is to be computed.</param>
    /// <param name="states">Memory that the program reads at entry and that is to hold another value at the end: <see cref="Op.Buffer"/> of a <see cref="Cell"/>.</param>
    /// <param name="watch">Told each pass's name and result.</param>
    /// <param name="alter">Given a pass's name and its kernels, gives those to go on with: tests plant mistakes of passes.</param>
    /// <param name="rules">Other rules than <see cref="Symbolic.Rules"/>: tests plant wrong ones.</param>
    /// <param name="profile">What the targets that the schedule is for offer. Without one, what all of them take, and all buffers are row-major.</param>
    /// <param name="layouts">Chooses the layouts of weights and temporaries in the profile's place.</param>
    public static KernelSchedule Run(IReadOnlyList<UOp> results, Action<string, IReadOnlyList<UOp>>? watch = null, RuleSet? rules = null,
        IReadOnlyList<(UOp Memory, UOp Final)>? states = null, ScheduleProfile? profile = null, Func<Fusion, IReadOnlyDictionary<UOp, Layout>>? layouts = null,
        Func<string, List<KernelBody>, List<KernelBody>>? alter = null)
    {
        int mostBuffers = (profile ?? ScheduleProfile.Any).MostBuffers;
        layouts ??= profile?.Layouts();
        using var interner = Interner.Open();
        long start = Stopwatch.GetTimestamp();
        if (profile?.FasterForms == true)
        {
            var faster = FasterForms.Run([.. results, .. (states ?? []).Select(s => s.Final)]);
            (results, states) = (faster[..results.Count], [.. (states ?? []).Select((s, i) => (s.Memory, faster[results.Count + i]))]);
        }
        var (resolved, finals) = Resolve.Run(results, states ?? []);
        if (Debugging.Spec) Spec.Tensors([.. resolved, .. finals.Select(f => f.Final)], "resolve");
        watch?.Invoke("resolve", resolved);
        var simplify = new Rewriter(rules ?? Symbolic.Rules);
        var movement = new Movement(simplify);
        var forced = new HashSet<UOp>(ReferenceEqualityComparer.Instance);
        var plan = new WritePlan(resolved, finals);
        var closed = new HashSet<UOp>(ReferenceEqualityComparer.Instance);
        bool split = false;
        while (true)
        {
            plan.Make();
            var fusion = new Fusion(plan, forced, closed, movement, profile ?? ScheduleProfile.Any);
            var rangeify = new Rangeify(fusion, plan, movement, simplify, layouts?.Invoke(fusion) ?? Layout.None);
            var bodies = Unused.Drop(rangeify.Run(), plan);
            // Known to need no loop, they cost less: fusion is decided anew.
            if (!rangeify.Closed.IsSubsetOf(closed))
            {
                closed.UnionWith(rangeify.Closed);
                continue;
            }
            if (!split)
            {
                split = true;
                if (SplitReductions.Run([.. resolved, .. finals.Select(f => f.Final)], closed) is { } made)
                {
                    UOp Made(UOp node) => made.GetValueOrDefault(node, node);
                    plan = new WritePlan([.. resolved.Select(Made)], [.. finals.Select(f => (f.Memory, Made(f.Final)))]);
                    closed = new(closed.Select(Made), ReferenceEqualityComparer.Instance);
                    continue;
                }
            }
            if (bodies.Find(b => b.Buffers.Length > mostBuffers) is { } crowded)
            {
                forced.Add(Split(crowded.Outputs[0], mostBuffers));
                continue;
            }
            if (OrderKernels.Run(bodies, plan, simplify) is not { } ordered) continue;
            bodies = GroupWrites.Run(Altered("order kernels", ordered), simplify, mostBuffers);
            bodies = Altered("group writes", bodies);
            Check("rangeify");
            bodies = Unused.Drop([.. MergeKernels.Run(bodies, mostBuffers).Select(b => b with { Sink = simplify.Run(b.Sink) })], plan);
            Check("merge kernels");
            if (profile is { Stages: true })
            {
                bodies = Unused.Drop(StageKernels.Run(bodies, plan, mostBuffers, simplify), plan);
                Check("stage kernels");
            }
            bodies = [.. bodies.Select(b => b with { Sink = MergeRanges.Run(SplitRanges.Run(b.Sink, simplify), simplify) })];
            Check("merge ranges");
            var schedule = Assemble(plan, FreeEarly.Run(bodies, plan), interner);
            Debugging.Write(7, () => $"schedule: {Stopwatch.GetElapsedTime(start).TotalMilliseconds:0.00} ms, {interner.Count} nodes");
            Debugging.Write(2, schedule.ToText);
            return schedule;

            List<KernelBody> Altered(string pass, List<KernelBody> made) => alter?.Invoke(pass, made) ?? made;

            void Check(string pass)
            {
                if (Debugging.Spec)
                    foreach (var b in bodies) Spec.Kernel(b.Sink, b.Params, pass, AxisKind.Loop, AxisKind.Reduce);
                watch?.Invoke(pass, [.. bodies.Select(b => b.Sink)]);
            }
        }
    }

    /// <summary>The node inside a kernel with too many buffers that, given a buffer of its own, takes most of them with it.</summary>
    static UOp Split(Draft crowded, int mostBuffers)
    {
        var inside = new HashSet<UOp>(crowded.Members, ReferenceEqualityComparer.Instance);
        var reads = new Dictionary<UOp, HashSet<UOp>>(ReferenceEqualityComparer.Instance);
        UOp? best = null;
        foreach (var node in crowded.Members)
        {
            var set = reads[node] = new(ReferenceEqualityComparer.Instance);
            foreach (var s in node.Src)
                if (inside.Contains(s)) set.UnionWith(reads[s]);
                else if (s.Op is not (Op.Const or Op.Variable)) set.Add(s);
            if (!ReferenceEquals(node, crowded.Node) && Cost.Computes(node) && set.Count > 1 && set.Count < mostBuffers
                && (best is null || set.Count > reads[best].Count)) best = node;
        }
        return best ?? throw new TinyException("TINY1006", $"{crowded.Node} reads {crowded.Reads.Count} buffers and cannot be split");
    }

    static KernelSchedule Assemble(WritePlan plan, List<KernelBody> bodies, Interner interner)
    {
        var slots = new List<Slot>();
        var slotOf = new Dictionary<UOp, int>(ReferenceEqualityComparer.Instance);
        var kernels = new Dictionary<UOp, List<Kernel>>(ReferenceEqualityComparer.Instance);
        var launches = new List<Launch>();
        // Results first, so that their numbers do not depend on what is computed on the way.
        foreach (var r in plan.Results) slotOf[plan.MemoryOf(r)] = AddSlot(new Slot(SlotRole.Result, r.DType, r.Shape));
        ImmutableArray<int>[] slotsOf = [.. bodies.Select(b => b.Buffers.Select(SlotOf).ToImmutableArray())];
        var lives = Lives(slots, slotsOf);
        for (int i = 0; i < bodies.Count; i++)
        {
            var (sink, parameters, given, taken) = InPlace.Run(bodies[i], slotsOf[i], MayTake);
            foreach (var (result, operand) in taken)
            {
                slots[result] = slots[result] with { InPlaceOf = operand };
                // From here on the two are one.
                lives[result] = new(Math.Max(lives[operand].Bytes, lives[result].Bytes), lives[operand].First, lives[result].Last);
                lives.Remove(operand);
            }
            // Equal bodies are one kernel where their buffers are of equal lengths.
            if (!kernels.TryGetValue(sink, out var equal)) kernels[sink] = equal = [];
            var kernel = equal.Find(k => k.Params.SequenceEqual(parameters));
            if (kernel is null) equal.Add(kernel = new Kernel("", sink, parameters, interner) { Float64Line = bodies[i].Members.Select(m => m.Line).FirstOrDefault(l => l is not null) });
            launches.Add(new Launch(kernel, given));

            bool MayTake(int result, int operand) => lives.TryGetValue(result, out var to) && lives.TryGetValue(operand, out var from)
                && from.Last == i && to.First == i && MemoryPlan.Align(from.Bytes) == MemoryPlan.Align(to.Bytes);
        }
        KernelNames.Assign(bodies, launches, slots);
        return new KernelSchedule([.. slots], [.. launches], [.. plan.Results.Select(r => slotOf[plan.MemoryOf(r)])], []).WithArenasOf(MemoryPlan.Unlimited);

        int AddSlot(Slot slot)
        {
            slots.Add(slot);
            return slots.Count - 1;
        }

        int SlotOf(UOp node)
        {
            if (slotOf.TryGetValue(node, out int known)) return known;
            var slot = node.Op switch
            {
                Op.Param => new Slot(SlotRole.Param, node.DType, node.Shape) { Param = (ParamArg)node.Arg! },
                Op.Buffer when node.Arg is Cell cell => new Slot(SlotRole.State, node.DType, node.Shape) { State = cell },
                Op.Buffer => new Slot(SlotRole.Stored, node.DType, node.Shape) { Storage = (Storage)node.Arg! },
                _ => new Slot(SlotRole.Temporary, node.DType, node.Shape),
            };
            return slotOf[node] = AddSlot(bodies[0].Layouts.TryGetValue(node, out var layout) ? slot with { Layout = layout } : slot);
        }
    }

    // From the launch that writes a temporary to the last that reads it.
    static Dictionary<int, MemoryPlan.Life> Lives(List<Slot> slots, ImmutableArray<int>[] slotsOf)
    {
        var lives = new Dictionary<int, MemoryPlan.Life>();
        for (int i = 0; i < slotsOf.Length; i++)
            foreach (int s in slotsOf[i])
                if (slots[s].Role == SlotRole.Temporary)
                    lives[s] = lives.TryGetValue(s, out var life) ? life with { Last = i } : new MemoryPlan.Life(slots[s].Bytes, i, i);
        return lives;
    }
}
