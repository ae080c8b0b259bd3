using Tiny.Graph;

namespace Tiny.Schedule;

/// <summary>
/// Takes the resolved graph; gives the kernels' drafts: which nodes get a buffer, and for every other node where
/// (in which kernel, at which index, under which gate) it is computed. Walks from results to leaves, so that all uses of a node
/// are known when it is decided. An update in place is a kernel that fills a part of its memory. A node gets a buffer when it is a result or contiguous, or when computing it at every use
/// costs more than storing it once and loading it (<see cref="Cost"/>).
/// </summary>
sealed class Fusion
{
    readonly Movement _movement;
    readonly IReadOnlySet<UOp> _forced;
    readonly WritePlan _plan;
    readonly bool _padsInMemory;
    readonly Dictionary<UOp, List<Demand>> _demands = new(ReferenceEqualityComparer.Instance);
    readonly Cost _cost;
    // What a reshape reads by its place in memory, since its index there is no sum of products.
    readonly HashSet<UOp> _readFlat = new(ReferenceEqualityComparer.Instance);

    /// <param name="plan">What is to be computed.</param>
    /// <param name="forced">Nodes that get a buffer whatever they cost.</param>
    /// <param name="closed">Reductions that are known to need no loop.</param>
    /// <param name="movement">What movement does to indices.</param>
    /// <param name="profile">See <see cref="ScheduleProfile.Held"/> and <see cref="ScheduleProfile.PadsInMemory"/>.</param>
    public Fusion(WritePlan plan, IReadOnlySet<UOp> forced, IReadOnlySet<UOp> closed, Movement movement, ScheduleProfile profile)
    {
        _padsInMemory = profile.PadsInMemory;
        _movement = movement;
        _forced = forced;
        _plan = plan;
        Order = Walk.Topological(plan.Roots);
        _cost = new Cost(Order, closed, profile.Held);
        Results = new HashSet<UOp>(plan.Results, ReferenceEqualityComparer.Instance);
        for (int i = Order.Count - 1; i >= 0; i--) Decide(Order[i], Results.Contains(Order[i]));
        foreach (var node in Order)
            foreach (var draft in DemandsOf(node).Where(d => d.Src.Length > 0 || node.Op is Op.Const or Op.Iota or Op.Variable or Op.Kernel).Select(d => d.Draft).Distinct())
                draft.Members.Add(node);
    }

    /// <summary>All nodes, operands first.</summary>
    public List<UOp> Order { get; }
    /// <summary>What is asked for.</summary>
    public IReadOnlySet<UOp> Results { get; }
    /// <summary>The kernels by the node whose value they store.</summary>
    public Dictionary<UOp, Draft> Drafts { get; } = new(ReferenceEqualityComparer.Instance);

    /// <summary>True for a buffer of ours of known extents that is only asked for by logical coordinates: it may lie in memory in any order.</summary>
    public bool MayBeArranged(UOp node) => (node is { Op: Op.Buffer, Arg: not Cell } || Drafts.ContainsKey(node)) && !Results.Contains(node)
        && node.Shape is { Rank: > 0, IsSymbolic: false } && DemandsOf(node).All(d => !d.IsFlat);

    /// <summary>Where a node is needed.</summary>
    public IReadOnlyList<Demand> DemandsOf(UOp node) => _demands.TryGetValue(node, out var list) ? list : [];

    void Decide(UOp node, bool isResult)
    {
        // A result without elements: there is nothing to compute.
        if (node.Shape.Size == 0) return;
        var uses = DemandsOf(node);
        if (node.Op == Op.Update) Write(node);
        else if (isResult || node.Op is Op.Contiguous or Op.Kernel || _forced.Contains(node) || _readFlat.Contains(node) || Cost.Computes(node) && _cost.StoreIsCheaper(node, uses)
            || _padsInMemory && node.Op == Op.Pad && Cost.PadIsCheaper(node, uses))
        {
            var draft = Drafts[node] = new Draft(node);
            draft.Root = Ask(draft, node, draft.Ranges, UOp.Bool(true), []);
            Descend(draft.Root);
        }
        else if (!IsLeaf(node))
            foreach (var use in uses.ToArray()) Descend(use);
    }

    // The new value is needed at each element that is seen, and is written where that lies.
    void Write(UOp update)
    {
        var draft = Drafts[update] = new Draft(update, _plan.MemoryOf(update));
        // What such a view pads (a slice by steps, to a multiple of the step) it also cuts off: whatever it shows is an element, also where that depends on a variable.
        UOp[] steps = [.. ((View)update.Arg!).Steps.Where(s => s.Op != Op.Bitcast)];
        for (int i = steps.Length - 1; i >= 0; i--)
        {
            var step = steps[i];
            // Not to be undone without dividing by what is known only at the call; but all that it joins or splits is the memory as it lies.
            if (step.Op == Op.Reshape && _movement.Reshape(step, draft.At) is null && steps[..i].All(s => s.Op == Op.Reshape))
            {
                draft.Seen = step.Shape;
                break;
            }
            draft.At = _movement.Through(step, draft.At) is (var at, { IsZero: false }) ? at : throw new InvalidOperationException($"{update} writes outside of its memory");
        }
        draft.Root = Ask(draft, update.Src[1], draft.Ranges, UOp.Bool(true), []);
        draft.Members.Add(update);
    }

    internal static bool IsLeaf(UOp node) => node.Op is Op.Const or Op.Variable or Op.Param or Op.Buffer or Op.Iota;

    // Asks for the operands that a node needs to be computed at one index.
    void Descend(Demand at)
    {
        var (draft, node) = (at.Draft, at.Node);
        if (IsLeaf(node)) return;
        switch (node.Op)
        {
            case Op.Reshape when _movement.Reshape(node, at.Index) is null:
                if (!IsLeaf(node.Src[0])) _readFlat.Add(node.Src[0]);
                at.Src = [Ask(draft, node.Src[0], [_movement.Flatten(node.Shape, at.Index)], at.Gate, at.Open, isFlat: true)];
                break;
            case >= Op.Reshape and <= Op.Flip:
                var (index, valid) = _movement.Through(node, at.Index);
                var gate = valid.IsOne ? at.Gate : _movement.Both(at.Gate, valid);
                at.Src = [Ask(draft, node.Src[0], index, gate, at.Open)];
                break;
            case Op.Kernel:
                at.Src = [.. ((KernelArg)node.Arg!).Read.Select(i => Ask(draft, node.Src[i], [UOp.Index(0)], at.Gate, at.Open, isFlat: true))];
                break;
            case Op.Reduce:
                Reduce(at, ((ReduceArg)node.Arg!).Axes);
                break;
            default:
                if (Choosers.Of(node, at.Index, _movement) is { } chooser) draft.Choosers.Add(chooser);
                at.Src = [.. node.Src.Select(s => Ask(draft, s, at.Index, at.Gate, at.Open))];
                break;
        }
    }

    void Reduce(Demand at, Axes axes)
    {
        var (draft, x) = (at.Draft, at.Node.Src[0]);
        int depth = 1 + at.Index.Append(at.Gate).SelectMany(e => e.Topological())
            .Select(u => draft.Depth.GetValueOrDefault(u)).DefaultIfEmpty().Max();
        var index = (UOp[])at.Index.Clone();
        var closed = new List<UOp>();
        foreach (int axis in axes.Order())
        {
            if (x.Shape[axis].Is(1)) continue;
            index[axis] = draft.FoldRange(depth, closed.Count, x.Shape[axis]);
            closed.Add(index[axis]);
        }
        at.Closed = [.. closed];
        var around = at.Open.Where(r => draft.Depth[r] < depth);
        at.Src = [Ask(draft, x, index, at.Gate, [.. around, .. closed])];
    }

    Demand Ask(Draft draft, UOp node, UOp[] index, UOp gate, UOp[] open, bool isFlat = false)
    {
        if (!_demands.TryGetValue(node, out var list)) _demands[node] = list = [];
        foreach (var d in list)
            if (ReferenceEquals(d.Draft, draft) && d.IsFlat == isFlat && ReferenceEquals(d.Gate, gate) && Same(d.Index, index)) return d;
        var demand = new Demand(draft, node, index, gate, open, isFlat);
        list.Add(demand);
        return demand;
    }

    static bool Same(UOp[] a, UOp[] b)
    {
        for (int i = 0; i < a.Length; i++)
            if (!ReferenceEquals(a[i], b[i])) return false;
        return true;
    }
}
