using NUnit.Framework;
using Tiny.Jit;
using Tiny.Runtime;
using static Tiny.Onnx.Tests.NodeRunner;

namespace Tiny.Onnx.Tests;

/// <summary>Conditions that are data, and what is known of them.</summary>
public class ControlTests
{
    // Where the condition holds the first axis is dropped, which has extent 2 unless it has 1.
    static Tiny.Onnx.Model.OnnxModel Guarded(string otherwise = "Identity")
    {
        var then = new Proto().Text(2, "then").Message(5, Initializer("axis", Tensor.From([0L]))).Message(1, Proto.Node("Squeeze", ["x", "axis"], ["a"])).Message(12, new Proto().Text(1, "a"));
        var other = new Proto().Text(2, "else").Message(5, Initializer("axis", Tensor.From([0L]))).Message(1, Proto.Node(otherwise, otherwise == "Identity" ? ["x"] : ["x", "axis"], ["b"])).Message(12, new Proto().Text(1, "b"));
        var graph = new Proto().Message(1, Proto.Node("If", ["c"], ["y"], Subgraph("then_branch", then), Subgraph("else_branch", other)))
            .Message(11, Proto.Value("c", 9)).Message(11, Proto.Value("x", 1, 2, 3)).Message(12, new Proto().Text(1, "y"));
        return OnnxFile.Parse(Proto.Model(graph, 19).Bytes);
    }

    static Dictionary<string, OnnxValue?> Inputs(bool condition) => new() { ["c"] = Tensor.Scalar(condition), ["x"] = Tensor.From([1f, 2, 3, 4, 5, 6], 2, 3) };

    static readonly ImportOptions s_live = new() { Read = t => Interpreter.Evaluate(t.Node) };

    [Test]
    public void OnlyTheBranchThatIsTakenMustFit()
    {
        Assert.That(((TensorValue)OnnxImporter.Import(Guarded(), Inputs(false), s_live).Outputs[0]!).Tensor.Shape, Is.EqualTo(new Shape(2, 3)));
        Assert.That(() => OnnxImporter.Import(Guarded(), Inputs(true), s_live), Throws.TypeOf<OnnxNodeException>().With.Message.Contains("has not extent 1"));
    }

    [Test]
    public void AProgramHasTheBranchThatFits()
    {
        ImportedGraph imported = null!;
        Capture.Run(new GraphEntry("main", [new("c", DType.Bool, Shape.Scalar), new("x", DType.Float32, new Shape(2, 3))], given =>
        {
            imported = OnnxImporter.Import(Guarded(), new Dictionary<string, OnnxValue?> { ["c"] = given[0], ["x"] = given[1] });
            return [((TensorValue)imported.Outputs[0]!).Tensor + 0];
        }));
        Assert.That(((TensorValue)imported.Outputs[0]!).Tensor.Shape, Is.EqualTo(new Shape(2, 3)));
        Assert.That(imported.Read.Single(), Does.Contain("then_branch is not taken, as it does not fit"));
        Assert.That(() => OnnxImporter.Import(Guarded("Squeeze"), Inputs(true)), Throws.TypeOf<OnnxNodeException>().With.Message.Contains("has not extent 1"));
    }
}
