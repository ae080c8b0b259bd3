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

    /// <summary>One step of each down the gradient of a loss.</summary>
    public void Step(Tensor loss)
    {
        ArgumentNullException.ThrowIfNull(loss);
        var gradients = loss.Gradient([.. Optimizers.SelectMany(o => o.Parameters)]);
        int begin = 0;
        foreach (var o in Optimizers)
        {
            o.Step([.. gradients.Skip(begin).Take(o.Parameters.Count)]);
            begin += o.Parameters.Count;
        }
    }

    /// <summary>One step of each with the gradients that <see cref="Tensor.Backward"/> has collected.</summary>
    public void Step()
    {
        foreach (var o in Optimizers) o.Step();
    }

    /// <summary>Drops the gradients that were collected for the parameters.</summary>
    public void ZeroGrad()
    {
        foreach (var o in Optimizers) o.ZeroGrad();
    }
}
