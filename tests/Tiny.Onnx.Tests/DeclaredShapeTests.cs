using NUnit.Framework;
using Tiny.Cli.Running;

namespace Tiny.Onnx.Tests;

/// <summary>Declared shapes say what a program is built for where nothing else does: never more than they imply, and not what a live run is told otherwise.</summary>
public class DeclaredShapeTests
{
    static Proto Longs(string name, params long[] values) =>
        Proto.Tensor(name, 7, values.Length).Data(9, System.Runtime.InteropServices.MemoryMarshal.AsBytes(values.AsSpan()));

    static float[] Run(Model.OnnxModel model, string device, params (string Name, Tensor Value)[] inputs) =>
        ((TensorValue)ModelCall.Run(model, inputs.ToDictionary(i => i.Name, i => (OnnxValue?)i.Value.Realize()), device).Single().Value).Tensor.Cast(DType.Float32).ToArray<float>();

    // Where the largest element is, after an edge has been added to one axis or the other: a scalar either way.
    [TestCase(0, 4), TestCase(1, 2)]
    public void AnAxisThatShapesDoNotImplyIsNotGuessed(long axis, float place)
    {
        var graph = new Proto().Message(5, Longs("pads", 1, 1)).Message(5, Longs("all", -1))
            .Message(1, Proto.Node("Pad", ["x", "pads", "", "axes"], ["p"])).Message(1, Proto.Node("Reshape", ["p", "all"], ["f"])).Message(1, Proto.Node("ArgMax", ["f"], ["y"], Proto.Integer("keepdims", 0)))
            .Message(11, Proto.Value("x", 1, 3, 3)).Message(11, Proto.Value("axes", 7, 1)).Message(12, Proto.Value("y", 7));
        var model = OnnxFile.Parse(Proto.Model(graph).Bytes);
        var x = Tensor.From([0f, 9, 0, 0, 0, 0, 0, 0, 0], 3, 3);
        foreach (var device in new[] { "cpu", "interpreter" })
            Assert.That(Run(model, device, ("x", x), ("axes", Tensor.From([axis]))), Is.EqualTo(new[] { place }), device);
        Assert.That(() => OnnxImporter.Import(model, new Dictionary<string, OnnxValue?> { ["x"] = x, ["axes"] = Tensor.From([axis]).Realize() }), Throws.TypeOf<OnnxDataDependentException>());
    }

    [TestCase("cpu"), TestCase("interpreter")]
    public void ALiveRunTakesTheShapeThatItIsGiven(string device)
    {
        var graph = new Proto().Message(1, Proto.Node("Reshape", ["x", "s"], ["y"])).Message(11, Proto.Value("x", 1, 6)).Message(11, Proto.Value("s", 7, 2)).Message(12, Proto.Value("y", 1, 2, 3));
        var result = ModelCall.Run(OnnxFile.Parse(Proto.Model(graph).Bytes), new Dictionary<string, OnnxValue?> { ["x"] = Tensor.Arange(6).Cast(DType.Float32).Realize(), ["s"] = Tensor.From([3L, 2]).Realize() }, device);
        Assert.That(((TensorValue)result.Single().Value).Tensor.Shape, Is.EqualTo(new Shape(3, 2)));
        graph = new Proto().Message(5, Longs("from", 0)).Message(5, Longs("by", 1)).Message(1, Proto.Node("Range", ["from", "b", "by"], ["y"])).Message(11, Proto.Value("b", 7)).Message(12, Proto.Value("y", 7, 4));
        Assert.That(Run(OnnxFile.Parse(Proto.Model(graph).Bytes), device, ("b", Tensor.Scalar(2, DType.Int64))), Is.EqualTo(new[] { 0f, 1 }));
    }

    [TestCase(true), TestCase(false)]
    public void ALoopThatNeverRunsCollectsNothing(bool declaresPart)
    {
        var part = declaresPart ? Proto.Value("b", 1, 1) : new Proto().Text(1, "b");
        var body = new Proto().Text(2, "body").Message(11, new Proto().Text(1, "i")).Message(11, new Proto().Text(1, "c")).Message(11, new Proto().Text(1, "a"))
            .Message(1, Proto.Node("Identity", ["a"], ["b"])).Message(1, Proto.Node("Identity", ["c"], ["more"])).Message(1, Proto.Node("Identity", ["a"], ["next"]))
            .Message(12, new Proto().Text(1, "more")).Message(12, new Proto().Text(1, "next")).Message(12, part);
        var graph = new Proto().Message(5, Longs("none", 0)).Message(1, Proto.Node("Loop", ["none", "", "x"], ["last", "all"], Proto.Attribute("body", 5, p => p.Message(6, body))))
            .Message(11, Proto.Value("x", 1, 1)).Message(12, Proto.Value("last", 1, 1)).Message(12, Proto.Value("all", 1, 3, 1));
        var results = OnnxImporter.Import(OnnxFile.Parse(Proto.Model(graph).Bytes), new Dictionary<string, OnnxValue?> { ["x"] = Tensor.From([5f]).Realize() }).Outputs;
        Assert.That(((TensorValue)results[0]!).Tensor.ToArray<float>(), Is.EqualTo(new[] { 5f }));
        Assert.That(((TensorValue)results[1]!).Tensor.Shape, Is.EqualTo(new Shape(0, 1)));
    }
}
