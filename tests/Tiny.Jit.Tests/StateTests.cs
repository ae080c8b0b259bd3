using NUnit.Framework;
using Tiny.Jit;

namespace Tiny.Tests;

/// <summary>Captured methods that write: what the plain call changes, the replayed call changes, call after call.</summary>
public sealed class StateTests
{
    static Tensor X(params float[] values) => Tensor.From<float>(values, values.Length);
    static float[] V(Tensor t) => t.ToArray<float>();

    public sealed class Counter
    {
        public readonly Tensor Count = Tensor.Zeros(1);
        public readonly Tensor Last = Tensor.Zeros(3);
        public bool IsBroken;

        public Tensor Step(Tensor x)
        {
            Count.Assign(Count + 1);
            Last[1..] = x[..2];
            return x * Count;
        }

        public Tensor Unrelated(Tensor x)
        {
            Count.Assign(Count + 10);
            return x + 1;
        }

        public Tensor Reads(Tensor x) => x + Count;

        public Tensor Fails(Tensor x)
        {
            Count.Assign(Count + 1);
            return IsBroken ? throw new InvalidOperationException("no") : x * Count;
        }

        public Tensor State(Tensor x)
        {
            Last.Assign(Last + x);
            return Last[1..];
        }

        public Tensor Asks(Tensor x)
        {
            Count.Assign(Count + 1);
            return Count.Item() > 0 ? x : -x;
        }

        public Tensor Swaps(Tensor x)
        {
            (Last[0], Last[2]) = (Last[2] + 0, Last[0] + 0);
            return x;
        }
    }

    sealed class FromFile(Tensor weight)
    {
        public Tensor Step(Tensor x)
        {
            weight.Assign(weight * 2 + x);
            return weight.Sum();
        }
    }

    [Test]
    public void AWeightInAMappedFileThatIsWrittenIsStateInMemory()
    {
        var folder = Directory.CreateTempSubdirectory("tiny-state");
        try
        {
            string path = Path.Combine(folder.FullName, "w.safetensors");
            Formats.Safetensors.Write(path, new Dictionary<string, Tensor> { ["w"] = X(1, 2, 3) });
            var bytes = File.ReadAllBytes(path);
            var weight = Formats.SafetensorsFile.Open(path).Tensor("w");
            var step = TinyJit.Of(new FromFile(weight).Step);
            float[] expected = [1, 2, 3];
            for (int i = 0; i < 3; i++)
            {
                expected = [.. expected.Select(v => v * 2 + i)];
                Assert.That(step(X(i, i, i)).Item(), Is.EqualTo(expected.Sum()));
                Assert.That(V(weight), Is.EqualTo(expected));
            }
            Assert.That(File.ReadAllBytes(path), Is.EqualTo(bytes));
            Assert.That(V(Formats.SafetensorsFile.Open(path).Tensor("w")), Is.EqualTo(new float[] { 1, 2, 3 }));
        }
        finally
        {
            // The file is still mapped, which Windows minds.
            if (!OperatingSystem.IsWindows()) folder.Delete(recursive: true);
        }
    }

    [Test]
    public void AStateCountsOverCalls()
    {
        var model = new Counter();
        var step = TinyJit.Of(model.Step);
        int before = Replay.Captures;
        for (int i = 1; i <= 4; i++)
        {
            Assert.That(V(step(X(i, 2, 3))), Is.EqualTo(new float[] { i * i, 2 * i, 3 * i }));
            Assert.That(model.Count.Item(), Is.EqualTo(i));
            Assert.That(V(model.Last), Is.EqualTo(new float[] { 0, i, 2 }));
        }
        Assert.That(Replay.Captures - before, Is.EqualTo(1), "a state that changes is no reason to capture anew");
    }

    [Test]
    public void AWriteThatNoResultNeedsIsDone()
    {
        var model = new Counter();
        var unrelated = TinyJit.Of(model.Unrelated);
        for (int i = 0; i < 3; i++) Assert.That(V(unrelated(X(1))), Is.EqualTo(new float[] { 2 }));
        Assert.That(model.Count.Item(), Is.EqualTo(30));
    }

    [Test]
    public void TwoMethodsShareAState()
    {
        var model = new Counter();
        Func<Tensor, Tensor> reads = TinyJit.Of(model.Reads), step = TinyJit.Of(model.Step), unrelated = TinyJit.Of(model.Unrelated);
        Assert.That(V(reads(X(5))), Is.EqualTo(new float[] { 5 }));
        step(X(1, 1, 1));
        unrelated(X(1));
        Assert.That(V(reads(X(5))), Is.EqualTo(new float[] { 16 }));
        step(X(1, 1, 1));
        Assert.That(V(reads(X(5))), Is.EqualTo(new float[] { 17 }));
    }

    [Test]
    public void AnExceptionHalfWayLeavesTheStateAsItWas()
    {
        var model = new Counter { IsBroken = true };
        var fails = TinyJit.Of(model.Fails);
        Assert.That(() => fails(X(1)), Throws.InvalidOperationException);
        Assert.That(model.Count.Item(), Is.EqualTo(0));
        model.IsBroken = false;
        Assert.That(V(fails(X(3))), Is.EqualTo(new float[] { 3 }));
        Assert.That(model.Count.Item(), Is.EqualTo(1));
    }

    [Test]
    public void AnInputThatIsWrittenChangesTheCallersTensor()
    {
        var add = TinyJit.Of((Tensor x, Tensor y) =>
        {
            x[..2].Assign(x[..2] + y);
            return x.Sum();
        });
        Tensor mine = X(1, 2, 3), whole = Tensor.Zeros(2, 3), row = whole[1];
        for (int i = 1; i <= 3; i++) Assert.That(add(mine, X(10, 20)).Item(), Is.EqualTo(6 + 30 * i));
        Assert.That(V(mine), Is.EqualTo(new float[] { 31, 62, 3 }));
        add(row, X(1, 2));
        Assert.That(V(whole), Is.EqualTo(new float[] { 0, 0, 0, 1, 2, 0 }), "through a view");
    }

    [Test]
    public void ArgumentsThatAreTheSameTensorAreWrittenInOrder()
    {
        var f = TinyJit.Of((Tensor x, Tensor y) =>
        {
            x.Assign(x + 1);
            return x * y;
        });
        Assert.That(V(f(X(2), X(3))), Is.EqualTo(new float[] { 9 }));
        var same = X(2);
        for (int i = 3; i <= 5; i++) Assert.That(V(f(same, same)), Is.EqualTo(new float[] { i * i }));
    }

    [Test]
    public void ATensorThatIsGivenAnArgumentIsNotTheArgument()
    {
        var swap = TinyJit.Of<Func<Tensor, (Tensor, Tensor)>>(x =>
        {
            var y = x + 1;
            var before = y + 0;
            y.Assign(x);
            x.Assign(before);
            return (x, y);
        });
        for (int i = 0; i < 3; i++)
        {
            var (x, y) = swap(X(i));
            Assert.That((x.Item(), y.Item()), Is.EqualTo((i + 1f, (float)i)));
        }
    }

    [Test]
    public void AResultThatIsStateIsTheStateItself()
    {
        var model = new Counter();
        var state = TinyJit.Of(model.State);
        var first = state(X(1, 2, 3));
        Assert.That(V(first), Is.EqualTo(new float[] { 2, 3 }));
        state(X(1, 1, 1));
        Assert.That(V(first), Is.EqualTo(new float[] { 3, 4 }), "it is a view of the state");
        first.Assign(0);
        Assert.That(V(model.Last), Is.EqualTo(new float[] { 2, 0, 0 }));
    }

    [Test]
    public void WhatWasReadBetweenCallsStays()
    {
        var model = new Counter();
        var step = TinyJit.Of(model.Step);
        var read = new List<Tensor>();
        for (int i = 0; i < 4; i++)
        {
            step(X(i, i, i)).Realize();
            read.Add(model.Last + model.Count * 100);
        }
        Assert.That(read.Select(t => V(t)[2]), Is.EqualTo(new float[] { 100, 201, 302, 403 }));
    }

    [Test]
    public void WritesFromOutsideAreSeen()
    {
        var model = new Counter();
        Func<Tensor, Tensor> reads = TinyJit.Of(model.Reads), step = TinyJit.Of(model.Step);
        Assert.That(V(reads(X(1))), Is.EqualTo(new float[] { 1 }));
        model.Count.Assign(7);
        Assert.That(V(reads(X(1))), Is.EqualTo(new float[] { 8 }));
        model.Count[0].Assign(9);
        Assert.That(V(reads(X(1))), Is.EqualTo(new float[] { 10 }));
        step(X(1, 1, 1));
        model.Count.Assign(model.Count * 2);
        Assert.That(V(step(X(1, 1, 1))), Is.EqualTo(new float[] { 21, 21, 21 }));
    }

    [Test]
    public void AskingForAStateInsideIsRefused()
    {
        var model = new Counter();
        Assert.That(() => TinyJit.Of(model.Asks)(X(1)), Throws.TypeOf<TinyJitException>().With.Message.Contains("StateTests.cs").And.Message.Contains("changes"));
        Assert.That(model.Count.Item(), Is.EqualTo(0));
    }

    [Test]
    public void TwoElementsSwapped()
    {
        var model = new Counter();
        model.Last.Assign(X(1, 2, 3));
        var swaps = TinyJit.Of(model.Swaps);
        swaps(X(0));
        Assert.That(V(model.Last), Is.EqualTo(new float[] { 3, 2, 1 }));
        swaps(X(0));
        Assert.That(V(model.Last), Is.EqualTo(new float[] { 1, 2, 3 }));
    }

    [Test]
    public void StatesOfDifferentInstancesAreApart()
    {
        Counter a = new(), b = new();
        Func<Tensor, Tensor> ofA = TinyJit.Of(a.Step), ofB = TinyJit.Of(b.Step);
        ofA(X(1, 1, 1));
        ofA(X(1, 1, 1));
        ofB(X(1, 1, 1));
        Assert.That((a.Count.Item(), b.Count.Item()), Is.EqualTo((2f, 1f)));
    }

    [Test]
    public void CallsFromManyThreadsCountEachOnce()
    {
        var model = new Counter();
        var step = TinyJit.Of(model.Step);
        Parallel.For(0, 32, _ => step(X(1, 1, 1)));
        Assert.That(model.Count.Item(), Is.EqualTo(32));
    }

    /// <summary>A model whose method writes at random; two of a seed do the same.</summary>
    sealed class Writer(int seed)
    {
        public readonly Tensor[] States = [Tensor.From<int>([.. Enumerable.Range(0, 12)], 3, 4), Tensor.From<int>([.. Enumerable.Range(20, 12)], 3, 4), Tensor.Zeros(new Shape(4), DType.Int32)];

        public (Tensor, Tensor) Forward(Tensor x)
        {
            var random = new Random(seed);
            var all = new List<Tensor>(States) { x, x + 1 };
            for (int steps = random.Next(2, 14); steps > 0; steps--)
            {
                Tensor from = View(random, all), to = View(random, all);
                switch (random.Next(4))
                {
                    case 0:
                        all.Add(from * 2 + to.Sum());
                        break;
                    case 1:
                        to.Assign(random.Next(100));
                        break;
                    case 2:
                        to.Assign(to + from.Sum());
                        break;
                    default:
                        if (from.Shape.Equals(to.Shape)) to.Assign(from);
                        else to.Assign(to * 3 + from.Max());
                        break;
                }
            }
            return (View(random, all), all[^1].Sum());
        }

        static Tensor View(Random random, List<Tensor> all)
        {
            var t = all[random.Next(all.Count)];
            for (int views = random.Next(3); views > 0 && t.Rank > 0; views--)
                t = random.Next(5) switch
                {
                    0 => t[random.Next(Math.Max(1, (int)t.Shape[0]))..],
                    1 when t.Rank > 1 => t.Transpose(),
                    2 when t.Shape[0] > 0 => t[random.Next((int)t.Shape[0])],
                    3 => t.Flip(0),
                    _ when t.Shape[0] > 1 => t[..^1],
                    _ => t,
                };
            return t;
        }
    }

    [Test]
    public void RandomWritersDoWhatPlainCallsDo([Range(0, 99)] int seed)
    {
        Writer captured = new(seed), plain = new(seed);
        var forward = TinyJit.Of<Func<Tensor, (Tensor, Tensor)>>(captured.Forward);
        var reads = new List<(Tensor Actual, Tensor Expected)>();
        for (int call = 0; call < 4; call++)
        {
            Tensor a = Tensor.From<int>([call, 2, 3, 4]), b = Tensor.From<int>([call, 2, 3, 4]);
            (Tensor first, Tensor second) = forward(a);
            (Tensor expected, Tensor other) = plain.Forward(b);
            reads.AddRange([(first, expected), (second, other), (a, b)]);
            // Some are read later, when they must still be what they were.
            reads.Add((captured.States[call % 3] + 1, plain.States[call % 3] + 1));
            if (call == 1)
            {
                captured.States[0][1].Assign(5);
                plain.States[0][1].Assign(5);
            }
            if (call % 2 == 0) Same(reads[^2]);
            Same((captured.States[0], plain.States[0]));
        }
        foreach (var pair in reads) Same(pair);
        for (int i = 0; i < 3; i++) Same((captured.States[i], plain.States[i]));

        static void Same((Tensor Actual, Tensor Expected) pair) => Assert.That(pair.Actual.ToArray<int>(), Is.EqualTo(pair.Expected.ToArray<int>()));
    }
}
