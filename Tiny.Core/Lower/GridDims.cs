using Tiny.Graph;
using Tiny.Optimize;

namespace Tiny.Lower;

/// <summary>
/// Takes a body with output loops; gives one with a thread for each iteration instead: every loop variable is computed from the flat
/// thread id, the innermost changing fastest, so that neighbouring threads touch neighbouring memory. A loop to an extent that is known at the call
/// has an id of its own, so that no index is divided by such an extent. Axes of a workgroup's threads are innermost, so that these are its flat id's part; a stage that
/// they share is filled by all of them together, each in its turn an element.
/// </summary>
static class GridDims
{
    public static UOp Run(UOp sink, int workgroup, Rewriter simplify)
    {
        var loops = sink.Topological().Where(u => u.Op == Op.Range && ((Axis)u.Arg!).Kind is AxisKind.Loop or AxisKind.Local).OrderBy(IsLocal).ThenBy(u => ((Axis)u.Arg!).Id).ToList();
        var map = new Dictionary<UOp, UOp>(ReferenceEqualityComparer.Instance);
        var open = loops.FindAll(u => u.Src[0].Op != Op.Const);
        loops.RemoveAll(open.Contains);
        long total = loops.Aggregate(1L, (n, r) => n * (r.Max + 1));
        var rest = Thread(total);
        for (int i = 1; i <= open.Count; i++) map[open[^i]] = UOp.New(Op.Special, DType.Index, [open[^i].Src[0]], i);
        for (int i = loops.Count - 1; i >= 0; i--)
        {
            long extent = loops[i].Max + 1;
            map[loops[i]] = i == 0 ? rest : rest % extent;
            rest /= extent;
        }
        var local = loops.FindAll(IsLocal);
        if (sink.Topological().Exists(u => u.Op == Op.Fold && GroupOf(u) is not null)) return SharedOut(sink, map, loops, open, workgroup, simplify);
        if (local.Count == 0) return simplify.Run(sink.Substitute(map));
        if (open.Count > 0) throw new OptException("a loop to an extent that is known only at the call has no workgroups of its own");
        if (local.Aggregate(1L, (n, r) => n * (r.Max + 1)) != workgroup) throw new OptException($"a workgroup has {workgroup} threads");
        return simplify.Run(Filled(sink.Substitute(map), Thread(total) % workgroup, workgroup, simplify));
    }

    // Reductions of which each thread of a workgroup has a part; one of them stores what all have combined.
    static UOp SharedOut(UOp sink, Dictionary<UOp, UOp> map, List<UOp> loops, List<UOp> open, int workgroup, Rewriter simplify)
    {
        if (open.Count > 0 || loops.Exists(IsLocal)) throw new OptException("a reduction is shared out where every workgroup has one output");
        long outputs = loops.Aggregate(1L, (n, r) => n * (r.Max + 1));
        UOp id = Thread(outputs * workgroup), output = id / workgroup, thread = id % workgroup;
        for (int i = loops.Count - 1; i >= 0; i--)
        {
            long extent = loops[i].Max + 1;
            map[loops[i]] = i == 0 ? output : output % extent;
            output /= extent;
        }
        var done = new Dictionary<UOp, UOp>(ReferenceEqualityComparer.Instance);
        foreach (var node in sink.Topological())
        {
            var made = map.TryGetValue(node, out var at) ? at : IsGroup(node) ? thread : node.WithSrc([.. node.Src.Select(s => done[s])]);
            if (node.Op == Op.Fold && GroupOf(node) is { } group)
            {
                if (group.Max + 1 != workgroup) throw new OptException($"a workgroup has {workgroup} threads");
                var arg = (FoldArg)node.Arg!;
                UOp[] values = [.. node.Src.Take(arg.Values).Select(s => done[s])], rest = [.. OptOps.ClosedBy(node).Where(r => r != group)];
                made = UOp.New(Op.FoldThreads, node.DType, [rest.Length == 0 ? values.Aggregate((a, b) => a.Alu(arg.Op, b)) : UOp.New(Op.Fold, node.DType, [.. values, .. rest], arg)], arg.Op);
            }
            done[node] = made;
        }
        var isFirst = thread.Lt(UOp.Index(1));
        return simplify.Run(UOp.New(Op.Sink, DType.Void, [.. sink.Src.Select(s => done[s]).Select(s => s.WithSrc([.. s.Src.Take(3), s.Src.Length > 3 ? s.Src[3] & isFirst : isFirst]))]));
    }

    static UOp? GroupOf(UOp fold) => OptOps.ClosedBy(fold).FirstOrDefault(IsGroup);

    static bool IsGroup(UOp u) => u is { Op: Op.Range, Arg: Axis { Kind: AxisKind.Group } };

    // Stages that are shared, of which each thread fills as many elements as any other.
    static UOp Filled(UOp sink, UOp thread, int workgroup, Rewriter simplify)
    {
        var map = new Dictionary<UOp, UOp>(ReferenceEqualityComparer.Instance);
        int id = OptOps.FreshAxis(sink);
        foreach (var stage in sink.Topological().Where(u => u.Op == Op.Stage && ((StageArg)u.Arg!).Shared))
        {
            UOp[] closed = [.. OptOps.ClosedBy(stage)], loops = [.. closed.Where(r => ((Axis)r.Arg!).Kind == AxisKind.Reduce)];
            long count = loops.Aggregate(1L, (n, r) => n * (r.Max + 1));
            if (count % workgroup != 0) throw new OptException($"a stage filled {count} times by a workgroup of {workgroup} threads");
            var turns = count == workgroup ? null : UOp.Range(id++, AxisKind.Reduce, count / workgroup);
            var at = turns is null ? thread : turns * workgroup + thread;
            var filled = new Dictionary<UOp, UOp>(ReferenceEqualityComparer.Instance);
            for (int i = loops.Length - 1; i >= 0; i--)
            {
                long extent = loops[i].Max + 1;
                filled[loops[i]] = simplify.Run(i == 0 ? at : at % extent);
                at /= extent;
            }
            map[stage] = stage.WithSrc([.. stage.Src.Take(stage.Src.Length - closed.Length).Select(s => s.Substitute(filled)), .. turns is null ? [] : new[] { turns }, .. closed.Except(loops)]);
        }
        return sink.Substitute(map);
    }

    static bool IsLocal(UOp range) => ((Axis)range.Arg!).Kind == AxisKind.Local;

    /// <summary>The flat id of one of so many threads.</summary>
    public static UOp Thread(long count) => UOp.New(Op.Special, DType.Index, [UOp.Index(count)]);
}
