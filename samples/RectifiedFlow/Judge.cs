using DigitsSample;
using Tiny;
using TrainDigitsSample;

namespace RectifiedFlowSample;

/// <summary>The network of samples/Digits, which has never seen a generated digit.</summary>
public sealed class Judge
{
    readonly Digits _net = new();

    /// <summary>What it takes a picture for.</summary>
    public int Read(byte[] pixels)
    {
        float[] answer = _net.Forward(Tensor.From(new KnownDigit(0, pixels).Normalised(), 1, 1, DigitSet.Side, DigitSet.Side)).ToArray<float>();
        return Array.IndexOf(answer, answer.Max());
    }
}
