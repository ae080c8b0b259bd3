using Tiny.Onnx.Import;

namespace Tiny.Onnx.Operators.Learning;

/// <summary>Support vector machines: sums over vectors, of how near each is to the features, times its coefficients.</summary>
static class SupportVectors
{
    const string Domain = "ai.onnx.ml";

    // Probabilities of pairs are joined in rounds until they change little: libsvm does at most 100, of which a few are needed.
    const int Rounds = 20;
    const double SmallChange = 0.005, LeastProbability = 1e-7;

    public static IReadOnlyList<Operator> Table { get; } =
    [
        new("SVMRegressor", n => Regress(n), Domain: Domain),
        new("SVMClassifier", Classify, Domain: Domain),
    ];

    static Tensor Regress(NodeContext n)
    {
        var x = Scores.Rows(n[0]);
        var coefficients = Coefficients(n);
        // Without vectors the coefficients are those of the features.
        var near = n.Integer("n_supports", 0) > 0 ? Nearness(n, x, Vectors(n, x)) : x;
        if (near.Shape[1] != coefficients.Length) throw NodeContext.Bad($"{coefficients.Length} coefficients for {near.Shape[1]} vectors or features");
        var y = near.Linear(Tensor.From(coefficients, 1, coefficients.Length).Cast(x.DType)) + Rho(n, 1)[0];
        if (n.Flag("one_class")) y = y.Gt(0).Where(Tensor.Scalar(1, y.DType), Tensor.Scalar(-1, y.DType));
        return Scores.Transform(y, n.Text("post_transform", "NONE")).Cast(DType.Float32);
    }

    static Results Classify(NodeContext n)
    {
        var x = Scores.Rows(n[0]);
        var (integers, strings) = (n.Integers("classlabels_ints"), n.Texts("classlabels_strings"));
        var (scores, place) = n.Integers("vectors_per_class") is { Length: > 0 } per ? OfPairs(n, x, per) : Linear(n, x, Math.Max(integers?.Length ?? 0, strings?.Length ?? 0));
        return new(Scores.Labels(n, place, integers, strings), Scores.Transform(scores, n.Text("post_transform", "NONE")).Cast(DType.Float32));
    }

    // A row of coefficients for each class.
    static (Tensor Scores, Tensor Place) Linear(NodeContext n, Tensor x, int classes)
    {
        var coefficients = Coefficients(n);
        int width = x.Shape[1];
        if (classes == 0 || coefficients.Length != classes * width) throw NodeContext.Bad($"{coefficients.Length} coefficients for {classes} classes of {width} features");
        var scores = Kernel(n, x, Tensor.From(coefficients, classes, width).Cast(x.DType)) + Rho(n, 1)[0];
        return (scores, scores.ArgMax(1));
    }

    // Each pair of classes has a score, above 0 for the first of them: votes are counted, or probabilities joined.
    static (Tensor Scores, Tensor Place) OfPairs(NodeContext n, Tensor x, long[] per)
    {
        var vectors = Vectors(n, x);
        int classes = per.Length, count = vectors.Shape[0];
        var coefficients = Coefficients(n);
        if (per.Any(p => p < 0) || per.Sum() != count || coefficients.Length != count * (classes - 1))
            throw NodeContext.Bad($"{coefficients.Length} coefficients for {classes} classes of [{string.Join(", ", per)}] vectors, {count} in all");
        (int First, int Second)[] pairs = [.. from i in Enumerable.Range(0, classes) from j in Enumerable.Range(i + 1, classes - i - 1) select (i, j)];
        int[] of = [.. per.SelectMany((p, c) => Enumerable.Repeat(c, (int)p))];
        // A class has a row of coefficients for each other one.
        var weights = pairs.SelectMany(p => Enumerable.Range(0, count).Select(v => of[v] == p.First ? coefficients[(p.Second - 1) * count + v] : of[v] == p.Second ? coefficients[p.First * count + v] : 0f));
        var scores = Nearness(n, x, vectors).Linear(Tensor.From([.. weights], pairs.Length, count).Cast(x.DType)) + Tensor.From(Rho(n, pairs.Length)[..pairs.Length]).Cast(x.DType);
        if (n.Floats("prob_a") is { Length: > 0 } slopes)
        {
            if (slopes.Length != pairs.Length || n.Floats("prob_b") is not { } offsets || offsets.Length != pairs.Length) throw NodeContext.Bad($"{slopes.Length} probabilities for {pairs.Length} pairs");
            var first = (-(scores * Tensor.From(slopes).Cast(x.DType) + Tensor.From(offsets).Cast(x.DType))).Sigmoid().Clamp(LeastProbability, 1 - LeastProbability);
            var joined = Joined(first, pairs, classes);
            return (joined, joined.ArgMax(1));
        }
        Tensor Votes(Func<(int First, int Second), int> to) => Tensor.From([.. pairs.SelectMany(p => Enumerable.Range(0, classes).Select(c => to(p) == c ? 1f : 0))], pairs.Length, classes);
        var won = scores.Gt(0).Cast(DType.Float32);
        var place = (won.MatMul(Votes(p => p.First)) + (1 - won).MatMul(Votes(p => p.Second))).ArgMax(1);
        // One score for two classes stands for both.
        return (classes == 2 ? Tensor.Cat([-scores, scores], 1) : scores, place);
    }

    // Probabilities of all classes out of those of pairs: the second method of Wu, Lin and Weng (Probability estimates for multi-class classification by pairwise coupling, 2004),
    // one class after another in each round, until a row changes little.
    static Tensor Joined(Tensor first, (int First, int Second)[] pairs, int classes)
    {
        if (classes == 2) return Tensor.Cat([first, 1 - first], 1);
        Tensor Column(Tensor t, int i) => Movement.Part(t, 1, i, i + 1);
        // [rows, classes, classes]: how likely the first is of both.
        var all = Enumerable.Range(0, classes).Select(i => Tensor.Cat([.. Enumerable.Range(0, classes).Select(j =>
            i == j ? Column(first, 0).ZerosLike() : i < j ? Column(first, Array.IndexOf(pairs, (i, j))) : 1 - Column(first, Array.IndexOf(pairs, (j, i))))], 1)).ToList();
        var likely = Tensor.Stack(all, 1);
        var other = likely.Transpose();
        var own = Tensor.Arange(classes).Eq(Tensor.Arange(classes).Unsqueeze(1));
        var q = own.Where(other.Square().Sum(2, true), -(likely * other)).Contiguous();
        var p = Tensor.Full(new Shape(first.Shape[0], classes), 1.0 / classes, first.DType);
        for (int round = 0; round < Rounds; round++)
        {
            var qp = (q * p.Unsqueeze(1)).Sum(2);
            var pqp = (p * qp).Sum(1, true);
            var done = (qp - pqp).Abs().Max(1, true).Lt(SmallChange / classes);
            var next = p;
            for (int t = 0; t < classes; t++)
            {
                Tensor row = Movement.Part(q, 1, t, t + 1).Squeeze(1), diagonal = Column(row, t), at = Column(qp, t);
                var change = (pqp - at) / diagonal;
                pqp = (pqp + change * (change * diagonal + 2 * at)) / (1 + change).Square();
                qp = ((qp + change * row) / (1 + change)).Contiguous();
                next = ((next + change * Tensor.Arange(classes).Eq(t).Cast(p.DType)) / (1 + change)).Contiguous();
            }
            p = done.Where(p, next).Contiguous();
        }
        return p;
    }

    static Tensor Nearness(NodeContext n, Tensor x, Tensor vectors) => Kernel(n, x, vectors).Contiguous();

    // [rows, vectors] of [rows, features] and [vectors, features].
    static Tensor Kernel(NodeContext n, Tensor x, Tensor vectors)
    {
        float[] numbers = n.Floats("kernel_params") ?? [];
        float At(int i) => i < numbers.Length ? numbers[i] : 0;
        var (gamma, constant, degree) = (At(0), At(1), At(2));
        return n.Text("kernel_type", "LINEAR") switch
        {
            "LINEAR" => x.Linear(vectors),
            "POLY" => (x.Linear(vectors) * gamma + constant).Pow(degree),
            "RBF" => ((x.Unsqueeze(1) - vectors).Square().Sum(2) * -gamma).Exp(),
            "SIGMOID" => (x.Linear(vectors) * gamma + constant).Tanh(),
            var other => throw NodeContext.Bad($"kernel_type '{other}'"),
        };
    }

    static Tensor Vectors(NodeContext n, Tensor x)
    {
        var vectors = n.Floats("support_vectors") ?? throw NodeContext.Bad("attribute 'support_vectors' is missing");
        int width = x.Shape[1];
        if (width == 0 || vectors.Length % width != 0) throw NodeContext.Bad($"{vectors.Length} numbers in vectors of {width} features");
        return Tensor.From(vectors, vectors.Length / width, width).Cast(x.DType);
    }

    static float[] Coefficients(NodeContext n) => n.Floats("coefficients") ?? throw NodeContext.Bad("attribute 'coefficients' is missing");

    static float[] Rho(NodeContext n, int count) => n.Floats("rho") is { } rho && rho.Length >= count ? rho : throw NodeContext.Bad($"attribute 'rho' has fewer than {count} numbers");
}
