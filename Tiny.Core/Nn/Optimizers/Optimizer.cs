using Tiny.Schedule;

namespace Tiny.Nn;

/// <summary>
/// Changes parameters so that a loss falls. What it remembers are tensors that it assigns, so a step works in a captured method and in every export, and
/// <see cref="StateDict"/> finds it: saved with the model, training goes on as if it had not been interrupted.
/// </summary>
public abstract class Optimizer
{
    readonly Tensor[] _parameters;
    readonly RateSchedule _schedule;
    readonly bool _fused;

    /// <summary>The learning rate of the last step and, unless a schedule gives it, of the next: <c>optimizer.LearningRate.Assign(0.01)</c>. Of rank 0.</summary>
    [Buffer] public Tensor LearningRate;
    /// <summary>Steps taken, an int32 of rank 0.</summary>
    [Buffer] public Tensor Steps;

    /// <param name="parameters">What is trained: <see cref="StateDict.Parameters"/> of a model.</param>
    /// <param name="learningRate">A number, or a schedule.</param>
    /// <param name="fused">All parameters are updated as one vector.</param>
    private protected Optimizer(IReadOnlyList<Tensor> parameters, RateSchedule learningRate, bool fused = false)
    {
        ArgumentNullException.ThrowIfNull(parameters);
        ArgumentNullException.ThrowIfNull(learningRate);
        if (parameters.Count == 0) throw new ArgumentException($"{GetType().Name}: there are no parameters", nameof(parameters));
        foreach (var p in parameters)
        {
            if (!p.DType.IsFloat) throw new DTypeException($"{GetType().Name}: parameter {p.Shape} is {p.DType}; only floats are trained");
            p.RequiresGrad = true;
        }
        (_parameters, _schedule, _fused) = ([.. parameters], learningRate, fused);
        (LearningRate, Steps) = (Tensor.Scalar((float)learningRate.First), Tensor.Scalar(0));
        // Captured programs take it as it is at each call, whoever writes it.
        foreach (var state in new[] { LearningRate, Steps }) state.Cell.BecomeState();
    }

    /// <summary>What is trained.</summary>
    public IReadOnlyList<Tensor> Parameters => _parameters;

    /// <summary>One step down the gradient of a loss, which has a single element. Outside of a captured method everything is computed at once, the loss too.</summary>
    /// <exception cref="GradientException">The loss does not depend on a parameter.</exception>
    public void Step(Tensor loss)
    {
        ArgumentNullException.ThrowIfNull(loss);
        Assign(loss.Gradient(_parameters));
        Realize([this], loss);
    }

    /// <summary>One step with the gradients that <see cref="Tensor.Backward"/> has collected; they stay until <see cref="ZeroGrad"/>.</summary>
    /// <exception cref="GradientException">A parameter has no gradient.</exception>
    public void Step() => Step(Collected());

    /// <summary>One step with given gradients, one for each parameter.</summary>
    public void Step(IReadOnlyList<Tensor> gradients)
    {
        ArgumentNullException.ThrowIfNull(gradients);
        Assign(gradients);
        Realize([this]);
    }

    /// <summary>Drops the gradients that were collected for the parameters.</summary>
    public void ZeroGrad()
    {
        foreach (var p in _parameters) p.Grad = null;
    }

    /// <summary>The gradients that <see cref="Tensor.Backward"/> has collected.</summary>
    internal IReadOnlyList<Tensor> Collected() => [.. _parameters.Select((p, i) => p.Grad
        ?? throw new GradientException($"{GetType().Name}: parameter {i}, {p.DType} {p.Shape}, has no gradient; call Backward on the loss first"))];

    /// <summary>Parameters and what is remembered become what they are after the next step. Nothing is computed.</summary>
    internal void Assign(IReadOnlyList<Tensor> gradients)
    {
        if (gradients.Count != _parameters.Length) throw new ArgumentException($"{GetType().Name}: {gradients.Count} gradients for {_parameters.Length} parameters", nameof(gradients));
        using var scope = Origin.Scope("optimizer");
        for (int i = 0; i < gradients.Count; i++)
            if (!gradients[i].Shape.Equals(_parameters[i].Shape))
                throw new ShapeException($"{GetType().Name}: gradient {i} is {gradients[i].Shape}, the parameter {_parameters[i].Shape}");
        if (!_schedule.IsConstant) LearningRate.Assign(_schedule.At(Steps));
        Steps.Assign(Steps + 1);
        // What is remembered leads to no earlier step: else each would keep the one before.
        Tensor[] current = [.. _parameters.Select(p => Wide(p, p))], by = [.. gradients.Select((g, i) => Wide(g, _parameters[i]))];
        IReadOnlyList<Tensor> next = _fused ? Next(0, Flat(current), Flat(by)).Split([.. _parameters.Select(p => (Dim)p.Numel)])
            : [.. current.Select((p, i) => Next(i, p, by[i]))];
        for (int i = 0; i < _parameters.Length; i++) _parameters[i].Assign(next[i].Reshape(_parameters[i].Shape).Cast(_parameters[i].DType));
    }

    /// <summary>Outside of a captured method, computes all that steps have assigned, and the loss, sharing what they share.</summary>
    internal static void Realize(IReadOnlyList<Optimizer> optimizers, Tensor? loss = null)
    {
        if (CaptureScope.IsOpen) return;
        Tensor.Realize([.. optimizers.SelectMany(o => StateDict.Of(o).Select(s => s.Value).Concat(o._parameters)), .. loss is null ? (Tensor[])[] : [loss]]);
    }

    // A short float is updated in float32 and rounded once.
    static Tensor Wide(Tensor x, Tensor parameter) => x.Detach().Cast(Tensor.Wide(parameter.DType));

    static Tensor Flat(IReadOnlyList<Tensor> tensors) => Tensor.Cat([.. tensors.Select(t => t.Flatten())]);

    /// <summary>The next value of parameter i with its gradient; what is remembered of it is assigned.</summary>
    private protected abstract Tensor Next(int i, Tensor parameter, Tensor gradient);

    /// <summary>Zeros for each parameter (one vector if they are fused), to be remembered.</summary>
    private protected Tensor[] Zeros()
    {
        DType[] wide = [.. _parameters.Select(p => Tensor.Wide(p.DType))];
        return _fused ? [Tensor.Zeros(new Shape(_parameters.Sum(p => p.Numel)), wide.Aggregate(Tensor.Promote))]
            : [.. _parameters.Zip(wide, (p, dtype) => Tensor.Zeros(p.Shape, dtype))];
    }

    /// <summary>1 - decay^steps, without cancellation.</summary>
    private protected Tensor BiasCorrection(double decay) => -(Steps.Cast(DType.Float32) * Math.Log(decay)).Expm1();

    /// <summary>Euclidean norm of all elements.</summary>
    private protected static Tensor Norm(Tensor x) => x.Square().Sum().Sqrt();
}
