namespace Tiny.Nn;

/// <summary>
/// Stochastic gradient descent, with momentum (v = momentum v + g, w -= rate v) or Nesterov's (w -= rate (g + momentum v); Sutskever et al., 2013).
/// </summary>
public sealed class SGD : Optimizer
{
    readonly double _momentum, _weightDecay;
    readonly bool _nesterov;

    /// <summary>What each parameter moves by, before the learning rate; without momentum there is none.</summary>
    [Buffer] public Tensor[] Velocity = [];

    /// <summary>An optimizer of the given parameters.</summary>
    /// <param name="parameters">What is trained.</param>
    /// <param name="learningRate">A number, or a schedule.</param>
    /// <param name="momentum">How much of the last move is kept.</param>
    /// <param name="nesterov">The gradient is taken as if the next move had been made.</param>
    /// <param name="weightDecay">Times the parameter, added to its gradient.</param>
    /// <param name="fused">All parameters are updated as one vector.</param>
    public SGD(IReadOnlyList<Tensor> parameters, RateSchedule learningRate, double momentum = 0, bool nesterov = false, double weightDecay = 0, bool fused = false)
        : base(parameters, learningRate, fused)
    {
        if (nesterov && momentum == 0) throw new ArgumentException("SGD: Nesterov's form needs a momentum", nameof(nesterov));
        (_momentum, _nesterov, _weightDecay) = (momentum, nesterov, weightDecay);
        if (momentum != 0) Velocity = Zeros();
    }

    private protected override Tensor Next(int i, Tensor parameter, Tensor gradient)
    {
        if (_weightDecay != 0) gradient += parameter * _weightDecay;
        if (_momentum == 0) return parameter - LearningRate * gradient;
        var v = Velocity[i].Assign(Velocity[i] * _momentum + gradient);
        return parameter - LearningRate * (_nesterov ? gradient + v * _momentum : v);
    }
}
