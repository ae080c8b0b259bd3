using System.Collections.Immutable;
using Tiny.Algebra;
using Tiny.Graph;
using Tiny.Optimize;

namespace Tiny.Lower;

/// <summary>
/// Takes an expanded body with Vector axes; gives one without: every value that depends on such an axis is a vector of its extent.
/// Loads and stores whose address moves by one a lane are vector loads and stores, others go lane by lane; a load whose gate differs from lane to lane
/// has a mask for it; a fold over a
/// vector axis keeps a vector of partial results and combines its lanes after the loop. A store has at most one vector axis.
/// </summary>
sealed class Vectorize(UOp sink, KernelParamList parameters, Rewriter simplify)
{
    readonly FreeRanges _free = FreeRanges.Of(sink);
    readonly Dictionary<UOp, UOp> _done = new(ReferenceEqualityComparer.Instance);

    public static UOp Run(UOp sink, ImmutableArray<KernelParam> parameters, Rewriter simplify)
    {
        if (!sink.Topological().Exists(u => IsVector(u) || DotProducts.IsDot(u))) return sink;
        return new Vectorize(sink, new(parameters), simplify).Body();
    }

    UOp Body()
    {
        foreach (var node in sink.Topological())
            if (node.Op is not (Op.Sink or Op.Store)) _done[node] = simplify.Run(Value(node));
        return UOp.New(Op.Sink, DType.Void, [.. sink.Src.SelectMany(Stores)]);
    }

    UOp? Axis(UOp node) => _free.In(node).SingleOrDefault(IsVector);

    UOp Value(UOp node)
    {
        if (node.Op == Op.Fold) return Fold(node);
        if (node.Op == Op.Stage) return Stage(node);
        if (Axis(node) is not { } axis) return node.WithSrc([.. node.Src.Select(s => _done[s])]);
        int lanes = Lanes(axis);
        switch (node.Op)
        {
            case Op.Range:
                return UOp.New(Op.Vector, DType.Index.Vec(lanes), [.. Enumerable.Range(0, lanes).Select(i => UOp.Index(i))]);
            case Op.Load:
                return Load(node, axis, lanes);
            default:
                var src = node.Src.Select(s => Widen(_done[s], lanes)).ToImmutableArray();
                return LaneByLane(node)
                    ? UOp.New(Op.Vector, node.DType.Vec(lanes), [.. Enumerable.Range(0, lanes).Select(i =>
                        UOp.New(node.Op, node.DType, [.. src.Select(s => Lane(s, i))], node.Arg))])
                    : UOp.New(node.Op, node.DType.Vec(lanes), src, node.Arg);
        }
    }

    // No target has these for vectors.
    static bool LaneByLane(UOp node) => node.Op is Op.FloorDiv or Op.FloorMod;

    UOp Load(UOp node, UOp axis, int lanes)
    {
        var (pointer, index) = (node.Src[0], node.Src[1]);
        var gate = node.Src.Length > 2 ? node.Src[2] : null;
        var dtype = node.DType.Vec(lanes);
        if (pointer.Op == Op.Stage)
        {
            var stage = _done[pointer];
            if (Axis(pointer) is null)
                return Consecutive(index, axis) ? UOp.New(Op.Load, dtype, [stage, At(index, axis, 0)])
                    : UOp.New(Op.Vector, dtype, [.. Enumerable.Range(0, lanes).Select(i => UOp.New(Op.Load, node.DType, [stage, At(index, axis, i)]))]);
            // Every element is a vector.
            return Axis(index) is null ? UOp.New(Op.Load, dtype, [stage, simplify.Run(_done[index] * lanes)])
                : UOp.New(Op.Vector, dtype, [.. Enumerable.Range(0, lanes).Select(i => UOp.New(Op.Load, node.DType, [stage, simplify.Run(At(index, axis, i) * lanes + i)]))]);
        }
        if (gate is not null && IsMasked(node, axis, _free) && parameters.CountOf(pointer) >= lanes)
            return UOp.New(Op.Load, dtype, [pointer, At(index, axis, 0), Mask(gate, lanes)]);
        if (Consecutive(index, axis) && (gate is null || Axis(gate) is null))
        {
            var first = At(index, axis, 0);
            if (gate is null) return UOp.New(Op.Load, dtype, [pointer, first]);
            // A gate that is the same for all lanes: where it is false, read a place that exists and drop it.
            if (parameters.CountOf(pointer) >= lanes)
            {
                var safe = UOp.New(Op.Load, dtype, [pointer, simplify.Run(gate.Where(first, UOp.Index(0)))]);
                return gate.Splat(lanes).Where(safe, UOp.Const(0L, node.DType).Splat(lanes));
            }
        }
        return UOp.New(Op.Vector, dtype, [.. Enumerable.Range(0, lanes).Select(i => UOp.New(Op.Load, node.DType, [.. node.Src.Select(s => At(s, axis, i))]))]);
    }

    // One bool a lane. What is the same for all lanes is one condition, apart from the others: each is then known in an outermost loop of its own.
    UOp Mask(UOp gate, int lanes)
    {
        var parts = new List<UOp>();
        var work = new Stack<UOp>([gate]);
        while (work.TryPop(out var part))
            if (part.Op == Op.And) foreach (var p in part.Src) work.Push(p);
            else parts.Add(part);
        var each = parts.Where(p => Axis(p) is not null).Select(p => _done[p]).Aggregate((a, b) => a & b);
        var all = parts.Where(p => Axis(p) is null).Select(p => _done[p]).Aggregate((UOp?)null, (a, b) => a is null ? b : a & b);
        return simplify.Run(all is null ? each : each & all.Splat(lanes));
    }

    UOp Fold(UOp node)
    {
        var arg = (FoldArg)node.Arg!;
        var closed = OptOps.ClosedBy(node);
        if (closed.SingleOrDefault(DotProducts.IsDot) is { } four) return DotProducts.Fold(node, four, Axis(node), _free, simplify);
        var own = closed.SingleOrDefault(IsVector);
        var axis = own ?? Axis(node);
        int lanes = axis is null ? 1 : Lanes(axis);
        var values = node.Src.Take(arg.Values).Select(v => Widen(_done[v], lanes)).ToImmutableArray();
        var loops = closed.Where(r => r != own).ToArray();
        var all = loops.Length == 0 ? values.Aggregate((a, b) => a.Alu(arg.Op, b))!
            : UOp.New(Op.Fold, node.DType.Vec(lanes), [.. values, .. loops], arg);
        return own is null ? all : UOp.New(Op.FoldLanes, node.DType, [all], arg.Op);
    }

    UOp Stage(UOp node)
    {
        var arg = (StageArg)node.Arg!;
        var closed = OptOps.ClosedBy(node);
        UOp[] loops = [.. closed.Where(r => !IsVector(r))];
        var elements = node.Src.Take(2 * arg.Values).Chunk(2);
        if (closed.SingleOrDefault(IsVector) is { } own)
        {
            if (elements.Any(e => !Consecutive(e[1], own))) throw new InvalidOperationException($"{node} is not filled vector by vector");
            return UOp.New(Op.Stage, node.DType, [.. elements.SelectMany(e => new[] { Widen(_done[e[0]], Lanes(own)), At(e[1], own, 0) }), .. loops], arg);
        }
        if (Axis(node) is not { } axis) return UOp.New(Op.Stage, node.DType, [.. elements.SelectMany(e => new[] { _done[e[0]], _done[e[1]] }), .. loops], arg);
        int lanes = Lanes(axis);
        return UOp.New(Op.Stage, node.DType, [.. elements.SelectMany(e => new[] { Widen(_done[e[0]], lanes), simplify.Run(_done[e[1]] * lanes) }), .. loops], arg with { Count = arg.Count * lanes });
    }

    IEnumerable<UOp> Stores(UOp store)
    {
        var (pointer, index) = (store.Src[0], store.Src[1]);
        if (Axis(store) is not { } axis) return [store.WithSrc([.. store.Src.Select(s => _done[s])])];
        int lanes = Lanes(axis);
        var value = Widen(_done[store.Src[2]], lanes);
        var gate = store.Src.Length > 3 ? store.Src[3] : null;
        // A tile of all blocks of an axis: what a block leaves out is known.
        if (gate is { IsZero: true }) return [];
        if (gate is { IsOne: true }) gate = null;
        if (Consecutive(index, axis))
        {
            var first = At(index, axis, 0);
            if (gate is null) return [UOp.New(Op.Store, DType.Void, [pointer, first, value])];
            // In place a gate needs no mask: what it leaves out is written back as it was read. Stores before may have written it: then it must be read
            // after them, as it is where this store's own value needs it and no loop does.
            var old = UOp.New(Op.Load, value.DType, [pointer, first]);
            if (parameters.Items[(int)pointer.Arg!].InPlace && (IsOnlyStoreTo(pointer) || IsReadLast(old, value)))
                return [UOp.New(Op.Store, DType.Void, [pointer, first, Widen(_done[gate], lanes).Where(value, old)])];
        }
        var gates = gate is null ? null : Enumerable.Range(0, lanes).Select(i => At(gate, axis, i)).ToArray();
        if (gates is not null && Array.TrueForAll(gates, g => g.IsOne))
        {
            if (Consecutive(index, axis)) return [UOp.New(Op.Store, DType.Void, [pointer, At(index, axis, 0), value])];
            gates = null;
        }
        return Enumerable.Range(0, lanes).Where(i => gates?[i].IsZero != true).Select(i => UOp.New(Op.Store, DType.Void,
            [pointer, At(index, axis, i), Lane(value, i), .. gates?[i].IsOne != false ? [] : new[] { gates[i] }]));
    }

    static bool IsReadLast(UOp load, UOp value)
    {
        var nodes = value.Topological();
        return nodes.Contains(load) && !nodes.Exists(u => u.Op == Op.Fold && u.Topological().Contains(load));
    }

    bool IsOnlyStoreTo(UOp pointer) => sink.Src.Count(s => s.Src[0] == pointer) == 1;

    // A node in one lane. Folds in it that are the same in all lanes are as they have become: one may close this very axis, which is another one there.
    UOp At(UOp node, UOp axis, int lane)
    {
        var map = new Dictionary<UOp, UOp>(ReferenceEqualityComparer.Instance) { [axis] = UOp.Index(lane) };
        foreach (var part in node.Topological())
            if (part.Op == Op.Fold && !_free.DependsOn(part, axis)) map[part] = _done[part];
        return simplify.Run(node.Substitute(map));
    }

    bool Consecutive(UOp index, UOp axis) => IsAffine(index, axis, _free, out long step) && step == 1;

    /// <summary>True where an index moves by the same step for each step of a range.</summary>
    internal static bool IsAffine(UOp index, UOp range, FreeRanges free, out long step)
    {
        var form = LinearForm.Of(index);
        step = form.Coefficient(range);
        return form.Terms.All(t => t.Atom == range || !free.DependsOn(t.Atom, range));
    }

    /// <summary>
    /// True where a gated load along a vector axis is one vector load with a mask: neighbouring elements of 32 bits, and a gate that is arithmetic on vectors.
    /// </summary>
    internal static bool IsMasked(UOp load, UOp axis, FreeRanges free) =>
        load.Src is [{ Op: Op.Pointer }, var index, var gate] && free.DependsOn(gate, axis)
        && load.DType.Kind is ScalarKind.Float32 or ScalarKind.Int32 or ScalarKind.UInt32
        && IsAffine(index, axis, free, out long step) && step == 1
        && gate.Topological().TrueForAll(u => !free.DependsOn(u, axis) || u == axis || u.Op is >= Op.Neg and <= Op.MulAcc && !LaneByLane(u));

    static UOp Widen(UOp value, int lanes) => value.DType.Lanes == lanes ? value : value.Splat(lanes);

    static UOp Lane(UOp vector, int i) => vector.Op switch
    {
        Op.Broadcast => vector.Src[0],
        Op.Vector => vector.Src[i],
        _ => UOp.New(Op.Lane, vector.DType.Scalar, [vector], i),
    };

    static bool IsVector(UOp u) => u.Op == Op.Range && ((Axis)u.Arg!).Kind == AxisKind.Vector;
    static int Lanes(UOp axis) => (int)axis.Max + 1;
}

/// <summary>How many elements a kernel's pointers have at least.</summary>
readonly record struct KernelParamList(ImmutableArray<KernelParam> Items)
{
    public long CountOf(UOp pointer) => Items[(int)pointer.Arg!].Count.Min;
}
