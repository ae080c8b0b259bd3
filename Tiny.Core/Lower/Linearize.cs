using System.Collections.Immutable;
using Tiny.Graph;
using Tiny.Optimize;
using Tiny.Schedule;

namespace Tiny.Lower;

/// <summary>
/// Takes a lowered body; gives ordered lines (<see cref="LinearKernel"/>). A value is computed in the outermost loop in which all
/// that it depends on is known, and once there. Folds over the same ranges that do not need one another share a loop. A stage is filled by a loop of its own,
/// likewise in the outermost place that knows its open ranges. Within a block a fold's
/// loop comes as early as its operands allow, and everything else as late as its users do, to keep few values alive (<see cref="StepOrder"/>).
/// </summary>
sealed class Linearize
{
    const int AfterAll = 1_000_000;

    readonly FreeRanges _free;
    readonly TargetProfile _profile;
    readonly List<UOp> _lines = [];
    // What is available here, by the node it stands for; entries of a block are taken back when it closes.
    readonly Dictionary<UOp, UOp> _emitted = new(ReferenceEqualityComparer.Instance);
    readonly List<UOp> _log = [];
    readonly HashSet<UOp> _open = new(ReferenceEqualityComparer.Instance);
    // The same, the outermost first.
    readonly List<UOp> _nest = [];
    int _accumulators, _loops, _stages, _steps, _prefetches, _barriers;

    Linearize(UOp sink, TargetProfile profile)
    {
        _free = FreeRanges.Of(sink);
        _profile = profile;
    }

    public static ImmutableArray<UOp> Run(UOp sink, TargetProfile profile)
    {
        var pass = new Linearize(sink, profile);
        var loops = sink.Topological().Where(u => u.Op == Op.Range && ((Axis)u.Arg!).Kind == AxisKind.Loop).OrderBy(u => ((Axis)u.Arg!).Id).ToArray();
        if (profile.Grid)
        {
            UOp[] ids = [.. sink.Topological().Where(u => u.Op == Op.Special).OrderBy(u => (int?)u.Arg ?? 0).DefaultIfEmpty(GridDims.Thread(1))];
            pass.Straight(ids.SelectMany(id => id.Src));
            pass.Straight(ids);
        }
        pass.Nest(loops, sink.Src, () =>
        {
            pass.Straight(pass.Overwritten(sink.Src));
            pass.Straight(sink.Src);
        });
        return [.. pass._lines];
    }

    // Opens loops one in another; before each, what its body needs and is known already.
    void Nest(ReadOnlySpan<UOp> loops, IReadOnlyCollection<UOp> roots, Action innermost)
    {
        if (loops.IsEmpty)
        {
            Folds(roots);
            innermost();
            return;
        }
        var known = Known(roots);
        Folds(known);
        Straight(known);
        // The extent is known before the loop, and after it.
        Straight([loops[0].Src[0]]);
        int mark = _log.Count;
        var extent = Available(loops[0].Src[0]);
        // A range that several folds close one after another is a loop each time, with a variable of its own.
        var loop = _lines.Contains(loops[0]) ? UOp.Range(AfterAll + _loops++, ((Axis)loops[0].Arg!).Kind, extent) : loops[0].WithSrc([extent]);
        _open.Add(loops[0]);
        _nest.Add(loops[0]);
        Emit(loops[0], loop);
        Nest(loops[1..], roots, innermost);
        _lines.Add(UOp.New(Op.End, DType.Void, [loop]));
        _open.Remove(loops[0]);
        _nest.RemoveAt(_nest.Count - 1);
        for (; _log.Count > mark; _log.RemoveAt(_log.Count - 1)) _emitted.Remove(_log[^1]);
    }

    // Elements that one store overwrites and a later one, into other memory, needs.
    List<UOp> Overwritten(ImmutableArray<UOp> stores)
    {
        var loads = new List<UOp>();
        if (stores.Length < 2) return loads;
        var (written, seen) = (new HashSet<UOp>(), new HashSet<UOp>(ReferenceEqualityComparer.Instance));
        foreach (var store in stores)
        {
            foreach (var node in Walk.Topological([store], n => n.Src.Where(s => !IsImplicit(s) && !_emitted.ContainsKey(s) && seen.Add(s))))
                if (node.Op == Op.Load && node.Src[0] != store.Src[0] && written.Contains(node.Src[0])) loads.Add(node);
            written.Add(store.Src[0]);
        }
        return loads;
    }

    // The largest parts of an expression that depend on open loops only and are not computed yet.
    List<UOp> Known(IEnumerable<UOp> roots)
    {
        var known = new List<UOp>();
        var seen = new HashSet<UOp>(ReferenceEqualityComparer.Instance);
        var stack = new Stack<UOp>(roots.Reverse());
        while (stack.TryPop(out var node))
        {
            if (IsImplicit(node) || _emitted.ContainsKey(node) || !seen.Add(node)) continue;
            if (node.Op is not (Op.Store or Op.StoreBits or Op.Range) && _free.In(node).All(_open.Contains)) known.Add(node);
            else
                for (int i = node.Src.Length - 1; i >= 0; i--) stack.Push(node.Src[i]);
        }
        return known;
    }

    // All folds that the roots need in this block, those that can share a loop together.
    void Folds(IEnumerable<UOp> roots)
    {
        var needs = new Dictionary<UOp, List<UOp>>(ReferenceEqualityComparer.Instance);
        var levels = new Dictionary<UOp, int>(ReferenceEqualityComparer.Instance);
        var groups = new SortedDictionary<int, List<List<UOp>>>();
        foreach (var node in Walk.Topological(roots.Where(r => !_emitted.ContainsKey(r)), Children))
        {
            int level = Children(node).Max(c => (int?)levels[c]) ?? 0;
            if (node.Op is Op.Fold or Op.Stage)
            {
                if (!groups.TryGetValue(level, out var list)) groups[level] = list = [];
                var closed = OptOps.ClosedBy(node);
                if (node.Op == Op.Fold && list.Find(g => g[0].Op == Op.Fold && OptOps.ClosedBy(g[0]).SequenceEqual(closed)) is { } group) group.Add(node);
                else list.Add([node]);
                level++;
            }
            levels[node] = level;
        }
        foreach (var group in groups.Values.SelectMany(g => g))
            if (group[0].Op == Op.Stage) Fill(group[0]);
            else Loop(group);

        IEnumerable<UOp> Children(UOp node)
        {
            if (node.Op is not (Op.Fold or Op.Stage)) return node.Src.Where(s => !IsImplicit(s) && !_emitted.ContainsKey(s));
            if (!needs.TryGetValue(node, out var list)) needs[node] = list = Known(Values(node));
            return list.Where(s => !_emitted.ContainsKey(s));
        }
    }

    void Loop(List<UOp> folds)
    {
        var known = Known(folds.SelectMany(Values));
        Straight(known);
        var accumulators = folds.Select(Accumulator).ToArray();
        Nest(OptOps.ClosedBy(folds[0]).AsSpan(), [.. folds.SelectMany(Values)], () =>
        {
            if (_profile.Prefetches) Prefetch([.. folds.SelectMany(Values)]);
            var (next, left) = (accumulators.ToArray(), folds.Select(f => Values(f).Count()).ToArray());
            foreach (var (f, value, before) in StepOrder.Of([.. folds.Select(Values)], v => _profile.Grid || IsImplicit(v) || _emitted.ContainsKey(v)))
            {
                // Where a tile fills all registers, only compilers know what may be loaded early.
                if (!_profile.Grid && _profile.Registers > 16) Straight(before);
                next[f] = Accumulated(next[f], ((FoldArg)folds[f].Arg!).Op, value);
                // Where lines are computed at their use, an assignment for each step keeps them in order.
                if (--left[f] > 0 && !_profile.InOrder) continue;
                _lines.Add(UOp.New(Op.Set, DType.Void, [accumulators[f], next[f]]));
                next[f] = accumulators[f];
            }
        });
        for (int f = 0; f < folds.Count; f++) Provide(folds[f], accumulators[f]);
    }

    void Prefetch(List<UOp> values)
    {
        foreach (var (memory, index) in Prefetches.Of(values, _nest, _free))
        {
            Straight([index]);
            _lines.Add(UOp.New(Op.Prefetch, DType.Void, [memory, Available(index)], _prefetches++));
        }
    }

    void Fill(UOp stage)
    {
        var elements = Values(stage).Chunk(2).ToList();
        Straight(Known(Values(stage)));
        var arg = (StageArg)stage.Arg!;
        var line = UOp.New(Op.Stage, stage.DType, [], new StageArg(arg.Count, _stages++) { Shared = arg.Shared });
        _lines.Add(line);
        // Others may still read what they share from the iteration before. Stages that are filled one after another wait once.
        bool again = arg.Shared && elements.SelectMany(e => e).All(e => !ReadsShared(e));
        if (again && LastBarrier() is { } last) _lines.RemoveAt(last);
        else if (arg.Shared && _open.Count > 0) Wait();
        Nest(OptOps.ClosedBy(stage).AsSpan(), [.. Values(stage)], () =>
        {
            foreach (var element in elements)
            {
                Straight(element);
                _lines.Add(UOp.New(Op.Store, DType.Void, [line, Available(element[1]), Available(element[0])]));
            }
        });
        if (arg.Shared) Wait();
        Provide(stage, line);
    }

    void Wait() => _lines.Add(UOp.New(Op.Barrier, DType.Void, [], _barriers++));

    // The barrier behind a stage, where nothing has been read from one since.
    int? LastBarrier()
    {
        for (int i = _lines.Count - 1; i >= 0 && _lines[i].Op is not (Op.Range or Op.End); i--)
            if (_lines[i].Op == Op.Barrier) return i;
            else if (IsSharedRead(_lines[i])) return null;
        return null;
    }

    static bool IsSharedRead(UOp u) => u.Op == Op.Load && u.Src[0] is { Op: Op.Stage, Arg: StageArg { Shared: true } };

    static bool ReadsShared(UOp value) => value.Topological().Exists(IsSharedRead);

    UOp Accumulator(UOp fold)
    {
        int id = _accumulators++;
        var start = Rangeify.Identity(((FoldArg)fold.Arg!).Op, fold.DType.Scalar);
        if (fold.DType.Lanes > 1)
        {
            // A line of its own for each accumulator, told apart by the argument: equal ones may stand in different blocks.
            start = UOp.New(Op.Broadcast, fold.DType, [start], id);
            _lines.Add(start);
        }
        var acc = UOp.New(Op.Acc, fold.DType, [start], id);
        _lines.Add(acc);
        return acc;
    }

    // Its number tells a step apart from the same arithmetic in another one, and on the result after the loop.
    UOp Accumulated(UOp sum, Op op, UOp value)
    {
        UOp next;
        if (op == Op.Add && _profile.Fma && value.Op == Op.Mul && value.DType.Kind == ScalarKind.Float32)
        {
            Straight(value.Src);
            next = UOp.New(Op.MulAcc, sum.DType, [.. value.Src.Select(Available), sum], _steps++);
        }
        else if (op == Op.Add && value is { Op: Op.Dot, Src: [var a, var b, { Int: 0 }] })
        {
            Straight([a, b]);
            next = UOp.New(Op.Dot, sum.DType, [Available(a), Available(b), sum], _steps++);
        }
        else
        {
            Straight([value]);
            next = UOp.New(op, sum.DType, [sum, Available(value)], _steps++);
        }
        _lines.Add(next);
        return next;
    }

    // Lines for the roots and all they need that has none yet, operands first.
    void Straight(IEnumerable<UOp> roots)
    {
        foreach (var node in Walk.Topological(roots.Where(r => !IsImplicit(r) && !_emitted.ContainsKey(r)),
            n => n.Src.Where(s => !IsImplicit(s) && !_emitted.ContainsKey(s))))
            Emit(node, node.WithSrc([.. node.Src.Select(Available)]));
    }

    void Emit(UOp node, UOp line)
    {
        _lines.Add(line);
        Provide(node, line);
    }

    void Provide(UOp node, UOp line)
    {
        _emitted[node] = line;
        _log.Add(node);
    }

    UOp Available(UOp node) => IsImplicit(node) ? node : _emitted[node];

    static IEnumerable<UOp> Values(UOp node) => node.Src.Take(node.Op == Op.Stage ? 2 * ((StageArg)node.Arg!).Values : ((FoldArg)node.Arg!).Values);

    static bool IsImplicit(UOp node) => node.Op is Op.Const or Op.Pointer or Op.Variable;
}
