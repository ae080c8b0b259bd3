using System.Collections.Immutable;

namespace Tiny.Schedule;

/// <summary>A temporary as the plan sees it: its length, and the temporary that it overwrites in place.</summary>
readonly record struct Temporary(long Bytes, int? InPlaceOf);

/// <summary>Plans the temporaries of launches in order; what overwrites another in place shares its place.</summary>
static class Arenas
{
    /// <summary>Arena and offset of each temporary that a launch uses, by number, and the arenas' lengths. No temporary may be longer than the limit.</summary>
    /// <param name="launches">The buffers of each launch, by number.</param>
    /// <param name="temporary">What is known of a buffer; null where it is no temporary.</param>
    /// <param name="limit">The most bytes of an arena.</param>
    public static (Dictionary<int, (int Arena, long Offset)> Places, long[] Bytes) Plan(
        IReadOnlyList<ImmutableArray<int>> launches, Func<int, Temporary?> temporary, long limit)
    {
        var lives = new Dictionary<int, MemoryPlan.Life>();
        var root = new Dictionary<int, int>();
        for (int i = 0; i < launches.Count; i++)
            foreach (int b in launches[i])
                if (temporary(b) is { } t)
                {
                    if (!root.TryGetValue(b, out int home)) home = root[b] = t.InPlaceOf is { } operand ? root[operand] : b;
                    lives[home] = lives.TryGetValue(home, out var life) ? new(Math.Max(life.Bytes, t.Bytes), life.First, i) : new(t.Bytes, i, i);
                }
        int[] homes = [.. lives.Keys.Order()];
        var (places, bytes) = MemoryPlan.PlaceInArenas([.. homes.Select(h => lives[h])], limit);
        return (root.ToDictionary(r => r.Key, r => places[Array.BinarySearch(homes, r.Value)]), bytes);
    }
}
