using Tiny.Graph;
using Tiny.Lower;

namespace Tiny.Optimize;

/// <summary>
/// The <see cref="OptOp"/>s that keep values: what several iterations of an inner loop need is put into a stage (<see cref="Op.Stage"/>) once.
/// Which loops are inside is the order of axes, so the order can be changed too.
/// </summary>
static class Staging
{
    /// <summary>Exchanges the numbers, and with them the places, of two output axes.</summary>
    public static UOp Swap(UOp sink, OptOp opt, Rewriter simplify)
    {
        var (a, b) = (Axis(sink, opt.Axis, opt), Axis(sink, opt.Amount, opt));
        if (a == b || Kind(a) != AxisKind.Loop || Kind(b) != AxisKind.Loop) throw new ArgumentException($"{opt}: two output axes change places");
        return simplify.Run(sink.Substitute(new Dictionary<UOp, UOp>(ReferenceEqualityComparer.Instance)
        {
            [a] = UOp.New(Op.Range, a.DType, a.Src, b.Arg),
            [b] = UOp.New(Op.Range, b.DType, b.Src, a.Arg),
        }));
    }

    /// <summary>
    /// Loads of an operand go through a stage that holds what they read along some axes. A vector axis is filled by vectors; it comes last.
    /// </summary>
    public static UOp Operand(UOp sink, OptOp opt, Rewriter simplify)
    {
        int[] ids = opt.More is null ? [opt.Axis] : [opt.Axis, .. opt.More];
        UOp[] axes = [.. ids.Select(id => Axis(sink, id, opt))];
        if (axes.Any(r => r.Src[0].Int is null)) throw new ArgumentException($"{opt}: an axis whose extent is a variable");
        if (axes.SkipLast(1).Any(r => Kind(r) == AxisKind.Vector)) throw new ArgumentException($"{opt}: a vector axis comes last");
        var loads = sink.Topological().FindAll(u => u.Op == Op.Load && u.Src[0] is { Op: Op.Pointer, Arg: int slot } && slot == opt.Amount);
        var free = FreeRanges.Of(sink);
        if (loads.Count == 0 || !loads.TrueForAll(l => axes.All(r => free.DependsOn(l, r)))) throw new ArgumentException($"{opt}: the operand is not read along these axes");
        // An element that is overwritten in place must be read where it is written.
        if (sink.Src.Any(s => s.Src[0] == loads[0].Src[0])) throw new ArgumentException($"{opt}: the operand is overwritten in place");
        bool shared = axes.Any(r => Kind(r) == AxisKind.Local);
        if (shared && loads.Exists(l => free.In(l).Any(r => Kind(r) is AxisKind.Local or AxisKind.Upcast or AxisKind.Vector && !axes.Contains(r))))
            throw new ArgumentException($"{opt}: threads share what they read along all axes of their tile");
        return Keep(sink, loads, axes, simplify, shared: shared);
    }

    /// <summary>The largest part of the body that is computed at an output axis and, the same, at a reduction's of equal extent.</summary>
    public static UOp Share(UOp sink, OptOp opt, Rewriter simplify)
    {
        var (a, b) = (Axis(sink, opt.Axis, opt), Axis(sink, opt.Amount, opt));
        return Shared(sink, a, b) is { } shared ? Keep(sink, [shared], [a], simplify, b)
            : throw new ArgumentException($"{opt}: nothing is computed at both axes");
    }

    /// <summary>Stages that depend on an inner axis, which come to hold what they have for all of it.</summary>
    public static UOp Widen(UOp sink, OptOp opt, Rewriter simplify)
    {
        var axis = Axis(sink, opt.Axis, opt);
        var free = FreeRanges.Of(sink);
        var nodes = sink.Topological();
        var map = new Dictionary<UOp, UOp>(ReferenceEqualityComparer.Instance);
        foreach (var stage in nodes.Where(u => u.Op == Op.Stage && free.DependsOn(u, axis)))
        {
            if (Kind(axis) != AxisKind.Upcast || ((StageArg)stage.Arg!).Values != 1) throw new ArgumentException($"{opt}: an inner axis of a stage not yet filled by several");
            var row = UOp.Range(OptOps.FreshAxis(sink), AxisKind.Reduce, axis.Max + 1);
            int count = ((StageArg)stage.Arg!).Count;
            var filled = new Dictionary<UOp, UOp>(ReferenceEqualityComparer.Instance) { [axis] = row };
            var wide = UOp.New(Op.Stage, stage.DType, [stage.Src[0].Substitute(filled), row * count + stage.Src[1], row, .. OptOps.ClosedBy(stage)], new StageArg(checked(count * (int)(axis.Max + 1))));
            foreach (var load in nodes.Where(u => u.Op == Op.Load && u.Src[0] == stage)) map[load] = UOp.New(Op.Load, load.DType, [wide, axis * count + load.Src[1]]);
        }
        return map.Count > 0 ? simplify.Run(sink.Substitute(map)) : throw new ArgumentException($"{opt}: no stage depends on it");
    }

    /// <summary>What <see cref="OptKind.Share"/> would keep; null for nothing.</summary>
    public static UOp? Shared(UOp sink, UOp a, UOp b)
    {
        if (Kind(a) != AxisKind.Loop || Kind(b) != AxisKind.Reduce || a.Src[0].Int is null || a.Src[0].Int != b.Src[0].Int) return null;
        var nodes = sink.Topological();
        var known = new HashSet<UOp>(nodes, ReferenceEqualityComparer.Instance);
        var free = FreeRanges.Of(sink);
        var map = new Dictionary<UOp, UOp>(ReferenceEqualityComparer.Instance) { [a] = b };
        return nodes.LastOrDefault(u => u.Op is >= Op.Neg and <= Op.MulAcc && u.DType.IsFloat && free.DependsOn(u, a) && !free.DependsOn(u, b)
            && known.Contains(u.Substitute(map)));
    }

    // Each value, at other numbers of the same axes, fills a stage that is read instead; at b what is computed at the only axis. Of a stage that threads share
    // each fills neighbours along the last axis, so that they may be vectors.
    static UOp Keep(UOp sink, List<UOp> values, UOp[] axes, Rewriter simplify, UOp? b = null, bool shared = false)
    {
        int id = OptOps.FreshAxis(sink);
        UOp[] filling = [.. axes.Select((r, i) => UOp.Range(id + i, Kind(r) switch
        {
            AxisKind.Vector => AxisKind.Vector,
            AxisKind.Upcast or AxisKind.Unroll when shared && i == axes.Length - 1 => AxisKind.Upcast,
            _ => AxisKind.Reduce,
        }, r.Max + 1))];
        var filled = Enumerable.Range(0, axes.Length).ToDictionary(i => axes[i], i => filling[i], (IEqualityComparer<UOp>)ReferenceEqualityComparer.Instance);
        var map = new Dictionary<UOp, UOp>(ReferenceEqualityComparer.Instance);
        long count = axes.Aggregate(1L, (n, r) => n * (r.Max + 1));
        if (count > int.MaxValue) throw new ArgumentException("a stage of more than 2^31 - 1 elements");
        foreach (var value in values)
        {
            var stage = UOp.New(Op.Stage, value.DType, [value.Substitute(filled), Place(filling), .. filling], new StageArg((int)count) { Shared = shared });
            map[value] = UOp.New(Op.Load, value.DType, [stage, Place(axes)]);
            if (b is null) continue;
            map[value.Substitute(new Dictionary<UOp, UOp>(ReferenceEqualityComparer.Instance) { [axes[0]] = b })] = UOp.New(Op.Load, value.DType, [stage, b]);
        }
        return simplify.Run(sink.Substitute(map));
    }

    static UOp Place(UOp[] axes) => axes.Aggregate(UOp.Index(0), (flat, r) => flat * (r.Max + 1) + r);

    static UOp Axis(UOp sink, int id, OptOp opt) => sink.Topological().Find(u => u.Op == Op.Range && ((Axis)u.Arg!).Id == id)
        ?? throw new ArgumentException($"{opt}: the kernel has no axis {id}");

    static AxisKind Kind(UOp range) => ((Axis)range.Arg!).Kind;
}
