using System.Collections.Immutable;
using Tiny.Algebra;
using Tiny.Graph;
using Tiny.Lower;
using Tiny.Schedule;

namespace Tiny.Optimize;

/// <summary>One choice of the optimiser, as data: what is done to an axis, and by how much.</summary>
/// <param name="Kind">What is done.</param>
/// <param name="Axis">The axis.</param>
/// <param name="Amount">The inner part's extent; the other axis (<see cref="OptKind.Swap"/>, <see cref="OptKind.Share"/>); the operand's slot (<see cref="OptKind.Stage"/>).</param>
public sealed record OptOp(OptKind Kind, int Axis, int Amount)
{
    /// <summary>Axes beside the first (<see cref="OptKind.Stage"/>).</summary>
    public Axes? More { get; init; }

    /// <summary>Packs what an operand has along some axes, the innermost last, before the loops that read it again and again.</summary>
    public static OptOp Stage(int slot, params int[] axes) => new(OptKind.Stage, axes[0], slot) { More = axes.Length > 1 ? new Axes(axes[1..]) : null };

    /// <summary><c>Upcast(0, 6)</c>; of a stage the operand's slot, then the axes: <c>Stage(operand 2, 3, 1001)</c>.</summary>
    public override string ToString() => Kind == OptKind.Stage ? $"{Kind}(operand {Amount}, {string.Join(", ", More is null ? [Axis] : More.Prepend(Axis))})" : $"{Kind}({Axis}, {Amount})";
}

/// <summary>The kinds of <see cref="OptOp"/>.</summary>
public enum OptKind
{
    /// <summary>Split an output axis; the inner part is computed side by side in registers.</summary>
    Upcast,
    /// <summary>Split an output axis; the inner part is the lanes of vectors.</summary>
    Vector,
    /// <summary>Split a reduction; the inner part is unrolled.</summary>
    Unroll,
    /// <summary>
    /// Split a reduction; the inner part is the lanes of vectors, combined after the loop. What is left over is one more vector, of which some lanes are left
    /// out, or where it is short a loop of its own. The lanes may be more than the axis has elements.
    /// </summary>
    VectorFold,
    /// <summary>Split a reduction; the inner part's products of four 8-bit integers are one instruction. What is left over is a loop of its own.</summary>
    Dot,
    /// <summary>Two output axes change places in the order of loops.</summary>
    Swap,
    /// <summary>The panel of an operand along some axes is copied to a stage, contiguous in the order of the axes, and read from there.</summary>
    Stage,
    /// <summary>What is computed at each element of an output axis and again at each of a reduction is computed once, into a stage.</summary>
    Share,
    /// <summary>Stages that are filled for each element of an inner axis are filled for all of it at once.</summary>
    Widen,
    /// <summary>Split an output axis; the inner part is computed by the threads of one workgroup, which share the stages of what they read along it.</summary>
    Local,
    /// <summary>Split a reduction into two loops, blocks and what is in them, so that a stage may have a block.</summary>
    Block,
    /// <summary>Split a reduction; the inner part is shared out among the threads of a workgroup, which all compute one output and combine what they have.</summary>
    Group,
}

/// <summary>
/// Applies <see cref="OptOp"/>s to a kernel body. Each gives the same result as the plain loops up to the order of float additions.
/// An output axis whose extent is no multiple of the amount is covered by blocks of which the last is moved back to end at the edge: it computes
/// some elements twice and needs neither masks nor a tail. Writing an element twice is harmless where a kernel does not read what it writes; a store
/// in place gets a gate that leaves out what the block before has done.
/// </summary>
static class OptOps
{
    internal const int NewAxis = 1000;

    // Elements left over of a reduction, from which on a vector with a mask is better than a loop.
    const int FewestMasked = 4;

    public static UOp Apply(UOp sink, OptOp opt, Rewriter simplify) => opt.Kind switch
    {
        OptKind.Swap => Staging.Swap(sink, opt, simplify),
        OptKind.Stage => Staging.Operand(sink, opt, simplify),
        OptKind.Share => Staging.Share(sink, opt, simplify),
        OptKind.Widen => Staging.Widen(sink, opt, simplify),
        _ => SplitAxis(sink, opt, simplify),
    };

    static UOp SplitAxis(UOp sink, OptOp opt, Rewriter simplify)
    {
        var range = sink.Topological().Find(u => u.Op == Op.Range && ((Axis)u.Arg!).Id == opt.Axis)
            ?? throw new ArgumentException($"{opt}: the kernel has no such axis");
        if (range.Src[0].Op != Op.Const) throw new ArgumentException($"{opt}: the axis has an extent that is known only at the call");
        int n = (int)range.Max + 1, k = opt.Amount;
        if (k < 2 || k > n && opt.Kind != OptKind.VectorFold) throw new ArgumentException($"{opt}: the axis has extent {n}");
        // What a stage closes is an output of its filling, or else it is filled by vectors along its innermost axis, whole ones.
        var stages = sink.Topological().FindAll(u => u.Op == Op.Stage);
        bool isLoop = ((Axis)range.Arg!).Kind == AxisKind.Loop, fills = stages.Exists(s => ClosedBy(s).Contains(range));
        bool output = isLoop || fills && opt.Kind is OptKind.Upcast or OptKind.Vector;
        if (output != opt.Kind is OptKind.Upcast or OptKind.Vector or OptKind.Local) throw new ArgumentException($"{opt}: an axis of the other kind");
        if (!output && stages.Exists(s => (k > n || ClosedBy(s).Contains(range)) && (opt.Kind != OptKind.VectorFold || n % k != 0 || ClosedBy(s)[^1] != range)))
            throw new ArgumentException($"{opt}: the axis fills a stage");
        if (opt.Kind is OptKind.Unroll or OptKind.Block or OptKind.Group && n % k != 0) throw new ArgumentException($"{opt}: {n} is no multiple of {k}");

        var inner = UOp.Range(FreshAxis(sink), opt.Kind switch
        {
            OptKind.Upcast => AxisKind.Upcast,
            OptKind.Unroll => AxisKind.Unroll,
            OptKind.Dot => AxisKind.Dot,
            OptKind.Local => AxisKind.Local,
            OptKind.Block => AxisKind.Reduce,
            OptKind.Group => AxisKind.Group,
            _ => AxisKind.Vector,
        }, k);
        int blocks = output ? (n + k - 1) / k : n / k;
        var outer = blocks <= 1 ? null : UOp.Range(opt.Axis, ((Axis)range.Arg!).Kind, blocks);
        var start = outer is null ? UOp.Index(0) : outer * k;
        if (output && n % k != 0) start = outer is null ? UOp.Index(0) : start.Alu(Op.Min, UOp.Index(n - k));
        // A block's steps are innermost: what is staged for them is filled before the loops inside of which they were.
        bool last = opt.Kind == OptKind.Block;
        UOp[] closed = outer is null ? last ? [] : [inner] : last ? [outer] : [outer, inner];
        int rest = output ? 0 : n % k;
        // A stage has no elements for lanes that are left out.
        bool mayMask = opt.Kind == OptKind.VectorFold && stages.Count == 0;
        var lane = rest > 0 && mayMask && (blocks == 0 || rest >= FewestMasked) ? UOp.Range(FreshAxis(sink) + 1, AxisKind.Vector, k) : null;
        var tail = rest switch
        {
            0 => null,
            _ when lane is not null => new Tail(lane + (n - rest), [lane], lane.Lt(UOp.Index(rest))),
            1 => new Tail(UOp.Index(n - 1), [], null),
            _ => UOp.Range(opt.Axis, AxisKind.Reduce, rest) is var loop ? new Tail(loop + (n - rest), [loop], null) : null,
        };
        var split = Split(sink, range, start + inner, blocks == 0 ? [] : closed, tail, last ? [inner] : []);
        return simplify.Run(isLoop && outer is not null && n % k != 0 ? OnlyOnce(split, (start + inner).Lt(outer * k).Not()) : split);
    }

    // What is made of elements that are overwritten in place cannot be computed again.
    static UOp OnlyOnce(UOp sink, UOp isNew)
    {
        var written = sink.Src.Select(s => s.Src[0]).ToHashSet();
        return sink.WithSrc([.. sink.Src.Select(s => !s.Topological().Any(u => u.Op == Op.Load && written.Contains(u.Src[0])) ? s
            : s.WithSrc([.. s.Src.Take(3), s.Src.Length > 3 ? s.Src[3] & isNew : isNew]))]);
    }

    // What whole blocks leave over of a reduction: its index, its ranges, and which lanes of a vector belong to it.
    sealed record Tail(UOp Index, UOp[] Ranges, UOp? Gate);

    static UOp Split(UOp sink, UOp range, UOp index, UOp[] closed, Tail? tail, UOp[] innermost)
    {
        var free = FreeRanges.Of(sink);
        var main = new Dictionary<UOp, UOp>(ReferenceEqualityComparer.Instance);
        foreach (var node in sink.Topological())
            main[node] = node == range ? index
                : node.Op == Op.Fold && ClosedBy(node).Contains(range) ? SplitFold(node, range, main, closed, tail, innermost, free)
                : node.Op == Op.Stage && ClosedBy(node).Contains(range)
                    ? node.WithSrc([.. node.Src.Take(node.Src.Length - ClosedBy(node).Length).Select(s => main[s]), .. ClosedBy(node).SelectMany(r => r == range ? closed : [main[r]])])
                : node.WithSrc([.. node.Src.Select(s => main[s])]);
        return main[sink];
    }

    static UOp SplitFold(UOp fold, UOp range, Dictionary<UOp, UOp> main, UOp[] closed, Tail? tail, UOp[] innermost, FreeRanges free)
    {
        var arg = (FoldArg)fold.Arg!;
        var values = fold.Src.Take(arg.Values);
        var body = closed.Length + innermost.Length == 0 ? null : fold.WithSrc([.. values.Select(v => main[v]), .. ClosedBy(fold).SelectMany(r => r == range ? closed : [main[r]]), .. innermost]);
        if (tail is null) return body!;
        // fold over n -> fold over the whole blocks, combined with a fold over the rest
        var map = new Dictionary<UOp, UOp>(ReferenceEqualityComparer.Instance) { [range] = tail.Index };
        // An inner fold may close the same range: it does not depend on it, and is the same in both.
        foreach (var node in Walk.Topological(values))
        {
            if (node == range) continue;
            var made = map[node] = free.DependsOn(node, range) ? node.WithSrc([.. node.Src.Select(s => map[s])]) : main[node];
            if (tail.Gate is { } some && node.Op == Op.Load && free.DependsOn(node, range))
                map[node] = made.WithSrc([.. made.Src.Take(2), made.Src.Length > 2 ? made.Src[2] & some : some]);
        }
        UOp Value(UOp v) => tail.Gate is null || arg.Op == Op.Add && IsZeroWhereNothingIsRead(v) ? map[v]
            : tail.Gate.Where(map[v], Rangeify.Identity(arg.Op, v.DType));
        bool IsZeroWhereNothingIsRead(UOp v) => v.Op == Op.Load ? free.DependsOn(v, range)
            : v.Op is Op.Mul or Op.Add or Op.Cast && v.Src.All(s => s.Op == Op.Load && free.DependsOn(s, range));
        UOp[] restRanges = [.. ClosedBy(fold).SelectMany(r => r == range ? tail.Ranges : [r])];
        var restValues = values.Select(Value).ToImmutableArray();
        var rest = restRanges.Length > 0 ? fold.WithSrc([.. restValues, .. restRanges]) : restValues.Aggregate((a, b) => a.Alu(arg.Op, b))!;
        return body is null ? rest : body.Alu(arg.Op, rest);
    }

    /// <summary>The ranges that a fold or stage closes.</summary>
    internal static ImmutableArray<UOp> ClosedBy(UOp node) => node.Src[(node.Op == Op.Stage ? 2 * ((StageArg)node.Arg!).Values : ((FoldArg)node.Arg!).Values)..];

    /// <summary>A number that no axis has.</summary>
    internal static int FreshAxis(UOp sink) =>
        Math.Max(NewAxis, sink.Topological().Where(u => u.Op == Op.Range).Max(u => ((Axis)u.Arg!).Id) + 1);
}
