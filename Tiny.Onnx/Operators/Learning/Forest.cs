using Tiny.Onnx.Import;

namespace Tiny.Onnx.Operators.Learning;

/// <summary>How a node of a tree compares a feature with its threshold, in the order of their numbers; <see cref="Leaf"/> compares nothing.</summary>
enum Comparison
{
    LessOrEqual,
    Less,
    GreaterOrEqual,
    Greater,
    Equal,
    NotEqual,
    Member,
    Leaf,
}

/// <summary>
/// Decision trees. All rows go down all trees at once, a level at a time: each keeps the node where it is, and looks up there which feature is compared with what, and
/// where to go. A leaf leads to itself.
/// </summary>
/// <param name="Features">For each node the feature that it looks at.</param>
/// <param name="Thresholds">What it is compared with.</param>
/// <param name="Modes">How.</param>
/// <param name="Yes">The node behind it where the comparison holds.</param>
/// <param name="No">The node behind it where it does not.</param>
/// <param name="MissingIsYes">NaN leads to the first.</param>
/// <param name="Roots">Where each tree begins.</param>
sealed record Forest(int[] Features, double[] Thresholds, Comparison[] Modes, int[] Yes, int[] No, bool[] MissingIsYes, int[] Roots)
{
    /// <summary>What nodes of the mode <see cref="Comparison.Member"/> hold, by node.</summary>
    public IReadOnlyDictionary<int, double[]> Members { get; init; } = new Dictionary<int, double[]>();

    /// <summary>The leaf of each tree that each row x[rows, features] arrives at: [rows, trees], int32.</summary>
    public Tensor Leaves(NodeContext n, Tensor x)
    {
        Dim rows = x.Shape[0];
        int width = x.Shape[1];
        if (Features.Zip(Modes).Any(f => f.Second != Comparison.Leaf && (f.First < 0 || f.First >= width))) throw NodeContext.Bad($"a tree looks at a feature that is not among {width}");
        var node = Tensor.From(Roots).Expand([rows, Roots.Length]);
        Comparison[] used = [.. Modes.Distinct().Where(m => m != Comparison.Leaf)];
        Tensor features = Tensor.From(Features), thresholds = Numbers(Thresholds), modes = Tensor.From([.. Modes.Select(m => (int)m)]), missing = Tensor.From(MissingIsYes);
        Tensor yes = Tensor.From(Yes), no = Tensor.From(No);
        int depth = Depth();
        // A level is laid out for each comparison on the longest way.
        n.LayOut(8L * depth);
        for (int level = depth; level > 0; level--)
        {
            var value = x.Gather(1, features.Take(node));
            var (mode, threshold) = (modes.Take(node), thresholds.Take(node));
            Tensor? holds = null;
            foreach (var m in used)
            {
                var one = m == Comparison.Member ? IsMember(value, node) : Holds(m, value, threshold);
                holds = holds is null ? one : mode.Eq((int)m).Where(one, holds);
            }
            holds = holds! | value.IsNan() & missing.Take(node);
            node = holds.Where(yes.Take(node), no.Take(node)).Contiguous();
        }
        return node;

        Tensor Numbers(double[] numbers) => x.DType == DType.Float64 ? Tensor.From(numbers) : Tensor.From([.. numbers.Select(t => (float)t)]).Cast(x.DType);

        // Sets as rows of a table, filled up with NaN, which nothing is equal to.
        Tensor IsMember(Tensor value, Tensor at)
        {
            int longest = Math.Max(1, Members.Values.Max(m => m.Length));
            var sets = Members.ToList();
            var place = new int[Modes.Length];
            for (int i = 0; i < sets.Count; i++) place[sets[i].Key] = i;
            var table = Numbers([.. sets.SelectMany(s => s.Value.Concat(Enumerable.Repeat(double.NaN, longest - s.Value.Length)))]).Reshape(sets.Count, longest);
            return value.Unsqueeze(-1).Eq(table.Take(Tensor.From(place).Take(at))).Any(-1);
        }
    }

    static Tensor Holds(Comparison mode, Tensor x, Tensor threshold) => mode switch
    {
        Comparison.LessOrEqual => x.Le(threshold),
        Comparison.Less => x.Lt(threshold),
        Comparison.GreaterOrEqual => x.Ge(threshold),
        Comparison.Greater => x.Gt(threshold),
        Comparison.Equal => x.Eq(threshold),
        _ => x.Ne(threshold),
    };

    // How many comparisons lead from a root to a leaf at most.
    int Depth()
    {
        int depth = 0;
        var level = Roots.ToHashSet();
        while (level.Any(i => Modes[i] != Comparison.Leaf))
        {
            if (++depth > Modes.Length) throw NodeContext.Bad("nodes of a tree lead in a circle");
            level = [.. level.Where(i => Modes[i] != Comparison.Leaf).SelectMany(i => new[] { Yes[i], No[i] })];
            if (level.Any(i => i < 0 || i >= Modes.Length)) throw NodeContext.Bad("a node of a tree leads to a node that is not there");
        }
        return depth;
    }
}
