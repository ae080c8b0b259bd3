using Tiny.Onnx.Import;

namespace Tiny.Onnx.Operators.Recurrent;

/// <summary>The activation functions that recurrent nets name, with the parameters that each takes.</summary>
static class RecurrentActivations
{
    // Parameters that a function does not take are null.
    sealed record Row(string Name, double? Alpha, double? Beta, Func<Tensor, double, double, Tensor> Function);

    static readonly Row[] s_rows =
    [
        new("Relu", null, null, (x, _, _) => x.Relu()),
        new("Tanh", null, null, (x, _, _) => x.Tanh()),
        new("Sigmoid", null, null, (x, _, _) => x.Sigmoid()),
        new("Affine", 1, 0, (x, a, b) => x * a + b),
        new("LeakyRelu", 0.01f, null, (x, a, _) => x.LeakyRelu(a)),
        new("ThresholdedRelu", 1, null, (x, a, _) => x.Ge(a).Where(x, 0)),
        new("ScaledTanh", 1, 1, (x, a, b) => (x * b).Tanh() * a),
        new("HardSigmoid", 0.2f, 0.5f, (x, a, b) => (x * a + b).Clamp(0, 1)),
        new("Elu", 1, null, (x, a, _) => x.Elu(a)),
        new("Softsign", null, null, (x, _, _) => x.Softsign()),
        new("Softplus", null, null, (x, _, _) => x.Softplus()),
    ];

    /// <summary>
    /// The functions of a node, one after another for each direction. <c>activation_alpha</c> and <c>activation_beta</c> hold numbers for those functions that take one,
    /// in order; where they end, the functions have the defaults of the operators of their names.
    /// </summary>
    /// <param name="n">The node.</param>
    /// <param name="defaults">The functions of a direction where none are named.</param>
    /// <param name="directions">How many directions there are.</param>
    public static Func<Tensor, Tensor>[] Of(NodeContext n, string[] defaults, int directions)
    {
        int count = defaults.Length * directions;
        string[] names = n.Texts("activations") is { Length: > 0 } given ? given : [.. Enumerable.Repeat(defaults, directions).SelectMany(d => d)];
        // RNN's own default names a function for each of two directions.
        if (names.Length < count) throw NodeContext.Bad($"attribute 'activations' has {names.Length} names, {count} are needed");
        var alphas = new Queue<float>(n.Floats("activation_alpha") ?? []);
        var betas = new Queue<float>(n.Floats("activation_beta") ?? []);
        return [.. names.Take(count).Select(name => Bound(name, alphas, betas))];
    }

    static Func<Tensor, Tensor> Bound(string name, Queue<float> alphas, Queue<float> betas)
    {
        var row = Array.Find(s_rows, r => r.Name.Equals(name, StringComparison.OrdinalIgnoreCase)) ?? throw NodeContext.Bad($"there is no activation '{name}'");
        double alpha = Next(row.Alpha, alphas), beta = Next(row.Beta, betas);
        return x => row.Function(x, alpha, beta);
    }

    static double Next(double? otherwise, Queue<float> given) => otherwise is not { } number ? 0 : given.TryDequeue(out float next) ? next : number;
}
