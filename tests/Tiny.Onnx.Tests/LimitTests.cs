using NUnit.Framework;
using Tiny.Runtime;
using static Tiny.Onnx.Tests.NodeRunner;

namespace Tiny.Onnx.Tests;

/// <summary>Small files that ask for much: rounds without end, long tables, many steps. They are refused at once, before anything large is made.</summary>
public class LimitTests
{
    static Tensor Long(params long[] values) => Tensor.From(values);

    static void TooLarge(Action run, string what = "laid out") => Assert.That(() => run(), Throws.TypeOf<OnnxUnsupportedException>().With.Message.Contains(what));

    // With 100 MB to use.
    static void TooMuch(Action run)
    {
        long allocated = GC.GetTotalAllocatedBytes(precise: true);
        MemoryLimit.Most = MemoryLimit.Used + (100 << 20);
        try
        {
            Assert.That(() => run(), Throws.TypeOf<OnnxNodeException>().With.InnerException.TypeOf<MemoryLimitException>());
        }
        finally
        {
            MemoryLimit.Most = long.MaxValue;
        }
        Assert.That(GC.GetTotalAllocatedBytes(precise: true) - allocated, Is.LessThan(100 << 20));
    }

    // A body that hands on its condition and what it carries.
    static Proto Passing() => new Proto().Text(2, "body").Message(11, Proto.Value("i", 7)).Message(11, Proto.Value("c", 9)).Message(11, Proto.Value("x", 1)).Message(12, Proto.Value("c", 9)).Message(12, Proto.Value("x", 1));

    static Tensor[] Loop(Tensor? rounds, Proto body) => Run(19, "Loop", [rounds, Tensor.Scalar(true), Tensor.Scalar(1f)], 1, Subgraph("body", body));

    [Test]
    public void RoundsOfAnEmptyBody()
    {
        TooLarge(() => Loop(null, Passing()));
        TooLarge(() => Loop(Tensor.Scalar(1L << 62, DType.Int64), Passing()));
        Assert.That(Loop(Tensor.Scalar(1000L, DType.Int64), Passing())[0].ToArray<float>(), Is.EqualTo(new[] { 1f }));
    }

    [Test]
    public void Steps()
    {
        const int Length = 300_000;
        var x = Tensor.Zeros(Length, 1, 1);
        TooLarge(() => Run(14, "RNN", [x, Tensor.Zeros(1, 1, 1), Tensor.Zeros(1, 1, 1)], 1, Proto.Integer("hidden_size", 1)));
        var body = new Proto().Text(2, "body").Message(11, Proto.Value("a", 1, 1, 1)).Message(12, Proto.Value("a", 1, 1, 1));
        TooLarge(() => Run(16, "Scan", [x], 1, Proto.Integer("num_scan_inputs", 1), Subgraph("body", body)));
        TooLarge(() => Run(24, "LinearAttention", [x.Reshape(1, Length, 1), x.Reshape(1, Length, 1), x.Reshape(1, Length, 1)], 1,
            Proto.Integer("q_num_heads", 1), Proto.Integer("kv_num_heads", 1), Text("update_rule", "linear")));
        TooLarge(() => Run(19, "SplitToSequence", [x], 1));
    }

    [Test]
    public void FunctionsThatCallTheNextTwice()
    {
        var model = Proto.Model(new Proto().Message(1, Proto.Node("F0", ["x"], ["y"]).Text(7, "my")).Message(11, Proto.Value("x", 1, 1)).Message(12, Proto.Value("y", 1, 1))).Message(8, new Proto().Text(1, "my").Number(2, 1));
        for (int i = 0; i < 40; i++)
        {
            string next = i < 39 ? $"F{i + 1}" : "Relu", domain = i < 39 ? "my" : "";
            model.Message(25, new Proto().Text(1, $"F{i}").Text(4, "a").Text(5, "c").Message(7, Proto.Node(next, ["a"], ["b"]).Text(7, domain)).Message(7, Proto.Node(next, ["b"], ["c"]).Text(7, domain)).Text(10, "my")
                .Message(9, new Proto().Text(1, "my").Number(2, 1)).Message(9, new Proto().Number(2, 20)));
        }
        TooLarge(() => OnnxImporter.Import(OnnxFile.Parse(model.Bytes), new Dictionary<string, OnnxValue?> { ["x"] = Tensor.Zeros(1) }));
    }

    [Test]
    public void Tables()
    {
        var x = Tensor.Zeros(1);
        TooMuch(() => Run(19, "Resize", [x, null, null, Long(50_000_000)], 1, Text("mode", "linear")));
        TooMuch(() => Run(19, "Resize", [x, null, null, Long(2_000_000_000)], 1));
        TooMuch(() => Run(20, "DFT", [Tensor.Zeros(1, 4, 1), Long(1_000_000_007)], 1));
        var dropout = new Proto().Message(5, Initializer("x", x)).Message(5, Initializer("n", Long(100_000_000))).Message(5, Initializer("half", Tensor.Scalar(0.5f))).Message(5, Initializer("yes", Tensor.Scalar(true)))
            .Message(1, Proto.Node("Expand", ["x", "n"], ["wide"])).Message(1, Proto.Node("Dropout", ["wide", "half", "yes"], ["y"], Proto.Integer("seed", 1))).Message(12, new Proto().Text(1, "y"));
        TooMuch(() => Run(dropout, 13));
        var tree = new Proto().Message(1, Proto.Node("TreeEnsembleRegressor", ["x"], ["y"], Proto.Integer("n_targets", 900_000_000), Ints("nodes_treeids", 0), Ints("nodes_nodeids", 0), Ints("nodes_featureids", 0),
            Ints("nodes_truenodeids", 0), Ints("nodes_falsenodeids", 0), Proto.Attribute("nodes_modes", 8, p => p.Text(9, "LEAF")), Ints("target_treeids", 0), Ints("target_nodeids", 0), Ints("target_ids", 0),
            Proto.Attribute("target_weights", 6, p => p.Float(7, 1))).Text(7, "ai.onnx.ml")).Message(11, Proto.Value("x", 1, 1, 1)).Message(12, new Proto().Text(1, "y"));
        var model = OnnxFile.Parse(Proto.Model(tree).Message(8, new Proto().Text(1, "ai.onnx.ml").Number(2, 3)).Bytes);
        TooMuch(() => OnnxImporter.Import(model, new Dictionary<string, OnnxValue?> { ["x"] = Tensor.Zeros(1, 1) }));
    }

    /// <summary>A sequence that grows item by item shares what it had.</summary>
    [Test]
    public void LongSequences()
    {
        const int Count = 10_000;
        var graph = new Proto().Message(5, Initializer("v", Tensor.Scalar(1f))).Message(1, Proto.Node("SequenceEmpty", [], ["s0"]));
        for (int i = 0; i < Count; i++) graph.Message(1, Proto.Node("SequenceInsert", [$"s{i}", "v"], [$"s{i + 1}"]));
        graph.Message(1, Proto.Node("SequenceLength", [$"s{Count}"], ["n"])).Message(12, new Proto().Text(1, "n"));
        var model = OnnxFile.Parse(Proto.Model(graph, 19).Bytes);
        long before = GC.GetTotalAllocatedBytes(precise: true);
        var length = (TensorValue)OnnxImporter.Import(model, new Dictionary<string, OnnxValue?>()).Outputs[0]!;
        Assert.That(length.Tensor.ToArray<long>(), Is.EqualTo(new[] { (long)Count }));
        Assert.That(GC.GetTotalAllocatedBytes(precise: true) - before, Is.LessThan(100 << 20));
    }
}
