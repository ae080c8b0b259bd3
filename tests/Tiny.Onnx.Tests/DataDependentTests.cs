using NUnit.Framework;
using Tiny.Graph;
using Tiny.Jit;
using Tiny.Tests;

namespace Tiny.Onnx.Tests;

/// <summary>Numbers that operators need and that are data: a program that is built before the data are known gives what they ask for, whatever they are.</summary>
public class DataDependentTests
{
    /// <summary>A node over inputs of declared shapes, captured once, and run with several values of the second input.</summary>
    static float[][] Run(string op, long opset, long[] shape, long[] numbers, long[] result, long[][] values, params Proto[] attributes)
    {
        var graph = new Proto().Message(1, Proto.Node(op, ["x", "n"], ["y"], attributes))
            .Message(11, Proto.Value("x", 1, shape)).Message(11, Proto.Value("n", 7, numbers)).Message(12, Proto.Value("y", 1, result));
        var model = OnnxFile.Parse(Proto.Model(graph, opset).Bytes);
        int[] Ints(long[] dims) => [.. dims.Select(d => (int)d)];
        var count = (int)shape.Aggregate(1L, (a, b) => a * b);
        var x = Tensor.From([.. Enumerable.Range(1, count).Select(i => (float)i)], Ints(shape));
        // A capture knows nothing of the values: one graph for all of them.
        var capture = Capture.Run(new GraphEntry("main", [new("x", DType.Float32, x.Shape), new("n", DType.Int64, new Shape(Ints(numbers)))], given =>
            [((TensorValue)OnnxImporter.Import(model, new Dictionary<string, OnnxValue?> { ["x"] = given[0], ["n"] = given[1] }).Outputs[0]!).Tensor]));
        return [.. values.Select(v =>
        {
            var memory = new Dictionary<string, Runtime.HostMemory> { ["x"] = x.Storage!.ToHost(), ["n"] = Runtime.OwnedMemory.Of<long>(v) };
            var bytes = Runtime.Interpreter.Evaluate(capture.Results[0], p => memory[p.Name]);
            return System.Runtime.InteropServices.MemoryMarshal.Cast<byte, float>(bytes.Span).ToArray();
        })];
    }

    [Test]
    public void AnAxisToReduce()
    {
        // [2, 2, 3] to [2, 3]: the first axis or the second.
        var sums = Run("ReduceSum", 13, [2, 2, 3], [1], [2, 3], [[0], [1], [-3]], Proto.Integer("keepdims", 0));
        Assert.That(sums[0], Is.EqualTo(new[] { 8f, 10, 12, 14, 16, 18 }));
        Assert.That(sums[1], Is.EqualTo(new[] { 5f, 7, 9, 17, 19, 21 }));
        Assert.That(sums[2], Is.EqualTo(sums[0]));
    }

    [Test]
    public void AnAxisOfARunningSum()
    {
        var sums = Run("CumSum", 14, [2, 2], [], [2, 2], [[0], [1], [-1]]);
        Assert.That(sums[0], Is.EqualTo(new[] { 1f, 2, 4, 6 }));
        Assert.That(sums[1], Is.EqualTo(new[] { 1f, 3, 3, 7 }));
        Assert.That(sums[2], Is.EqualTo(sums[1]));
    }

    [Test]
    public void EdgesOfPadding()
    {
        var padded = Run("Pad", 13, [3], [2], [5], [[0, 2], [2, 0], [3, -1]]);
        Assert.That(padded[0], Is.EqualTo(new[] { 1f, 2, 3, 0, 0 }));
        Assert.That(padded[1], Is.EqualTo(new[] { 0f, 0, 1, 2, 3 }));
        Assert.That(padded[2], Is.EqualTo(new[] { 0f, 0, 0, 1, 2 }));
    }

    [Test]
    public void ADiagonal()
    {
        var lower = Run("Trilu", 14, [2, 2], [], [2, 2], [[0], [-1], [long.MaxValue]], Proto.Integer("upper", 0));
        Assert.That(lower[0], Is.EqualTo(new[] { 1f, 0, 3, 4 }));
        Assert.That(lower[1], Is.EqualTo(new[] { 0f, 0, 3, 0 }));
        Assert.That(lower[2], Is.EqualTo(new[] { 1f, 2, 3, 4 }));
    }

    [Test]
    public void WhatNothingDeclaresIsSaid()
    {
        var graph = new Proto().Message(1, Proto.Node("Expand", ["x", "n"], ["y"])).Message(11, Proto.Value("x", 1, 1)).Message(11, Proto.Value("n", 7, 1)).Message(12, new Proto().Text(1, "y"));
        var model = OnnxFile.Parse(Proto.Model(graph).Bytes);
        Assert.That(() => OnnxImporter.Import(model, new Dictionary<string, OnnxValue?> { ["x"] = Tensor.Zeros(1), ["n"] = Tensor.From([3L]) }),
            Throws.TypeOf<OnnxDataDependentException>().With.Message.Contains("input 1 ('n')"));
        var live = OnnxImporter.Import(model, new Dictionary<string, OnnxValue?> { ["x"] = Tensor.Zeros(1), ["n"] = Tensor.From([3L]) },
            new ImportOptions { Read = t => t.Realize().Storage!.ToHost() });
        Assert.That(((TensorValue)live.Outputs[0]!).Tensor.Shape, Is.EqualTo(new Shape(3)));
        Assert.That(live.Read.Single(), Does.Contain("Expand 'y'"));
    }

    /// <summary>y[n] = 0, 1, ... beside x, n an input: n is what the declared shape says, not what a call gives.</summary>
    [Test]
    public void SizesFollowFromDeclaredShapes()
    {
        static Proto Scalar(string name, long value) => Proto.Tensor(name, 7).Data(9, BitConverter.GetBytes(value));
        // [2, 3 + n]: how many there are stands behind a concatenation.
        var graph = new Proto().Message(5, Scalar("zero", 0)).Message(5, Scalar("one", 1))
            .Message(1, Proto.Node("Range", ["zero", "n", "one"], ["r"])).Message(1, Proto.Node("Cast", ["r"], ["f"], Proto.Integer("to", 1)))
            .Message(1, Proto.Node("Concat", ["x", "f"], ["y"], Proto.Integer("axis", 0)))
            .Message(11, Proto.Value("x", 1, 3)).Message(11, Proto.Value("n", 7)).Message(12, Proto.Value("y", 1, 8));
        var model = OnnxFile.Parse(Proto.Model(graph).Bytes);
        var result = OnnxImporter.Import(model, new Dictionary<string, OnnxValue?> { ["x"] = Tensor.From([7f, 8f, 9f]), ["n"] = Tensor.Scalar(2L, DType.Int64).Realize() });
        Assert.That(((TensorValue)result.Outputs[0]!).Tensor.ToArray<float>(), Is.EqualTo(new[] { 7f, 8, 9, 0, 1, 2, 3, 4 }));
        Assert.That(result.Read.Single(), Does.Contain("as the declared shapes imply"));
    }

    /// <summary>Dynamic dimensions as variables: one graph for all sizes, of published models.</summary>
    [TestCase("stories260K/stories260K.onnx", "tokens", "T", 3), TestCase("superres/espcn_x3.onnx", "luma", "n h w", 5)]
    public void DynamicDimensionsAreVariables(string file, string input, string names, int size)
    {
        var model = OnnxFile.Open(Needs.Shared($"models/{file}"));
        var declared = model.Graph.Parameters.Single();
        var variables = names.Split(' ').ToDictionary(n => n, n => new Variable(n, 1, 16));
        var shape = new Shape([.. declared.Type!.Dims!.Select(d => d.Size is { } n ? (Dim)n : variables[d.Name!])]);
        var dtype = Model.OnnxTypes.Carrier(declared.Type.Element);
        var capture = Capture.Run(new GraphEntry("main", [new(input, dtype, shape)], given =>
            [.. OnnxImporter.Import(model, new Dictionary<string, OnnxValue?> { [input] = given[0] }).Outputs.Select(o => ((TensorValue)o!).Tensor)]));
        foreach (int at in new[] { size, 1 })
        {
            var values = variables.Values.ToDictionary(v => v, _ => at);
            var bound = shape.Bind(values);
            var x = dtype.IsFloat ? Tensor.Rand(bound, 1).Realize() : Tensor.RandInt(bound, 0, 500, 1).Cast(dtype).Realize();
            var bytes = Runtime.Interpreter.Evaluate(capture.Results[0], values, _ => x.Storage!.ToHost());
            var fixedSize = ((TensorValue)OnnxImporter.Import(model, new Dictionary<string, OnnxValue?> { [input] = x }).Outputs[0]!).Tensor;
            Assert.That(capture.Results[0].Shape.Bind(values), Is.EqualTo(fixedSize.Shape));
            var expected = Runtime.Interpreter.Evaluate(fixedSize.Node);
            Assert.That(bytes.Span.SequenceEqual(expected.Span), $"{names} = {at}");
        }
    }
}
