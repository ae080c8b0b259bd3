using NUnit.Framework;
using static Tiny.Onnx.Tests.NodeRunner;

namespace Tiny.Onnx.Tests;

/// <summary>Operators whose meaning changed from opset to opset, each as it is in both.</summary>
public class OpsetTests
{
    static float[] One(long opset, string op, Tensor?[] inputs, params Proto[] attributes) => Run(opset, op, inputs, 1, attributes)[0].ToArray<float>();

    static Tensor Long(params long[] values) => Tensor.From(values);

    static readonly Tensor s_rows = Tensor.From([1f, 2f, 3f, 4f, 5f, 6f], 2, 3);

    [Test]
    public void ClipTakesAttributesThenInputs()
    {
        Assert.That(One(6, "Clip", [s_rows], Float("min", 2), Float("max", 4)), Is.EqualTo(new[] { 2f, 2, 3, 4, 4, 4 }));
        Assert.That(One(13, "Clip", [s_rows, null, Tensor.Scalar(4f)]), Is.EqualTo(new[] { 1f, 2, 3, 4, 4, 4 }));
    }

    [Test]
    public void AddAlignedAtAnAxisThenAtTheRight()
    {
        var b = Tensor.From([10f, 20f]);
        Assert.That(One(6, "Add", [s_rows, b], Proto.Integer("broadcast", 1), Proto.Integer("axis", 0)), Is.EqualTo(new[] { 11f, 12, 13, 24, 25, 26 }));
        Assert.That(One(7, "Add", [s_rows, Tensor.From([10f, 20f, 30f])]), Is.EqualTo(new[] { 11f, 22, 33, 14, 25, 36 }));
    }

    [Test]
    public void SoftmaxOfAllAxesBehindOneThenOfOne()
    {
        var x = Tensor.Zeros(1, 2, 2);
        Assert.That(One(11, "Softmax", [x]), Is.All.EqualTo(0.25f));
        Assert.That(One(13, "Softmax", [x]), Is.All.EqualTo(0.5f));
    }

    [Test]
    public void AxesOfReductionsBecomeAnInput()
    {
        Assert.That(One(11, "ReduceSum", [s_rows], Ints("axes", 1), Proto.Integer("keepdims", 0)), Is.EqualTo(new[] { 6f, 15 }));
        Assert.That(One(13, "ReduceSum", [s_rows, Long(-1)], Proto.Integer("keepdims", 0)), Is.EqualTo(new[] { 6f, 15 }));
        Assert.That(One(13, "ReduceSum", [s_rows], Proto.Integer("keepdims", 0)), Is.EqualTo(new[] { 21f }));
        Assert.That(One(13, "ReduceSum", [s_rows], Proto.Integer("noop_with_empty_axes", 1)), Is.EqualTo(s_rows.ToArray<float>()));
        Assert.That(One(17, "ReduceMax", [s_rows], Ints("axes", 0), Proto.Integer("keepdims", 0)), Is.EqualTo(new[] { 4f, 5, 6 }));
        Assert.That(One(18, "ReduceMax", [s_rows, Long(0)], Proto.Integer("keepdims", 0)), Is.EqualTo(new[] { 4f, 5, 6 }));
    }

    [Test]
    public void SlicesTakeAttributesThenInputs()
    {
        Assert.That(One(9, "Slice", [s_rows], Ints("starts", 1), Ints("ends", 1000), Ints("axes", 1)), Is.EqualTo(new[] { 2f, 3, 5, 6 }));
        Assert.That(One(10, "Slice", [s_rows, Long(-1), Long(long.MinValue), Long(1), Long(-2)]), Is.EqualTo(new[] { 3f, 1, 6, 4 }));
        Assert.That(One(13, "Slice", [s_rows, Long(0, 1), Long(1, long.MaxValue)]), Is.EqualTo(new[] { 2f, 3 }));
    }

    [Test]
    public void SqueezeAndUnsqueezeTakeAttributesThenInputs()
    {
        Assert.That(Run(11, "Unsqueeze", [s_rows], 1, Ints("axes", 0, 3))[0].Shape, Is.EqualTo(new Shape(1, 2, 3, 1)));
        Assert.That(Run(13, "Unsqueeze", [s_rows, Long(-1, 0)], 1)[0].Shape, Is.EqualTo(new Shape(1, 2, 3, 1)));
        Assert.That(Run(11, "Squeeze", [s_rows.Unsqueeze(0)], 1, Ints("axes", 0))[0].Shape, Is.EqualTo(new Shape(2, 3)));
        Assert.That(Run(13, "Squeeze", [s_rows.Unsqueeze(0)], 1)[0].Shape, Is.EqualTo(new Shape(2, 3)));
    }

    [Test]
    public void SplitsTakeAttributesThenInputsThenACount()
    {
        Assert.That(Run(11, "Split", [s_rows], 2, Ints("split", 1, 2), Proto.Integer("axis", 1)).Select(t => (int)t.Shape[1]), Is.EqualTo(new[] { 1, 2 }));
        Assert.That(Run(13, "Split", [s_rows, Long(2, 1)], 2, Proto.Integer("axis", 1)).Select(t => (int)t.Shape[1]), Is.EqualTo(new[] { 2, 1 }));
        Assert.That(Run(18, "Split", [Tensor.Arange(7)], 3, Proto.Integer("num_outputs", 3)).Select(t => (int)t.Shape[0]), Is.EqualTo(new[] { 3, 3, 1 }));
    }

    [Test]
    public void PadTakesAttributesThenInputsThenAxes()
    {
        var x = Tensor.From([1f, 2f, 3f]);
        Assert.That(One(2, "Pad", [x], Ints("pads", 1, -1), Float("value", 9)), Is.EqualTo(new[] { 9f, 1, 2 }));
        Assert.That(One(11, "Pad", [x, Long(0, 2), Tensor.Scalar(7f)]), Is.EqualTo(new[] { 1f, 2, 3, 7, 7 }));
        Assert.That(One(19, "Pad", [s_rows, Long(1, 0), null, Long(-1)], Proto.Attribute("mode", 3, p => p.Text(4, "wrap"))), Is.EqualTo(new[] { 3f, 1, 2, 3, 6, 4, 5, 6 }));
        Assert.That(One(13, "Pad", [x, Long(5, 0)], Proto.Attribute("mode", 3, p => p.Text(4, "reflect"))), Is.EqualTo(new[] { 2f, 1, 2, 3, 2, 1, 2, 3 }));
    }

    [Test]
    public void TopKTakesAnAttributeThenAnInput()
    {
        Assert.That(One(1, "TopK", [s_rows], Proto.Integer("k", 2)), Is.EqualTo(new[] { 3f, 2, 6, 5 }));
        Assert.That(One(11, "TopK", [s_rows, Long(1)], Proto.Integer("largest", 0)), Is.EqualTo(new[] { 1f, 4 }));
    }

    [Test]
    public void UpsampleBecameResize()
    {
        var x = Tensor.From([1f, 2f], 1, 1, 1, 2);
        var scales = Tensor.From([1f, 1f, 2f, 2f]);
        float[] doubled = [1, 1, 2, 2, 1, 1, 2, 2];
        Assert.That(One(9, "Upsample", [x, scales]), Is.EqualTo(doubled));
        Assert.That(One(10, "Resize", [x, scales]), Is.EqualTo(doubled));
        Assert.That(One(13, "Resize", [x, null, scales]), Is.EqualTo(doubled));
    }

    [Test]
    public void WhatAnOpsetLacksIsSaid()
    {
        Assert.That(() => Run(10, "LayerNormalizationX", [s_rows], 1), Throws.TypeOf<OnnxUnsupportedException>().With.Message.Contains("there is no operator LayerNormalizationX"));
        Assert.That(() => Run(99, "Relu", [s_rows], 1), Throws.TypeOf<OnnxUnsupportedException>().With.Message.Contains("opset 99 of 'ai.onnx', of which 28"));
        Assert.That(() => Run(16, "DFT", [Tensor.Zeros(1, 4, 1)], 1), Throws.TypeOf<OnnxUnsupportedException>().With.Message.Contains("there is no DFT in opset 16"));
    }

    /// <summary>Whole numbers are divided towards zero, and raised to whole powers exactly.</summary>
    [Test]
    public void WholeNumbers()
    {
        int[] Of(string op, int[] a, int[] b, params Proto[] attributes) => Run(14, op, [Tensor.From(a), Tensor.From(b)], 1, attributes)[0].ToArray<int>();
        Assert.That(Of("Div", [7, -7, 7, -7, 6], [2, 2, -2, -2, -3]), Is.EqualTo(new[] { 3, -3, -3, 3, -2 }));
        Assert.That(Of("Mod", [7, -7, 7, -7, 6], [2, 2, -2, -2, -3]), Is.EqualTo(new[] { 1, 1, -1, -1, 0 }));
        Assert.That(Of("Mod", [7, -7, 7, -7, 6], [2, 2, -2, -2, -3], Proto.Integer("fmod", 1)), Is.EqualTo(new[] { 1, -1, 1, -1, 0 }));
        Assert.That(Of("Pow", [3, -2, 10, 1, -1, 5], [19, 31, 9, -3, -3, -1]), Is.EqualTo(new[] { 1162261467, int.MinValue, 1000000000, 1, -1, 0 }));
    }
}
