namespace Tiny.Nn;

/// <summary>
/// Lowers an optimizer's learning rate when a figure stops falling: more than <paramref name="patience"/> values in a row that are not better than the best by
/// <paramref name="threshold"/> of it. It works on the host, between steps, on an optimizer without a schedule.
/// </summary>
public sealed class ReduceOnPlateau(Optimizer optimizer, double factor = 0.1, int patience = 10, double threshold = 1e-4, double least = 0)
{
    /// <summary>The least value so far.</summary>
    public double Best { get; private set; } = double.PositiveInfinity;
    /// <summary>Values since then.</summary>
    public int Waited { get; private set; }

    /// <summary>Takes the next value, a loss for example; true if the rate was lowered. NaN is no better than anything.</summary>
    public bool Step(double value)
    {
        if (double.IsPositiveInfinity(Best) ? value < Best : value < Best - threshold * Math.Abs(Best))
        {
            (Best, Waited) = (value, 0);
            return false;
        }
        if (++Waited <= patience) return false;
        Waited = 0;
        double rate = optimizer.LearningRate.Item();
        if (rate <= least) return false;
        optimizer.LearningRate.Assign((float)Math.Max(least, rate * factor));
        return true;
    }
}
