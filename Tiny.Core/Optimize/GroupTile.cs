using Tiny.Algebra;
using Tiny.Graph;
using Tiny.Lower;

namespace Tiny.Optimize;

/// <summary>
/// Chooses the <see cref="OptOp"/>s of a sum of products whose operands the threads of a workgroup share: a thread has a register tile, a workgroup a block of tiles, and
/// what the block reads of both operands for some steps of the sum goes through stages that all its threads fill. For graphics cards, where memory is far away and
/// barriers cost little; a processor that pretends to be one has caches for that (<see cref="TargetProfile.GroupBytes"/>).
/// </summary>
/// <remarks>
/// Blocks are compared by what they cost a step: arithmetic, reads of stages, reads of memory by each thread, with as many workgroups at a time as a small card runs. Prices are
/// those of data sheets; no card was there to fit them.
/// </remarks>
sealed class GroupTile
{
    const int Lanes = VectorMemory.Lanes, FewestSteps = 32;
    const double StageRead = 1, MemoryRead = 8, Barriers = 64, GroupsAtOnce = 64;

    static readonly int[] s_depths = [16, 8, 32], s_tiles = [8, 4, 2, 1];

    readonly UOp _sink;
    readonly TargetProfile _profile;
    readonly FreeRanges _free;
    readonly bool _inPlace;
    readonly List<OptOp> _chosen = [];
    int _next = OptOps.NewAxis;

    // Of an operand: its load, and the output axis that it has and the other has not.
    sealed record Operand(UOp Load, UOp Axis);

    GroupTile(UOp sink, TargetProfile profile) => (_sink, _profile, _free, _inPlace) = (sink, profile, FreeRanges.Of(sink), OptRules.IsInPlace(sink));

    /// <summary>The choices; null for a kernel that has no such form.</summary>
    public static IReadOnlyList<OptOp>? Choose(UOp sink, TargetProfile profile)
    {
        var nodes = sink.Topological();
        if (nodes.FindAll(u => u.Op == Op.Fold) is not [var fold] || nodes.Exists(u => u.Op == Op.Stage || u.Op == Op.Range && u.Src[0].Op != Op.Const)) return null;
        var pass = new GroupTile(sink, profile);
        return pass.Operands(fold) is var (rows, columns) && pass.Step(fold, rows, columns) is { } step && pass.Chosen(rows, columns, step) ? pass._chosen : null;
    }

    // The two of which each has an axis of its own; neighbours in the result lie along the second one's.
    (Operand Rows, Operand Columns)? Operands(UOp fold)
    {
        var loads = fold.Topological().FindAll(u => u.Op == Op.Load);
        if (loads is not [var a, var b] || a.Src[0] == b.Src[0] || loads.Exists(l => l.DType.Size != 4)) return null;
        if (AxisOf(a, b) is not { } i || AxisOf(b, a) is not { } j) return null;
        var (first, second) = (new Operand(a, i), new Operand(b, j));
        return _sink.Src.Any(s => Moves(s, j) == 1) || !_sink.Src.Any(s => Moves(s, i) == 1) ? (first, second) : (second, first);
    }

    UOp? AxisOf(UOp load, UOp other) => _free.In(load).Where(r => Kind(r) == AxisKind.Loop && !_free.DependsOn(other, r)).MaxBy(r => r.Max);

    UOp? Step(UOp fold, Operand rows, Operand columns)
    {
        var closed = OptOps.ClosedBy(fold);
        if (closed.Aggregate(1L, (n, r) => n * (r.Max + 1)) < FewestSteps) return null;
        return closed.Where(r => Array.Exists(s_depths, d => Extent(r) % d == 0) && _free.DependsOn(rows.Load, r) && _free.DependsOn(columns.Load, r)).MaxBy(r => r.Max);
    }

    bool Chosen(Operand rows, Operand columns, UOp step)
    {
        bool vectors = GridHeuristic.CanBeVectors(_sink, _profile);
        int size = _profile.WorkgroupSize;
        double least = double.PositiveInfinity;
        (int Threads, int Rows, int Columns, int Depth) best = default;
        foreach (int depth in s_depths.Where(d => Extent(step) % d == 0))
            for (int threads = 2; threads <= size / 2; threads *= 2)
                foreach (int tall in s_tiles)
                    foreach (int wide in s_tiles)
                        if (Cost(threads, tall, wide, depth) is var cost && cost < least) (least, best) = (cost, (threads, tall, wide, depth));
        if (best.Threads == 0) return false;
        var (rowTile, columnTile) = (new List<int>(), new List<int>());
        int? lanes = vectors ? Split(OptKind.Vector, Id(columns.Axis), Lanes) : null;
        if (best.Columns / (vectors ? Lanes : 1) is > 1 and var more) columnTile.Add(Split(OptKind.Upcast, Id(columns.Axis), more));
        if (best.Rows > 1) rowTile.Add(Split(OptKind.Upcast, Id(rows.Axis), best.Rows));
        rowTile.Insert(0, Split(OptKind.Local, Id(rows.Axis), best.Threads));
        columnTile.Insert(0, Split(OptKind.Local, Id(columns.Axis), size / best.Threads));
        if (lanes is { } v) columnTile.Add(v);
        int block = Split(OptKind.Block, Id(step), best.Depth), four = Split(OptKind.Unroll, block, Lanes);
        Stage(rows, rowTile, [block, four], step);
        Stage(columns, columnTile, [block, four], step);
        return true;

        double Cost(int threads, int tall, int wide, int depth)
        {
            int height = threads * tall, width = size / threads * wide;
            if (vectors && wide % Lanes != 0 || !Fits(rows.Axis, height) || !Fits(columns.Axis, width) || (height + width) * depth * 4 > _profile.GroupBytes) return double.PositiveInfinity;
            // Each thread fills as much as any other, by vectors.
            if (height * depth % (size * Lanes) != 0 || width * depth % (size * Lanes) != 0) return double.PositiveInfinity;
            double blocks = Blocks(rows.Axis, height) * Blocks(columns.Axis, width) * Others(rows, columns);
            return Math.Ceiling(blocks / GroupsAtOnce) * (tall * wide + StageRead * (tall + wide) + MemoryRead * (height + width) / size + Barriers / depth);
        }
    }

    // Neighbours in memory are neighbours in the stage; vectors lie along their own axis.
    void Stage(Operand operand, List<int> tile, List<int> steps, UOp step)
    {
        bool alongSteps = Moves(operand.Load, step) == 1 && !_chosen.Exists(o => o.Kind == OptKind.Vector && o.Axis == Id(operand.Axis));
        _chosen.Add(OptOp.Stage((int)operand.Load.Src[0].Arg!, alongSteps ? [.. tile, .. steps] : [.. steps, .. tile]));
    }

    bool Fits(UOp axis, int amount) => amount <= Extent(axis) && (!_inPlace || Extent(axis) % amount == 0);

    static double Blocks(UOp axis, int amount) => Math.Ceiling((double)Extent(axis) / amount);

    double Others(Operand rows, Operand columns) => _sink.Topological().Where(u => u.Op == Op.Range && Kind(u) == AxisKind.Loop && u != rows.Axis && u != columns.Axis)
        .Aggregate(1.0, (n, r) => n * Extent(r));

    int Split(OptKind kind, int axis, int amount)
    {
        _chosen.Add(new OptOp(kind, axis, amount));
        return _next++;
    }

    long Moves(UOp access, UOp axis) => Vectorize.IsAffine(access.Src[1], axis, _free, out long step) ? step : -1;

    static AxisKind Kind(UOp range) => ((Axis)range.Arg!).Kind;
    static int Id(UOp range) => ((Axis)range.Arg!).Id;
    static int Extent(UOp range) => (int)range.Max + 1;
}
