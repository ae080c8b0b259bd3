namespace Tiny.Graph;

/// <summary>
/// Gradients in reverse mode: takes a result, its own gradient and target nodes; gives each target's gradient, the sum over all ways from it
/// to the result, as nodes made of the graph's own (null where there is no way). Each node on such a way is visited once, users before operands,
/// so the new graph is about as large as the old one. What is made is an ordinary graph: it can be differentiated again, captured and exported.
/// </summary>
static class Gradient
{
    /// <param name="result">What is differentiated.</param>
    /// <param name="seed">The result's gradient, of its shape and dtype.</param>
    /// <param name="targets">With respect to what.</param>
    /// <param name="leaves">Nothing goes further back than these.</param>
    public static UOp?[] Of(UOp result, UOp seed, IReadOnlyList<UOp> targets, IReadOnlySet<UOp> leaves)
    {
        var way = new HashSet<UOp>(targets, ReferenceEqualityComparer.Instance);
        var order = Walk.Topological([result], y => leaves.Contains(y) ? [] : GradientRules.Operands(y));
        foreach (var y in order)
            if (!leaves.Contains(y) && GradientRules.Operands(y).Any(way.Contains)) way.Add(y);

        var rules = new GradientRules(Walk.Topological(order));
        var gradients = new Dictionary<UOp, UOp>(ReferenceEqualityComparer.Instance);
        if (way.Contains(result)) gradients[result] = seed;
        for (int n = order.Count - 1; n >= 0; n--)
        {
            var y = order[n];
            if (leaves.Contains(y) || !gradients.TryGetValue(y, out var g)) continue;
            using var scope = Origin.Scope(Named(y));
            if (y is { Op: Op.WithGradient, Arg: GradientRule rule })
            {
                var given = rule.Of(y, g);
                for (int i = 0; i < given.Length; i++) Add(y.Src[i + 1], given[i]);
            }
            else if (y.Op == Op.Buffer)
                Add(Cell.ComputedFrom(y), g);
            else
                for (int i = 0; i < y.Src.Length; i++)
                    if (way.Contains(y.Src[i])) Add(y.Src[i], rules.Of(y, i, g));
        }
        return [.. targets.Select(t => gradients.GetValueOrDefault(t))];

        void Add(UOp? operand, UOp? by)
        {
            if (by is null || operand is null || !way.Contains(operand)) return;
            gradients[operand] = gradients.TryGetValue(operand, out var sum) ? Build.Binary(Op.Add, sum, by) : by;
        }
    }

    const string Suffix = "_grad";

    // Named after what it is the gradient of, so that generated code tells.
    static string Named(UOp y) => y.Origin is not { } origin ? "grad" : origin.EndsWith(Suffix, StringComparison.Ordinal) ? origin : origin + Suffix;
}
