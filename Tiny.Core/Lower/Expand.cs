using System.Collections.Immutable;
using Tiny.Graph;
using Tiny.Optimize;

namespace Tiny.Lower;

/// <summary>
/// Takes a kernel body with Upcast and Unroll axes; gives one without: a store for each element of the register tile, in a stage an element as well, and folds that combine
/// several values an iteration. Parts that do not depend on an axis stay one node, so they are computed once.
/// </summary>
static class Expand
{
    public static UOp Run(UOp sink, Rewriter simplify)
    {
        sink = Choose(sink, simplify);
        var free = FreeRanges.Of(sink);
        var stores = ImmutableArray.CreateBuilder<UOp>();
        foreach (var store in sink.Src)
            foreach (var copy in Copies(store, [.. free.In(store).Where(r => Kind(r) == AxisKind.Upcast)]))
                stores.Add(Unroll(copy, simplify));
        return simplify.Run(UOp.New(Op.Sink, DType.Void, stores.ToImmutable()));
    }

    // Where an axis chooses among values, what is not chosen goes before the next axis multiplies it.
    static UOp Choose(UOp sink, Rewriter simplify)
    {
        var choices = sink.Topological().FindAll(u => u.Op == Op.Where);
        if (choices.Count == 0) return sink;
        var free = FreeRanges.Of(sink);
        // Not those of a stage's tile.
        var tile = sink.Src.SelectMany(free.In).Where(r => Kind(r) == AxisKind.Upcast).ToHashSet();
        var axes = choices.SelectMany(w => free.In(w.Src[0])).Where(tile.Contains).Distinct().OrderBy(r => ((Axis)r.Arg!).Id);
        return axes.Aggregate(sink, (all, axis) => simplify.Run(UOp.New(Op.Sink, DType.Void, [.. all.Src.SelectMany(store => Copies(store, [axis])).Distinct()])));
    }

    // Operands first, so that inner folds are unrolled before the copies of outer ones are made.
    static UOp Unroll(UOp store, Rewriter simplify)
    {
        var done = new Dictionary<UOp, UOp>(ReferenceEqualityComparer.Instance);
        foreach (var node in store.Topological())
        {
            var made = node.WithSrc([.. node.Src.Select(s => done[s])]);
            done[node] = made.Op switch { Op.Fold => UnrollFold(made, simplify), Op.Stage => Tile(made, simplify), _ => made };
        }
        return done[store];
    }

    static UOp UnrollFold(UOp fold, Rewriter simplify)
    {
        var arg = (FoldArg)fold.Arg!;
        var closed = OptOps.ClosedBy(fold);
        var unrolled = closed.Where(r => Kind(r) == AxisKind.Unroll).ToArray();
        if (unrolled.Length == 0) return fold;
        var values = fold.Src.Take(arg.Values).SelectMany(v => Copies(v, unrolled)).Select(simplify.Run).ToImmutableArray();
        var loops = closed.Where(r => Kind(r) != AxisKind.Unroll).ToArray();
        return loops.Length == 0
            ? values.Aggregate((a, b) => a.Alu(arg.Op, b))!
            : UOp.New(Op.Fold, fold.DType, [.. values, .. loops], arg with { Values = values.Length });
    }

    // The tile that fills a stage.
    static UOp Tile(UOp stage, Rewriter simplify)
    {
        var closed = OptOps.ClosedBy(stage);
        var axes = closed.Where(r => Kind(r) == AxisKind.Upcast).ToArray();
        if (axes.Length == 0) return stage;
        ImmutableArray<UOp> elements = [.. stage.Src.Take(stage.Src.Length - closed.Length).Chunk(2).SelectMany(e => Copies(e[0], axes).Zip(Copies(e[1], axes), (v, i) => new[] { simplify.Run(v), simplify.Run(i) })).SelectMany(e => e)];
        return UOp.New(Op.Stage, stage.DType, [.. elements, .. closed.Where(r => Kind(r) != AxisKind.Upcast)], (StageArg)stage.Arg! with { Values = elements.Length / 2 });
    }

    // One copy for each combination of the axes' values, the last axis fastest.
    static IEnumerable<UOp> Copies(UOp node, UOp[] axes)
    {
        if (axes.Length == 0) return [node];
        return Enumerable.Range(0, (int)axes[0].Max + 1).SelectMany(i => Copies(
            node.Substitute(new Dictionary<UOp, UOp>(ReferenceEqualityComparer.Instance) { [axes[0]] = UOp.Index(i) }), axes[1..]));
    }

    static AxisKind Kind(UOp range) => ((Axis)range.Arg!).Kind;
}
