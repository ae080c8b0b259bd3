namespace Tiny.Nn;

/// <summary>
/// Batch normalisation (Ioffe and Szegedy, 2015): axis 1 is brought to mean 0 and variance 1, then scaled and shifted. Any number of axes may follow it
/// (or none). After training the statistics are those kept with the weights; in training they are the batch's, and the kept ones are
/// written: they move towards the batch's by <see cref="Momentum"/>.
/// </summary>
public class BatchNorm : ITrainingLayer
{
    /// <summary>Scale[channels], or null.</summary>
    public Tensor? Weight;
    /// <summary>Shift[channels], or null.</summary>
    public Tensor? Bias;
    /// <summary>The mean seen in training[channels].</summary>
    [Buffer] public Tensor RunningMean;
    /// <summary>The variance seen in training[channels].</summary>
    [Buffer] public Tensor RunningVar;

    /// <summary>A layer for a number of channels; without <paramref name="affine"/> it has no scale and shift of its own.</summary>
    public BatchNorm(int channels, double eps = 1e-5, bool affine = true, double momentum = 0.1)
    {
        if (affine) (Weight, Bias) = (Initial.Full(1, channels), Initial.Full(0, channels));
        (RunningMean, RunningVar) = (Initial.Buffer(0, channels), Initial.Buffer(1, channels));
        (Eps, Momentum) = (eps, momentum);
    }

    /// <summary>Added to the variance.</summary>
    public double Eps { get; }
    /// <summary>How far the kept statistics move towards a batch's.</summary>
    public double Momentum { get; }

    /// <summary>The layer applied to x[n, channels, ...] with the kept statistics.</summary>
    public Tensor Forward(Tensor x) => Forward(x, training: false);

    /// <summary>The layer applied to x[n, channels, ...]; in training with the batch's own statistics, and the kept ones are written.</summary>
    /// <exception cref="ShapeException">The shape is another, or in training a channel has fewer than two elements.</exception>
    public Tensor Forward(Tensor x, bool training)
    {
        ArgumentNullException.ThrowIfNull(x);
        Check(x);
        if (!training) return x.BatchNorm(RunningMean, RunningVar, Weight, Bias, Eps);
        if (x.Rank < 2 || !x.Shape[1].Equals(RunningMean.Shape[0])) throw new ShapeException($"BatchNorm: input {x.Shape} is not [n, {RunningMean.Shape[0]}, ...]");
        int count = x.Numel / Math.Max(1, RunningMean.Numel);
        if (count < 2) throw new ShapeException($"BatchNorm: {x.Shape} has {(count == 1 ? "one element" : "no elements")} for each channel, of which training takes no variance");
        using var scope = Origin.Scope("batch_norm");
        int[] axes = [0, .. Enumerable.Range(2, x.Rank - 2)];
        var (variance, mean) = x.VarMean(axes, correction: 0);
        // What is kept of the variance is the unbiased estimate, what the batch is divided by is not.
        Keep(RunningMean, mean, Momentum);
        Keep(RunningVar, variance, Momentum * count / (count - 1));
        return x.BatchNorm(mean, variance, Weight, Bias, Eps);
    }

    void Keep(Tensor running, Tensor batch, double share) => running.Assign((running * (1 - Momentum) + batch.Detach() * share).Cast(running.DType));

    private protected virtual void Check(Tensor x) { }

    private protected static void CheckRank(string name, Tensor x, int least, int most)
    {
        if (x.Rank < least || x.Rank > most)
            throw new ShapeException($"{name}: {x.Shape} has {x.Rank} axes, not {(least == most ? $"{least}" : $"{least} or {most}")}");
    }
}

/// <summary>Batch normalisation of x[n, channels] or x[n, channels, length].</summary>
public sealed class BatchNorm1d(int channels, double eps = 1e-5, bool affine = true, double momentum = 0.1) : BatchNorm(channels, eps, affine, momentum)
{
    private protected override void Check(Tensor x) => CheckRank("BatchNorm1d", x, 2, 3);
}

/// <summary>Batch normalisation of x[n, channels, height, width].</summary>
public sealed class BatchNorm2d(int channels, double eps = 1e-5, bool affine = true, double momentum = 0.1) : BatchNorm(channels, eps, affine, momentum)
{
    private protected override void Check(Tensor x) => CheckRank("BatchNorm2d", x, 4, 4);
}

/// <summary>Batch normalisation of x[n, channels, depth, height, width].</summary>
public sealed class BatchNorm3d(int channels, double eps = 1e-5, bool affine = true, double momentum = 0.1) : BatchNorm(channels, eps, affine, momentum)
{
    private protected override void Check(Tensor x) => CheckRank("BatchNorm3d", x, 5, 5);
}
