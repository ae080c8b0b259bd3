using Tiny.Algebra;
using Tiny.Graph;
using Tiny.Optimize;

namespace Tiny.Schedule;

/// <summary>
/// Takes the drafts; chooses for every temporary the axis that is to lie fastest in memory, which is the one along which the kernel that fills it has its vectors. A
/// convolution over an image of seven columns has few vectors along a row and many along its channels; so have pooling and the convolution of each
/// channel by itself, which must then read channels that lie next to one another. So temporaries are chosen together: an axis is followed through
/// every kernel that walks it, to what the kernel reads and fills, and the whole group takes it where all kernels that touch the group gain.
/// Parameters and results stay row-major.
/// </summary>
sealed class FastestAxes
{
    /// <summary>Floats of the widest vector of any target.</summary>
    const int Lanes = 16;

    const int MostPasses = 4;

    // A group has to gain something; a vector with a mask costs a quarter more; lanes that are combined after the loop are half as good at best.
    const double Much = 0.9, Gain = 0.98, Masked = 0.8, Folded = 0.4, FewestVectors = 8, Better = 1.03, Apart = 0.8;

    readonly Fusion _fusion;
    readonly bool _weights;
    readonly Dictionary<UOp, int> _axes = new(ReferenceEqualityComparer.Instance);
    readonly Dictionary<Draft, Demand[]> _loads;
    readonly List<Draft> _drafts;

    FastestAxes(Fusion fusion, bool weights)
    {
        (_fusion, _weights) = (fusion, weights);
        _drafts = [.. fusion.Order.Where(fusion.Drafts.ContainsKey).Select(n => fusion.Drafts[n])];
        var loads = fusion.Order.Where(n => n.Op is Op.Param or Op.Buffer || fusion.Drafts.ContainsKey(n))
            .SelectMany(fusion.DemandsOf).Where(d => d.Src.Length == 0).ToLookup(d => d.Draft);
        _loads = _drafts.ToDictionary(d => d, d => loads[d].ToArray());
    }

    /// <param name="fusion">The drafts.</param>
    /// <param name="temporaries">False where all of them stay row-major.</param>
    /// <param name="weights">True where weights can be moved too.</param>
    public static FastestAxes Choose(Fusion fusion, bool temporaries, bool weights)
    {
        var pass = new FastestAxes(fusion, weights);
        if (temporaries) pass.Run();
        return pass;
    }

    /// <summary>The temporaries whose fastest axis is not their last, and that axis.</summary>
    public IReadOnlyDictionary<UOp, int> Axes => _axes;

    /// <summary>The loop along which a kernel would have vectors; null where it would not.</summary>
    public UOp? Vector(Draft draft) => Loop(draft) is { } loop && Along(draft, loop) > 0 ? loop : null;

    // From two beginnings, since what suits one kernel may depend on what its neighbours have: all row-major, and each temporary along its fullest axis.
    void Run()
    {
        Descend();
        var (fromRows, rows) = (_drafts.Sum(Time), new Dictionary<UOp, int>(_axes, ReferenceEqualityComparer.Instance));
        _axes.Clear();
        foreach (var draft in _drafts)
            if (MayBeArranged(draft.Node) && Axis(draft.Node) >= 0 && Enumerable.Range(0, draft.Shape.Rank).MaxBy(a => Filled((long)draft.Shape[a])) is var fullest
                && Filled((long)draft.Shape[fullest]) > Filled((long)draft.Shape[Axis(draft.Node)])) _axes[draft.Node] = fullest;
        Descend();
        if (_drafts.Sum(Time) <= fromRows) return;
        _axes.Clear();
        foreach (var (node, axis) in rows) _axes[node] = axis;
    }

    // What one group gains may depend on another one's choice: what gains much comes first, then all again as long as there is a change.
    void Descend()
    {
        TryAll(Much);
        for (int pass = 1; pass < MostPasses && TryAll(Gain); pass++) { }
    }

    bool TryAll(double gain)
    {
        bool changed = false;
        var seen = new HashSet<(UOp, int)>();
        foreach (var draft in _drafts)
        {
            if (!MayBeArranged(draft.Node)) continue;
            for (int axis = 0; axis < draft.Ranges.Length; axis++)
            {
                if (axis == Axis(draft.Node) || draft.Ranges[axis].Max + 1 < Lanes / 2) continue;
                // All that follows the axis; or this one alone, which a kernel may then store lane by lane.
                if (!seen.Contains((draft.Node, axis)))
                {
                    var group = Group(draft.Node, axis);
                    foreach (var (node, a) in group) seen.Add((node, a));
                    if (Try(group, gain))
                    {
                        changed = true;
                        continue;
                    }
                }
                changed |= Try(new(ReferenceEqualityComparer.Instance) { [draft.Node] = axis }, gain);
            }
        }
        return changed;
    }

    // What is computed on the way, in memory of its own.
    bool MayBeArranged(UOp node) => _fusion.Drafts.TryGetValue(node, out var draft) && node.Op is not (Op.Update or Op.Kernel)
        && ReferenceEquals(draft.Memory, node) && _fusion.MayBeArranged(node) && node.DType.Kind == ScalarKind.Float32;

    // The temporary, and all that has to lie the same way so that kernels walk it.
    Dictionary<UOp, int> Group(UOp node, int axis)
    {
        var group = new Dictionary<UOp, int>(ReferenceEqualityComparer.Instance);
        var work = new Stack<(UOp Node, int Axis)>([(node, axis)]);
        while (work.TryPop(out var next))
        {
            if (!MayBeArranged(next.Node) || !group.TryAdd(next.Node, next.Axis)) continue;
            var draft = _fusion.Drafts[next.Node];
            foreach (var load in _loads[draft])
                if (Array.FindIndex(load.Index, i => Coefficient(i, draft.Ranges[next.Axis]) == 1) is >= 0 and var read) work.Push((load.Node, read));
            foreach (var use in _fusion.DemandsOf(next.Node))
                if (Array.FindIndex(use.Draft.Ranges, r => r.Op == Op.Range && Coefficient(use.Index[next.Axis], r) == 1) is >= 0 and var stored) work.Push((use.Draft.Node, stored));
        }
        return group;
    }

    bool Try(Dictionary<UOp, int> group, double gain)
    {
        var touched = group.Keys.SelectMany(n => _fusion.DemandsOf(n).Select(d => d.Draft).Append(_fusion.Drafts[n])).Distinct().ToList();
        double before = touched.Sum(Time);
        var old = group.Keys.ToDictionary(n => n, Axis, (IEqualityComparer<UOp>)ReferenceEqualityComparer.Instance);
        foreach (var (node, axis) in group) _axes[node] = axis;
        if (touched.Sum(Time) < gain * before) return true;
        foreach (var (node, axis) in old) _axes[node] = axis;
        return false;
    }

    int Axis(UOp node) => _axes.TryGetValue(node, out int axis) ? axis : Array.FindLastIndex(node.Shape.Extents(), n => n > 1);

    UOp? Loop(Draft draft) => Vectors(draft).Loop;

    // The loop of its vectors, and which part of their lanes they use in the time that multiplying takes.
    (UOp? Loop, double Speed) Vectors(Draft draft)
    {
        UOp? stored = null;
        if (draft.Node.Op == Op.Update || draft.Shape.IsSymbolic) stored = draft.Ranges.LastOrDefault(r => r.Op == Op.Range) is { } last && last.Src[0].Int is not null ? last : null;
        else if (Axis(draft.Node) is >= 0 and var axis && draft.Ranges[axis].Op == Op.Range) stored = draft.Ranges[axis];
        double speed = stored is null ? 0 : Along(draft, stored);
        if (_loads[draft].Length == 0 || draft.Shape.IsSymbolic || draft.Node.Op == Op.Update) return (stored, speed);
        // However it lies, a long sum may be stored lane by lane.
        double lanes = Heuristic.Scattered(_loads[draft].Max(Steps));
        foreach (var r in draft.Ranges)
            if (r.Op == Op.Range && r != stored && r.Max + 1 >= Lanes && lanes * Along(draft, r) is var other && other > Better * Math.Max(speed, 0.5)) (stored, speed) = (r, other);
        return (stored, speed);
    }

    // Steps of accumulation, by how full vectors are.
    double Time(Draft draft)
    {
        double steps = _loads[draft].Select(Steps).DefaultIfEmpty(1).Max();
        return draft.Shape.Size * steps / Math.Max(Math.Max(Vectors(draft).Speed, Reduction(draft)), 1.0 / Lanes);
    }

    static double Steps(Demand load) => load.Open.Aggregate(1.0, (n, r) => n * (r.Max + 1));

    // Which part of their lanes vectors along an output loop use; 0 where they would be loaded lane by lane.
    double Along(Draft draft, UOp loop)
    {
        double vectors = 0, lanes = 0, masked = 1, apart = 1;
        foreach (var load in _loads[draft])
        {
            if (!DependsOn(load, loop))
            {
                // One element for all lanes: of each line of the cache only a few before the next.
                if (load.Open.Length > 0 && load.Open.Min(r => Math.Abs(StepAsItIs(load, r) ?? long.MaxValue)) is > Lanes and < long.MaxValue) apart = Apart;
                continue;
            }
            if (Step(load, loop) is not 1) lanes += Steps(load);
            else vectors += Steps(load);
            if (DependsOn(load.Gate, loop)) masked = Masked;
        }
        return lanes * FewestVectors > vectors ? 0 : masked * apart * Filled(loop.Max + 1);
    }

    // The same along a reduction that all loads walk.
    double Reduction(Draft draft) => _loads[draft].SelectMany(l => l.Open).Distinct()
        .Where(r => r.Src[0].Int is not null && _loads[draft].All(l => !DependsOn(l, r) || Step(l, r) == 1))
        .Select(r => Folded * Filled(r.Max + 1)).DefaultIfEmpty(0).Max();

    // Of the widest vectors; shorter ones leave lanes empty.
    static double Filled(double extent)
    {
        double lanes = extent >= Lanes ? Lanes : extent >= Lanes / 2 ? Lanes / 2 : extent >= Lanes / 4 ? Lanes / 4 : 1;
        return extent / Math.Ceiling(extent / lanes) / Lanes;
    }

    // How far an access moves in memory for a step of a loop; null where that is not the same everywhere. A weight can be moved so that it is one.
    long? Step(Demand at, UOp loop)
    {
        var shape = at.Node.Shape;
        if (at.IsFlat) return LinearForm.Of(at.Index[0]) is var flat && flat.Terms.All(t => t.Atom == loop || !t.Atom.Topological().Contains(loop)) ? flat.Coefficient(loop) : null;
        if (shape.IsSymbolic) return at.Index.Take(at.Index.Length - 1).Any(i => DependsOn(i, loop)) ? null : Coefficient(at.Index[^1], loop);
        return CanBeMoved(at.Node) && at.Index.Count(i => DependsOn(i, loop)) == 1 && at.Index.Contains(loop) ? 1 : StepAsItIs(at, loop);
    }

    long? StepAsItIs(Demand at, UOp loop)
    {
        var shape = at.Node.Shape;
        if (at.IsFlat || shape.IsSymbolic) return null;
        int[] order = [.. Enumerable.Range(0, shape.Rank).Where(a => a != Axis(at.Node)), .. Axis(at.Node) is >= 0 and var fastest ? new[] { fastest } : []];
        long step = 0, stride = 1;
        foreach (int axis in order.Reverse())
        {
            if (Coefficient(at.Index[axis], loop) is not { } moves) return null;
            step += moves * stride;
            stride *= shape[axis].Max;
        }
        return step;
    }

    bool CanBeMoved(UOp node) => _weights && node is { Op: Op.Buffer, Arg: Runtime.Storage, DType.Kind: ScalarKind.Float32, Shape.Rank: > 1 } && _fusion.MayBeArranged(node);

    // Null where the index does not move by the same everywhere.
    static long? Coefficient(UOp index, UOp loop)
    {
        var form = LinearForm.Of(index);
        return form.Terms.Any(t => t.Atom != loop && t.Atom.Topological().Contains(loop)) ? null : form.Coefficient(loop);
    }

    static bool DependsOn(UOp value, UOp loop) => value.Topological().Contains(loop);

    static bool DependsOn(Demand load, UOp loop) => load.Index.Append(load.Gate).Any(i => DependsOn(i, loop));
}
