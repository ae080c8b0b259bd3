using Tiny.Graph;

namespace Tiny.Schedule;

/// <summary>
/// Takes the resolved graph, and memory that is to hold other values at the end (state); gives the graph with every <see cref="Op.Update"/> either
/// spelled out, "where the mask is true the new value, else the old one", or kept: those are carried out in place, as a kernel that
/// writes only what is seen, into the memory of the old value. In place are all updates of a state, and long chains over a copy of their first value.
/// Only one update of a version can be in place, and what else reads the version must come before: where that turns out to be
/// impossible (<see cref="OrderKernels"/>), the plan is told and made again.
/// </summary>
sealed class WritePlan(IReadOnlyList<UOp> results, IReadOnlyList<(UOp Memory, UOp Final)> states)
{
    // Longer chains are not spelled out: each element would ask for each mask.
    const int MostSpelledOut = 8;

    readonly HashSet<UOp> _copied = new(ReferenceEqualityComparer.Instance);
    readonly HashSet<UOp> _stored = new(ReferenceEqualityComparer.Instance);
    readonly Dictionary<UOp, UOp> _origin = new(ReferenceEqualityComparer.Instance);

    /// <summary>Updates in place, and the node in whose memory each is: a state's, or a copy.</summary>
    public Dictionary<UOp, UOp> Memory { get; } = new(ReferenceEqualityComparer.Instance);
    /// <summary>What is asked for, in the order given.</summary>
    public UOp[] Results { get; private set; } = [];
    /// <summary>All that must be computed: the results, and each state's last update.</summary>
    public UOp[] Roots { get; private set; } = [];

    /// <summary>The node in whose memory a node's value lies, if it has memory.</summary>
    public UOp MemoryOf(UOp node) => Memory.GetValueOrDefault(node, node);

    /// <summary>From now on this update writes into a copy of the old value. False where it cannot: it is the last of a state.</summary>
    public bool Copy(UOp update) => _origin[update].Op == Op.Update && _copied.Add(_origin[update]);

    /// <summary>From now on the value is computed and stored before the update writes it.</summary>
    public bool Store(UOp update) => _stored.Add(_origin[update]);

    /// <summary>Makes the plan by what is known so far.</summary>
    public void Make()
    {
        var order = Walk.Topological([.. results, .. states.Select(s => s.Final)]);
        Memory.Clear();
        _origin.Clear();
        if (states.Count == 0 && !order.Exists(n => n.Op == Op.Update))
        {
            Results = Roots = [.. results];
            return;
        }
        var (next, inPlace, ofState) = Chains(order);
        var done = new Dictionary<UOp, UOp>(ReferenceEqualityComparer.Instance);
        for (int i = 0; i < order.Count; i++)
        {
            var node = order[i];
            if (node.Op != Op.Update) done[node] = node.WithSrc([.. node.Src.Select(s => done[s])]);
            else if (!inPlace.Contains(node)) done[node] = SpelledOut(node, done[node.Src[0]], done[node.Src[1]]);
            else
            {
                var old = done[node.Src[0]];
                bool first = !(next.TryGetValue(node.Src[0], out var successor) && ReferenceEquals(successor, node));
                // A node of its own: nothing else is computed into the memory that is going to be overwritten.
                if (first) old = UOp.New(Op.Contiguous, old.DType, [old], -1 - i);
                done[node] = InPlace(node, old, done[node.Src[1]], (View)node.Arg!);
            }
        }
        Results = [.. results.Select((r, i) => Memory.ContainsKey(done[r]) && (ofState.Contains(r) || next.ContainsKey(r)) ? UOp.New(Op.Contiguous, r.DType, [done[r]], i) : done[r])];
        Roots = [.. Results, .. states.Where(s => !ReferenceEquals(s.Memory, s.Final))
            .Select(s => ofState.Contains(s.Final) ? done[s.Final] : InPlace(s.Memory, s.Memory, done[s.Final], View.Whole(s.Memory.DType, s.Memory.Shape)))];
    }

    UOp InPlace(UOp origin, UOp old, UOp value, View view)
    {
        if (_stored.Contains(origin)) value = UOp.New(Op.Contiguous, value.DType, [value]);
        var update = UOp.New(Op.Update, old.DType, [old, value], view);
        update.Origin ??= origin.Origin ?? "assign";
        Memory[update] = MemoryOf(old);
        _origin[update] = origin;
        return update;
    }

    // Which update overwrites each version: first those that lead from a state's memory to what it is to hold, then the first of each other.
    (Dictionary<UOp, UOp> Next, HashSet<UOp> InPlace, HashSet<UOp> OfState) Chains(List<UOp> order)
    {
        var next = new Dictionary<UOp, UOp>(ReferenceEqualityComparer.Instance);
        var (inPlace, ofState) = (new HashSet<UOp>(ReferenceEqualityComparer.Instance), new HashSet<UOp>(ReferenceEqualityComparer.Instance));
        foreach (var (memory, final) in states)
        {
            var at = final;
            while (at.Op == Op.Update && !_copied.Contains(at)) at = at.Src[0];
            if (!ReferenceEquals(at, memory)) continue;
            for (at = final; at.Op == Op.Update; at = at.Src[0])
            {
                next[at.Src[0]] = at;
                inPlace.Add(at);
                ofState.Add(at);
            }
        }
        var heads = new List<UOp>();
        foreach (var update in order.Where(n => n.Op == Op.Update && !ofState.Contains(n)))
            if (_copied.Contains(update) || update.Src[0].Op != Op.Update || !next.TryAdd(update.Src[0], update)) heads.Add(update);
        foreach (var head in heads)
        {
            var chain = new List<UOp> { head };
            while (next.TryGetValue(chain[^1], out var later)) chain.Add(later);
            if (chain.Count > MostSpelledOut) inPlace.UnionWith(chain);
        }
        return (next, inPlace, ofState);
    }

    static UOp SpelledOut(UOp update, UOp old, UOp value)
    {
        var view = (View)update.Arg!;
        var chosen = Build.Where(view.Mask(), view.Back(value), old);
        chosen.Origin ??= update.Origin;
        return chosen;
    }
}
