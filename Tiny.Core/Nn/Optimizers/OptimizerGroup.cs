namespace Tiny.Nn;

/// <summary>Several optimizers, each with parameters of its own, that take their steps together.</summary>
public sealed class OptimizerGroup
{
    /// <summary>The optimizers.</summary>
    public IReadOnlyList<Optimizer> Optimizers { get; }

    /// <summary>A group of optimizers.</summary>
    public OptimizerGroup(params IReadOnlyList<Optimizer> optimizers)
    {
        ArgumentNullException.ThrowIfNull(optimizers);
        Optimizers = optimizers;
    }

    /// <summary>One step of each down the gradient of a loss. Outside of a captured method everything is computed at once, the loss too.</summary>
    /// <exception cref="GradientException">The loss does not depend on a parameter.</exception>
    public void Step(Tensor loss)
    {
        ArgumentNullException.ThrowIfNull(loss);
        Step(loss.Gradient([.. Optimizers.SelectMany(o => o.Parameters)]), loss);
    }

    /// <summary>One step of each with the gradients that <see cref="Tensor.Backward"/> has collected.</summary>
    /// <exception cref="GradientException">A parameter has no gradient.</exception>
    public void Step() => Step([.. Optimizers.SelectMany(o => o.Collected())], null);

    void Step(IReadOnlyList<Tensor> gradients, Tensor? loss)
    {
        int begin = 0;
        foreach (var o in Optimizers)
        {
            o.Assign([.. gradients.Skip(begin).Take(o.Parameters.Count)]);
            begin += o.Parameters.Count;
        }
        Optimizer.Realize(Optimizers, loss);
    }

    /// <summary>Drops the gradients that were collected for the parameters.</summary>
    public void ZeroGrad()
    {
        foreach (var o in Optimizers) o.ZeroGrad();
    }
}
