using System.Runtime.InteropServices;
using NUnit.Framework;
using Tiny.Onnx.Model;

namespace Tiny.Onnx.Tests;

/// <summary>The reader on what a file may hold, and on what none should.</summary>
public class ReaderTests
{
    static Proto Graph() => new Proto().Message(1, Proto.Node("Add", ["x", "w"], ["y"])).Text(2, "g")
        .Message(5, Proto.Floats("w", [1, 2, 3], 3)).Message(11, Proto.Value("x", 1, 3)).Message(12, Proto.Value("y", 1, 3));

    [Test]
    public void ReadsAModel()
    {
        var model = OnnxFile.Parse(Proto.Model(Graph()).Bytes);
        Assert.Multiple(() =>
        {
            Assert.That(model.Opsets[""], Is.EqualTo(20));
            Assert.That(model.Graph.Nodes.Single().ToString(), Is.EqualTo("Add 'y'"));
            Assert.That(model.Graph.Parameters.Single().Type!.ToString(), Is.EqualTo("float32[3]"));
        });
        var result = OnnxImporter.Import(model, new Dictionary<string, OnnxValue?> { ["x"] = Tensor.From([10f, 20f, 30f]) });
        Assert.That(((TensorValue)result.Outputs[0]!).Tensor.ToArray<float>(), Is.EqualTo(new[] { 11f, 22f, 33f }));
    }

    [Test]
    public void AnInputCountsBeforeTheInitializerThatHasItsName()
    {
        var graph = Graph().Message(11, Proto.Value("w", 1, 3));
        var model = OnnxFile.Parse(Proto.Model(graph).Bytes);
        Assert.That(model.Graph.Parameters.Select(p => p.Name), Is.EqualTo(new[] { "x" }));
        float[] Run(params (string, Tensor)[] inputs) =>
            ((TensorValue)OnnxImporter.Import(model, inputs.ToDictionary(i => i.Item1, i => (OnnxValue?)i.Item2)).Outputs[0]!).Tensor.ToArray<float>();
        Assert.That(Run(("x", Tensor.From([1f, 1f, 1f]))), Is.EqualTo(new[] { 2f, 3f, 4f }));
        Assert.That(Run(("x", Tensor.From([1f, 1f, 1f])), ("w", Tensor.From([5f, 5f, 5f]))), Is.EqualTo(new[] { 6f, 6f, 6f }));
    }

    /// <summary>Cut off anywhere, a file is refused in one line or still a model; never anything else.</summary>
    [Test]
    public void ATruncatedFileIsRefused()
    {
        byte[] whole = Proto.Model(Graph()).Bytes;
        for (int length = 0; length < whole.Length; length++)
            Refused(whole[..length], acceptable: true);
        Refused([]);
        Refused(whole[..(whole.Length / 2)]);
    }

    static IEnumerable<TestCaseData> Hostile()
    {
        yield return new TestCaseData(new Proto().Raw(0x3A, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x01).Bytes, "longer than what is left").SetName("A length of 2^64 - 1");
        yield return new TestCaseData(new Proto().Raw(0x08, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x01).Bytes, "64 bits").SetName("A number of eleven bytes");
        yield return new TestCaseData(new Proto().Raw(0x08, 0x80).Bytes, "cut off").SetName("A number that is cut off");
        yield return new TestCaseData(new Proto().Raw(0x03).Bytes, "field number").SetName("Field 0");
        yield return new TestCaseData(new Proto().Raw(0x0B).Bytes, "wire type 3").SetName("A group");
        yield return new TestCaseData(Proto.Model(new Proto().Data(2, [0xFF, 0xFE])).Bytes, "UTF-8").SetName("A name that is not text");
        yield return new TestCaseData(new Proto().Number(7, 1).Bytes, "not bytes").SetName("A graph that is a number");
        yield return new TestCaseData(Proto.Model(new Proto().Message(1, new Proto().Text(1, "x"))).Bytes, "without an operator").SetName("A node without an operator");
        yield return new TestCaseData(Proto.Model(new Proto().Message(5, Proto.Tensor("w", 1, -1))).Bytes, "negative extent").SetName("A negative extent");
        yield return new TestCaseData(Proto.Model(new Proto().Message(5, Proto.Tensor("w", 1, 1L << 40))).Bytes, "2^31").SetName("A huge extent");
        yield return new TestCaseData(Proto.Model(new Proto().Message(5, Proto.Tensor("w", 1, 1 << 20, 1 << 20))).Bytes, "2^31").SetName("A huge product of extents");
        yield return new TestCaseData(Proto.Model(new Proto().Message(5, Proto.Tensor("w", 99, 1))).Bytes, "type 99").SetName("An unknown element type");
        yield return new TestCaseData(Deep(100).Bytes, "deep").SetName("Graphs nested too deep");
        yield return new TestCaseData(Enumerable.Repeat(new byte[] { 0x42, 0x00 }, 10).SelectMany(b => b).ToArray(), "no graph").SetName("No graph");
    }

    static Proto Deep(int depth)
    {
        var graph = new Proto();
        for (int i = 0; i < depth; i++) graph = new Proto().Message(1, Proto.Node("If", ["c"], ["y"], Proto.Attribute("then_branch", 5, p => p.Message(6, graph))));
        return Proto.Model(graph);
    }

    [TestCaseSource(nameof(Hostile))]
    public void AHostileFileIsRefused(byte[] file, string reason) => Assert.That(Refused(file), Does.Contain(reason));

    /// <summary>A file of a megabyte of the smallest parts does not become a gigabyte of objects.</summary>
    [Test]
    public void ManySmallPartsAreRefused()
    {
        var nodes = new Proto();
        for (int i = 0; i < 400_000; i++) nodes.Raw(0x0A, 0x03, 0x22, 0x01, 0x41);
        long before = GC.GetTotalAllocatedBytes(precise: true);
        Assert.That(Refused(Proto.Model(nodes).Bytes), Does.Contain("more parts"));
        Assert.That(GC.GetTotalAllocatedBytes(precise: true) - before, Is.LessThan(200L << 20));
    }

    static IEnumerable<TestCaseData> Greedy()
    {
        const int Count = 8 << 20;
        byte[] ones = new byte[Count];
        Array.Fill(ones, (byte)1);
        Proto Repeated(int count, params byte[] field) => new Proto().Raw([.. Enumerable.Repeat(field, count).SelectMany(b => b)]);
        yield return new TestCaseData(new Proto().Message(5, Proto.Tensor("w", 1).Data(1, ones.AsSpan(..(Count / 16)))), "more than 64 axes").SetName("Axes of a tensor, packed");
        yield return new TestCaseData(new Proto().Message(1, Proto.Node("A", [], ["y"], Proto.Attribute("a", 7, p => p.Data(8, new byte[4 * Count])))), "more parts").SetName("Integers of an attribute, packed");
        yield return new TestCaseData(new Proto().Message(1, Repeated(Count, 0x0A, 0x00).Text(4, "A")), "more parts").SetName("Inputs without a name");
        yield return new TestCaseData(new Proto().Message(11, new Proto().Message(2, new Proto().Message(1, new Proto().Message(2, Repeated(Count, 0x0A, 0x00))))), "more parts").SetName("Extents of an input");
    }

    /// <summary>What is refused takes at most twice the file and 20 MB until then, the file itself in memory included.</summary>
    [TestCaseSource(nameof(Greedy))]
    public void PartsAreCountedBeforeTheyAreMade(object graph, string reason) => TakesLittle(Proto.Model((Proto)graph).Bytes, reason);

    [Test]
    public void EntriesAreCountedBeforeTheyAreMade()
    {
        var model = Proto.Model(Graph());
        for (int i = 0; i < 400_000; i++) model.Message(14, new Proto().Text(1, $"{i}"));
        TakesLittle(model.Bytes, "more parts");
    }

    static void TakesLittle(byte[] file, string reason)
    {
        Refused(Proto.Model(new Proto()).Bytes, acceptable: true);
        long before = GC.GetTotalAllocatedBytes(precise: true);
        Assert.That(Refused(file), Does.Contain(reason));
        // Lists that grow leave what they had behind: that is allocated, and not in use.
        Assert.That(GC.GetTotalAllocatedBytes(precise: true) - before, Is.LessThan(4L * file.Length + (40L << 20)));
    }

    /// <summary>Old exporters write -1 for an extent that they do not know.</summary>
    [Test]
    public void ANegativeExtentIsNotDeclared()
    {
        var graph = new Proto().Message(1, Proto.Node("Relu", ["x"], ["y"])).Message(11, Proto.Value("x", 1, -1, 2)).Message(12, Proto.Value("y", 1, -1, 2));
        var result = OnnxImporter.Import(OnnxFile.Parse(Proto.Model(graph).Bytes), new Dictionary<string, OnnxValue?> { ["x"] = Tensor.From([1f, -1f], 1, 2) });
        Assert.That(((TensorValue)result.Outputs[0]!).Tensor.ToArray<float>(), Is.EqualTo(new[] { 1f, 0f }));
    }

    [Test]
    public void ATensorOfTheWrongLengthIsRefused()
    {
        var graph = new Proto().Message(1, Proto.Node("Identity", ["w"], ["y"])).Message(5, Proto.Floats("w", [1, 2], 3)).Message(12, Proto.Value("y", 1, 3));
        Assert.That(() => OnnxImporter.Import(OnnxFile.Parse(Proto.Model(graph).Bytes), new Dictionary<string, OnnxValue?>()),
            Throws.TypeOf<OnnxFormatException>().With.Message.Contains("takes 12 bytes, its data has 8"));
    }

    [Test]
    public void WhatNothingGivesIsNamed()
    {
        var graph = new Proto().Message(1, Proto.Node("Relu", ["y"], ["x"])).Message(1, Proto.Node("Relu", ["x"], ["y"])).Message(12, Proto.Value("y", 1, 3));
        Assert.That(() => OnnxImporter.Import(OnnxFile.Parse(Proto.Model(graph).Bytes), new Dictionary<string, OnnxValue?>()),
            Throws.TypeOf<OnnxFormatException>().With.Message.Contains("Relu 'x' reads 'y'"));
    }

    [Test]
    public void AFunctionThatCallsItselfIsRefused()
    {
        var function = new Proto().Text(1, "F").Text(4, "a").Text(5, "b").Message(7, Proto.Node("F", ["a"], ["b"]).Text(7, "my")).Text(10, "my").Message(9, new Proto().Text(1, "my").Number(2, 1));
        var graph = new Proto().Message(1, Proto.Node("F", ["x"], ["y"]).Text(7, "my")).Message(11, Proto.Value("x", 1, 3)).Message(12, Proto.Value("y", 1, 3));
        var model = Proto.Model(graph).Message(8, new Proto().Text(1, "my").Number(2, 1)).Message(25, function);
        Assert.That(() => OnnxImporter.Import(OnnxFile.Parse(model.Bytes), new Dictionary<string, OnnxValue?> { ["x"] = Tensor.Zeros(3) }),
            Throws.InstanceOf<TinyException>().With.Message.Contains("call themselves"));
    }

    /// <summary>Weights are used where they lie in the mapped file.</summary>
    [Test]
    public void WeightsAreNotCopied()
    {
        var path = Path.Combine(TestContext.CurrentContext.WorkDirectory, "weights.onnx");
        const int Count = 4 << 20;
        var graph = new Proto().Message(5, Proto.Tensor("w", 1, Count).Data(9, new byte[4 * Count])).Message(12, Proto.Value("w", 1, Count));
        File.WriteAllBytes(path, Proto.Model(graph).Bytes);
        try
        {
            OnnxFile.Open(path);
            long before = GC.GetTotalAllocatedBytes(precise: true);
            var memory = OnnxFile.Open(path).Graph.Initializers.Single().Decode();
            Assert.That(memory.Bytes, Is.EqualTo(4 * Count));
            Assert.That(GC.GetTotalAllocatedBytes(precise: true) - before, Is.LessThan(1 << 20));
        }
        finally
        {
            File.Delete(path);
        }
    }

    /// <summary>Numbers in fields of variable length, one by one and packed, and elements of fewer than eight bits.</summary>
    [Test]
    public void AllFormsOfData()
    {
        static T[] Values<T>(Proto tensor) where T : unmanaged
        {
            var graph = new Proto().Message(5, tensor);
            var memory = OnnxFile.Parse(Proto.Model(graph).Bytes).Graph.Initializers.Single().Decode();
            return MemoryMarshal.Cast<byte, T>(memory.Span).ToArray();
        }
        Assert.Multiple(() =>
        {
            Assert.That(Values<long>(Proto.Tensor("t", 7, 3).Number(7, 1).Number(7, -2).Number(7, 3)), Is.EqualTo(new[] { 1L, -2, 3 }));
            Assert.That(Values<long>(Proto.Tensor("t", 7, 2).Data(7, [5, 0x7F])), Is.EqualTo(new[] { 5L, 127 }));
            Assert.That(Values<sbyte>(Proto.Tensor("t", 3, 2).Number(5, -3).Number(5, 4)), Is.EqualTo(new sbyte[] { -3, 4 }));
            Assert.That(Values<Half>(Proto.Tensor("t", 10, 1).Number(5, 0x3C00)), Is.EqualTo(new[] { (Half)1 }));
            Assert.That(Values<sbyte>(Proto.Tensor("t", 22, 3).Data(9, [0x8F, 0x07])), Is.EqualTo(new sbyte[] { -1, -8, 7 }));
            Assert.That(Values<byte>(Proto.Tensor("t", 25, 5).Data(9, [0b11_10_01_00, 0b01])), Is.EqualTo(new byte[] { 0, 1, 2, 3, 1 }));
            Assert.That(Values<float>(Proto.Tensor("t", 23, 4).Data(9, [0x71, 0xF8])), Is.EqualTo(new[] { 0.5f, 6, -0f, -6 }));
            Assert.That(Values<byte>(Proto.Tensor("t", 9, 3).Data(9, [0, 1, 7])), Is.EqualTo(new byte[] { 0, 1, 1 }));
        });
    }

    // In one line, by our own exception.
    static string Refused(byte[] file, bool acceptable = false)
    {
        try
        {
            OnnxFile.Parse(file);
        }
        catch (TinyException e)
        {
            Assert.That(e.Message, Does.Not.Contain('\n'));
            return e.Message;
        }
        Assert.That(acceptable, "it is read as a model");
        return "";
    }
}
