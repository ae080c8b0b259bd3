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

    [Test]
    public void CountsThatDiffer()
    {
        Refused(() => Run(18, "Split", [Tensor.Zeros(20)], 1, Proto.Integer("num_outputs", 20_000_000)), "'num_outputs' is 20000000, and the node has 1 outputs");
        Refused(() => Run(11, "MaxUnpool", [Tensor.Zeros(1, 1, 2), Tensor.Zeros(new Shape(1, 1, 2), DType.Int64)], 1), "'kernel_shape' is missing");
        var body = new Proto().Text(2, "body").Message(11, Proto.Value("a", 1, 2)).Message(11, Proto.Value("b", 1, 2)).Message(12, Proto.Value("a", 1, 2));
        Refused(() => Run(16, "Scan", [Tensor.Zeros(2, 2), Tensor.Zeros(2, 2)], 1, Proto.Integer("num_scan_inputs", 2), Ints("scan_input_axes", 0), Subgraph("body", body)), "'scan_input_axes' has 1 numbers for 2");
        var few = new Proto().Text(2, "body").Message(11, Proto.Value("i", 7)).Message(11, Proto.Value("c", 9)).Message(11, Proto.Value("x", 1)).Message(12, Proto.Value("c", 9));
        Refused(() => Run(19, "Loop", [Tensor.Scalar(1L, DType.Int64), Tensor.Scalar(true), Tensor.Scalar(1f)], 1, Subgraph("body", few)), "1 values are carried, and the body gives 1");
    }

    [Test]
    public void NumbersThatAreTooLarge()
    {
        Refused(() => Run(13, "Pad", [Tensor.Zeros(3), Tensor.From([1L << 62, 0])], 1, Text("mode", "reflect")), "a number is larger than");
        Refused(() => Run(19, "AveragePool", [Tensor.Zeros(1, 1, 4)], 1, Ints("kernel_shape", 1L << 40)), "a number is larger than");
    }

    [Test]
    public void AnEmptySequenceHasNoLastItem()
    {
        var graph = new Proto().Message(1, Proto.Node("SequenceEmpty", [], ["s"])).Message(1, Proto.Node("SequenceErase", ["s"], ["t"])).Message(1, Proto.Node("SequenceLength", ["t"], ["n"])).Message(12, new Proto().Text(1, "n"));
        Refused(() => Run(graph, 19), "there is no item in an empty sequence");
    }
}
