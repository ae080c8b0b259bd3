namespace Tiny.Nn;

/// <summary>
/// LARS (You et al., 2017): momentum, with a learning rate for each parameter tensor that follows from how long it and its gradient are:
/// l = trust |w| / (|g| + decay |w|), v = momentum v + rate l (g + decay w), w -= v. Where a norm is 0, l is 1.
/// </summary>
public sealed class LARS : Optimizer
{
    readonly double _momentum, _weightDecay, _trust;

    /// <summary>What each parameter moves by.</summary>
    [Buffer] public Tensor[] Velocity;

    /// <summary>An optimizer of the given parameters.</summary>
    /// <param name="parameters">What is trained.</param>
    /// <param name="learningRate">A number, or a schedule.</param>
    /// <param name="momentum">How much of the last move is kept.</param>
    /// <param name="weightDecay">Times the parameter, added to its gradient.</param>
    /// <param name="trust">How long a step is beside its parameter.</param>
    public LARS(IReadOnlyList<Tensor> parameters, RateSchedule learningRate, double momentum = 0.9, double weightDecay = 1e-4, double trust = 0.001) : base(parameters, learningRate)
    {
        (_momentum, _weightDecay, _trust) = (momentum, weightDecay, trust);
        Velocity = Zeros();
    }

    private protected override Tensor Next(int i, Tensor parameter, Tensor gradient)
    {
        var (length, slope) = (Norm(parameter), Norm(gradient));
        var local = (length.Gt(0) & slope.Gt(0)).Where(length * _trust / (slope + length * _weightDecay), 1f);
        return parameter - Velocity[i].Assign(Velocity[i] * _momentum + LearningRate * local * (gradient + parameter * _weightDecay));
    }
}
