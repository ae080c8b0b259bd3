using NUnit.Framework;
using Tiny.Cli.Verify;
using Tiny.Jit;
using Tiny.Runtime;
using Tiny.Schedule;

namespace Tiny.Onnx.Tests;

/// <summary>
/// Models whose sizes are computed from their inputs, as programs that are built before these are known: one program for all inputs, which gives what the model gives when it
/// is built for each input anew, its sizes read.
/// </summary>
public class ComputedSizeTests
{
    static readonly Tensor s_x = Tensor.From([0f, 3, 0, 4, 5, 0, -1, 2, 0, 0, 7, 6], 3, 4), s_ones = Tensor.Ones(3, 4), s_zeros = Tensor.Zeros(3, 4),
        s_one = Tensor.From([0f, 0, 0, 0, 0, 0, 0, 9, 0, 0, 0, 0], 3, 4);

    sealed class Graph
    {
        readonly Proto _graph = new Proto().Text(2, "g");
        int _next;
        public List<string> Results { get; } = [];

        public Graph(params (string Name, int Type, long[] Dims)[] inputs)
        {
            foreach (var (name, type, dims) in inputs) _graph.Message(11, Proto.Value(name, type, dims));
        }

        public string[] Nodes(int outputs, string op, string[] inputs, params Proto[] attributes)
        {
            string[] names = [.. Enumerable.Range(0, outputs).Select(_ => $"v{_next++}")];
            _graph.Message(1, Proto.Node(op, inputs, names, attributes));
            return names;
        }

        public string Node(string op, string[] inputs, params Proto[] attributes) => Nodes(1, op, inputs, attributes)[0];

        public string Longs(params long[] values) => Constant(7, [values.Length], System.Runtime.InteropServices.MemoryMarshal.AsBytes(values.AsSpan()).ToArray());
        public string Long(long value) => Constant(7, [], BitConverter.GetBytes(value));

        string Constant(int type, long[] dims, byte[] bytes)
        {
            string name = $"v{_next++}";
            _graph.Message(5, Proto.Tensor(name, type, dims).Data(9, bytes));
            return name;
        }

        public Graph Result(params string[] names)
        {
            foreach (var name in names)
            {
                _graph.Message(12, new Proto().Text(1, name));
                Results.Add(name);
            }
            return this;
        }

        public Model.OnnxModel Model => OnnxFile.Parse(Proto.Model(_graph).Bytes);
    }

    static Proto Ints(string name, params long[] values) => Proto.Attribute(name, 7, p => values.Aggregate(p, (q, v) => q.Number(8, v)));

    // One program, called with each of the inputs.
    static void Agrees(Graph graph, params Tensor[][] calls)
    {
        var model = graph.Model;
        string[] names = [.. model.Graph.Inputs.Select(i => i.Name)];
        Dictionary<string, OnnxValue?> Inputs(IReadOnlyList<Tensor> given) => names.Zip(given).ToDictionary(p => p.First, p => (OnnxValue?)p.Second);
        ImportedGraph imported = null!;
        IReadOnlyList<Tensor> tensors = [];
        var capture = Capture.Run(new GraphEntry("main", [.. names.Zip(calls[0], (name, t) => new GraphInput(name, t.DType, t.Shape))], given =>
        {
            imported = OnnxImporter.Import(model, Inputs(given), new ImportOptions { Bounded = true });
            return tensors = BoundedResults.Tensors(imported);
        }));
        Assert.That(imported.Counts, Is.Not.Empty);
        Assert.That(tensors.Any(t => t.Shape.IsSymbolic), Is.False);
        var device = Device.Get("cpu");
        var program = new Executable(Scheduler.Run(capture.Results, states: capture.States, profile: ScheduleProfile.Of(device.Profile)), device);
        foreach (var call in calls)
        {
            var memory = call.Select(t => t.Realize().Storage!).ToList();
            Compare("live", program.Run(p => memory[p.Slot].On(device), states: c => c.Bind(device, written: true)).Select(r => r.ToHost()), call);
            Compare("interpreted", capture.Results.Select(r => Interpreter.Evaluate(r, p => memory[p.Slot].ToHost())), call);
        }

        void Compare(string by, IEnumerable<HostMemory> results, Tensor[] call)
        {
            var (outputs, bytes) = BoundedResults.Cut(imported, tensors.Zip(results).ToDictionary(p => p.First, p => p.Second));
            var expected = OnnxImporter.Import(model, Inputs(call), new ImportOptions { Read = t => t.Realize().Storage!.ToHost() }).Outputs;
            Assert.That(outputs, Has.Count.EqualTo(expected.Count));
            for (int i = 0; i < expected.Count; i++)
            {
                var (want, got) = (((TensorValue)expected[i]!).Tensor, ((TensorValue)outputs[i]!).Tensor);
                Assert.That(got.Shape, Is.EqualTo(want.Shape), $"{by}: output {i}");
                var (a, b) = (Import.HostNumbers.Floats(bytes[got], got.DType, got.Shape.Numel), Import.HostNumbers.Floats(want.Realize().Storage!.ToHost(), want.DType, want.Shape.Numel));
                Assert.That(a, Is.EqualTo(b).Within(1e-5), $"{by}: output {i} of {string.Join(", ", call[0].ToArray<float>())}");
            }
        }
    }

    static Graph OverX() => new(("x", 1, [3, 4]));

    static Tensor[][] Calls => [[s_x], [s_ones], [s_zeros], [s_one]];

    // [n, 2] places of what is not 0, and [n] those elements.
    static (string Places, string Elements) Found(Graph g, string x)
    {
        var places = g.Node("Transpose", [g.Node("NonZero", [x])]);
        return (places, g.Node("GatherND", [x, places]));
    }

    [Test]
    public void WhatIsFoundIsSummedUpAlone()
    {
        var g = OverX();
        var (places, elements) = Found(g, "x");
        var squares = g.Node("Add", [g.Node("Mul", [elements, elements]), g.Node("Cast", [g.Long(1)], Proto.Integer("to", 1))]);
        // Sums, the largest, softmax: none sees what there is room for.
        Agrees(g.Result(places, elements, g.Node("ReduceSum", [squares], Proto.Integer("keepdims", 0)), g.Node("ReduceMax", [elements], Proto.Integer("keepdims", 0)),
            g.Node("ReduceProd", [squares]), g.Node("Softmax", [elements], Proto.Integer("axis", 0)), g.Node("ReduceMin", [places, g.Longs(0)])), [s_x], [s_ones], [s_one]);
    }

    [Test]
    public void PartsAreJoinedMovedAndTurned()
    {
        var g = OverX();
        var (places, elements) = Found(g, "x");
        var column = g.Node("Unsqueeze", [elements, g.Longs(1)]);
        // [n, 3], then [2n, 3], [6n], [3, 2n]; from the end; with edges.
        var rows = g.Node("Concat", [g.Node("Cast", [places], Proto.Integer("to", 1)), column], Proto.Integer("axis", 1));
        var twice = g.Node("Concat", [rows, g.Node("Neg", [rows]), rows], Proto.Integer("axis", 0));
        Agrees(g.Result(twice, g.Node("Reshape", [twice, g.Longs(-1)]), g.Node("Transpose", [twice]), g.Node("Reshape", [g.Node("Transpose", [twice]), g.Longs(-1)]),
            g.Node("Slice", [twice, g.Longs(-1), g.Longs(long.MinValue), g.Longs(0), g.Longs(-1)]), g.Node("Slice", [twice, g.Longs(0), g.Longs(long.MaxValue), g.Longs(0), g.Longs(2)]),
            g.Node("Pad", [rows, g.Longs(1, 0, 2, 1)]), g.Node("Shape", [twice]), g.Node("Size", [twice]), g.Node("Concat", [elements, g.Node("Flatten", ["x"], Proto.Integer("axis", 0)) is var flat
                ? g.Node("Reshape", [flat, g.Longs(-1)]) : "", elements], Proto.Integer("axis", 0))), Calls);
    }

    [Test]
    public void SizesAreComputedFromSizes()
    {
        var g = OverX();
        var (places, elements) = Found(g, "x");
        var count = g.Node("Shape", [elements]);
        var scalar = g.Node("Squeeze", [count]);
        var numbers = g.Node("Range", [g.Long(1), g.Node("Add", [g.Node("Mul", [scalar, g.Long(2)]), g.Long(1)]), g.Long(1)]);
        var matrix = g.Node("ConstantOfShape", [g.Node("Concat", [count, g.Longs(2)], Proto.Integer("axis", 0))]);
        Agrees(g.Result(numbers, matrix, g.Node("Expand", [g.Node("Unsqueeze", [elements, g.Longs(0)]), g.Node("Concat", [g.Longs(2), count], Proto.Integer("axis", 0))]),
            g.Node("Reshape", [numbers, g.Node("Concat", [count, g.Longs(2)], Proto.Integer("axis", 0))]), g.Node("Reshape", [numbers, g.Longs(2, -1)]),
            g.Node("Tile", [g.Longs(5, 6), count]), g.Node("Trilu", [g.Node("MatMul", [matrix, g.Node("Transpose", [matrix])]), g.Long(0)])), Calls);
    }

    [Test]
    public void WhatIsChosenIsChosenFromAgain()
    {
        var g = OverX();
        var elements = Found(g, "x").Elements;
        var positive = g.Node("Greater", [elements, g.Node("Cast", [g.Long(2)], Proto.Integer("to", 1))]);
        var chosen = g.Node("Compress", [elements, positive], Proto.Integer("axis", 0));
        var (places, _) = Found(g, g.Node("Cast", [positive], Proto.Integer("to", 1)));
        var limit = g.Node("Min", [g.Node("Shape", [elements]), g.Longs(2)]);
        var best = g.Nodes(2, "TopK", [elements, limit]);
        Agrees(g.Result([chosen, places, .. best, g.Node("Gather", [chosen, best[1]]), g.Node("CumSum", [elements, g.Long(0)])]), [s_x], [s_ones], [s_zeros], [s_one]);
    }

    [Test]
    public void EndsThatAreInputs()
    {
        Tensor N(params long[] values) => Tensor.From(values);
        var g = new Graph(("x", 1, [3, 4]), ("n", 7, [1]));
        var k = g.Node("Min", [g.Node("Max", ["n", g.Longs(0)]), g.Longs(3)]);
        string size = g.Node("Add", [k, g.Longs(1)]), rest = g.Node("Sub", [g.Longs(3), k]);
        // Bounded by the axis: whatever n is.
        var parts = g.Nodes(2, "Split", ["x", g.Node("Concat", [k, rest], Proto.Integer("axis", 0))]);
        Agrees(g.Result([g.Node("Slice", ["x", "n", g.Longs(int.MaxValue)]), g.Node("Slice", ["x", g.Longs(0), "n", g.Longs(1)]), g.Node("Slice", ["x", g.Longs(3), "n", g.Longs(1), g.Longs(-1)]),
            .. g.Nodes(2, "TopK", ["x", size]), .. parts, g.Node("Range", [g.Long(0), g.Node("Squeeze", [size]), g.Long(2)]), g.Node("Pad", ["x", g.Node("Concat", [k, g.Longs(1), size, k], Proto.Integer("axis", 0))]),
            g.Node("Expand", [g.Node("Slice", ["x", g.Longs(0), g.Longs(1)]), g.Node("Concat", [k, g.Longs(1)], Proto.Integer("axis", 0))]),
            g.Node("OneHot", [g.Longs(0, 2, 1), g.Node("Squeeze", [size]), g.Longs(0, 1)]), g.Node("Tile", ["x", g.Node("Concat", [k, size], Proto.Integer("axis", 0))])]),
            [s_x, N(1)], [s_x, N(0)], [s_x, N(-2)], [s_x, N(3)], [s_x, N(100)]);
    }

    static Proto Subgraph(string name, Proto graph) => Proto.Attribute(name, 5, p => p.Message(6, graph.Text(2, name)));

    static Proto Output(string name) => new Proto().Text(1, name);

    [Test]
    public void BranchesOfDifferentExtents()
    {
        var g = OverX();
        var elements = Found(g, "x").Elements;
        string some = g.Node("Greater", [g.Node("ReduceSum", ["x"], Proto.Integer("keepdims", 0)), g.Node("Cast", [g.Long(10)], Proto.Integer("to", 1))]);
        var two = g.Longs(2);
        var chosen = g.Node("If", [some],
            Subgraph("then_branch", new Proto().Message(1, Proto.Node("Neg", [elements], ["t"])).Message(12, Output("t"))),
            Subgraph("else_branch", new Proto().Message(1, Proto.Node("ConstantOfShape", [two], ["e"])).Message(12, Output("e"))));
        Agrees(g.Result(chosen, g.Node("ReduceSum", [chosen])), Calls);
    }

    // Halves x until its sum is less than 3, at most so many times: how often, and each x on the way.
    [TestCase(true), TestCase(false)]
    public void LoopsThatDataEnd(bool atMost)
    {
        var g = OverX();
        string half = g.Node("Div", [g.Node("Cast", [g.Long(1)], Proto.Integer("to", 1)), g.Node("Cast", [g.Long(2)], Proto.Integer("to", 1))]), three = g.Node("Cast", [g.Long(3)], Proto.Integer("to", 1));
        string sum = g.Node("ReduceSum", ["x"], Proto.Integer("keepdims", 0)), goes = g.Node("Less", [three, sum]);
        var trips = atMost ? g.Node("Min", [g.Node("Size", [Found(g, "x").Elements]), g.Long(3)]) : g.Long(6);
        var body = new Proto().Message(11, Output("i")).Message(11, Output("c")).Message(11, Output("a"))
            .Message(1, Proto.Node("Mul", ["a", half], ["b"])).Message(1, Proto.Node("ReduceSum", ["b"], ["s"], Proto.Integer("keepdims", 0))).Message(1, Proto.Node("Less", [three, "s"], ["more"]))
            .Message(12, Output("more")).Message(12, Output("b")).Message(12, Output("s"));
        var results = g.Nodes(2, "Loop", [trips, goes, "x"], Subgraph("body", body));
        Agrees(g.Result([.. results, g.Node("ReduceSum", [results[1]])]), Calls.Select(c => c[0]).SkipLast(2).Append(s_one).Select(x => new[] { x }).ToArray());
    }

    [Test]
    public void PlacesInSequencesThatAreInputs()
    {
        Tensor N(params long[] values) => Tensor.From(values);
        var g = new Graph(("x", 1, [3, 4]), ("n", 7, [2]));
        var parts = g.Node("SplitToSequence", ["x", "n"]);
        string at = g.Node("Squeeze", [g.Node("Slice", ["n", g.Longs(0), g.Longs(1)])]), first = g.Node("SequenceAt", [parts, g.Long(0)]), one = g.Node("SequenceAt", [parts, g.Node("Mod", [at, g.Long(2)])]);
        var more = g.Node("SequenceInsert", [parts, "x", g.Node("Mod", [at, g.Long(3)])]);
        var less = g.Node("SequenceErase", [more, g.Node("Mod", [at, g.Long(2)])]);
        Agrees(g.Result(first, one, g.Node("SequenceAt", [more, g.Long(0)]), g.Node("SequenceAt", [more, g.Long(-1)]), g.Node("ConcatFromSequence", [more], Proto.Integer("axis", 0)),
            g.Node("ConcatFromSequence", [less], Proto.Integer("axis", 0))), [s_x, N(1, 2)], [s_x, N(0, 3)], [s_x, N(2, 1)], [s_x, N(3, 0)]);
    }

    [Test]
    public void WhatNothingBoundsIsSaid()
    {
        var g = new Graph(("n", 7, []));
        g.Result(g.Node("Range", [g.Long(0), "n", g.Long(1)]));
        Assert.That(() => OnnxImporter.Import(g.Model, new Dictionary<string, OnnxValue?> { ["n"] = Tensor.Scalar(3L, DType.Int64).Realize() }, new ImportOptions { Bounded = true }),
            Throws.TypeOf<OnnxDataDependentException>().With.Message.Contains("Range 'v2': how much or how often must be known before the program is built").And.Message.Contains("nothing says how large it may be"));
    }
}
