using Tiny;
using Tiny.Nn;

namespace DigitsSample;

/// <summary>
/// A small convolutional network that reads handwritten digits. <c>dotnet build</c> makes a browser bundle and a C program of
/// <see cref="Forward"/>; calling it runs the same graph on the CPU.
/// </summary>
public sealed class Digits
{
    public Conv2d Conv1 = new(1, 8, 3), Conv2 = new(8, 16, 3), Conv3 = new(16, 24, 3);
    public BatchNorm Norm1 = new(24), Norm2 = new(10);
    public Linear Fc1 = new(24 * 22 * 22, 32), Fc2 = new(32, 10);

    /// <summary>The trained network, from the weights beside the assembly.</summary>
    public Digits() => this.LoadSafetensors(Path.Combine(Folder, "weights", "mnist.safetensors"));

    /// <summary>Where the assembly lies, and with it weights, data and exports.</summary>
    public static string Folder { get; } = Path.GetDirectoryName(typeof(Digits).Assembly.Location)!;

    /// <summary>Log-probabilities of the ten digits for an image of (pixel / 255 - 0.1307) / 0.3081, ink bright.</summary>
    [TinyJit, TinyExport<WebGpuTarget>(Page = "page/index.html"), TinyExport<CTarget>]
    public Tensor Forward([Shape(1, 1, 28, 28)] Tensor image)
    {
        var x = Conv1.Forward(image).Relu();
        x = Conv2.Forward(x).Relu();
        x = Conv3.Forward(x).Relu();
        x = Norm1.Forward(x).Flatten(1);
        x = Fc1.Forward(x).Relu();
        return Norm2.Forward(Fc2.Forward(x)).LogSoftmax();
    }
}
