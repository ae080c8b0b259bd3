using Tiny;
using Tiny.Nn;

namespace TrainDigitsSample;

/// <summary>Two convolutions and a dense layer: images[n, 1, 28, 28] to the scores of ten classes.</summary>
public sealed class DigitNet : ITrainingLayer
{
    public Conv2d Conv1 = new(1, 16, 5, bias: false), Conv2 = new(16, 32, 5, bias: false);
    public BatchNorm2d Norm1 = new(16), Norm2 = new(32);
    public Linear Classes = new(32 * 4 * 4, 10);

    /// <inheritdoc/>
    public Tensor Forward(Tensor x) => Forward(x, training: false);

    /// <inheritdoc/>
    public Tensor Forward(Tensor x, bool training)
    {
        x = Norm1.Forward(Conv1.Forward(x), training).Relu().MaxPool2d(2);
        x = Norm2.Forward(Conv2.Forward(x), training).Relu().MaxPool2d(2);
        return Classes.Forward(x.Flatten(1));
    }
}
