using NUnit.Framework;
using Tiny.Cli.Running;
using Tiny.Onnx;
using Tiny.Onnx.Tests;

namespace Tiny.Tests;

/// <summary>ONNX models of which only the data say how much there is, as programs for the GPU.</summary>
public class OnnxComputedSizeTests
{
    [TestCase(new[] { 0f, 3, 0, 4, 5, 0 }, new long[] { 0, 1, 1, 0, 1, 1 }, 12f), TestCase(new[] { 0f, 0, 0, 0, 0, 0 }, new long[0], 0f), TestCase(new[] { 0f, 0, 0, 0, 0, 2 }, new long[] { 1, 2 }, 2f)]
    public void WhatIsFoundIsSummedUpAlone(float[] x, long[] places, float sum)
    {
        var graph = new Proto().Message(1, Proto.Node("NonZero", ["x"], ["found"])).Message(1, Proto.Node("Transpose", ["found"], ["places"]))
            .Message(1, Proto.Node("GatherND", ["x", "places"], ["elements"])).Message(1, Proto.Node("ReduceSum", ["elements"], ["sum"], Proto.Integer("keepdims", 0)))
            .Message(11, Proto.Value("x", 1, 2, 3)).Message(12, new Proto().Text(1, "places")).Message(12, new Proto().Text(1, "sum"));
        var results = ModelCall.Run(OnnxFile.Parse(Proto.Model(graph).Bytes), new Dictionary<string, OnnxValue?> { ["x"] = Tensor.From(x, 2, 3).Realize() }, "webgpu");
        var found = ((TensorValue)results[0].Value).Tensor;
        Assert.That(found.Shape, Is.EqualTo(new Shape(places.Length / 2, 2)));
        Assert.That(found.ToArray<long>(), Is.EqualTo(places));
        Assert.That(((TensorValue)results[1].Value).Tensor.Item<float>(), Is.EqualTo(sum));
    }
}
