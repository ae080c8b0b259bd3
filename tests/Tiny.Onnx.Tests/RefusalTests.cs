using NUnit.Framework;
using static Tiny.Onnx.Tests.NodeRunner;

namespace Tiny.Onnx.Tests;

/// <summary>Nodes that do not fit their inputs or attributes: the error names what does not, in the model's terms.</summary>
public class RefusalTests
{
    static void Refused(Action run, string text) => Assert.That(() => run(), Throws.InstanceOf<TinyException>().With.Message.Contains(text));

    [TestCase("Conv")]
    [TestCase("ConvTranspose")]
    public void AWindowThatIsNotTheWeights(string op) => Refused(
        () => Run(19, op, [Tensor.Zeros(1, 1, 4), Tensor.Zeros(1, 1, 3)], 1, Ints("kernel_shape", 5), Text("auto_pad", "SAME_UPPER")), "'kernel_shape' is [5], and the weight is [1, 1, 3]");
}
