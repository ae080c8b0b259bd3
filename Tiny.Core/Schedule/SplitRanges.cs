using Tiny.Graph;

namespace Tiny.Schedule;

/// <summary>
/// Takes a kernel body; splits an output loop r of which quotient and remainder by a constant are taken (a buffer in blocks) into
/// two, outer*c + inner, where the constant divides its extent. The inverse of <see cref="MergeRanges"/>.
/// </summary>
static class SplitRanges
{
    public static UOp Run(UOp sink, Rewriter simplify)
    {
        while (Find(sink) is { } found)
        {
            var (range, block) = found;
            var map = new Dictionary<UOp, UOp>(ReferenceEqualityComparer.Instance);
            // Numbers say the order of loops: the inner one is next to the outer.
            foreach (var r in sink.Topological().Where(u => u.Op == Op.Range))
            {
                var axis = (Axis)r.Arg!;
                map[r] = r != range ? UOp.New(Op.Range, r.DType, r.Src, axis with { Id = 2 * axis.Id })
                    : UOp.Range(2 * axis.Id, axis.Kind, (r.Max + 1) / block) * block + UOp.Range(2 * axis.Id + 1, axis.Kind, block);
            }
            sink = simplify.Run(sink.Substitute(map));
        }
        return sink;
    }

    static (UOp Range, long Block)? Find(UOp sink)
    {
        foreach (var u in sink.Topological())
            if (u is { Op: Op.FloorDiv or Op.FloorMod, Src: [{ Op: Op.Range } r, { Int: > 1 and { } c }] } && ((Axis)r.Arg!).Kind == AxisKind.Loop && r.Src[0].Int is not null
                && (r.Max + 1) % c == 0 && c <= r.Max) return (r, c);
        return null;
    }
}
