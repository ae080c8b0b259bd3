using System.Collections.Immutable;
using Tiny.Algebra;
using Tiny.Graph;
using Tiny.Optimize;

namespace Tiny.Lower;

/// <summary>
/// Sums of products of 8-bit integers, four neighbours at a time: which reductions have that form, and as what they are vectorised. Integers of 32 bits wrap, so any order of
/// adding gives the same. Where there are vectors, each of their lanes has four neighbours of its own, which must lie lane by lane next to one another.
/// </summary>
static class DotProducts
{
    public const int Width = 4;

    public static bool IsDot(UOp u) => u is { Op: Op.Range, Arg: Axis { Kind: AxisKind.Dot } };

    /// <summary>The two loads whose product a reduction sums; null where it is of another form.</summary>
    public static (UOp A, UOp B)? Factors(UOp fold) =>
        fold is { Op: Op.Fold, DType.Kind: ScalarKind.Int32, Arg: FoldArg { Op: Op.Add, Values: 1 } } ? FactorsOf(fold.Src[0]) : null;

    static (UOp A, UOp B)? FactorsOf(UOp value) => value is { Op: Op.Mul, Src: [var a, var b] } && Bytes(a) is { } x && Bytes(b) is { } y ? (x, y) : null;

    // A load of bytes, always of elements that exist.
    static UOp? Bytes(UOp value) => value is { Op: Op.Cast, Src: [{ Op: Op.Load, DType.Kind: ScalarKind.Int8 or ScalarKind.UInt8, Src: [{ Op: Op.Pointer }, _] } load] } ? load : null;

    /// <summary>The loop of a reduction of that form along which both factors walk one by one; null for none.</summary>
    public static UOp? Range(UOp fold, FreeRanges free) => Factors(fold) is not var (a, b) ? null
        : OptOps.ClosedBy(fold).LastOrDefault(r => r.Src[0].Op == Op.Const && r.Max + 1 >= Width && Step(a, r, free) == 1 && Step(b, r, free) == 1);

    /// <summary>How far a load moves with each step of a range; 0 where it does not depend on it, null where the steps differ.</summary>
    public static long? Step(UOp load, UOp range, FreeRanges free) =>
        !free.DependsOn(load, range) ? 0 : Vectorize.IsAffine(load.Src[1], range, free, out long step) ? step : null;

    /// <summary>The reduction with one <see cref="Op.Dot"/> for four neighbours.</summary>
    /// <param name="fold">The reduction.</param>
    /// <param name="four">The range of the neighbours.</param>
    /// <param name="axis">The axis of vectors; null for none.</param>
    /// <param name="free">What depends on what.</param>
    /// <param name="simplify">Simplifies indices.</param>
    public static UOp Fold(UOp fold, UOp four, UOp? axis, FreeRanges free, Rewriter simplify)
    {
        var arg = (FoldArg)fold.Arg!;
        var dtype = DType.Int32.Vec(axis is null ? 1 : (int)axis.Max + 1);
        var first = new Dictionary<UOp, UOp>(ReferenceEqualityComparer.Instance) { [four] = UOp.Index(0) };
        if (axis is not null) first[axis] = UOp.Index(0);
        var dots = fold.Src.Take(arg.Values).Select(value =>
        {
            var (a, b) = FactorsOf(value) ?? throw new InvalidOperationException($"{value} is no product of bytes");
            return UOp.New(Op.Dot, dtype, [Neighbours(a), Neighbours(b), UOp.Const(0L, DType.Int32).Splat(dtype.Lanes)]);
        }).ToImmutableArray();
        UOp[] loops = [.. OptOps.ClosedBy(fold).Where(r => r != four)];
        return loops.Length > 0 ? UOp.New(Op.Fold, dtype, [.. dots, .. loops], arg) : dots.Aggregate((sum, dot) => dot.WithSrc([dot.Src[0], dot.Src[1], sum]))!;

        UOp Neighbours(UOp load)
        {
            long? step = axis is null ? 0 : Step(load, axis, free);
            if (step is not (0 or Width) || Step(load, four, free) != 1) throw new InvalidOperationException($"{load} does not walk four neighbours a lane");
            return UOp.New(Op.Load, load.DType.Vec(step == 0 ? Width : Width * dtype.Lanes), [load.Src[0], simplify.Run(load.Src[1].Substitute(first))]);
        }
    }
}
