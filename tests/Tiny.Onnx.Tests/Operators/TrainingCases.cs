using static Tiny.Onnx.Tests.Operators.CaseData;

namespace Tiny.Onnx.Tests.Operators;

/// <summary>Steps of optimizers by their formulas, and draws: their types and shapes, and where they cannot vary their values.</summary>
static class TrainingCases
{
    const string Domain = "ai.onnx.preview.training";

    public static IReadOnlyList<OperatorCase> All { get; } =
    [
        // r = 0.1 / (1 + 2 * 0.5), g' = 0.5 x + g, h' = h + g'^2.
        Step("adagrad_two", "Adagrad", [[1, 2], [4]], [[0.5, -1], [1]], [[[4, 9], [0]]], (x, g, m) => { double p = 0.5 * x + g, h = m[0] + p * p; return [x - 0.05 * p / (Math.Sqrt(h) + 0.01), h]; },
            ("norm_coefficient", 0.5f), ("decay_factor", 0.5f), ("epsilon", 0.01f)),
        Step("adam_later", "Adam", [[1, 2], [4]], [[0.5, -1], [1]], [[[0.1, 0.2], [0.3]], [[0.4, 0.5], [0.6]]], (x, g, m) =>
        {
            double p = 0.5 * x + g, v = 0.9f * m[0] + (1 - 0.9f) * p, h = 0.999f * m[1] + (1 - 0.999f) * p * p;
            double rate = 0.1 * Math.Sqrt(1 - Math.Pow(0.999f, 2)) / (1 - Math.Pow(0.9f, 2));
            return [(x - rate * v / (Math.Sqrt(h) + 0.01)) * (1 - 0.25), v, h];
        }, ("norm_coefficient", 0.5f), ("norm_coefficient_post", 0.25f), ("epsilon", 0.01f)),
        Step("momentum_later", "Momentum", [[1, 2], [4]], [[0.5, -1], [1]], [[[0.1, 0.2], [0.3]]], (x, g, m) => { double v = 0.5 * m[0] + 0.25 * (0.5 * x + g); return [x - 0.1 * v, v]; },
            ("norm_coefficient", 0.5f), ("alpha", 0.5f), ("beta", 0.25f), ("mode", "standard")),
        new("bernoulli_never_and_always", "Bernoulli", 15, [F([2, 3], 0, 1, 0, 1, 1, 0)], [I([2, 3], 0, 1, 0, 1, 1, 0)]) { Attributes = [("dtype", 6L)] },
        new("uniform_of_one_value", "RandomUniform", 1, [], [D([2, 2], 3, 3, 3, 3)]) { Attributes = [("shape", new[] { 2L, 2 }), ("dtype", 11L), ("low", 3f), ("high", 3f), ("seed", 1f)] },
        new("normal_without_spread", "RandomNormalLike", 1, [L([3], 1, 2, 3)], [F([3], 2, 2, 2)]) { Attributes = [("dtype", 1L), ("mean", 2f), ("scale", 0f)] },
        new("multinomial_of_a_certain_class", "Multinomial", 7, [F([2, 3], 0, 200, 0, 0, 0, 200)], [L([2, 4], 1, 1, 1, 1, 2, 2, 2, 2)]) { Attributes = [("sample_size", 4L), ("dtype", 7L)] },
        new("dropout_of_nothing", "Dropout", 13, [F([4], 1, 2, 3, 4), F([], 0), Bool([], true)], [F([4], 1, 2, 3, 4), Bool([4], true, true, true, true)]),
    ];

    static OperatorCase Step(string name, string op, double[][] x, double[][] gradients, double[][][] memories, Func<double, double, double[], double[]> formula, params (string, object)[] attributes)
    {
        CaseData[] Row(double[][] all) => [.. all.Select(v => F([v.Length], v))];
        var next = x.Select((v, i) => v.Select((_, j) => formula(v[j], gradients[i][j], [.. memories.Select(m => m[i][j])])).ToArray()).ToArray();
        var outputs = Enumerable.Range(0, 1 + memories.Length).SelectMany(k => next.Select(all => F([all.Length], all.Select(r => r[k]))));
        return new(name, op, 1, [F([], 0.1f), L([], 2), .. Row(x), .. Row(gradients), .. memories.SelectMany(Row)], [.. outputs]) { Domain = Domain, Attributes = attributes };
    }
}
