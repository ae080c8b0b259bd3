using Tiny.Graph;
using Tiny.Lower;

namespace Tiny.Optimize.Search;

/// <summary>
/// What linear code waits for memory. For each cache: of the loops around an access, the outermost whose memory fits as a whole is
/// filled once for each iteration of the loops around it; the loop next around that finds again what it does not move.
/// </summary>
static class CacheTraffic
{
    // Bytes that a cache holds for a kernel, and cycles for a byte that comes from behind it.
    static readonly (double Bytes, double Cycle)[] s_caches = [(32 << 10, 1 / 48.0), (768 << 10, 1 / 12.0)];

    // Loops around it from the outermost, and which of them move it.
    sealed record Access(UOp Memory, double Bytes, UOp[] Loops, bool[] Moves);

    /// <summary>Cycles.</summary>
    public static double Of(LinearKernel kernel)
    {
        var accesses = Accesses(kernel);
        return s_caches.Sum(c => Bytes(kernel, accesses, c.Bytes) * c.Cycle);
    }

    static List<Access> Accesses(LinearKernel kernel)
    {
        var accesses = new List<Access>();
        var open = new List<UOp>();
        var depends = new Dictionary<UOp, HashSet<UOp>>(ReferenceEqualityComparer.Instance);
        foreach (var line in kernel.Code)
        {
            if (line.Op == Op.End)
            {
                open.RemoveAt(open.Count - 1);
                continue;
            }
            var on = new HashSet<UOp>(ReferenceEqualityComparer.Instance);
            if (line.Op == Op.Range)
            {
                open.Add(line);
                on.Add(line);
            }
            foreach (var s in line.Src)
                if (depends.TryGetValue(s, out var more)) on.UnionWith(more);
            // Only indices are asked about.
            if (on.Count > 0 && line.DType.IsInt) depends[line] = on;
            if (line.Op is not (Op.Load or Op.Store)) continue;
            double bytes = (line.Op == Op.Load ? line.DType : line.Src[2].DType) is var t ? t.Size * t.Lanes : 0;
            accesses.Add(new(line.Src[0], bytes, [.. open], [.. open.Select(r => depends.GetValueOrDefault(line.Src[1])?.Contains(r) == true)]));
        }
        return accesses;
    }

    static double Bytes(LinearKernel kernel, List<Access> accesses, double cache)
    {
        // What a loop's memory takes while the loops around it stand still; null for all of them together.
        var fits = new Dictionary<UOp, bool>(ReferenceEqualityComparer.Instance);
        double total = 0;
        foreach (var a in accesses)
        {
            int first = 0;
            while (first < a.Loops.Length && !Fits(a.Loops[first])) first++;
            double traffic = Footprint(a, first);
            for (int i = 0; i < first; i++)
                if (a.Moves[i] || i < first - 1) traffic *= a.Loops[i].Max + 1;
            total += traffic;
        }
        return total;

        bool Fits(UOp loop) => fits.TryGetValue(loop, out bool known) ? known
            : fits[loop] = accesses.Where(a => Array.IndexOf(a.Loops, loop) >= 0).GroupBy(a => a.Memory, ReferenceEqualityComparer.Instance)
                .Sum(g => Math.Min(Length((UOp)g.Key!), g.Sum(a => Footprint(a, Array.IndexOf(a.Loops, loop))))) <= cache;
        double Length(UOp memory) => memory.Op is Op.Pointer or Op.Stage ? (double)kernel.CountOf(memory) * memory.DType.Size : double.PositiveInfinity;
        double Footprint(Access a, int first)
        {
            double bytes = a.Bytes;
            for (int i = first; i < a.Loops.Length; i++)
                if (a.Moves[i]) bytes *= a.Loops[i].Max + 1;
            return Math.Min(bytes, Length(a.Memory));
        }
    }
}
