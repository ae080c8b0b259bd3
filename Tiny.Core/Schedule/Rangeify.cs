using System.Collections.Immutable;
using Tiny.Algebra;
using Tiny.Graph;
using Tiny.Lower;

namespace Tiny.Schedule;

/// <summary>
/// Takes the drafts; gives each kernel's body: one store of an expression over loop variables. Movement is gone, it has
/// become index arithmetic; reductions are folds over ranges; buffers are pointers by slot, the written one being slot 0. Here logical
/// coordinates become places in memory, so here the buffers' layouts are applied.
/// </summary>
sealed class Rangeify(Fusion fusion, WritePlan plan, Movement movement, Rewriter simplify, IReadOnlyDictionary<UOp, Layout> layouts)
{
    readonly ClosedForms _forms = new(simplify);

    /// <summary>Reductions that turned out to need no loop.</summary>
    public HashSet<UOp> Closed { get; } = new(ReferenceEqualityComparer.Instance);

    /// <summary>The kernels, in an order in which they can run.</summary>
    public List<KernelBody> Run()
    {
        foreach (var node in fusion.Order)
            foreach (var demand in fusion.DemandsOf(node)) demand.Value = WithoutLoops(demand, simplify.Run(Value(demand)));
        var kernels = new List<KernelBody>();
        foreach (var node in fusion.Order)
        {
            if (!fusion.Drafts.TryGetValue(node, out var draft) || draft.Shape.Size == 0) continue;
            var target = UOp.New(Op.Pointer, node.DType, [], 0);
            var index = movement.Flatten(draft.Seen, draft.At, layouts.GetValueOrDefault(plan.MemoryOf(node)));
            var store = UOp.New(Op.Store, DType.Void, [target, index, draft.Root.Value!.Bitcast(node.DType)]);
            kernels.Add(new KernelBody([draft], [.. draft.Buffers], 1, [.. draft.Reads], UOp.New(Op.Sink, DType.Void, [store])) { Layouts = layouts });
        }
        return kernels;
    }

    // A reduction's value with as few loops as it can do with.
    UOp WithoutLoops(Demand d, UOp value)
    {
        if (d.Closed.Length == 0 || value.Op != Op.Fold) return value;
        var (simpler, closed) = _forms.Fold(((FoldArg)value.Arg!).Op, value.Src[0], d.Closed);
        if (closed) Closed.Add(d.Node);
        return simpler;
    }

    UOp Value(Demand d)
    {
        var node = d.Node;
        if (node.Op is Op.Const or Op.Variable) return UOp.New(node.Op, node.DType, [], node.Arg);
        if (node.Shape.Size == 0) return Zero(node.DType);
        if (node.Op == Op.Iota) return d.Index[0];
        if (node.Op == Op.Kernel && ReferenceEquals(d, d.Draft.Root)) return CustomKernel.Value(d, plan);
        if (d.Src.Length == 0) return Load(d);
        var src = d.Src.Select(s => s.Value!).ToImmutableArray();
        switch (node.Op)
        {
            case Op.Pad:
                var (_, valid) = movement.Through(node, d.Index);
                return movement.Both(d.Gate, valid).Where(src[0], Zero(node.DType));
            case >= Op.Reshape and <= Op.Flip or Op.Contiguous:
                return src[0];
            case Op.Reduce:
                var op = ((ReduceArg)node.Arg!).Op;
                return d.Closed.Length == 0 ? src[0] : UOp.New(Op.Fold, node.DType, [src[0], .. d.Closed], new FoldArg(op, 1));
            // On bools, xor is inequality: one form, so that rules need only know that.
            case Op.Xor when node.DType.IsBool:
                return src[0].Ne(src[1]);
            default:
                return UOp.New(node.Op, node.DType, src, node.Arg);
        }
    }

    UOp Load(Demand d)
    {
        var memory = plan.MemoryOf(d.Node);
        var pointer = d.Draft.PointerTo(d.Node, memory);
        var index = d.IsFlat ? d.Index[0] : movement.Flatten(d.Node.Shape, d.Index, layouts.GetValueOrDefault(memory));
        return d.Gate.IsOne ? UOp.New(Op.Load, d.Node.DType, [pointer, index]) : UOp.New(Op.Load, d.Node.DType, [pointer, index, d.Gate]);
    }

    static UOp Zero(DType dtype) => UOp.Const(0L, dtype);

    /// <summary>The value that an empty reduction has.</summary>
    internal static UOp Identity(Op op, DType dtype) => op switch
    {
        Op.Add => UOp.Const(0L, dtype),
        Op.Mul => UOp.Const(1L, dtype),
        Op.Max => dtype.IsFloat ? UOp.Const(-FloatFormat.Highest(dtype.Kind), dtype) : UOp.Const(Bounds.OfType(dtype).Min, dtype),
        Op.Min => dtype.IsFloat ? UOp.Const(FloatFormat.Highest(dtype.Kind), dtype)
            : UOp.Const(dtype.Kind == ScalarKind.UInt64 ? unchecked((long)ulong.MaxValue) : Bounds.OfType(dtype).Max, dtype),
        _ => throw new InvalidOperationException($"{op} is no reduction"),
    };
}
