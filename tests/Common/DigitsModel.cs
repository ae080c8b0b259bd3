using Tiny.Nn;

namespace Tiny.Tests;

/// <summary>The trained digit recogniser of models/mnist-conv-safetensors: [n, 1, 28, 28] to log-probabilities [n, 10].</summary>
sealed class DigitsModel
{
    public const string Folder = "mnist-conv-safetensors";

    public Conv2d Conv1 = new(1, 8, 3), Conv2 = new(8, 16, 3), Conv3 = new(16, 24, 3);
    public BatchNorm Norm1 = new(24), Norm2 = new(10);
    public Linear Fc1 = new(24 * 22 * 22, 32), Fc2 = new(32, 10);

    public static DigitsModel Load() => new DigitsModel().LoadSafetensors(Needs.Shared($"models/{Folder}/mnist.safetensors"));

    public Tensor Forward(Tensor image)
    {
        var x = Conv1.Forward(image).Relu();
        x = Conv2.Forward(x).Relu();
        x = Norm1.Forward(Conv3.Forward(x).Relu());
        x = Fc1.Forward(x.Flatten(1)).Relu();
        return Norm2.Forward(Fc2.Forward(x)).LogSoftmax();
    }
}
