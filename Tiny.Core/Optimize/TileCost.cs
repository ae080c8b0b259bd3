using Tiny.Algebra;
using Tiny.Graph;
using Tiny.Lower;

namespace Tiny.Optimize;

/// <summary>
/// What a kernel of reductions costs with a register tile, in units of one multiply-add: its run, and its part of compiling it. A tile is an amount for each output axis and each step of the reductions:
/// what is computed and unrolled together. What its parts load at the same place is loaded once, neighbours as a vector where they are aligned.
/// </summary>
/// <remarks>
/// Prices fitted to products of 512x512 matrices with tiles of 4x4 to 16x8 on SwiftShader: where a thread is a lane of a processor's vectors, every element that is loaded is
/// gathered. On a graphics card loads are dear beside arithmetic too. Compiling takes as long as some million multiply-adds for every operation of the text; it is
/// spread over the first runs, so that small kernels stay short and only large ones are given large tiles.
/// </remarks>
sealed class TileCost
{
    const double Load = 7, VectorLoad = 18, Gated = 1.5, Iteration = 8, Thread = 40;
    // Threads that keep a device busy; with fewer it waits, though not in proportion.
    const double BusyThreads = 1024, Waiting = 0.3;
    // Operations of the text, and what one costs in each of the runs that compiling is spread over.
    const double Compiling = 4e4, LoadText = 2, GatedText = 5;
    const int Lanes = VectorMemory.Lanes;

    // Of a load inside a reduction, for each axis of the tile: how far a step moves it, and whether by that alone.
    sealed record Access(long[] Step, bool[] Depends, bool[] IsAffine, bool IsGated, bool[] GateDepends, long Constant, bool IsAligned);

    readonly UOp[] _axes;
    readonly int _outputs;
    readonly List<Access> _loads = [];
    // For each axis of the tile: whether it is a loop around the sum, its own or one outside of it, and whether the sum is another one for each of its elements.
    readonly List<(bool[] Around, bool[] Depends, int Values)> _folds = [];

    public TileCost(UOp sink, FreeRanges free, List<UOp> folds, List<UOp> outputs, List<UOp> steps)
    {
        _axes = [.. outputs, .. steps];
        _outputs = outputs.Count;
        foreach (var fold in folds)
        {
            var closed = OptOps.ClosedBy(fold);
            bool[] depends = [.. _axes.Select(a => free.DependsOn(fold, a))];
            _folds.Add(([.. _axes.Select((a, i) => closed.Contains(a) || i >= _outputs && depends[i])], depends, ((FoldArg)fold.Arg!).Values));
        }
        foreach (var load in sink.Topological())
        {
            if (load.Op != Op.Load || !steps.Exists(s => free.DependsOn(load, s))) continue;
            var form = LinearForm.Of(load.Src[1]);
            var gate = load.Src.ElementAtOrDefault(2);
            bool[] depends = [.. _axes.Select(a => free.DependsOn(load, a))];
            bool[] affine = [.. _axes.Select(a => form.Terms.All(t => t.Atom == a || !free.DependsOn(t.Atom, a)))];
            // All but the axes of the tile, whose alignment depends on the tile.
            bool aligned = load.Src[0].Op == Op.Pointer && load.DType.Size == 4 && form.Terms.All(t => t.Coefficient % Lanes == 0 || _axes.Contains(t.Atom));
            _loads.Add(new([.. _axes.Select(form.Coefficient)], depends, affine, gate is not null, [.. _axes.Select(a => gate is not null && free.DependsOn(gate, a))], form.Constant, aligned));
        }
    }

    /// <summary>The cheapest of all tiles of the given amounts, of which so many outputs and steps at most.</summary>
    public int[] Best(int[][] amounts, int mostOutputs, int mostSteps)
    {
        int[] tile = new int[amounts.Length], best = [.. amounts.Select(a => a[0])];
        double least = double.PositiveInfinity;
        Try(0, 1);
        return best;

        // As deep as a kernel has axes.
        void Try(int at, int size)
        {
            if (at == tile.Length)
            {
                double cost = Of(tile);
                if (cost >= least) return;
                (least, best) = (cost, [.. tile]);
                return;
            }
            foreach (int amount in amounts[at])
            {
                if (amount > 1 && size * amount > (at < _outputs ? mostOutputs : mostSteps)) continue;
                tile[at] = amount;
                Try(at + 1, size * amount);
            }
        }
    }

    /// <summary>The cost of a tile.</summary>
    public double Of(int[] tile)
    {
        double threads = 1;
        for (int i = 0; i < _outputs; i++) threads *= (Extent(i) + tile[i] - 1) / tile[i];
        double cost = Thread, text = 0;
        foreach (var load in _loads)
        {
            var (loads, places) = Loads(load, tile);
            cost += Trips(load.Depends, tile) * loads;
            text += places * (load.IsGated ? GatedText : LoadText);
        }
        foreach (var (around, depends, values) in _folds)
        {
            double sums = values;
            for (int i = 0; i < tile.Length; i++) if (around[i] || depends[i]) sums *= tile[i];
            cost += Trips(around, tile) * (Iteration + sums);
            text += sums;
        }
        return cost * threads * Math.Pow(Math.Max(1, BusyThreads / threads), Waiting) + Compiling * text;
    }

    // Iterations of the loops of reductions.
    double Trips(bool[] around, int[] tile)
    {
        double trips = 1;
        for (int i = _outputs; i < tile.Length; i++) if (around[i]) trips *= (double)Extent(i) / tile[i];
        return trips;
    }

    // What the loads of a tile cost, and how many there are.
    (double Cost, int Count) Loads(Access load, int[] tile)
    {
        List<long> places = [load.Constant];
        bool aligned = load.IsAligned;
        long apart = 1L << 40;
        for (int i = 0; i < tile.Length; i++)
        {
            if (!load.Depends[i]) continue;
            // A block that is moved back to the edge begins anywhere.
            aligned &= load.IsAffine[i] && (tile[i] >= Extent(i) || load.Step[i] * tile[i] % Lanes == 0 && Extent(i) % tile[i] == 0) && (tile[i] == 1 || !load.GateDepends[i]);
            if (tile[i] == 1) continue;
            long step = load.IsAffine[i] ? load.Step[i] : apart <<= 1;
            int count = places.Count;
            for (int t = 1; t < tile[i]; t++)
                for (int p = 0; p < count; p++) places.Add(places[p] + t * step);
        }
        places.Sort();
        double cost = 0;
        int loads = 0;
        for (int i = 0; i < places.Count;)
        {
            // Distinct places in one vector, or one place.
            long vector = aligned ? (places[i] - Mod(places[i])) : places[i], end = aligned ? vector + Lanes : vector + 1;
            int distinct = 0;
            for (long last = long.MinValue; i < places.Count && places[i] < end; i++)
                if (places[i] != last) (distinct, last) = (distinct + 1, places[i]);
            cost += Math.Min(distinct * Load, aligned ? VectorLoad : double.PositiveInfinity);
            loads += aligned ? Math.Min(distinct, 2) : distinct;
        }
        return (load.IsGated ? cost * Gated : cost, loads);
    }

    static long Mod(long place) => (place % Lanes + Lanes) % Lanes;

    long Extent(int axis) => _axes[axis].Src[0].Op == Op.Const ? _axes[axis].Max + 1 : 64;
}
