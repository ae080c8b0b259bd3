using NUnit.Framework;
using Tiny.Jit;
using Tiny.Runtime;
using Tiny.Schedule;

namespace Tiny.Onnx.Tests;

/// <summary>Captured graphs whose results have as many elements as data say: they have room for as many as there can be, and say how many count.</summary>
public class BoundedTests
{
    static Proto Undeclared(string name, int type) => new Proto().Text(1, name).Message(2, new Proto().Message(1, new Proto().Number(1, type)));

    // The results of a node over one input of floats, then the counts.
    static long[][] Run(string op, float[] x, int[] shape, int outputs, params Proto[] attributes)
    {
        string[] names = [.. Enumerable.Range(0, outputs).Select(i => $"y{i}")];
        var graph = new Proto().Message(1, Proto.Node(op, ["x"], names, attributes)).Text(2, "g").Message(11, Proto.Value("x", 1, [.. shape.Select(d => (long)d)]));
        foreach (var name in names) graph.Message(12, Undeclared(name, 7));
        var model = OnnxFile.Parse(Proto.Model(graph).Bytes);
        ImportedGraph imported = null!;
        var capture = Capture.Run(new GraphEntry("main", [new GraphInput("x", DType.Float32, new Shape(shape))], given =>
        {
            imported = OnnxImporter.Import(model, new Dictionary<string, OnnxValue?> { ["x"] = given[0] }, new ImportOptions { Bounded = true });
            return [.. imported.Outputs.Select(o => ((TensorValue)o!).Tensor.Cast(DType.Int64).Flatten()), .. imported.Counts.Select(c => c.Count.Cast(DType.Int64).Reshape(1))];
        }));
        // The same number for each result that has so many.
        Assert.That(imported.Counts.Select(c => c.Name), Is.EqualTo(outputs == 1 ? ["y0"] : new[] { "y0", "y1", "y3" }));
        var device = Device.Get("cpu");
        var input = Tensor.From(x, shape).Storage!.On(device);
        var schedule = Scheduler.Run(capture.Results, states: capture.States, profile: ScheduleProfile.Of(device.Profile));
        var results = new Executable(schedule, device).Run(_ => input, states: c => c.Bind(device, written: true));
        return [.. results.Select(r => System.Runtime.InteropServices.MemoryMarshal.Cast<byte, long>(r.ToHost().Span).ToArray())];
    }

    [Test]
    public void NonZeroHasRoomForAll()
    {
        var all = Run("NonZero", [0, 3, 0, 4, 5, 0], [2, 3], 1);
        Assert.That(all[1], Is.EqualTo(new long[] { 3 }));
        Assert.That(all[0][..3], Is.EqualTo(new long[] { 0, 1, 1 }));
        Assert.That(all[0][6..9], Is.EqualTo(new long[] { 1, 0, 1 }));
        Assert.That(all[0], Has.Length.EqualTo(12));
    }

    [TestCase(1, new long[] { -1, 2, 7 }, new long[] { 2, 0, 1 }, new long[] { 2, 3, 1 })]
    [TestCase(0, new long[] { 2, 7, -1 }, new long[] { 0, 1, 2 }, new long[] { 3, 1, 2 })]
    public void UniqueHasRoomForAll(int sorted, long[] values, long[] places, long[] counts)
    {
        var all = Run("Unique", [2, 7, -1, 2, -1, 2], [6], 4, Proto.Integer("sorted", sorted));
        Assert.That(all[4], Is.EqualTo(new long[] { 3 }));
        Assert.That(all[0][..3], Is.EqualTo(values));
        Assert.That(all[1][..3], Is.EqualTo(places));
        Assert.That(all[2], Is.EqualTo(new long[] { 2, 7, -1, 2, -1, 2 }.Select(v => (long)Array.IndexOf(values, v))));
        Assert.That(all[3][..3], Is.EqualTo(counts));
        Assert.That(all[0], Has.Length.EqualTo(6));
    }
}
