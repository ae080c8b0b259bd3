using Tiny.Onnx.Import;

namespace Tiny.Onnx.Operators;

/// <summary>
/// Steps of optimizers, and gradients of what a graph computes. Optimizers take a rate, how many steps there were, and several tensors: their values, then
/// their gradients, then what is remembered of each.
/// </summary>
static class Training
{
    const string Domain = "ai.onnx.preview.training";

    public static IReadOnlyList<Operator> Table { get; } =
    [
        new("Adagrad", n => Each(n, 1, Adagrad), Domain: Domain),
        new("Adam", n => Each(n, 2, Adam), Domain: Domain),
        new("Momentum", n => Each(n, 1, Momentum), Domain: Domain),
        new("Gradient", Gradient, Domain: Domain),
    ];

    /// <summary>A tensor's new value and memories, from its value, its gradient (with the penalty's part), and the old memories.</summary>
    delegate Tensor[] Step(NodeContext n, Tensor x, Tensor gradient, Tensor[] memories);

    static Tensor Rate(NodeContext n) => n[0].Reshape([]);

    // How many steps there were, in the dtype of the rate.
    static Tensor Steps(NodeContext n) => n[1].Reshape([]).Cast(n[0].DType);

    static Results Each(NodeContext n, int memories, Step step)
    {
        int kinds = 2 + memories, count = (n.Count - 2) / kinds;
        if (n.Count != 2 + kinds * count) throw NodeContext.Bad($"{n.Count - 2} tensors are not {kinds} for each that is optimized");
        Tensor Of(int kind, int i) => n[2 + kind * count + i];
        float penalty = n.Float("norm_coefficient", 0);
        var results = new Tensor[(1 + memories) * count];
        for (int i = 0; i < count; i++)
        {
            var x = Of(0, i);
            var next = step(n, x, x * penalty + Of(1, i), [.. Enumerable.Range(2, memories).Select(m => Of(m, i))]);
            for (int k = 0; k < next.Length; k++) results[k * count + i] = next[k].Cast(x.DType);
        }
        return results;
    }

    static Tensor[] Adagrad(NodeContext n, Tensor x, Tensor g, Tensor[] memories)
    {
        var rate = Rate(n) / (Steps(n) * n.Float("decay_factor", 0) + 1);
        var squares = memories[0] + g * g;
        return [x - rate * g / (squares.Sqrt() + n.Float("epsilon", 0)), squares];
    }

    static Tensor[] Adam(NodeContext n, Tensor x, Tensor g, Tensor[] memories)
    {
        double alpha = n.Float("alpha", 0.9f), beta = n.Float("beta", 0.999f);
        var (mean, squares) = (memories[0] * alpha + g * (1 - alpha), memories[1] * beta + g * g * (1 - beta));
        var (rate, steps) = (Rate(n), Steps(n));
        var adjusted = steps.Gt(0).Where(rate * (1 - Power(beta)).Sqrt() / (1 - Power(alpha)), rate);
        var next = x - adjusted * mean / (squares.Sqrt() + n.Float("epsilon", 0));
        return [next * (1 - n.Float("norm_coefficient_post", 0)), mean, squares];

        Tensor Power(double number) => Tensor.Scalar(number, steps.DType).Pow(steps);
    }

    static Tensor[] Momentum(NodeContext n, Tensor x, Tensor g, Tensor[] memories)
    {
        float alpha = n.Float("alpha", 0), beta = n.Float("beta", 0);
        var velocity = memories[0] * alpha + Steps(n).Gt(0).Where(g * beta, g);
        var direction = n.Text("mode") switch
        {
            "standard" => velocity,
            "nesterov" => g + velocity * alpha,
            var other => throw NodeContext.Bad($"mode '{other}' is neither standard nor nesterov"),
        };
        return [x - Rate(n) * direction, velocity];
    }

    // Of a value that the graph has computed, with respect to others that it was computed from: the inputs are these others.
    static Results Gradient(NodeContext n)
    {
        string[] xs = n.Texts("xs") ?? throw NodeContext.Bad("attribute 'xs' is missing"), names = [.. xs, .. n.Texts("zs") ?? []];
        for (int i = 0; i < names.Length; i++)
            if (n[i] != Named(names[i])) throw new OnnxUnsupportedException($"a gradient at another value of '{names[i]}' than the one that it has in the graph");
        return (Tensor[])[.. Named(n.Text("y")).Gradient([.. xs.Select(Named)], null, zeros: true)];

        Tensor Named(string name) => n.Named(name) is TensorValue value ? value.Tensor : throw NodeContext.Bad($"there is no tensor '{name}'");
    }
}
