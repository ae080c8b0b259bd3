using Tiny.Algebra;
using Tiny.Graph;
using Tiny.Lower;

namespace Tiny.Optimize;

/// <summary>
/// Chooses the <see cref="OptOp"/>s of a product that reads a stage, which the schedule has put there (<see cref="Schedule.StageKernels"/>): those of the product as if it read
/// memory, then one stage for all places of a tile, then those of filling it, which is a kernel of its own. The order of loops stays: the stage is filled outside of
/// the loop over outputs.
/// </summary>
static class StagedHeuristic
{
    public static IReadOnlyList<OptOp> Choose(UOp sink, UOp stage, TargetProfile profile)
    {
        UOp[] open = [.. FreeRanges.Of(sink).In(stage).OrderBy(Id)];
        var chosen = Fitting(Heuristic.ChooseInOrder(AsMemory(sink, stage, open), profile, r => !open.Contains(r) || r == open[^1]));
        int tile = chosen.FindIndex(o => o.Kind == OptKind.Upcast && o.Axis == Id(open[^1]));
        if (chosen.Exists(o => o.Kind == OptKind.Vector && Array.Exists(open, r => Id(r) == o.Axis))) return chosen;
        // Each split gives its inner part the next number.
        if (tile >= 0) chosen.Add(new OptOp(OptKind.Widen, OptOps.NewAxis + tile, 0));
        var simplify = Symbolic.Simplifier();
        var wide = chosen.Aggregate(sink, (body, opt) => OptOps.Apply(body, opt, simplify)).Topological().Single(u => u.Op == Op.Stage);
        return [.. chosen, .. Fitting(Heuristic.ChooseInOrder(Filling(wide), profile, _ => true))];
    }

    // Lanes that are left out have no elements in a stage.
    static List<OptOp> Fitting(IEnumerable<OptOp> chosen) => [.. chosen.Where(o => o.Kind is OptKind.Upcast or OptKind.Vector or OptKind.Unroll)];

    // The stage as memory in which each place has its elements.
    static UOp AsMemory(UOp sink, UOp stage, UOp[] open)
    {
        var nodes = sink.Topological();
        var memory = UOp.New(Op.Pointer, stage.DType, [], nodes.Where(u => u.Op == Op.Pointer).Max(u => (int)u.Arg!) + 1);
        var place = open.Aggregate(UOp.Index(0), (flat, r) => flat * (r.Max + 1) + r) * ((StageArg)stage.Arg!).Count;
        return sink.Substitute(nodes.Where(u => u.Op == Op.Load && u.Src[0] == stage).ToDictionary(l => l,
            l => UOp.New(Op.Load, l.DType, [memory, place + l.Src[1]]), (IEqualityComparer<UOp>)ReferenceEqualityComparer.Instance));
    }

    // What fills a stage, as a kernel: what it closes are its loops.
    static UOp Filling(UOp stage)
    {
        var store = UOp.New(Op.Store, DType.Void, [UOp.New(Op.Pointer, stage.DType, [], 0), stage.Src[1], stage.Src[0]]);
        var map = OptOps.ClosedBy(stage).ToDictionary(r => r, r => UOp.Range(Id(r), AxisKind.Loop, r.Max + 1), (IEqualityComparer<UOp>)ReferenceEqualityComparer.Instance);
        foreach (var open in FreeRanges.Of(stage).In(stage)) map[open] = UOp.Index(0);
        return UOp.New(Op.Sink, DType.Void, [store.Substitute(map)]);
    }

    static int Id(UOp range) => ((Axis)range.Arg!).Id;
}
