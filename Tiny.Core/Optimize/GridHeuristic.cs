using Tiny.Algebra;
using Tiny.Graph;
using Tiny.Lower;

namespace Tiny.Optimize;

/// <summary>
/// Chooses a kernel's <see cref="OptOp"/>s for a grid of threads. A reduction's time goes into loads: each thread computes a register tile of the outputs, unrolls
/// the reduction where neighbours of it are neighbours in memory, and loads vectors where memory is aligned. All tiles within limits are compared by what they
/// cost (<see cref="TileCost"/>). Elementwise kernels take vectors along the axis that all stores walk.
/// </summary>
sealed class GridHeuristic
{
    /// <summary>Sums that a thread computes side by side, at most.</summary>
    public const int MostAccumulators = 64;

    const int MostSteps = 600, MostUnrolled = 7, Lanes = VectorMemory.Lanes;
    // Below, vectors would leave processors without work.
    const int FewestThreads = 1024;

    // Few, so that kernels of one kind have one form; others where none of them goes into an extent.
    static readonly int[] s_amounts = [2, 4, 8, 16], s_others = [3, 5, 7];

    readonly UOp _sink;
    readonly TargetProfile _profile;
    readonly List<UOp> _nodes;
    readonly FreeRanges _free;
    readonly List<UOp> _loops;
    readonly bool _inPlace;
    readonly List<OptOp> _chosen = [];

    GridHeuristic(UOp sink, TargetProfile profile)
    {
        (_sink, _profile) = (sink, profile);
        _nodes = sink.Topological();
        _free = FreeRanges.Of(sink);
        _loops = [.. _nodes.Where(u => u.Op == Op.Range && ((Axis)u.Arg!).Kind == AxisKind.Loop && u.Src[0].Op == Op.Const).OrderBy(Id)];
        _inPlace = OptRules.IsInPlace(sink);
    }

    public static IReadOnlyList<OptOp> Choose(UOp sink, TargetProfile profile)
    {
        if (profile.GroupBytes > 0 && (GroupTile.Choose(sink, profile) ?? GroupSum.Choose(sink, profile)) is { } shared) return shared;
        var pass = new GridHeuristic(sink, profile);
        pass.Choose();
        return pass._chosen;
    }

    void Choose()
    {
        var folds = _nodes.FindAll(u => u.Op == Op.Fold);
        var (words, parts) = WholeWords(folds.Count > 0);
        if (folds.Count > 0) Tile(folds, words, parts);
        else if (words is not null) Add(OptKind.Upcast, words, parts);
        else if (CanBeVectors(_sink, _profile) && _loops.FindLast(r => Extent(r) % Lanes == 0 && _sink.Src.All(s => Walks(s, r))) is { } axis && Threads() / Lanes >= FewestThreads)
            Add(OptKind.Vector, axis, Lanes);
        if (folds.Count == 0)
            foreach (var r in Choices.Of(_nodes, _loops, _free))
                if (!_chosen.Exists(o => o.Axis == Id(r))) Add(OptKind.Upcast, r, Extent(r));
    }

    // Vectors are of 32-bit values, and some functions have no form for them.
    internal static bool CanBeVectors(UOp sink, TargetProfile profile) => profile.VectorLanes == Lanes && sink.Topological().TrueForAll(u => u.DType.Kind switch
    {
        ScalarKind.Float32 or ScalarKind.Int32 or ScalarKind.Void => u.Op != Op.Sin && !(u.Op == Op.Cast && u.Src[0].DType.Kind is ScalarKind.UInt32 or ScalarKind.Bool),
        ScalarKind.Bool => u.Op is not (Op.Load or Op.Pointer or Op.Cast or Op.Fold),
        _ => false,
    });

    // Stores of elements smaller than memory's words: a thread is given all parts of a word, along an axis of whole, aligned ones.
    (UOp? Axis, int Parts) WholeWords(bool reduces)
    {
        int smallest = _sink.Src.Min(s => s.Src[0].DType.Size), parts = 4 / smallest;
        if (!_profile.WordMemory || parts < 2) return default;
        var axis = _loops.Find(r => Extent(r) % parts == 0 && _sink.Src.All(s => s.Src[0].DType.Size >= 4 || Aligned(s, r)));
        return axis is null || reduces && Threads() / parts < FewestThreads ? default : (axis, parts);

        bool Aligned(UOp store, UOp axis)
        {
            var form = LinearForm.Of(store.Src[1]);
            return form.Coefficient(axis) == 1 && form.Constant % parts == 0 && form.Terms.All(t => t.Atom == axis || t.Coefficient % parts == 0);
        }
    }

    bool Walks(UOp store, UOp axis)
    {
        var form = LinearForm.Of(store.Src[1]);
        return form.Coefficient(axis) == 1 && form.Constant % Lanes == 0 && form.Terms.All(t => t.Atom == axis || t.Coefficient % Lanes == 0 && !_free.DependsOn(t.Atom, axis));
    }

    long Threads() => _loops.Aggregate(1L, (n, r) => n * Extent(r));

    void Tile(List<UOp> folds, UOp? words, int parts)
    {
        List<UOp> steps = [.. folds.SelectMany(f => OptOps.ClosedBy(f)).Distinct().OrderBy(Id)];
        var cost = new TileCost(_sink, _free, folds, _loops, steps);
        var inner = folds.FindAll(f => steps.Exists(s => _free.DependsOn(f, s)));
        int[][] amounts = [.. _loops.Select(r => r == words ? [parts] : IsHeld(inner, r) ? [Extent(r)] : Amounts(r)), .. steps.Select(Unrolled)];
        var best = cost.Best(amounts, MostAccumulators, MostSteps);
        var vector = words is null && CanBeVectors(_sink, _profile) ? VectorAxis(folds, best) : null;
        if (vector is not null) Add(OptKind.Vector, vector, Lanes);
        for (int i = 0; i < best.Length; i++)
        {
            var axis = i < _loops.Count ? _loops[i] : steps[i - _loops.Count];
            int amount = axis == vector ? best[i] / Lanes : best[i];
            if (amount > 1) Add(i < _loops.Count ? OptKind.Upcast : OptKind.Unroll, axis, amount);
        }
    }

    // What is computed inside of a reduction is the same along such an axis: a thread that holds all of it computes it once.
    bool IsHeld(List<UOp> inner, UOp axis) => Extent(axis) <= MostAccumulators && inner.Exists(f => !_free.DependsOn(f, axis));

    // Blocks that overlap would be two threads' that read and write in place at once.
    int[] Amounts(UOp axis)
    {
        int[] even = [.. s_amounts.Where(k => Extent(axis) % k == 0)], others = [.. s_others.Where(k => Extent(axis) % k == 0)];
        return [1, .. even.Length > 0 ? even : others.Length > 0 || _inPlace ? others : s_amounts.Where(k => k <= Extent(axis))];
    }

    static int[] Unrolled(UOp step)
    {
        int n = step.Src[0].Op == Op.Const ? Extent(step) : 1;
        return n <= 1 ? [1] : n <= MostUnrolled ? [1, n] : n % Lanes == 0 ? [1, Lanes] : [1];
    }

    // The one along which most is loaded as vectors, else stored.
    UOp? VectorAxis(List<UOp> folds, int[] tile) => _loops.Where((_, i) => tile[i] % Lanes == 0)
        .OrderByDescending(r => _nodes.Count(u => u.Op == Op.Load && Step(u, r) == 1)).ThenByDescending(r => _sink.Src.Count(s => Step(s, r) == 1)).ThenByDescending(Id).FirstOrDefault();

    long Step(UOp access, UOp axis) => Vectorize.IsAffine(access.Src[1], axis, _free, out long step) ? step : -1;

    void Add(OptKind kind, UOp range, int amount) => _chosen.Add(new OptOp(kind, Id(range), amount));

    static int Id(UOp range) => ((Axis)range.Arg!).Id;
    static int Extent(UOp range) => (int)range.Max + 1;
}
