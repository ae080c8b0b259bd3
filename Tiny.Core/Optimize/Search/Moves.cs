using Tiny.Graph;
using Tiny.Lower;

namespace Tiny.Optimize.Search;

/// <summary>
/// Choices that are one step away from others: another amount of a tile, one axis's tile in exchange for another's, a reduction unrolled or not, vectors along another axis
/// or of other lanes, another outermost loop, an operand's panel packed or not. Some of them cannot be applied; applying them says so.
/// </summary>
sealed class Moves
{
    const int MostOfAnAxis = 16, MostUnrolled = 16, PackedSteps = 2;

    readonly UOp _sink;
    readonly TargetProfile _profile;
    readonly FreeRanges _free;
    readonly bool _isStaged;
    readonly List<UOp> _loops, _reductions, _loads;

    public Moves(UOp sink, TargetProfile profile)
    {
        (_sink, _profile, _free) = (sink, profile, FreeRanges.Of(sink));
        var nodes = sink.Topological();
        // A loop to what is known only at the call stays as it is.
        var ranges = nodes.Where(u => u.Op == Op.Range && u.Src[0].Op == Op.Const && u.Max > 0).OrderBy(Id).ToList();
        _loops = ranges.FindAll(r => ((Axis)r.Arg!).Kind == AxisKind.Loop);
        _reductions = ranges.FindAll(r => ((Axis)r.Arg!).Kind == AxisKind.Reduce);
        _isStaged = nodes.Exists(u => u.Op == Op.Stage);
        _loads = nodes.FindAll(u => u.Op == Op.Load && u.Src[0].Op == Op.Pointer);
    }

    /// <summary>All of them, each once, always in the same order.</summary>
    public IEnumerable<IReadOnlyList<OptOp>> From(IReadOnlyList<OptOp> choices)
    {
        var seen = new HashSet<string>(StringComparer.Ordinal) { OptText.Of(choices) };
        foreach (var list in _isStaged ? Amounts(choices) : Tiles(choices).Concat(Exchanges(choices)).Concat(Unrolled(choices)).Concat(Vectors(choices)).Concat(Orders(choices)).Concat(Packed(choices)))
            if (IsSmall(list) && seen.Add(OptText.Of(list))) yield return list;
    }

    // More sums than twice the registers are put away and fetched again all the time.
    bool IsSmall(IReadOnlyList<OptOp> choices) => choices.Where(o => o.Kind == OptKind.Upcast).Aggregate(1L, (n, o) => n * o.Amount) <= (_profile.Grid ? 64 : _profile.Registers * 2L)
        && choices.Where(o => o.Kind is OptKind.Upcast or OptKind.Unroll).Aggregate(1L, (n, o) => n * o.Amount) <= Math.Min(OptRules.MostCopies, 4L * Math.Max(_profile.Unroll, _profile.Registers));

    IEnumerable<List<OptOp>> Tiles(IReadOnlyList<OptOp> choices)
    {
        foreach (var axis in _loops)
        {
            int k = Amount(choices, OptKind.Upcast, axis);
            foreach (int amount in Steps(k, Most(choices, axis))) yield return With(choices, OptKind.Upcast, axis, amount);
        }
    }

    // A body that has a stage keeps its order, and what its choices name by number.
    static IEnumerable<List<OptOp>> Amounts(IReadOnlyList<OptOp> choices)
    {
        foreach (var (now, i) in choices.Select((o, i) => (o, i)).Where(x => x.o.Kind is OptKind.Upcast or OptKind.Unroll))
            foreach (int amount in Steps(now.Amount, MostOfAnAxis).Where(n => n > 1)) yield return [.. choices.Select((o, at) => at == i ? o with { Amount = amount } : o)];
    }

    // What one axis loses another wins.
    IEnumerable<List<OptOp>> Exchanges(IReadOnlyList<OptOp> choices)
    {
        foreach (var from in _loops)
            foreach (var to in _loops)
            {
                int k = Amount(choices, OptKind.Upcast, from), j = Amount(choices, OptKind.Upcast, to);
                if (from == to || k == 1) continue;
                foreach (int less in new[] { k / 2, k - 1, 1 }.Where(n => n >= 1 && n < k).Distinct())
                {
                    int more = Math.Min(Math.Max(j + 1, k * j / less), Math.Min(MostOfAnAxis, Most(choices, to)));
                    if (more > j) yield return With(With(choices, OptKind.Upcast, from, less), OptKind.Upcast, to, more);
                }
            }
    }

    IEnumerable<List<OptOp>> Unrolled(IReadOnlyList<OptOp> choices)
    {
        foreach (var axis in _reductions)
        {
            int n = Extent(axis), now = Amount(choices, OptKind.Unroll, axis);
            if (choices.Any(o => o.Kind == OptKind.VectorFold && o.Axis == Id(axis))) continue;
            foreach (int amount in Enumerable.Range(1, Math.Min(n, MostUnrolled)).Where(k => n % k == 0 && k != now)) yield return With(choices, OptKind.Unroll, axis, amount);
        }
    }

    IEnumerable<List<OptOp>> Vectors(IReadOnlyList<OptOp> choices)
    {
        if (_profile.VectorLanes < 2) yield break;
        int[] widths = [_profile.VectorLanes, .. _profile.NarrowerLanes];
        foreach (var axis in _loops.Concat(_profile.Grid ? [] : _reductions))
        {
            var kind = ((Axis)axis.Arg!).Kind == AxisKind.Loop ? OptKind.Vector : OptKind.VectorFold;
            foreach (int lanes in widths.Where(w => w <= Extent(axis)))
            {
                // What was tiled or unrolled along it is lanes now.
                var others = choices.Where(o => o.Kind is not (OptKind.Vector or OptKind.VectorFold or OptKind.Stage or OptKind.Dot) && !(o.Kind is OptKind.Upcast or OptKind.Unroll && o.Axis == Id(axis)));
                yield return [new OptOp(kind, Id(axis), lanes), .. others];
            }
            // The same tile, wider or narrower.
            if (choices.FirstOrDefault(o => o.Kind == kind && o.Axis == Id(axis)) is { } now)
                foreach (int lanes in widths.Where(w => w <= Extent(axis) && w != now.Amount)) yield return [.. choices.Select(o => o == now ? o with { Amount = lanes } : o)];
        }
    }

    IEnumerable<List<OptOp>> Orders(IReadOnlyList<OptOp> choices)
    {
        // Threads of a grid have no order.
        if (_profile.Grid) yield break;
        List<OptOp> plain = [.. choices.Where(o => o.Kind != OptKind.Swap)];
        yield return plain;
        int at = plain.FindLastIndex(o => o.Kind != OptKind.Stage) + 1;
        for (int i = 0; i < _loops.Count; i++)
            for (int j = i + 1; j < _loops.Count; j++) yield return [.. plain[..at], new OptOp(OptKind.Swap, Id(_loops[i]), Id(_loops[j])), .. plain[at..]];
    }

    // The panel of an operand that a block of the result reads at all steps: lanes and copies side by side, for the blocks after it.
    IEnumerable<List<OptOp>> Packed(IReadOnlyList<OptOp> choices)
    {
        List<OptOp> plain = [.. choices.Where(o => o.Kind != OptKind.Stage)];
        if (plain.Count < choices.Count) yield return plain;
        if (_profile.PanelBytes == 0 || plain.Exists(o => o.Kind is OptKind.VectorFold or OptKind.Share)) yield break;
        foreach (int slot in _loads.Select(l => (int)l.Src[0].Arg!).Distinct().Order())
        {
            var loads = _loads.FindAll(l => (int)l.Src[0].Arg! == slot);
            var steps = _reductions.FindAll(r => loads.TrueForAll(l => _free.DependsOn(l, r)) && !plain.Exists(o => o.Kind == OptKind.Unroll && o.Axis == Id(r)));
            // Parts of axes have the numbers that splitting gives them; lanes come last.
            int[] parts = [.. Enumerable.Range(0, plain.Count).Where(i => plain[i].Kind is OptKind.Upcast or OptKind.Vector && _loops.Find(r => Id(r) == plain[i].Axis) is { } r
                && loads.TrueForAll(l => _free.DependsOn(l, r))).OrderBy(i => plain[i].Kind == OptKind.Vector ? 1 : 0)];
            long bytes = steps.Aggregate(parts.Aggregate((long)loads[0].DType.Size, (n, i) => n * plain[i].Amount), (n, r) => n * Extent(r));
            if (steps.Count == 0 || parts.Length == 0 || bytes > _profile.PanelBytes || _sink.Src.Any(s => s.Src[0] == loads[0].Src[0])) continue;
            yield return [.. plain, OptOp.Stage(slot, [.. steps.Select(Id), .. parts.Select(i => OptOps.NewAxis + i)])];
            if (steps.Count >= PackedSteps) yield return [.. plain, OptOp.Stage(slot, [Id(steps[^1]), .. parts.Select(i => OptOps.NewAxis + i)])];
        }
    }

    // Amounts next to one.
    static IEnumerable<int> Steps(int amount, int most) =>
        new[] { amount - 1, amount + 1, amount / 2, amount * 2, 1, 2, 4, 6, 8, most }.Where(n => n >= 1 && n != amount && n <= Math.Min(most, MostOfAnAxis)).Distinct();

    // Elements of an axis, or vectors along it.
    static int Most(IReadOnlyList<OptOp> choices, UOp axis)
    {
        int lanes = Amount(choices, OptKind.Vector, axis);
        return (Extent(axis) + lanes - 1) / lanes;
    }

    /// <summary>Choices with another amount for an axis: 1 for none. What names parts of axes by number goes on to name the same, or goes.</summary>
    static List<OptOp> With(IReadOnlyList<OptOp> choices, OptKind kind, UOp axis, int amount)
    {
        int at = choices.ToList().FindIndex(o => o.Kind == kind && o.Axis == Id(axis));
        if (at >= 0 && amount > 1) return [.. choices.Select((o, i) => i == at ? o with { Amount = amount } : o)];
        // Splits come before what names their parts.
        int splits = choices.ToList().FindLastIndex(o => o.Kind is not (OptKind.Swap or OptKind.Stage or OptKind.Share or OptKind.Widen)) + 1;
        if (at < 0) return amount == 1 ? [.. choices] : [.. choices.Take(splits), new OptOp(kind, Id(axis), amount), .. choices.Skip(splits)];
        return [.. choices.Where((o, i) => i != at && o.Kind != OptKind.Stage)];
    }

    static int Amount(IReadOnlyList<OptOp> choices, OptKind kind, UOp axis) => choices.FirstOrDefault(o => o.Kind == kind && o.Axis == Id(axis))?.Amount ?? 1;
    static int Id(UOp range) => ((Axis)range.Arg!).Id;
    static int Extent(UOp range) => (int)range.Max + 1;
}
