using NUnit.Framework;
using Tiny.Jit;

namespace Tiny.Tests;

/// <summary>Tensors inside of tuples, arrays, lists, dictionaries and records, as arguments and as results.</summary>
public sealed class StructureTests
{
    static Tensor X(params float[] values) => Tensor.From<float>(values, values.Length);

    public sealed record Pair(Tensor First, Tensor Second, int Times = 1);
    public readonly record struct State(Tensor H, Tensor C);

    public sealed class Structures
    {
        public (Tensor Sum, Pair Pair) Records(Pair p) => (p.First * p.Times + p.Second, p with { First = p.Second + 1, Second = p.First });
        public Tensor[] Arrays(Tensor[] xs) => [.. xs.Select((x, i) => x * i)];
        public List<Tensor> Lists(List<Tensor> xs) => [xs[0] + xs[1], xs[0] - xs[1]];
        public Dictionary<string, Tensor> Dictionaries(IReadOnlyDictionary<string, Tensor> xs) => new() { ["sum"] = xs["a"] + xs["b"], ["a"] = xs["a"] };
        public (Tensor Y, State Next) Structs(Tensor x, State s) => (x + s.H, new(s.H + s.C, s.C * 2));
        public (Tensor, (Tensor A, Tensor B)) Tuples((Tensor A, Tensor B) p, Tensor? mask = null) => (mask is null ? p.A : p.A * mask, (p.B, p.A + p.B));
        public Tensor Writes(Tensor[] xs)
        {
            xs[0].Assign(xs[0] + 1);
            return xs[0] * xs[1];
        }
        public Tensor Replaces(Tensor[] xs) => xs[0] = xs[0] + 1;
        public (Tensor, int) Plain(Tensor x, int n) => (x * n, n * 10);
        public Tensor? Null(Tensor x) => x.Rank > 5 ? x : null;
        public Uri Odd(Tensor x) => new($"http://{x.Rank}");
        public Tensor TakesOdd(Tensor x, Uri uri) => uri is null ? x : x + 1;
        public (Tensor A, Tensor B, Tensor C, Tensor D, Tensor E, Tensor F, Tensor G, Tensor H, (Tensor I, Tensor J) K) Nine(Tensor x) => (x, x + 1, x + 2, x + 3, x + 4, x + 5, x + 6, x + 7, (x + 8, x + 9));
    }

    [Test]
    public void TensorsInStructuresAreInputsAndResults()
    {
        var m = new Structures();
        var records = TinyJit.Of<Func<Pair, (Tensor, Pair)>>(m.Records);
        var arrays = TinyJit.Of<Func<Tensor[], Tensor[]>>(m.Arrays);
        var lists = TinyJit.Of<Func<List<Tensor>, List<Tensor>>>(m.Lists);
        var dictionaries = TinyJit.Of<Func<IReadOnlyDictionary<string, Tensor>, Dictionary<string, Tensor>>>(m.Dictionaries);
        var structs = TinyJit.Of<Func<Tensor, State, (Tensor, State)>>(m.Structs);
        var tuples = TinyJit.Of<Func<(Tensor, Tensor), Tensor?, (Tensor, (Tensor, Tensor))>>(m.Tuples);
        var nine = TinyJit.Of<Func<Tensor, (Tensor, Tensor, Tensor, Tensor, Tensor, Tensor, Tensor, Tensor, (Tensor, Tensor))>>(m.Nine);
        for (int i = 1; i <= 4; i++)
        {
            var (sum, pair) = records(new(X(i), X(5), 3));
            Assert.That((sum.Item(), pair.First.Item(), pair.Second.Item(), pair.Times), Is.EqualTo((3f * i + 5, 6f, (float)i, 3)));
            Assert.That(arrays([X(i), X(i + 1), X(i + 2)]).Select(t => t.Item()), Is.EqualTo(new float[] { 0, i + 1, 2 * (i + 2) }));
            Assert.That(lists([X(i), X(1)]).Select(t => t.Item()), Is.EqualTo(new float[] { i + 1, i - 1 }));
            var d = dictionaries(new Dictionary<string, Tensor> { ["b"] = X(2), ["a"] = X(i) });
            Assert.That((d["sum"].Item(), d["a"].Item()), Is.EqualTo((2f + i, (float)i)));
            var (y, next) = structs(X(1), new(X(i), X(10)));
            Assert.That((y.Item(), next.H.Item(), next.C.Item()), Is.EqualTo((1f + i, 10f + i, 20f)));
            Assert.That(tuples((X(i), X(2)), null).Item2.Item2.Item(), Is.EqualTo(i + 2));
            Assert.That(tuples((X(i), X(2)), X(0)).Item1.Item(), Is.Zero);
            Assert.That(nine(X(i)).Item9.Item2.Item(), Is.EqualTo(i + 9));
        }
    }

    [Test]
    public void APlainPartOfAResultBelongsToTheArguments()
    {
        var plain = TinyJit.Of<Func<Tensor, int, (Tensor, int)>>(new Structures().Plain);
        for (int i = 1; i < 8; i++)
        {
            var (x, n) = plain(X(2), i % 3);
            Assert.That((x.Item(), n), Is.EqualTo((2f * (i % 3), 10 * (i % 3))));
        }
    }

    [Test]
    public void ADictionaryKeepsHowItComparesNames()
    {
        var f = TinyJit.Of<Func<Dictionary<string, Tensor>, Tensor>>(d => d["A"] * (d.ContainsKey("a") ? 2 : 3));
        for (int i = 0; i < 3; i++)
        {
            Assert.That(f(new(StringComparer.OrdinalIgnoreCase) { ["A"] = X(1) }).Item(), Is.EqualTo(2));
            Assert.That(f(new() { ["A"] = X(1) }).Item(), Is.EqualTo(3));
        }
        var sorted = TinyJit.Of<Func<SortedDictionary<string, Tensor>, Tensor>>(d => d["A"]);
        Assert.That(sorted(new(StringComparer.OrdinalIgnoreCase) { ["a"] = X(1) }).Item(), Is.EqualTo(1));
        var frozen = TinyJit.Of<Func<IReadOnlyDictionary<string, Tensor>, Tensor>>(d => d["a"]);
        Assert.That(() => frozen(new System.Collections.ObjectModel.ReadOnlyDictionary<string, Tensor>(new Dictionary<string, Tensor> { ["a"] = X(1) })),
            Throws.TypeOf<TinyJitException>().With.Message.Contains("use a Dictionary"));
    }

    [Test]
    public void ACallersCollectionIsNotChanged()
    {
        var adds = TinyJit.Of<Func<List<Tensor>, Tensor>>(xs =>
        {
            xs.Add(xs[0] + 1);
            return xs[^1];
        });
        var clears = TinyJit.Of<Func<List<Tensor>, Tensor>>(xs =>
        {
            var first = xs[0];
            xs.Clear();
            return first;
        });
        var logs = TinyJit.Of<Func<Tensor, List<int>, Tensor>>((x, log) =>
        {
            log.Add(1);
            return x;
        });
        foreach (var call in new Action[] { () => adds([X(1)]), () => clears([X(1)]), () => logs(X(1), []) })
            Assert.That(call, Throws.TypeOf<TinyJitException>().With.Message.Contains("the caller's"));
    }

    sealed class Listed
    {
        public Tensor Unnamed([Shape(3)] Tensor[] xs) => xs.Length == 0 ? Tensor.Zeros(1) : xs[0];
        public Tensor Gap([Shape(3, Of = "0"), Shape(3, Of = "2")] Tensor[] xs) => xs[^1];
        public Tensor Nothing([Shape(3)] Dictionary<string, Tensor> xs) => xs.Count == 0 ? Tensor.Zeros(1) : xs["a"];
    }

    [TestCase(nameof(Listed.Unnamed))]
    [TestCase(nameof(Listed.Gap))]
    [TestCase(nameof(Listed.Nothing))]
    public void AnExportSaysWhatAListHolds(string method) => Assert.That(() => ProgramCapture.Capture("listed", new Listed(), [typeof(Listed).GetMethod(method)!]),
        Throws.TypeOf<TinyJitException>().With.Message.Contains("'xs' of an exported method is a "));

    interface IInput;

    static class Left
    {
        public sealed record Input(Tensor X) : IInput;
    }

    static class Right
    {
        public sealed record Input(Tensor X) : IInput;
    }

    [Test]
    public void TypesOfOneNameAreNotOneType()
    {
        var f = TinyJit.Of<Func<IInput, Tensor>>(input => input is Left.Input l ? l.X + 1 : ((Right.Input)input).X * 10);
        for (int i = 0; i < 3; i++)
        {
            Assert.That(f(new Left.Input(X(2))).Item(), Is.EqualTo(3));
            Assert.That(f(new Right.Input(X(2))).Item(), Is.EqualTo(20));
        }
    }

    sealed class Names
    {
        public (Tensor x, Tensor state_h, Tensor X) Forward([Shape(1)] Tensor x, [Shape(1)] State state, [Shape(1)] Tensor state_H)
        {
            x.Assign(x + 1);
            return (x * 2, state.H + state.C, state_H);
        }

        public Tensor Collide([Shape(1)] State state, [Shape(1)] Tensor state_H) => state.H - state.C * state_H;
    }

    [Test]
    public void NamesInAProgramAreEachOnce()
    {
        var program = ProgramCapture.Capture("names", new Names(), [.. new[] { "Forward", "Collide" }.Select(m => typeof(Names).GetMethod(m)!)]);
        foreach (var entry in program.Entries)
        {
            Assert.That(entry.Inputs.Select(p => p.Name), Is.Unique);
            Assert.That(entry.Outputs.Select(p => p.Name), Is.Unique);
        }
        Assert.That(program.Entries[0].Outputs.Select(p => p.Name), Is.EqualTo(new[] { "x_2", "state_h", "X", "x" }), "what is written keeps its name");
        Assert.That(program.Entries[1].Inputs.Select(p => p.Name), Is.EqualTo(new[] { "state_H", "state_C", "state_H_2" }));
    }

    [Test]
    public void TensorsInsideOfAnArrayAreWritten()
    {
        var writes = TinyJit.Of<Func<Tensor[], Tensor>>(new Structures().Writes);
        Tensor a = X(1), b = X(10);
        for (int i = 2; i <= 4; i++)
        {
            Assert.That(writes([a, b]).Item(), Is.EqualTo(10 * i));
            Assert.That(a.Item(), Is.EqualTo(i));
        }
        // The same tensor twice: every read sees the write.
        Assert.That(writes([a, a]).Item(), Is.EqualTo(25));
    }

    [Test]
    public void WhatIsNoTensorIsRefused()
    {
        var m = new Structures();
        Assert.That(() => TinyJit.Of<Func<Tensor[], Tensor>>(m.Replaces)([X(1)]), Throws.TypeOf<TinyJitException>().With.Message.Contains("'xs.0'"));
        Assert.That(() => TinyJit.Of<Func<Tensor, Tensor?>>(m.Null)(X(1)), Throws.TypeOf<TinyJitException>().With.Message.Contains("returned null"));
        Assert.That(() => TinyJit.Of<Func<Tensor, Uri>>(m.Odd)(X(1)), Throws.TypeOf<TinyJitException>().With.Message.Contains("Uri"));
        Assert.That(() => TinyJit.Of<Func<Tensor, Uri, Tensor>>(m.TakesOdd)(X(1), new("http://a")), Throws.TypeOf<TinyJitException>().With.Message.Contains("'uri' is a Uri"));
    }
}
