namespace Tiny.Schedule;

/// <summary>
/// Takes lifetimes of temporary buffers in the order of launches; gives each an offset in an arena so that buffers that are alive
/// together never overlap. Where a target limits how long an arena may be there are several, laid end to end while planning: no
/// buffer lies across an end. Buffers are placed one after another, each at the lowest offset that is free over its whole life. Some order
/// gives the smallest arena that there is; a few good ones are tried, then the best is improved step by step. The same lives always get
/// the same plan.
/// </summary>
static class MemoryPlan
{
    /// <summary>Offsets are multiples of this many bytes: WebGPU's least binding alignment.</summary>
    public const int Alignment = 256;

    /// <summary>Visits of pairs that improving may cost: some milliseconds. Nets of thousands of buffers keep the first orders' best.</summary>
    const long Effort = 1_000_000;

    /// <summary>The limit of an arena that has none.</summary>
    public const long Unlimited = long.MaxValue / Alignment * Alignment;

    /// <param name="Bytes">Length.</param>
    /// <param name="First">The launch that writes it.</param>
    /// <param name="Last">The last launch that reads it.</param>
    internal readonly record struct Life(long Bytes, int First, int Last);

    /// <summary>An arena and an offset in it for each buffer, and the arenas' lengths, of which none exceeds the limit; a buffer that does is an error.</summary>
    public static ((int Arena, long Offset)[] Places, long[] Bytes) PlaceInArenas(IReadOnlyList<Life> lives, long limit)
    {
        if (lives.Count == 0) return ([], []);
        limit = limit / Alignment * Alignment;
        if (lives.Any(l => l.Bytes > limit)) throw new ArgumentException($"a buffer is longer than {limit} bytes");
        (int Arena, long Offset)[] places = [.. Place(lives, limit).Offsets.Select(o => ((int)(o / limit), o % limit))];
        var bytes = new long[1 + places.Max(p => p.Arena)];
        for (int i = 0; i < places.Length; i++)
            bytes[places[i].Arena] = Math.Max(bytes[places[i].Arena], Align(places[i].Offset + lives[i].Bytes));
        return (places, bytes);
    }

    /// <summary>An offset for each buffer, none across a multiple of the limit, and the length of all.</summary>
    public static (long[] Offsets, long Bytes) Place(IReadOnlyList<Life> lives, long limit = Unlimited)
    {
        if (lives.Count == 0) return ([], 0);
        var together = Together(lives);
        long bound = LowerBound(lives);
        int[][] orders =
        [
            Order(lives, l => -l.Bytes),
            Order(lives, l => -l.Bytes * (l.Last - l.First + 1)),
            Order(lives, l => l.First),
            Tracks(lives),
        ];
        var best = orders.Select(order => (Order: order, Plan: InOrder(lives, together, order, limit))).MinBy(p => p.Plan.Bytes);
        return best.Plan.Bytes == bound ? best.Plan : Improve(lives, together, best.Order, best.Plan, bound, limit);
    }

    /// <summary>The most bytes that are alive at one launch: no plan needs less.</summary>
    public static long LowerBound(IReadOnlyList<Life> lives)
    {
        var change = new SortedDictionary<int, long>();
        foreach (var l in lives)
        {
            change[l.First] = change.GetValueOrDefault(l.First) + Align(l.Bytes);
            change[l.Last + 1] = change.GetValueOrDefault(l.Last + 1) - Align(l.Bytes);
        }
        long alive = 0, most = 0;
        foreach (long by in change.Values) most = Math.Max(most, alive += by);
        return most;
    }

    // What reaches highest is placed before something that stood in its way, over and over; what makes the arena larger is taken back.
    static (long[] Offsets, long Bytes) Improve(
        IReadOnlyList<Life> lives, List<int>[] together, int[] order, (long[] Offsets, long Bytes) plan, long bound, long limit)
    {
        // A sequence of our own: the plan must not depend on the runtime.
        uint state = 2463534242;
        int Next(int below)
        {
            state ^= state << 13;
            state ^= state >> 17;
            state ^= state << 5;
            return (int)(state % (uint)below);
        }

        var best = plan;
        long cost = lives.Count + together.Sum(t => (long)t.Count);
        for (long spent = cost; spent < Effort && best.Bytes > bound; spent += cost)
        {
            int[] highest = [.. order.Where(i => Align(plan.Offsets[i] + lives[i].Bytes) == plan.Bytes && together[i].Count > 0)];
            int high = highest[Next(highest.Length)], other = together[high][Next(together[high].Count)];
            // Or before something that stands in the way of that.
            if (Next(2) == 0) other = together[other][Next(together[other].Count)];
            var changed = order.ToList();
            changed.Remove(high);
            int at = other == high ? 0 : changed.IndexOf(other);
            changed.Insert(at, high);
            int[] candidate = [.. changed];
            var next = InOrder(lives, together, candidate, limit);
            if (next.Bytes > plan.Bytes) continue;
            (order, plan) = (candidate, next);
            if (plan.Bytes < best.Bytes) best = plan;
        }
        return best;
    }

    static (long[] Offsets, long Bytes) InOrder(IReadOnlyList<Life> lives, List<int>[] together, int[] order, long limit)
    {
        var offsets = new long[lives.Count];
        Array.Fill(offsets, -1);
        long total = 0;
        var inTheWay = new List<(long From, long To)>();
        foreach (int i in order)
        {
            inTheWay.Clear();
            foreach (int j in together[i])
                if (offsets[j] >= 0) inTheWay.Add((offsets[j], Align(offsets[j] + lives[j].Bytes)));
            inTheWay.Sort();
            long at = 0;
            foreach (var (from, to) in inTheWay)
            {
                if (at + lives[i].Bytes <= from) break;
                at = Within(Math.Max(at, to), lives[i].Bytes, limit);
            }
            offsets[i] = at;
            total = Math.Max(total, Align(at + lives[i].Bytes));
        }
        return (offsets, total);
    }

    // The first place from there on that does not lie across a multiple of the limit.
    static long Within(long at, long bytes, long limit) => at % limit + bytes <= limit ? at : (at / limit + 1) * limit;

    /// <summary>For each buffer those that are alive at a launch at which it is.</summary>
    static List<int>[] Together(IReadOnlyList<Life> lives)
    {
        List<int>[] together = [.. lives.Select(_ => new List<int>())];
        var alive = new List<int>();
        foreach (int i in Order(lives, l => l.First))
        {
            alive.RemoveAll(j => lives[j].Last < lives[i].First);
            foreach (int j in alive)
            {
                together[i].Add(j);
                together[j].Add(i);
            }
            alive.Add(i);
        }
        return together;
    }

    /// <summary>
    /// Buffers in turns: first those that follow one another from the first on, then from what is left the same again. A chain of layers is two
    /// such tracks: every other buffer lies at the bottom, the rest above.
    /// </summary>
    static int[] Tracks(IReadOnlyList<Life> lives)
    {
        var track = new int[lives.Count];
        var ends = new PriorityQueue<int, int>();
        var free = new PriorityQueue<int, int>();
        int tracks = 0;
        foreach (int i in Order(lives, l => l.First))
        {
            while (ends.TryPeek(out int ended, out int end) && end < lives[i].First)
            {
                ends.Dequeue();
                free.Enqueue(ended, ended);
            }
            track[i] = free.Count > 0 ? free.Dequeue() : tracks++;
            ends.Enqueue(track[i], lives[i].Last);
        }
        return [.. Enumerable.Range(0, lives.Count).OrderBy(i => track[i]).ThenBy(i => lives[i].First).ThenBy(i => i)];
    }

    static int[] Order(IReadOnlyList<Life> lives, Func<Life, long> by) => [.. Enumerable.Range(0, lives.Count).OrderBy(i => by(lives[i])).ThenBy(i => i)];

    internal static long Align(long n) => (n + Alignment - 1) / Alignment * Alignment;
}
