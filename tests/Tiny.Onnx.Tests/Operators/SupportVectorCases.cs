using static Tiny.Onnx.Tests.Operators.CaseData;

namespace Tiny.Onnx.Tests.Operators;

/// <summary>Support vector machines, against sums that are written as their definition is; the definition itself was compared with another runtime.</summary>
static class SupportVectorCases
{
    const int Rows = 4, Width = 3;
    static readonly float[] s_x = Some(Rows * Width, 1.3), s_vectors = Some(6 * Width, 2.1), s_more = Some(12, 0.7), s_kernel = [0.7f, 0.25f, 3];
    static readonly long[] s_per = [2, 1, 3];
    static readonly float[] s_rho = [0.1f, -0.2f, 0.05f], s_slopes = [-1.2f, -0.8f, -1.5f], s_offsets = [0.1f, -0.1f, 0.2f];

    static float[] Some(int count, double step) => [.. Enumerable.Range(0, count).Select(i => (float)Math.Sin(i * step + 1))];

    public static IReadOnlyList<OperatorCase> All { get; } =
    [
        .. new[] { "LINEAR", "POLY", "RBF", "SIGMOID" }.Select(kernel => Regressor($"svm_regressor_{kernel.ToLowerInvariant()}", Sums(kernel), ("kernel_type", kernel))),
        Regressor("svm_regressor_one_class", Sums("RBF").Select(s => s > 0 ? 1.0 : -1), ("kernel_type", "RBF"), ("one_class", 1)),
        Regressor("svm_regressor_logistic", Sums("RBF").Select(s => 1 / (1 + Math.Exp(-s))), ("kernel_type", "RBF"), ("post_transform", "LOGISTIC")),
        Case("svm_regressor_of_features", "SVMRegressor", [F([Rows, 1], Enumerable.Range(0, Rows).Select(r => Dot(s_x, r, s_more, 0) + s_rho[0]))], ("coefficients", s_more[..Width]), ("rho", s_rho[..1])),
        Classifier("svm_classifier_votes", [7, 8, 9], Enumerable.Range(0, Rows).Select(r => Voted(Pairs(r, 3), 3)), 3, Enumerable.Range(0, Rows).SelectMany(r => Pairs(r, 3))),
        Classifier("svm_classifier_probabilities", [7, 8, 9], Enumerable.Range(0, Rows).Select(r => Largest(Probabilities(r))), 3, Enumerable.Range(0, Rows).SelectMany(Probabilities),
            ("prob_a", s_slopes), ("prob_b", s_offsets)),
        Classifier("svm_classifier_two", [4, 6], Enumerable.Range(0, Rows).Select(r => Pairs(r, 2)[0] > 0 ? 0 : 1), 2, Enumerable.Range(0, Rows).SelectMany(r => Pairs(r, 2)).SelectMany(s => new[] { -s, s })),
        Classifier("svm_classifier_two_probabilities", [4, 6], Enumerable.Range(0, Rows).Select(r => Likely(Pairs(r, 2)[0], 0) > 0.5 ? 0 : 1), 2,
            Enumerable.Range(0, Rows).SelectMany(r => new[] { Likely(Pairs(r, 2)[0], 0), 1 - Likely(Pairs(r, 2)[0], 0) }), ("prob_a", s_slopes[..1]), ("prob_b", s_offsets[..1])),
        Case("svm_classifier_of_features", "SVMClassifier",
            [L([Rows], [.. Enumerable.Range(0, Rows).Select(r => (long)Largest(Linear(r)))]), F([Rows, 3], Enumerable.Range(0, Rows).SelectMany(r => Linear(r).Select(s => 1 / (1 + Math.Exp(-s)))))],
            ("classlabels_ints", new[] { 0L, 1, 2 }), ("coefficients", s_vectors[..9]), ("rho", s_rho[..1]), ("post_transform", "LOGISTIC")),
    ];

    static OperatorCase Case(string name, string op, CaseData[] outputs, params (string, object)[] attributes) =>
        new(name, op, 1, [F([Rows, Width], s_x)], outputs) { Domain = "ai.onnx.ml", Attributes = attributes, Absolute = 1e-5 };

    static OperatorCase Regressor(string name, IEnumerable<double> expected, params (string, object)[] attributes) => Case(name, "SVMRegressor", [F([Rows, 1], expected)],
        [.. attributes, ("kernel_params", s_kernel), ("n_supports", 6), ("support_vectors", s_vectors), ("coefficients", s_more[..6]), ("rho", s_rho[..1])]);

    static OperatorCase Classifier(string name, long[] labels, IEnumerable<int> places, int columns, IEnumerable<double> scores, params (string, object)[] attributes) => Case(name, "SVMClassifier",
        [L([Rows], [.. places.Select(p => labels[p])]), F([Rows, columns], scores)], [.. attributes, ("kernel_type", "RBF"), ("kernel_params", s_kernel), ("classlabels_ints", labels),
            ("vectors_per_class", labels.Length == 3 ? s_per : s_per[..2]), ("support_vectors", s_vectors[..(labels.Length == 3 ? 18 : 9)]), ("coefficients", s_more[..(labels.Length == 3 ? 12 : 3)]),
            ("rho", s_rho[..(labels.Length == 3 ? 3 : 1)])]);

    static double Dot(float[] a, int row, float[] b, int other) => Enumerable.Range(0, Width).Sum(i => (double)a[row * Width + i] * b[other * Width + i]);

    static double Near(string kernel, int row, int vector) => kernel switch
    {
        "LINEAR" => Dot(s_x, row, s_vectors, vector),
        "POLY" => Math.Pow(s_kernel[0] * Dot(s_x, row, s_vectors, vector) + s_kernel[1], 3),
        "SIGMOID" => Math.Tanh(s_kernel[0] * Dot(s_x, row, s_vectors, vector) + s_kernel[1]),
        _ => Math.Exp(-s_kernel[0] * Enumerable.Range(0, Width).Sum(i => Math.Pow(s_x[row * Width + i] - s_vectors[vector * Width + i], 2))),
    };

    static IEnumerable<double> Sums(string kernel) => Enumerable.Range(0, Rows).Select(r => Enumerable.Range(0, 6).Sum(v => s_more[v] * Near(kernel, r, v)) + s_rho[0]);

    static double[] Linear(int row) => [.. Enumerable.Range(0, 3).Select(c => Dot(s_x, row, s_vectors, c) + s_rho[0])];

    // Of the first two or all three classes.
    static double[] Pairs(int row, int classes)
    {
        int count = classes == 3 ? 6 : 3;
        int[] start = [0, 2, 3, 6];
        var scores = new List<double>();
        for (int i = 0; i < classes; i++)
            for (int j = i + 1; j < classes; j++)
            {
                double sum = s_rho[scores.Count];
                for (int v = start[i]; v < start[i + 1]; v++) sum += s_more[(j - 1) * count + v] * Near("RBF", row, v);
                for (int v = start[j]; v < start[j + 1]; v++) sum += s_more[i * count + v] * Near("RBF", row, v);
                scores.Add(sum);
            }
        return [.. scores];
    }

    static int Voted(double[] s, int classes)
    {
        var votes = new int[classes];
        for (int i = 0, p = 0; i < classes; i++)
            for (int j = i + 1; j < classes; j++, p++) votes[s[p] > 0 ? i : j]++;
        return Array.IndexOf(votes, votes.Max());
    }

    static int Largest(double[] values) => Array.IndexOf(values, values.Max());

    static double Likely(double score, int pair) => 1 / (1 + Math.Exp(score * s_slopes[pair] + s_offsets[pair]));

    // Rounds over the classes, in place, as libsvm does them.
    static double[] Probabilities(int row)
    {
        var s = Pairs(row, 3);
        double[,] r = { { 0, Likely(s[0], 0), Likely(s[1], 1) }, { 1 - Likely(s[0], 0), 0, Likely(s[2], 2) }, { 1 - Likely(s[1], 1), 1 - Likely(s[2], 2), 0 } };
        double Q(int t, int u) => t == u ? Enumerable.Range(0, 3).Where(m => m != t).Sum(m => r[m, t] * r[m, t]) : -r[u, t] * r[t, u];
        double[] p = [1 / 3.0, 1 / 3.0, 1 / 3.0];
        for (int round = 0; round < 100; round++)
        {
            double[] qp = [.. Enumerable.Range(0, 3).Select(t => Enumerable.Range(0, 3).Sum(u => Q(t, u) * p[u]))];
            double pqp = p.Zip(qp, (a, b) => a * b).Sum();
            if (qp.Max(v => Math.Abs(v - pqp)) < 0.005 / 3) break;
            for (int t = 0; t < 3; t++)
            {
                double d = (pqp - qp[t]) / Q(t, t);
                p[t] += d;
                pqp = (pqp + d * (d * Q(t, t) + 2 * qp[t])) / (1 + d) / (1 + d);
                for (int u = 0; u < 3; u++) (qp[u], p[u]) = ((qp[u] + d * Q(t, u)) / (1 + d), p[u] / (1 + d));
            }
        }
        return p;
    }
}
