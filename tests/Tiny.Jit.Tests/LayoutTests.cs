using System.Reflection;
using System.Runtime.InteropServices;
using NUnit.Framework;
using Tiny.Graph;
using Tiny.Runtime;
using Tiny.Schedule;
using Tiny.Tests;

namespace Tiny.Jit.Tests;

/// <summary>A buffer's layout changes where its elements lie and nothing else.</summary>
public sealed class LayoutTests
{
    static IEnumerable<TestCaseData> Cases => OperatorSuite.Cases.Select(m => new TestCaseData(m).SetArgDisplayNames(m.Name));

    [TestCaseSource(nameof(Cases))]
    public void AnyLayoutsOfWeightsAndTemporariesGiveTheSame(MethodInfo method)
    {
        // Arguments that exist are weights here.
        UOp[] results = [.. Flat.Results(method.Invoke(OperatorSuite.Instance, OperatorSuite.Arguments(method))).Select(t => t.Node)];
        for (int seed = 0; seed < 3; seed++)
        {
            var random = new Random(seed);
            var schedule = Scheduler.Run(results, layouts: fusion => RandomLayouts(fusion, random));
            var actual = new Executable(schedule, Device.Get("cpu")).Run(_ => null!);
            for (int i = 0; i < results.Length; i++)
            {
                var got = actual[i].ToHost().Copied();
                var expected = Interpreter.Evaluate(results[i]).Copied();
                if (results[i].DType == DType.Float32)
                    Close.Check(MemoryMarshal.Cast<byte, float>(got), MemoryMarshal.Cast<byte, float>(expected), 1e-5, schedule.ToText());
                else Assert.That(got.SequenceEqual(expected), Is.True, schedule.ToText());
            }
        }
    }

    static Dictionary<UOp, Layout> RandomLayouts(Fusion fusion, Random random)
    {
        var layouts = new Dictionary<UOp, Layout>(ReferenceEqualityComparer.Instance);
        foreach (var node in fusion.Order)
        {
            int rank = node.Shape.Rank;
            if (!fusion.MayBeArranged(node)) continue;
            int[] order = [.. Enumerable.Range(0, rank)];
            random.Shuffle(order);
            layouts[node] = random.Next(2) == 0 ? new Layout(new Axes(order), random.Next(rank), random.Next(2, 6))
                : new Layout(new Axes(order), PadTo: random.Next(1, 5));
        }
        return layouts;
    }

    [Test]
    public void ElementsAreArrangedWhereIndicesLookForThem([Range(0, 19)] int seed)
    {
        var random = new Random(seed);
        var shape = new Shape(Enumerable.Range(0, random.Next(1, 4)).Select(_ => random.Next(1, 7)).ToArray());
        int[] order = [.. Enumerable.Range(0, shape.Rank)];
        random.Shuffle(order);
        var layout = seed % 2 == 0 ? new Layout(new Axes(order), random.Next(shape.Rank), random.Next(2, 5)) : new Layout(new Axes(order), PadTo: random.Next(1, 5));
        var bytes = Enumerable.Range(1, shape.Numel).Select(i => (byte)i).ToArray();
        var arranged = new byte[layout.Memory(shape).Numel];
        layout.Arrange(bytes, arranged, shape, 1);
        var seen = new HashSet<int>();
        for (int i = 0; i < shape.Numel; i++)
        {
            var index = shape.Strides().Select((stride, axis) => i / (int)stride % (int)shape[axis]).ToArray();
            // The definition: coordinates of blocks in the order of axes, then the place in the block.
            int[] at = [.. order.Select(a => a == layout.BlockAxis ? index[a] / layout.Block : index[a]), .. layout.BlockAxis < 0 ? [] : new[] { index[layout.BlockAxis] % layout.Block }];
            int place = at.Zip(layout.Memory(shape).Strides(), (x, stride) => x * (int)stride).Sum();
            Assert.That(seen.Add(place), Is.True);
            Assert.That(arranged[place], Is.EqualTo(bytes[i]), $"{layout} of {shape}: element {i}");
        }
    }

    sealed class Layers
    {
        readonly Tensor _a = RandomNet.Values(new Random(1), 32, 48), _b = RandomNet.Values(new Random(2), 16, 32), _c = RandomNet.Values(new Random(3), 10, 16);

        [TinyJit] public Tensor Forward([Shape(4, 48)] Tensor x) => x.Linear(_a).Relu().Linear(_b).Relu().Linear(_c);
        [TinyJit] public Tensor Transposed([Shape(4, 32)] Tensor x) => x.MatMul(_a);
    }

    static MethodInfo Method(string name) => typeof(Layers).GetMethod(name)!;

    [Test]
    public void AWeightThatIsReadAcrossItsRowsIsInBlocks()
    {
        var layers = new Layers();
        var program = ProgramCapture.Capture("layers", layers, [Method("Forward")]);
        var shapes = program.Buffers.Where(b => b.Role == BufferRole.Constant).Select(b => b.Shape.ToString()).ToList();
        // Ten is no multiple of sixteen.
        Assert.That(shapes, Is.EqualTo(new[] { "[2, 48, 16]", "[1, 32, 16]", "[10, 16]" }));
        foreach (var kernel in program.Kernels.Take(2))
            Assert.That(kernel.Sink.Topological().Any(u => u.Op is Op.FloorDiv or Op.FloorMod), Is.False, kernel.Name);
    }

    sealed class Images
    {
        readonly Tensor _wide = RandomNet.Values(new Random(4), 32, 3, 3, 3), _each = RandomNet.Values(new Random(5), 32, 1, 3, 3), _narrow = RandomNet.Values(new Random(6), 24, 32, 1, 1),
            _last = RandomNet.Values(new Random(7), 32, 24, 3, 3);

        [TinyJit]
        public Tensor Forward([Shape(1, 3, 14, 14)] Tensor x)
        {
            var wide = x.Conv2d(_wide, stride: 2, padding: 1).Relu();
            var narrow = (wide + wide.Conv2d(_each, padding: 1, groups: 32).Relu()).MaxPool2d(2, stride: 1).Conv2d(_narrow);
            return narrow.Conv2d(_last, padding: 1).Sum([2, 3]);
        }
    }

    // Seven columns are no vectors; the channels are.
    [Test]
    public void TemporariesOfASmallImageLieByTheirChannels()
    {
        var images = new Images();
        var program = ProgramCapture.Capture("images", images, [typeof(Images).GetMethod("Forward")!], new CTarget().Schedule);
        var arena = program.Buffers.Where(b => b.Role == BufferRole.Arena && b.Shape.Rank == 4).Select(b => b.Shape[3].Max).ToList();
        Assert.That(arena, Is.Not.Empty.And.All.Matches<long>(n => n is 24 or 32), string.Join(' ', program.Buffers.Select(b => b.Shape)));
        foreach (var kernel in program.Kernels)
            Assert.That(kernel.Sink.Topological().Any(u => u.Op is Op.FloorDiv or Op.FloorMod), Is.False, kernel.Name);
        var image = RandomNet.Values(new Random(8), 1, 3, 14, 14);
        Close.Check(TinyJit.Of(images.Forward)(image).ToArray<float>(), MemoryMarshal.Cast<byte, float>(Interpreter.Evaluate(images.Forward(image).Node).Copied()), 1e-5, "the net");
        var portable = ProgramCapture.Capture("images", images, [typeof(Images).GetMethod("Forward")!]);
        Assert.That(portable.Buffers.Where(b => b.Role == BufferRole.Arena && b.Shape.Rank == 4).Select(b => b.Shape[3].Max), Has.None.AnyOf(24L, 32L));
    }

    [Test]
    public void AWeightThatIsReadInTwoWaysStaysAsItIs()
    {
        var program = ProgramCapture.Capture("layers", new Layers(), [Method("Forward"), Method("Transposed")]);
        var shapes = program.Buffers.Where(b => b.Role == BufferRole.Constant).Select(b => b.Shape.ToString()).ToList();
        Assert.That(shapes, Is.EqualTo(new[] { "[32, 48]", "[1, 32, 16]", "[10, 16]" }));
    }
}
