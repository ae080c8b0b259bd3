namespace Tiny.Nn;

/// <summary>
/// Adam (Kingma and Ba, 2015): w -= rate m' / (sqrt(v') + eps), with m and v the running means of the gradient and its square, and m', v' those corrected
/// for having begun at 0.
/// </summary>
public class Adam : Optimizer
{
    readonly double _beta1, _beta2, _eps, _weightDecay;

    /// <summary>Running mean of each parameter's gradient.</summary>
    [Buffer] public Tensor[] FirstMoment;
    /// <summary>Running mean of its square.</summary>
    [Buffer] public Tensor[] SecondMoment;

    /// <summary>An optimizer of the given parameters.</summary>
    /// <param name="parameters">What is trained.</param>
    /// <param name="learningRate">A number, or a schedule.</param>
    /// <param name="beta1">What is kept of the mean at each step.</param>
    /// <param name="beta2">What is kept of the mean square at each step.</param>
    /// <param name="eps">Added to the root.</param>
    /// <param name="weightDecay">Times the parameter, added to its gradient.</param>
    /// <param name="fused">All parameters are updated as one vector.</param>
    public Adam(IReadOnlyList<Tensor> parameters, RateSchedule learningRate, double beta1 = 0.9, double beta2 = 0.999, double eps = 1e-8, double weightDecay = 0, bool fused = false)
        : base(parameters, learningRate, fused)
    {
        (_beta1, _beta2, _eps, _weightDecay) = (beta1, beta2, eps, weightDecay);
        (FirstMoment, SecondMoment) = (Zeros(), Zeros());
    }

    private protected override Tensor Next(int i, Tensor parameter, Tensor gradient) =>
        parameter - LearningRate * Direction(i, _weightDecay == 0 ? gradient : gradient + parameter * _weightDecay);

    /// <summary>m' / (sqrt(v') + eps).</summary>
    private protected Tensor Direction(int i, Tensor gradient)
    {
        var m = FirstMoment[i].Assign(FirstMoment[i] * _beta1 + gradient * (1 - _beta1));
        var v = SecondMoment[i].Assign(SecondMoment[i] * _beta2 + gradient.Square() * (1 - _beta2));
        return m / BiasCorrection(_beta1) / ((v / BiasCorrection(_beta2)).Sqrt() + _eps);
    }
}

/// <summary>Adam whose weight decay does not go through the moments (Loshchilov and Hutter, 2019): w = w (1 - rate decay) - rate m' / (sqrt(v') + eps).</summary>
public sealed class AdamW(IReadOnlyList<Tensor> parameters, RateSchedule learningRate, double beta1 = 0.9, double beta2 = 0.999, double eps = 1e-8, double weightDecay = 0.01, bool fused = false)
    : Adam(parameters, learningRate, beta1, beta2, eps, 0, fused)
{
    private protected override Tensor Next(int i, Tensor parameter, Tensor gradient) =>
        parameter * (1 - LearningRate * weightDecay) - LearningRate * Direction(i, gradient);
}

/// <summary>
/// LAMB (You et al., 2020): Adam's direction plus weight decay, scaled for each parameter tensor so that it is as long as the parameter:
/// u = m' / (sqrt(v') + eps) + decay w, w -= rate |w| / |u| u. Where a norm is 0, the scale is 1.
/// </summary>
public sealed class LAMB(IReadOnlyList<Tensor> parameters, RateSchedule learningRate, double beta1 = 0.9, double beta2 = 0.999, double eps = 1e-6, double weightDecay = 0)
    : Adam(parameters, learningRate, beta1, beta2, eps)
{
    private protected override Tensor Next(int i, Tensor parameter, Tensor gradient)
    {
        var u = Direction(i, gradient);
        if (weightDecay != 0) u += parameter * weightDecay;
        var (length, step) = (Norm(parameter), Norm(u));
        var trust = (length.Gt(0) & step.Gt(0)).Where(length / step, 1f);
        return parameter - LearningRate * trust * u;
    }
}
