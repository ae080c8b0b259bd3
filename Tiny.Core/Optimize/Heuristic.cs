using Tiny.Algebra;
using Tiny.Graph;
using Tiny.Lower;
using Tiny.Schedule;

namespace Tiny.Optimize;

/// <summary>
/// Chooses a kernel's <see cref="OptOp"/>s from its form alone: vectors along an axis that every load and store walks one by one, else along
/// a reduction that all loads do; a register tile of outputs that share loads; short inner reductions unrolled; the panel of a matrix whose rows
/// lie badly packed. A grid of threads has a heuristic of its own (<see cref="GridHeuristic"/>).
/// </summary>
sealed class Heuristic
{
    const double LessRead = 0.5, Better = 1.03, LanesStored = 48;

    const int MostUnrolled = 4, FewestVectors = 8;

    readonly UOp _sink;
    readonly TargetProfile _profile;
    readonly FreeRanges _free;
    readonly List<UOp> _nodes;
    readonly List<UOp> _loads;
    readonly List<UOp> _loops;
    readonly bool _inPlace;
    // The loop of which four neighbours are one instruction, and what that multiplies.
    readonly UOp? _four;
    readonly UOp[] _factors = [];
    readonly List<OptOp> _chosen = [];
    bool _inOrder;
    Func<UOp, bool> _mayTile = _ => true;

    Heuristic(UOp sink, TargetProfile profile)
    {
        _sink = sink;
        _profile = profile;
        _free = FreeRanges.Of(sink);
        _nodes = sink.Topological();
        _loads = _nodes.FindAll(u => u.Op == Op.Load);
        _inPlace = OptRules.IsInPlace(sink);
        if (profile.Dots && profile.VectorLanes > 1 && _nodes.FindAll(u => u.Op == Op.Fold) is [var fold] && DotProducts.Range(fold, _free) is { } four
            && DotProducts.Factors(fold) is var (a, b)) (_four, _factors) = (four, [a, b]);
        _loops = [.. _nodes.Where(u => u.Op == Op.Range && Kind(u) == AxisKind.Loop).OrderBy(Id)];
    }

    public static IReadOnlyList<OptOp> Choose(UOp sink, TargetProfile profile)
    {
        if (profile.Grid) return GridHeuristic.Choose(sink, profile);
        if (sink.Topological().Find(u => u.Op == Op.Stage) is { } stage) return StagedHeuristic.Choose(sink, stage, profile);
        var pass = new Heuristic(sink, profile);
        pass.Choose();
        return pass._chosen;
    }

    /// <summary>For a body of which the order of loops stays, and which has register tiles along some of them only.</summary>
    public static IReadOnlyList<OptOp> ChooseInOrder(UOp sink, TargetProfile profile, Func<UOp, bool> mayTile)
    {
        var pass = new Heuristic(sink, profile) { _inOrder = true, _mayTile = mayTile };
        pass.Choose();
        return pass._chosen;
    }

    void Choose()
    {
        var folds = _nodes.FindAll(u => u.Op == Op.Fold);
        bool vectors = _profile.VectorLanes > 1 && CanBeVectors(_sink);
        var vector = vectors ? VectorAxis() : null;
        var fold = vectors && folds.Count > 0 ? VectorFold(folds) : null;
        // A short output axis fills its vectors badly: then those along a long reduction are better, though their lanes have to be combined.
        if (vector is not null && fold is var (along, wide) && Filled(along, wide) >= 2 * Filled(vector, BestLanes(Extent(vector))) && Steps(folds) >= FewestVectors * wide) vector = null;
        if (vector is not null) Add(OptKind.Vector, vector, BestLanes(Extent(vector)));
        if (folds.Count == 0)
        {
            foreach (var r in Choices.Of(_nodes, _loops, _free))
                if (r != vector) Add(OptKind.Upcast, r, Extent(r));
            return;
        }
        if (vector is null && fold is var (range, lanes)) Add(OptKind.VectorFold, range, lanes);
        if (vector is not null && _four is not null && Array.TrueForAll(_factors, f => DotProducts.Step(f, vector, _free) is 0 or DotProducts.Width)) Add(OptKind.Dot, _four, DotProducts.Width);
        Tile(folds, vector);
        if (vector is not null && folds.Count == 1 && !_inOrder) Panel(folds[0], vector);
    }

    // 64-bit values would need vectors of another number of lanes; shorter ones become 32-bit values as they are loaded.
    internal static bool CanBeVectors(UOp sink) => sink.Topological().TrueForAll(u => u.DType.Kind switch
    {
        ScalarKind.Float32 or ScalarKind.Int32 or ScalarKind.UInt32 or ScalarKind.Void => true,
        ScalarKind.Int8 or ScalarKind.UInt8 or ScalarKind.Int16 or ScalarKind.UInt16 => u.Op is Op.Load or Op.Pointer or Op.Cast,
        ScalarKind.Bool => u.Op is not (Op.Load or Op.Pointer or Op.Cast or Op.Fold),
        _ => false,
    });

    UOp? VectorAxis()
    {
        int narrowest = _profile.NarrowerLanes.Append(_profile.VectorLanes).Min();
        var axes = _loops.FindAll(r => Extent(r) >= narrowest && _sink.Src.All(s => Walks(s.Src[1], r, null)));
        var walked = axes.FindLast(LoadsWalk) ?? axes.FindLast(MostLoadsWalk);
        var folds = _nodes.FindAll(u => u.Op == Op.Fold);
        if (_inPlace || _sink.Src.Length > 1) return walked;
        // A result that is stored lane by lane, once for a long sum, along an axis that fills its vectors better.
        double stored = Scattered(folds.Count > 0 ? Steps(folds) : Operations());
        return _loops.FindLast(r => !axes.Contains(r) && Extent(r) >= _profile.VectorLanes && MostLoadsWalk(r)
            && stored * Filled(r, _profile.VectorLanes) > Better * (walked is not null ? Filled(walked, BestLanes(Extent(walked))) : folds.Count == 0 ? 1 : _profile.VectorLanes / 2)) ?? walked;
    }

    // For each element of the result.
    double Operations() => (double)_nodes.Count(u => u.DType.IsFloat && (u.Op == Op.Load || Cost.Computes(u))) / Choices.Of(_nodes, _loops, _free).Aggregate(1.0, (n, r) => n * Extent(r));

    /// <summary>How much of its time a kernel still multiplies if its vectors of sums of so many steps are stored lane by lane.</summary>
    internal static double Scattered(double steps) => steps / (steps + LanesStored);

    bool LoadsWalk(UOp range) => _loads.TrueForAll(l => LoadWalks(l, range));

    bool LoadWalks(UOp load, UOp range) => !_free.DependsOn(load, range) || _factors.Contains(load) && range != _four && DotProducts.Step(load, range, _free) == DotProducts.Width || Walks(load.Src[1], range, load.Src.Length > 2 ? load.Src[2] : null)
        || Vectorize.IsMasked(load, range, _free);

    // A few loads lane by lane are little beside a product of vectors: what a sum over channels is divided by, once it is summed.
    bool MostLoadsWalk(UOp range)
    {
        double vectors = 0, lanes = 0;
        foreach (var load in _loads.Where(l => _free.DependsOn(l, range)))
            if (LoadWalks(load, range)) vectors += Times(load);
            else lanes += Times(load);
        return lanes * FewestVectors <= vectors;

        // For an element of the result.
        double Times(UOp load) => _free.In(load).Where(r => Kind(r) == AxisKind.Reduce).Aggregate(1.0, (n, r) => n * (r.Max + 1));
    }

    bool Walks(UOp index, UOp range, UOp? gate) =>
        Vectorize.IsAffine(index, range, _free, out long step) && step == 1 && (gate is null || !_free.DependsOn(gate, range));

    static double Steps(List<UOp> folds) => folds.Min(f => OptOps.ClosedBy(f).Aggregate(1.0, (n, r) => n * Extent(r)));

    // Lanes that are used on average.
    static double Filled(UOp range, int lanes) => (double)Extent(range) / ((Extent(range) + lanes - 1) / lanes);

    (UOp Range, int Lanes)? VectorFold(List<UOp> folds)
    {
        var ranges = folds.SelectMany(f => OptOps.ClosedBy(f)).Distinct().Where(r => LoadsWalk(r)
            && folds.TrueForAll(f => OptOps.ClosedBy(f).Contains(r) || !_free.DependsOn(f, r))).ToList();
        if (ranges.FindLast(r => Extent(r) >= _profile.VectorLanes) is { } wide) return (wide, _profile.VectorLanes);
        if (ranges.FindLast(r => Extent(r) >= _profile.NarrowerLanes.Append(_profile.VectorLanes).Min() && IsLong(r)) is { } narrow)
            return (narrow, _profile.NarrowerLanes.Append(_profile.VectorLanes).Where(l => l >= Extent(narrow)).Min());
        return null;

        // One vector an iteration, perhaps not a whole one: worth it where there are enough iterations before its lanes are combined.
        bool IsLong(UOp range) => folds.TrueForAll(f => !OptOps.ClosedBy(f).Contains(range)
            || OptOps.ClosedBy(f).Where(r => r != range).Aggregate(1L, (n, r) => n * Extent(r)) >= FewestVectors);
    }

    // Fewest blocks, then the narrowest vectors that reach that.
    int BestLanes(int extent) => _profile.NarrowerLanes.Append(_profile.VectorLanes).Where(l => l <= extent)
        .OrderBy(l => (extent + l - 1) / l).ThenBy(l => l).First();

    // Output axes that some load inside a fold does not depend on: computing several of their elements together loads it once. A price decides.
    void Tile(List<UOp> folds, UOp? vector)
    {
        var inner = _loads.FindAll(l => folds.Exists(f => OptOps.ClosedBy(f).Any(r => _free.DependsOn(l, r))));
        // Of equal tiles the one with neighbouring vectors.
        var axes = _loops.Where(r => _mayTile(r) && r.Src[0].Int is not null && inner.Exists(l => !_free.DependsOn(l, r))).Select(r => (r, r == vector ? Blocks(r) : Extent(r))).Where(a => a.Item2 > 1)
            .OrderBy(a => a.r == vector ? 0 : 1).ToList();
        var last = OptOps.ClosedBy(folds[^1])[^1];
        var unrolled = Extent(last) is > 1 and <= MostUnrolled && !_chosen.Exists(o => o.Axis == Id(last)) ? last : null;
        int most = MostElements(folds);
        var tile = RegisterTile.Choose(axes, inner, unrolled, _profile, most, _inPlace, _free);
        bool unrolls = true;
        if (_profile.LoadsFirst && unrolled is not null && RegisterTile.Choose(axes, inner, null, _profile, most, _inPlace, _free) is var one && one.Price <= tile.Price)
            (tile, unrolls) = (one, false);
        for (int i = 0; i < axes.Count; i++)
            if (tile.Amounts[i] > 1) Add(OptKind.Upcast, axes[i].r, tile.Amounts[i]);
        if (unrolls) Unroll(folds, tile.Amounts.Aggregate(1, (n, k) => n * k));
        if (!_inOrder) Outermost(inner);
    }

    // What follows a sum is computed for each element of the tile.
    int MostElements(List<UOp> folds)
    {
        var inside = new HashSet<UOp>(folds.SelectMany(f => f.Topological()), ReferenceEqualityComparer.Instance);
        return Math.Max(1, _profile.MostValues / Math.Max(1, _nodes.Count(u => u.DType.IsFloat && Cost.Computes(u) && !inside.Contains(u))));
    }

    // An operand is read again for each iteration of every loop around the innermost one that it depends on: the outermost loop for which that is least.
    void Outermost(List<UOp> inner)
    {
        if (_loops.Exists(r => r.Src[0].Int is null)) return;
        var loops = _loops.FindAll(r => Iterations(r) > 1);
        if (loops.Count < 2) return;
        var operands = inner.DistinctBy(l => l.Src[0]).ToList();
        var orders = Enumerable.Range(0, loops.Count).Select(i => Exchanged(loops, i)).ToList();
        var best = orders.MinBy(Read)!;
        if (best[0] != loops[0] && Read(best) < LessRead * Read(loops)) _chosen.Add(new OptOp(OptKind.Swap, Id(loops[0]), Id(best[0])));

        double Read(List<UOp> order) => operands.Sum(l => order.Take(order.FindLastIndex(r => _free.DependsOn(l, r)) + 1).Where(r => !_free.DependsOn(l, r))
            .Aggregate(_free.In(l).Aggregate((double)l.DType.Size, (n, r) => n * (r.Max + 1)), (n, r) => n * Iterations(r)));
        int Iterations(UOp range)
        {
            int per = _chosen.Where(o => o.Axis == Id(range)).Aggregate(1, (n, o) => n * o.Amount);
            return (Extent(range) + per - 1) / per;
        }

        static List<UOp> Exchanged(List<UOp> loops, int i)
        {
            List<UOp> order = [.. loops];
            (order[0], order[i]) = (order[i], order[0]);
            return order;
        }
    }

    // A matrix of which one row after the other is read, a few vectors of each, by every block of rows of the result: where its rows lie apart by
    // a multiple of half a page, those few vectors push one another out of the cache. They are packed, once for all rows of the result.
    // Measured on one AVX-512 core, 128 to 1,024 rows, 256 to 1,024 steps, 512 to 3,072 columns: 1.1 to 3 times as fast. Of other distances or
    // with fewer rows it gains nothing or loses a tenth.
    void Panel(UOp fold, UOp vector)
    {
        const int badStride = 2048, fewestBlocks = 16, fewestSteps = 256;
        if (_profile.PanelBytes == 0 || _loops.Count != 2 || OptOps.ClosedBy(fold) is not [var step]
            || Extent(step) < fewestSteps || _chosen.Exists(o => o.Axis == Id(step))) return;
        if (_loops.Append(step).Any(r => r.Src[0].Int is null)) return;
        var rows = _loops.Find(r => r != vector)!;
        int blocks = Extent(rows) / (_chosen.Find(o => o.Axis == Id(rows))?.Amount ?? 1);
        var matrix = _loads.Find(l => l.Src.Length == 2 && _free.DependsOn(l, vector) && _free.DependsOn(l, step) && !_free.DependsOn(l, rows));
        if (matrix is null || _sink.Src.Any(s => s.Src[0] == matrix.Src[0]) || blocks < fewestBlocks || Id(rows) > Id(vector) || _loads.Count(l => l.Src[0] == matrix.Src[0]) > 1) return;
        if (!Vectorize.IsAffine(matrix.Src[1], step, _free, out long stride) || stride * matrix.DType.Size % badStride != 0) return;
        // The parts of the vector axis by the numbers that splitting gives them.
        int[] parts = [.. Enumerable.Range(0, _chosen.Count).Where(i => _chosen[i].Axis == Id(vector)).OrderBy(i => _chosen[i].Kind == OptKind.Vector ? 1 : 0)];
        long width = parts.Aggregate(1L, (n, i) => n * _chosen[i].Amount);
        if (width * Extent(step) * matrix.DType.Size > _profile.PanelBytes || width * 2 > Extent(vector)) return;
        if (!_chosen.Exists(o => o.Kind == OptKind.Swap)) _chosen.Add(new OptOp(OptKind.Swap, Id(rows), Id(vector)));
        _chosen.Add(OptOp.Stage((int)matrix.Src[0].Arg!, [Id(step), .. parts.Select(i => OptOps.NewAxis + i)]));
    }

    void Unroll(List<UOp> folds, int tile)
    {
        var range = OptOps.ClosedBy(folds[^1])[^1];
        int extent = Extent(range);
        if (extent is > 1 and <= MostUnrolled && extent * tile <= _profile.Unroll && !_chosen.Exists(o => o.Axis == Id(range)))
            Add(OptKind.Unroll, range, extent);
    }

    int Blocks(UOp axis)
    {
        int lanes = _chosen.Find(o => o.Kind == OptKind.Vector)!.Amount;
        return (Extent(axis) + lanes - 1) / lanes;
    }

    void Add(OptKind kind, UOp range, int amount) => _chosen.Add(new OptOp(kind, Id(range), amount));

    static AxisKind Kind(UOp range) => ((Axis)range.Arg!).Kind;
    static int Id(UOp range) => ((Axis)range.Arg!).Id;
    // A loop to what is known only at the call stays as it is.
    static int Extent(UOp range) => range.Src[0].Op == Op.Const ? (int)range.Max + 1 : 1;
}
