namespace Tiny.Nn;

/// <summary>
/// Muon (Jordan et al., 2024), for weights that are matrices: the momentum is made nearly orthogonal (<see cref="Tensor.NewtonSchulz"/>), so that all directions are
/// learnt alike. v = momentum v + (1 - momentum) g, u = NewtonSchulz(g + momentum (v - g)), w = w (1 - rate decay) - rate max(1, rows / columns)^0.5 u. Weights of more
/// than two axes are matrices of their first axis and the rest. Vectors (biases, norms) are for another optimizer: see <see cref="OptimizerGroup"/>.
/// </summary>
public sealed class Muon : Optimizer
{
    readonly double _momentum, _weightDecay;
    readonly bool _nesterov;
    readonly int _iterations;

    /// <summary>Running mean of each parameter's gradient.</summary>
    [Buffer] public Tensor[] Velocity;

    /// <summary>An optimizer of the given parameters.</summary>
    /// <param name="parameters">What is trained.</param>
    /// <param name="learningRate">A number, or a schedule.</param>
    /// <param name="momentum">What is kept of the mean at each step.</param>
    /// <param name="nesterov">The gradient goes into the step once more.</param>
    /// <param name="weightDecay">What is taken off a weight, times the learning rate.</param>
    /// <param name="iterations">Steps of Newton and Schulz's iteration.</param>
    /// <exception cref="ShapeException">A parameter is no matrix.</exception>
    public Muon(IReadOnlyList<Tensor> parameters, RateSchedule learningRate, double momentum = 0.95, bool nesterov = true, double weightDecay = 0.1, int iterations = 5)
        : base(parameters, learningRate)
    {
        if (parameters.FirstOrDefault(p => p.Rank < 2) is { } vector)
            throw new ShapeException($"Muon: parameter {vector.Shape} is no matrix; give it to another optimizer, and both to an OptimizerGroup");
        (_momentum, _nesterov, _weightDecay, _iterations) = (momentum, nesterov, weightDecay, iterations);
        Velocity = Zeros();
    }

    private protected override Tensor Next(int i, Tensor parameter, Tensor gradient)
    {
        var v = Velocity[i].Assign(Velocity[i] * _momentum + gradient * (1 - _momentum));
        var u = (_nesterov ? gradient * (1 - _momentum) + v * _momentum : v).Flatten(1);
        double scale = Math.Sqrt(Math.Max(1, (double)u.Shape[0].Max / u.Shape[1].Max));
        return parameter * (1 - LearningRate * _weightDecay) - LearningRate * scale * u.NewtonSchulz(_iterations).Reshape(parameter.Shape);
    }
}
