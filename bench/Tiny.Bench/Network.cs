using Tiny.Nn;

namespace Tiny.Bench;

/// <summary>The layers of the digits sample, with weights as they are before training: times do not depend on their values.</summary>
sealed class Network
{
    public Conv2d Conv1 = new(1, 8, 3), Conv2 = new(8, 16, 3), Conv3 = new(16, 24, 3);
    public BatchNorm Norm1 = new(24), Norm2 = new(10);
    public Linear Fc1 = new(24 * 22 * 22, 32), Fc2 = new(32, 10);

    [TinyJit]
    public Tensor Forward([Shape(1, 1, 28, 28)] Tensor image)
    {
        var x = Conv1.Forward(image).Relu();
        x = Conv2.Forward(x).Relu();
        x = Conv3.Forward(x).Relu();
        x = Norm1.Forward(x).Flatten(1);
        x = Fc1.Forward(x).Relu();
        return Norm2.Forward(Fc2.Forward(x)).LogSoftmax();
    }

    /// <summary>A call of the captured method, from an image's pixels to the ten numbers.</summary>
    public static Action Call()
    {
        var forward = TinyJit.Of(new Network().Forward);
        float[] image = new float[28 * 28];
        return () => forward(Tensor.From(image, 1, 1, 28, 28)).ToArray<float>();
    }
}
