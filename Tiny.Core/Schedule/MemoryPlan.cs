namespace Tiny.Schedule;

/// <summary>
/// Pass 10. Takes lifetimes of temporary buffers in the order of launches; gives each an offset in one arena so that buffers that are alive
/// together never overlap. Largest first, each at the lowest offset that is free over its whole life.
/// </summary>
static class MemoryPlan
{
    /// <summary>Offsets are multiples of this many bytes: WebGPU's least binding alignment.</summary>
    public const int Alignment = 256;

    /// <param name="Bytes">Length.</param>
    /// <param name="First">The launch that writes it.</param>
    /// <param name="Last">The last launch that reads it.</param>
    internal readonly record struct Life(long Bytes, int First, int Last);

    /// <summary>An offset for each buffer, and the arena's length.</summary>
    public static (long[] Offsets, long Bytes) Place(IReadOnlyList<Life> lives)
    {
        var offsets = new long[lives.Count];
        var placed = new List<int>();
        long total = 0;
        foreach (int i in Enumerable.Range(0, lives.Count).OrderByDescending(i => lives[i].Bytes).ThenBy(i => i))
        {
            long at = 0;
            foreach (int j in placed.Where(j => lives[j].First <= lives[i].Last && lives[i].First <= lives[j].Last).OrderBy(j => offsets[j]))
            {
                if (at + lives[i].Bytes <= offsets[j]) break;
                at = Math.Max(at, Align(offsets[j] + lives[j].Bytes));
            }
            offsets[i] = at;
            placed.Add(i);
            total = Math.Max(total, Align(at + lives[i].Bytes));
        }
        return (offsets, total);
    }

    static long Align(long n) => (n + Alignment - 1) / Alignment * Alignment;
}
