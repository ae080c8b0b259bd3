using Tiny.Onnx.Import;

namespace Tiny.Onnx.Operators;

/// <summary>The activations that recurrent operators name. Those that have parameters take them from two lists, in order.</summary>
static class ActivationFunctions
{
    sealed record Named(string Name, double? Alpha, double? Beta, Func<Tensor, double, double, Tensor> Function);

    static readonly Named[] s_all =
    [
        new("Relu", null, null, (x, _, _) => x.Relu()),
        new("Tanh", null, null, (x, _, _) => x.Tanh()),
        new("Sigmoid", null, null, (x, _, _) => x.Sigmoid()),
        new("Softsign", null, null, (x, _, _) => x.Softsign()),
        new("Softplus", null, null, (x, _, _) => x.Softplus()),
        new("Affine", 1, 0, (x, a, b) => x * a + b),
        new("LeakyRelu", 0.01, null, (x, a, _) => x.LeakyRelu(a)),
        new("ThresholdedRelu", 1, null, (x, a, _) => x.Ge(a).Where(x, 0)),
        new("ScaledTanh", 1, 1, (x, a, b) => (x * b).Tanh() * a),
        new("HardSigmoid", 0.2, 0.5, (x, a, b) => (x * a + b).Clamp(0, 1)),
        new("Elu", 1, null, (x, a, _) => x.Elu(a)),
    ];

    /// <summary>For each direction its activations.</summary>
    public static IReadOnlyList<IReadOnlyList<Func<Tensor, Tensor>>> Of(NodeContext n, string[] defaults, int directions)
    {
        var names = n.Texts("activations") ?? [.. Enumerable.Repeat(defaults, directions).SelectMany(d => d)];
        if (names.Length != defaults.Length * directions) throw NodeContext.Bad($"{names.Length} activations, {defaults.Length * directions} are needed");
        var (alphas, betas) = (new Queue<float>(n.Floats("activation_alpha") ?? []), new Queue<float>(n.Floats("activation_beta") ?? []));
        var functions = names.Select(name =>
        {
            var found = Array.Find(s_all, a => string.Equals(a.Name, name, StringComparison.OrdinalIgnoreCase)) ?? throw NodeContext.Bad($"there is no activation '{name}'");
            double alpha = found.Alpha is { } a ? alphas.TryDequeue(out float given) ? given : a : 0, beta = found.Beta is { } b ? betas.TryDequeue(out float other) ? other : b : 0;
            return (Func<Tensor, Tensor>)(x => found.Function(x, alpha, beta));
        }).ToList();
        return [.. functions.Chunk(defaults.Length)];
    }
}
