using System.Collections.Immutable;
using NUnit.Framework;
using Tiny.Tests;

namespace Tiny.Jit.Tests;

/// <summary>
/// The arena of whole nets against its lower bound: the most bytes, each buffer rounded up to the alignment of its place, that are alive
/// at one launch; two of which one overwrites the other in place count once.
/// </summary>
public sealed class MemoryPlanTests
{
    const int Alignment = 256;

    static IEnumerable<TestCaseData> Nets()
    {
        yield return Net("digits", () => Capturing.Of("digits", new CapturedDigits()));
        yield return Net("mobilenet", () => Capturing.Of("mobilenet", new CapturedMobileNet()));
        for (int i = 1; i <= 3; i++)
        {
            int seed = i;
            yield return Net($"random net {seed}", () => Capturing.Of("net", new RandomNet(seed)));
        }
        foreach (var method in typeof(MemoryNets).GetMethods().Where(m => m.IsDefined(typeof(TinyJitAttribute), false)))
            yield return Net(method.Name, () => ProgramCapture.Capture("net", new MemoryNets(), [method]));
    }

    static TestCaseData Net(string name, Func<Program> capture) => new TestCaseData(capture).SetArgDisplayNames(name);

    [TestCaseSource(nameof(Nets))]
    public void TheArenaIsNearItsLowerBound(Func<Program> capture)
    {
        var program = capture();
        long bound = program.Entries.Max(e => MostAlive(program, e.Calls));
        Assert.That(bound, Is.Positive);
        TestContext.Out.WriteLine($"{program.ArenaBytes} bytes, bound {bound}, ratio {(double)program.ArenaBytes / bound:F3}, "
            + $"{program.Buffers.Count(b => b.Role == BufferRole.Arena)} buffers");
        Assert.That(program.ArenaBytes, Is.GreaterThanOrEqualTo(bound));
        Assert.That((double)program.ArenaBytes / bound, Is.LessThanOrEqualTo(1.10));
    }

    static long MostAlive(Program program, ImmutableArray<ProgramCall> calls)
    {
        var lives = program.Buffers.Where(b => b.Role == BufferRole.Arena && calls.Any(c => c.Buffers.Contains(b.Id))).GroupBy(b => Root(program, b)).Select(group =>
        {
            int[] at = [.. Enumerable.Range(0, calls.Length).Where(i => group.Any(b => calls[i].Buffers.Contains(b.Id)))];
            return (Bytes: group.Max(b => (b.Bytes + Alignment - 1) / Alignment * Alignment), First: at[0], Last: at[^1]);
        }).ToList();
        return Enumerable.Range(0, calls.Length).Max(i => lives.Where(l => l.First <= i && i <= l.Last).Sum(l => l.Bytes));
    }

    static int Root(Program program, ProgramBuffer buffer)
    {
        while (buffer.InPlaceOf is { } operand) buffer = program.Buffers[operand];
        return buffer.Id;
    }

    [TestCaseSource(nameof(Nets))]
    public void InSeveralArenasTooNothingIsWrittenThatIsStillRead(Func<Program> capture)
    {
        var one = capture();
        long limit = one.Buffers.Where(b => b.Role == BufferRole.Arena).Max(b => (b.Bytes + Alignment - 1) / Alignment * Alignment);
        var program = one.WithArenasOf(limit);
        Assert.That(program.Arenas, Has.Length.GreaterThanOrEqualTo((int)((one.ArenaBytes + limit - 1) / limit)).And.All.LessThanOrEqualTo(limit));
        TestContext.Out.WriteLine($"{program.Arenas.Length} arenas, {program.ArenaBytes} bytes, in one {one.ArenaBytes}");
        // Whoever wrote a place last wrote what a launch reads there.
        foreach (var entry in program.Entries)
        {
            var written = new List<ProgramBuffer>();
            foreach (var call in entry.Calls)
            {
                var parameters = program.Kernels[call.Kernel].Params;
                for (int i = parameters.Length - 1; i >= 0; i--)
                {
                    var b = program.Buffers[call.Buffers[i]];
                    if (b.Role != BufferRole.Arena) continue;
                    if (!parameters[i].Written) Assert.That(written, Does.Contain(b), b.Name);
                    if (parameters[i].InPlace) Assert.That(written, Does.Contain(program.Buffers[b.InPlaceOf!.Value]), b.Name);
                    if (!parameters[i].Written) continue;
                    written.RemoveAll(o => o.Arena == b.Arena && o.Offset < b.Offset + b.Bytes && b.Offset < o.Offset + o.Bytes);
                    written.Add(b);
                }
            }
        }
        var e = Assert.Throws<TargetException>(() => one.WithArenasOf(limit - Alignment));
        Assert.That(e!.Message, Does.Contain($"at most {limit - Alignment}"));
    }

    [Test]
    public void AResidualSumOverwritesItsOperand()
    {
        var program = ProgramCapture.Capture("net", new MemoryNets(), [typeof(MemoryNets).GetMethod(nameof(MemoryNets.ResidualChain))!]);
        var inPlace = program.Buffers.Where(b => b.InPlaceOf is not null).ToList();
        // Every block's sum but the last, which the mean reads at once, and the first, whose operand it is.
        Assert.That(inPlace, Has.Count.GreaterThanOrEqualTo(5));
        foreach (var b in inPlace)
        {
            Assert.That(b.Offset, Is.EqualTo(program.Buffers[b.InPlaceOf!.Value].Offset));
            int writer = program.Entries[0].Calls.First(c => c.Buffers.Contains(b.Id)).Kernel;
            Assert.That(program.Kernels[writer].Params.Count(p => p.Written && p.InPlace), Is.EqualTo(1));
        }
    }
}

/// <summary>Nets whose intermediate values live in the ways that are hard to place.</summary>
public sealed class MemoryNets
{
    // One tensor for each shape: an export captures twice, and both must see the same.
    readonly Dictionary<string, Tensor> _weights = [];

    Tensor Weight(params int[] shape)
    {
        var key = string.Join('x', shape);
        return _weights.TryGetValue(key, out var weight) ? weight : _weights[key] = RandomNet.Values(new Random(5), shape);
    }

    [TinyJit]
    public Tensor ResidualChain([Shape(1, 3, 24, 24)] Tensor image)
    {
        var x = Convolution(image, 16);
        for (int i = 0; i < 6; i++)
        {
            // Widths vary, so that equal places do not fit by chance.
            var y = Convolution(Convolution(x, 8 + 5 * i), 16);
            x = (x + y).Relu();
        }
        return x.Mean([2, 3]);
    }

    [TinyJit]
    public Tensor UNet([Shape(1, 3, 32, 32)] Tensor image)
    {
        var one = Convolution(image, 8);
        var two = Convolution(one.MaxPool2d(2), 16);
        var three = Convolution(two.MaxPool2d(2), 32);
        var bottom = Convolution(three.MaxPool2d(2), 64);
        var x = Convolution(Tensor.Cat([Larger(bottom), three], 1), 32);
        x = Convolution(Tensor.Cat([Larger(x), two], 1), 16);
        x = Convolution(Tensor.Cat([Larger(x), one], 1), 8);
        return Convolution(x, 2);
    }

    [TinyJit]
    public Tensor Inception([Shape(1, 3, 20, 20)] Tensor image)
    {
        var x = Convolution(image, 12);
        for (int i = 0; i < 3; i++)
            x = Tensor.Cat([Convolution(x, 6), Convolution(Convolution(x, 10), 9), Convolution(Convolution(Convolution(x, 4), 7), 5),
                x.MaxPool2d(3, stride: 1, padding: 1)], 1);
        return Convolution(x, 4).Mean([2, 3]);
    }

    [TinyJit]
    public Tensor DeepMlp([Shape(4, 50)] Tensor features)
    {
        var x = features;
        int width = 50;
        for (int i = 0; i < 20; i++)
        {
            int next = 300 + 97 * (i * 7 % 11);
            x = x.Linear(Weight(next, width), Weight(next)).Relu();
            width = next;
        }
        return x.Softmax();
    }

    [TinyJit]
    public Tensor DenseNet([Shape(1, 3, 16, 16)] Tensor image)
    {
        var x = Convolution(image, 10);
        for (int i = 0; i < 7; i++) x = Tensor.Cat([x, Convolution(x, 6 + i)], 1);
        return Convolution(x, 5).Mean([2, 3]);
    }

    Tensor Convolution(Tensor x, int channels) => x.Conv2d(Weight(channels, x.Shape[1], 3, 3), padding: 1).Relu();

    static Tensor Larger(Tensor x)
    {
        var (c, h, w) = (x.Shape[1], x.Shape[2], x.Shape[3]);
        return x.Reshape(1, c, h, 1, w, 1).Expand(1, c, h, 2, w, 2).Reshape(1, c, 2 * h, 2 * w);
    }
}
