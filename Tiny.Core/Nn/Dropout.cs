namespace Tiny.Nn;

/// <summary>Dropout (Srivastava et al., 2014): in training each element is 0 with a probability, and the others are divided by what is left of it.</summary>
public sealed class Dropout(double rate = 0.5) : ITrainingLayer
{
    /// <summary>The probability of 0.</summary>
    public double Rate { get; } = rate is >= 0 and <= 1 ? rate : throw new ArgumentOutOfRangeException(nameof(rate), $"Dropout: {rate} is not from 0 to 1");

    /// <summary>x as it is.</summary>
    public Tensor Forward(Tensor x) => x;

    /// <summary>In training x with elements left out, by the stream that <see cref="Tensor.ManualSeed"/> begins; x as it is otherwise.</summary>
    public Tensor Forward(Tensor x, bool training)
    {
        ArgumentNullException.ThrowIfNull(x);
        return x.Dropout(Rate, training);
    }
}
