using NUnit.Framework;
using Tiny.Export.Tests;
using Tiny.Tests;

namespace Tiny.Onnx.Tests;

/// <summary>Reading a file takes at most twice its length and 20 MB, whatever is in it.</summary>
public sealed class ParseMemoryTests
{
    const int Length = 6 << 20;

    // All that was allocated, live or not, is more than what was in use at once.
    static void Check(Action read, long fileBytes, string name)
    {
        long before = GC.GetAllocatedBytesForCurrentThread(), owned = Runtime.MemoryLimit.Used;
        try
        {
            read();
        }
        catch (OnnxFormatException)
        {
            // It may be refused; that must not take more either.
        }
        long taken = GC.GetAllocatedBytesForCurrentThread() - before + Math.Max(0, Runtime.MemoryLimit.Used - owned);
        Assert.That(taken, Is.LessThan(2 * fileBytes + 20_000_000), name);
    }

    static readonly (string Name, Func<Proto, Proto> Around, Proto Part)[] s_hostile =
    [
        ("nodes without anything", Model, new Proto().Data(1, [])),
        ("small nodes", Model, new Proto().Message(1, new Proto().Text(4, "R"))),
        ("inputs of a node", p => Model(new Proto().Message(1, p.Text(4, "R"))), new Proto().Text(1, "")),
        ("inputs with names", p => Model(new Proto().Message(1, p.Text(4, "R"))), new Proto().Text(1, "a")),
        ("attributes", p => Model(new Proto().Message(1, p.Text(4, "R"))), new Proto().Message(5, new Proto().Text(1, "a"))),
        ("integers", p => Attribute(p), new Proto().Number(8, 1)),
        ("packed integers", p => Attribute(new Proto().Data(8, new byte[Length])), new Proto()),
        ("packed floats", p => Attribute(new Proto().Data(7, new byte[Length])), new Proto()),
        ("strings", p => Attribute(p), new Proto().Text(9, "")),
        ("graphs", p => Attribute(p), new Proto().Data(11, [])),
        ("tensors", p => Attribute(p), new Proto().Data(10, [])),
        ("types", p => Attribute(p), new Proto().Data(15, [])),
        ("weights", Model, new Proto().Data(5, [])),
        ("sizes of a weight", p => Model(new Proto().Message(5, p)), new Proto().Number(1, 1)),
        ("packed sizes of a weight", p => Model(new Proto().Message(5, new Proto().Data(1, new byte[Length]))), new Proto()),
        ("numbers of a weight", p => Model(new Proto().Message(5, p.Number(2, 7).Number(1, Length / 2))), new Proto().Number(7, 1)),
        ("strings of a weight", p => Model(new Proto().Message(5, p.Number(2, 8).Number(1, Length / 2))), new Proto().Text(6, "")),
        ("external data", p => Model(new Proto().Message(5, p)), new Proto().Data(13, [])),
        ("inputs", Model, new Proto().Data(11, [])),
        ("values", Model, new Proto().Message(13, new Proto().Text(1, "a"))),
        ("sizes", p => Model(new Proto().Message(11, new Proto().Message(2, new Proto().Message(1, new Proto().Number(1, 1).Message(2, p))))), new Proto().Data(1, [])),
        ("opsets", p => p.Message(7, new Proto()), new Proto().Data(8, [])),
        ("metadata", p => p.Message(7, new Proto()), new Proto().Data(14, [])),
        ("functions", p => p.Message(7, new Proto()), new Proto().Data(25, [])),
        ("nodes of a function", p => new Proto().Message(25, p).Message(7, new Proto()), new Proto().Data(7, [])),
        ("a long name", _ => Model(new Proto().Data(2, new byte[Length])), new Proto()),
    ];

    static Proto Model(Proto graph) => Proto.Model(graph);

    static Proto Attribute(Proto p) => Model(new Proto().Message(1, new Proto().Text(4, "R").Message(5, p.Text(1, "a"))));

    [Test]
    public void HostileFilesTakeLittle() => Assert.Multiple(() =>
    {
        foreach (var (name, around, part) in s_hostile)
        {
            byte[] one = part.Bytes, many = new byte[one.Length == 0 ? 0 : Length / one.Length * one.Length];
            for (int at = 0; at < many.Length; at += one.Length) one.CopyTo(many, at);
            byte[] file = around(new Proto().Raw(many)).Bytes;
            Check(() => OnnxFile.Parse(file), file.Length, name);
        }
    });

    [Test]
    public void PublishedModelsTakeLittle()
    {
        foreach (var model in RealModel.All) Check(() => OnnxFile.Open(model.Path), new FileInfo(model.Path).Length, model.Name);
    }
}
