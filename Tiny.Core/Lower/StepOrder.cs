using Tiny.Graph;

namespace Tiny.Lower;

/// <summary>
/// The order of the steps that the sums of one loop make in an iteration. A factor that few of the sums need is loaded, used by all of them, and forgotten; the
/// factors that many need stay in registers. Sum by sum instead, all factors would be alive at once, and compilers do not load a value again that
/// they have: they put the sums into memory. The steps of one sum keep their order. What is equal for many sums of a tile is written alike then, whichever row it is for.
/// </summary>
static class StepOrder
{
    /// <param name="sums">What each sum adds in an iteration, in order.</param>
    /// <param name="isKnown">True for what is known before, and so stays wherever it is used.</param>
    /// <returns>The steps, each with the factors that are computed before it: at the first step that shares a factor those of all of them, and that factor last.</returns>
    public static IEnumerable<(int Sum, UOp Value, IEnumerable<UOp> Before)> Of(IReadOnlyList<IEnumerable<UOp>> sums, Func<UOp, bool> isKnown)
    {
        UOp[][] values = [.. sums.Select(s => s.ToArray())];
        var uses = new Dictionary<UOp, int>(ReferenceEqualityComparer.Instance);
        foreach (var factor in values.SelectMany(v => v).SelectMany(Factors)) uses[factor] = uses.GetValueOrDefault(factor) + 1;
        // The steps by the rarest of their factors, in the order of its first use.
        var groups = new Dictionary<UOp, List<(int Sum, int Step)>>(ReferenceEqualityComparer.Instance);
        var order = new List<UOp>();
        for (int sum = 0; sum < values.Length; sum++)
            for (int step = 0; step < values[sum].Length; step++)
            {
                var rarest = Factors(values[sum][step]).Where(f => !isKnown(f)).MinBy(f => uses[f]) ?? values[sum][step];
                if (!groups.TryGetValue(rarest, out var group))
                {
                    groups[rarest] = group = [];
                    order.Add(rarest);
                }
                group.Add((sum, step));
            }
        int[] done = new int[values.Length];
        var early = new HashSet<(int Sum, int Step)>();
        foreach (var rarest in order)
        {
            IEnumerable<UOp> before = groups[rarest].Select(s => values[s.Sum][s.Step]).Where(v => v.Op == Op.Mul).SelectMany(Factors).Where(f => !isKnown(f)).OrderBy(f => ReferenceEquals(f, rarest));
            foreach (var (sum, step) in groups[rarest])
            {
                early.Add((sum, step));
                while (early.Remove((sum, done[sum])))
                {
                    yield return (sum, values[sum][done[sum]++], before);
                    before = [];
                }
            }
        }
    }

    static IEnumerable<UOp> Factors(UOp value) => value.Op == Op.Mul ? value.Src : [value];
}
