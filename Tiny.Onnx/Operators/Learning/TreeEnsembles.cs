using Tiny.Onnx.Import;
using Tiny.Onnx.Model;

namespace Tiny.Onnx.Operators.Learning;

/// <summary>Ensembles of decision trees: what the leaves say that a row arrives at, taken together.</summary>
static class TreeEnsembles
{
    const string Domain = "ai.onnx.ml";

    public static IReadOnlyList<Operator> Table { get; } =
    [
        new("TreeEnsemble", Ensemble, Since: 5, Domain: Domain),
        new("TreeEnsembleRegressor", Regress, Domain: Domain),
        new("TreeEnsembleClassifier", Classify, Domain: Domain),
    ];

    static readonly string[] s_aggregates = ["AVERAGE", "SUM", "MIN", "MAX"];

    // A leaf's say: the target it speaks for, and with what weight.
    readonly record struct Vote(int Leaf, int Target, double Weight);

    /// <summary>[rows, targets]: the votes of all leaves that a row arrives at.</summary>
    static Tensor Aggregate(NodeContext n, Forest forest, Tensor x, IReadOnlyList<Vote> votes, int targets, string aggregate)
    {
        if (votes.Any(v => v.Target < 0 || v.Target >= targets)) throw NodeContext.Bad($"a leaf speaks for a target that is not among {targets}");
        // A row for each leaf that votes, and behind them one for all others.
        int[] leaves = [.. votes.Select(v => v.Leaf).Distinct()];
        var row = new int[forest.Modes.Length];
        Array.Fill(row, leaves.Length);
        for (int i = 0; i < leaves.Length; i++) row[leaves[i]] = i;
        double nothing = aggregate switch { "MIN" => float.MaxValue, "MAX" => float.MinValue, _ => 0 };
        var table = HostTable.New<double>(leaves.Length + 1, Math.Max(0, targets));
        Array.Fill(table, nothing);
        foreach (var (leaf, target, weight) in votes)
        {
            ref double cell = ref table[row[leaf] * targets + target];
            cell = aggregate switch { "MIN" => Math.Min(cell, weight), "MAX" => Math.Max(cell, weight), _ => cell + weight };
        }
        var weights = (x.DType == DType.Float64 ? Tensor.From(table) : Tensor.From([.. table.Select(w => (float)w)]).Cast(x.DType)).Reshape(leaves.Length + 1, targets);
        var said = weights.Take(Tensor.From(row).Take(forest.Leaves(n, x)));
        return aggregate switch
        {
            "SUM" => said.Sum(1),
            "AVERAGE" => said.Sum(1) / forest.Roots.Length,
            "MIN" => said.Min(1),
            "MAX" => said.Max(1),
            _ => throw NodeContext.Bad($"aggregate_function '{aggregate}'"),
        };
    }

    // ---- version 5: nodes and leaves apart

    static Results Ensemble(NodeContext n)
    {
        var x = n[0];
        int[] features = Integers(n, "nodes_featureids"), modes = [.. Numbers(n, "nodes_modes").Select(m => (int)m)];
        int count = features.Length;
        double[] splits = Numbers(n, "nodes_splits"), weights = Numbers(n, "leaf_weights");
        var missing = n.Integers("nodes_missing_value_tracks_true");
        int[] targets = Integers(n, "leaf_targetids"), roots = Integers(n, "tree_roots");
        if (modes.Length != count || splits.Length != count || weights.Length != targets.Length || modes.Any(m => m is < 0 or > (int)Comparison.Member))
            throw NodeContext.Bad($"{count} nodes with {modes.Length} modes and {splits.Length} splits, {targets.Length} leaves with {weights.Length} weights");
        // Leaves have places behind the nodes.
        int[] yes = Branches(n, "true", count), no = Branches(n, "false", count), leaves = [.. Enumerable.Range(count, targets.Length)];
        if (roots.Any(r => r < 0 || r >= count)) throw NodeContext.Bad("a tree begins at a node that is not there");
        var forest = new Forest([.. features, .. new int[leaves.Length]], [.. splits, .. new double[leaves.Length]],
            [.. modes.Select(m => (Comparison)m), .. Enumerable.Repeat(Comparison.Leaf, leaves.Length)], [.. yes, .. leaves], [.. no, .. leaves],
            [.. Enumerable.Range(0, count).Select(i => missing is { Length: > 0 } && missing[i] != 0), .. new bool[leaves.Length]], roots)
        { Members = Members(n, modes) };
        Vote[] votes = [.. targets.Select((t, i) => new Vote(count + i, t, weights[i]))];
        var scores = Aggregate(n, forest, x, votes, checked((int)n.Integer("n_targets", 1)), Named(s_aggregates, n.Integer("aggregate_function", 1), "aggregate_function"));
        return Scores.Transform(scores, Named(Scores.Transforms, n.Integer("post_transform", 0), "post_transform"));
    }

    static string Named(string[] names, long number, string attribute) => number >= 0 && number < names.Length ? names[number] : throw NodeContext.Bad($"attribute '{attribute}' is {number}");

    static int[] Branches(NodeContext n, string side, int nodes)
    {
        int[] to = Integers(n, $"nodes_{side}nodeids"), isLeaf = Integers(n, $"nodes_{side}leafs");
        if (to.Length != nodes || isLeaf.Length != nodes) throw NodeContext.Bad($"{to.Length} and {isLeaf.Length} {side} branches of {nodes} nodes");
        return [.. to.Select((t, i) => isLeaf[i] != 0 ? nodes + t : t)];
    }

    // Sets one after another, each ended by NaN, in the order of the nodes that test membership.
    static Dictionary<int, double[]> Members(NodeContext n, int[] modes)
    {
        int[] testing = [.. Enumerable.Range(0, modes.Length).Where(i => modes[i] == (int)Comparison.Member)];
        var sets = new List<List<double>> { new() };
        if (testing.Length == 0) return [];
        foreach (double value in Numbers(n, "membership_values"))
            if (double.IsNaN(value)) sets.Add([]);
            else sets[^1].Add(value);
        if (sets.Count < testing.Length) throw NodeContext.Bad($"{sets.Count} sets for {testing.Length} nodes that test membership");
        return testing.Select((node, i) => (node, i)).ToDictionary(t => t.node, t => sets[t.i].ToArray());
    }

    static int[] Integers(NodeContext n, string attribute) =>
        [.. (n.Integers(attribute) ?? throw NodeContext.Bad($"attribute '{attribute}' is missing")).Select(i => checked((int)i))];

    static double[] Numbers(NodeContext n, string attribute)
    {
        var tensor = n.Tensor(attribute) ?? throw NodeContext.Bad($"attribute '{attribute}' is missing");
        return HostNumbers.Floats(tensor.Decode(), tensor.Type.Carrier(), checked((int)tensor.Shape.Size));
    }

    // ---- versions 1 and 3: a tree's number and a number in it for each node, and for each vote

    static readonly string[] s_modes = ["BRANCH_LEQ", "BRANCH_LT", "BRANCH_GTE", "BRANCH_GT", "BRANCH_EQ", "BRANCH_NEQ", "BRANCH_MEMBER", "LEAF"];

    static double[]? Floats(NodeContext n, string attribute) => n.Floats(attribute) is { Length: > 0 } floats ? [.. floats.Select(f => (double)f)]
        : n.Tensor($"{attribute}_as_tensor") is not null ? Numbers(n, $"{attribute}_as_tensor") : null;

    static (Forest Forest, Vote[] Votes) Old(NodeContext n, string kind)
    {
        int[] trees = Integers(n, "nodes_treeids"), ids = Integers(n, "nodes_nodeids"), features = Integers(n, "nodes_featureids");
        int[] yesIds = Integers(n, "nodes_truenodeids"), noIds = Integers(n, "nodes_falsenodeids");
        string[] names = n.Texts("nodes_modes") ?? throw NodeContext.Bad("attribute 'nodes_modes' is missing");
        double[] thresholds = Floats(n, "nodes_values") ?? new double[ids.Length];
        var missing = n.Integers("nodes_missing_value_tracks_true");
        if (new[] { trees.Length, features.Length, yesIds.Length, noIds.Length, names.Length, thresholds.Length, missing is { Length: > 0 } ? missing.Length : ids.Length }.Any(l => l != ids.Length))
            throw NodeContext.Bad($"the attributes of {ids.Length} nodes differ in length");
        var place = new Dictionary<(int, int), int>();
        for (int i = 0; i < ids.Length; i++)
            if (!place.TryAdd((trees[i], ids[i]), i)) throw NodeContext.Bad($"tree {trees[i]} has two nodes {ids[i]}");
        Comparison[] modes = [.. names.Select(m => Array.IndexOf(s_modes, m) is >= 0 and var at ? (Comparison)at : throw NodeContext.Bad($"mode '{m}'"))];
        int At(int tree, int id) => place.TryGetValue((tree, id), out int at) ? at : throw NodeContext.Bad($"tree {tree} has no node {id}");
        int[] Next(int[] next) => [.. next.Select((id, i) => modes[i] == Comparison.Leaf ? i : At(trees[i], id))];
        int[] yes = Next(yesIds), no = Next(noIds);
        // A tree begins at the node that no other leads to.
        var led = Enumerable.Range(0, ids.Length).Where(i => modes[i] != Comparison.Leaf).SelectMany(i => new[] { yes[i], no[i] }).ToHashSet();
        int[] roots = [.. Enumerable.Range(0, ids.Length).Where(i => !led.Contains(i))];
        if (roots.Length == 0) throw NodeContext.Bad("nodes of a tree lead in a circle");
        var forest = new Forest([.. features.Select((f, i) => modes[i] == Comparison.Leaf ? 0 : f)], thresholds, modes, yes, no, [.. ids.Select((_, i) => missing is { Length: > 0 } && missing[i] != 0)], roots);
        int[] voteTrees = Integers(n, $"{kind}_treeids"), voteIds = Integers(n, $"{kind}_nodeids"), targets = Integers(n, $"{kind}_ids");
        double[] weights = Floats(n, $"{kind}_weights") ?? throw NodeContext.Bad($"attribute '{kind}_weights' is missing");
        if (voteTrees.Length != targets.Length || voteIds.Length != targets.Length || weights.Length != targets.Length) throw NodeContext.Bad($"the attributes of {targets.Length} weights differ in length");
        return (forest, [.. targets.Select((t, i) => new Vote(At(voteTrees[i], voteIds[i]), t, weights[i]))]);
    }

    static Tensor Based(NodeContext n, Tensor scores) => Floats(n, "base_values") is { } values ? scores + Tensor.From([.. values.Select(v => (float)v)]).Cast(scores.DType) : scores;

    static Results Regress(NodeContext n)
    {
        var (forest, votes) = Old(n, "target");
        var scores = Based(n, Aggregate(n, forest, Scores.Rows(n[0]), votes, checked((int)n.Integer("n_targets", 1)), n.Text("aggregate_function", "SUM")));
        return Scores.Transform(scores, n.Text("post_transform", "NONE")).Cast(DType.Float32);
    }

    static Results Classify(NodeContext n)
    {
        var (forest, votes) = Old(n, "class");
        var (integers, strings) = (n.Integers("classlabels_int64s"), n.Texts("classlabels_strings"));
        int classes = Math.Max(integers?.Length ?? 0, strings?.Length ?? 0);
        // Votes for one class only decide between two: it has the sum, and the other what is left of one or, before a transform, the negative.
        bool binary = votes.Select(v => v.Target).Distinct().Count() == 1 && classes <= 2;
        var transform = n.Text("post_transform", "NONE");
        Tensor scores;
        if (binary)
        {
            var second = Based(n, Aggregate(n, forest, Scores.Rows(n[0]), [.. votes.Select(v => v with { Target = 0 })], 1, "SUM"));
            second = Movement.Part(second, 1, second.Shape[1] - 1, second.Shape[1]);
            scores = Tensor.Cat([transform is "NONE" or "PROBIT" ? 1 - second : -second, second], 1);
        }
        else scores = Based(n, Aggregate(n, forest, Scores.Rows(n[0]), votes, classes, "SUM"));
        scores = Scores.Transform(scores, transform).Cast(DType.Float32);
        if (classes == 1) (integers, strings) = (integers is { Length: 1 } ? [0, integers[0]] : null, strings is { Length: 1 } ? ["", strings[0]] : null);
        return new(Scores.Labels(n, scores.ArgMax(1), integers, strings), scores);
    }
}
