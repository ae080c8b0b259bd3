using Tiny.Graph;

namespace Tiny;

/// <summary>What becomes of the losses of single elements.</summary>
public enum Reduction
{
    /// <summary>Their mean.</summary>
    Mean,
    /// <summary>Their sum.</summary>
    Sum,
    /// <summary>They are the result.</summary>
    None,
}

// Losses of predictions (this) against targets. Integers become float32.
public sealed partial class Tensor
{
    /// <summary>-(t log p + (1 - t) log(1 - p)) of probabilities p (this) and targets of one shape; logarithms count as -100 at least.</summary>
    public Tensor BinaryCrossEntropy(Tensor target, Reduction reduction = Reduction.Mean)
    {
        CheckSame("BinaryCrossEntropy", target);
        using var scope = Origin.Scope("binary_cross_entropy");
        // As floats of 32 bits at least: an unsigned integer would wrap.
        Tensor p = new(AsFloat()), t = new(target.AsFloat());
        var each = -(t * p.Log().Maximum(-100) + (1 - t) * (-p).Log1p().Maximum(-100));
        return each.Reduced(reduction).Cast(Promote(FloatDType, target.FloatDType));
    }

    /// <summary>The same of logits (this), whose sigmoid is p, without loss at either end.</summary>
    /// <param name="target">Targets from 0 to 1, of the same shape.</param>
    /// <param name="positive">How much more a positive target counts; broadcasts.</param>
    /// <param name="reduction">Mean, sum or each.</param>
    public Tensor BinaryCrossEntropyLogits(Tensor target, Tensor? positive = null, Reduction reduction = Reduction.Mean)
    {
        CheckSame("BinaryCrossEntropyLogits", target);
        using var scope = Origin.Scope("binary_cross_entropy");
        // -log sigmoid(x) = softplus(-x), -log(1 - sigmoid(x)) = softplus(-x) + x.
        Tensor x = new(AsFloat()), t = new(target.AsFloat()), low = (-x).Softplus();
        var each = (1 - t) * x + (positive is null ? low : ((new Tensor(positive.AsFloat()) - 1) * t + 1) * low);
        var result = Promote(FloatDType, target.FloatDType);
        return each.Reduced(reduction).Cast(positive is null ? result : Promote(result, positive.FloatDType));
    }

    /// <summary>
    /// Cross-entropy of logits [n, classes, ...] (or [classes]) with targets: class numbers [n, ...] of an integer dtype, or
    /// probabilities of the logits' shape.
    /// </summary>
    /// <param name="target">Class numbers or probabilities. A number that is no class has no loss of its own.</param>
    /// <param name="weight">How much each class counts: [classes]. The mean is a weighted one then.</param>
    /// <param name="ignore">The class number of elements that do not count.</param>
    /// <param name="smoothing">From 0 to 1: this part of each target is spread over all classes.</param>
    /// <param name="reduction">Mean, sum or each.</param>
    public Tensor CrossEntropy(Tensor target, Tensor? weight = null, long ignore = -100, double smoothing = 0, Reduction reduction = Reduction.Mean)
    {
        ArgumentNullException.ThrowIfNull(target);
        if (!(smoothing is >= 0 and <= 1)) throw new ArgumentOutOfRangeException(nameof(smoothing), $"CrossEntropy: smoothing {smoothing} is not from 0 to 1");
        int axis = ClassAxis("CrossEntropy", weight);
        using var scope = Origin.Scope("cross_entropy");
        if (target.DType.IsInt) return LogSoftmax(axis).Likelihood("CrossEntropy", axis, target, weight, ignore, smoothing, reduction);
        CheckSame("CrossEntropy", target);
        int classes = Shape[axis];
        var spread = smoothing == 0 ? target : target * (1 - smoothing) + smoothing / classes;
        var logs = LogSoftmax(axis);
        if (weight is not null) logs *= PerClass(weight, axis);
        var each = -(logs * spread).Sum(axis);
        return reduction == Reduction.Mean ? each.Mean() : each.Reduced(reduction);
    }

    /// <summary>Minus the log-probability (this[n, classes, ...], as <see cref="LogSoftmax"/> gives it) of the target's class.</summary>
    /// <param name="target">Class numbers [n, ...]. One that is no class has no loss.</param>
    /// <param name="weight">How much each class counts: [classes]. The mean is a weighted one then.</param>
    /// <param name="ignore">The class number of elements that do not count.</param>
    /// <param name="reduction">Mean, sum or each.</param>
    public Tensor NllLoss(Tensor target, Tensor? weight = null, long ignore = -100, Reduction reduction = Reduction.Mean)
    {
        ArgumentNullException.ThrowIfNull(target);
        int axis = ClassAxis("NllLoss", weight);
        if (!target.DType.IsInt) throw new DTypeException($"NllLoss: the target {target.Shape} is {target.DType}, not class numbers");
        using var scope = Origin.Scope("nll_loss");
        return Likelihood("NllLoss", axis, target, weight, ignore, 0, reduction);
    }

    /// <summary>Cross-entropy of logits [..., classes], the classes last, with class numbers [...]; see <see cref="CrossEntropy"/>.</summary>
    public Tensor SparseCategoricalCrossEntropy(Tensor target, long ignore = -1, double smoothing = 0, Reduction reduction = Reduction.Mean)
    {
        ArgumentNullException.ThrowIfNull(target);
        if (Rank == 0) throw new ShapeException($"SparseCategoricalCrossEntropy: {Shape} has no axis of classes");
        if (!target.DType.IsInt) throw new DTypeException($"SparseCategoricalCrossEntropy: the target {target.Shape} is {target.DType}, not class numbers");
        using var scope = Origin.Scope("cross_entropy");
        return (Rank == 1 ? this : MoveDim(-1, 1)).CrossEntropy(target, null, ignore, smoothing, reduction);
    }

    Tensor Likelihood(string name, int axis, Tensor target, Tensor? weight, long ignore, double smoothing, Reduction reduction)
    {
        var expected = new Shape([.. Shape.Dims[..axis], .. Shape.Dims[(axis + 1)..]]);
        if (!target.Shape.Equals(expected)) throw new ShapeException($"{name}: {Shape} takes targets {expected}, not {target.Shape}");
        int classes = Shape[axis];
        // Class numbers along the axis, and which one the target names.
        var dims = new int[Rank];
        Array.Fill(dims, 1);
        dims[axis] = classes;
        // A target that cannot hold the number to ignore holds none.
        var counted = ((Number)ignore).Fits(target.DType) ? target.Ne(ignore) : Full(target.Shape, true, DType.Bool);
        var hit = target.Unsqueeze(axis).Eq(Arange(classes).Reshape(dims)) & counted.Unsqueeze(axis);
        var logs = new Tensor(AsFloat());
        var counts = weight is null ? One(logs) : PerClass(weight, axis) * One(logs);
        // Chosen, not multiplied: the log-probability of another class may be infinite.
        var each = -hit.Where(logs * counts, 0).Sum(axis);
        if (smoothing != 0)
            each = each * (1 - smoothing) - counted.Where((logs * counts).Sum(axis) * (smoothing / classes), 0);
        var loss = reduction == Reduction.Mean ? each.Sum() / hit.Where(counts, 0).Sum() : each.Reduced(reduction);
        return loss.Cast(weight is null ? FloatDType : Promote(FloatDType, weight.DType));
    }

    Tensor PerClass(Tensor weight, int axis)
    {
        var dims = new int[Rank - axis];
        Array.Fill(dims, 1);
        dims[0] = Shape[axis];
        return weight.Reshape(dims);
    }

    int ClassAxis(string name, Tensor? weight)
    {
        if (Rank == 0) throw new ShapeException($"{name}: {Shape} has no axis of classes");
        int axis = Rank == 1 ? 0 : 1;
        if (weight is not null && !(weight.Rank == 1 && weight.Shape[0].Equals(Shape[axis])))
            throw new ShapeException($"{name}: weight {weight.Shape} is not [{Shape[axis]}], a number for each class of {Shape}");
        return axis;
    }

    void CheckSame(string name, Tensor target)
    {
        ArgumentNullException.ThrowIfNull(target);
        if (!target.Shape.Equals(Shape)) throw new ShapeException($"{name}: target {target.Shape} has not the shape of the predictions, {Shape}");
    }

    Tensor Reduced(Reduction reduction) => reduction switch { Reduction.Mean => Mean(), Reduction.Sum => Sum(), _ => this };
}
