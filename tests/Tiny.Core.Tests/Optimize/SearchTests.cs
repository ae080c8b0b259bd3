using NUnit.Framework;
using Tiny.Lower;
using Tiny.Optimize;
using Tiny.Optimize.Search;
using Tiny.Render;
using Tiny.Schedule;

namespace Tiny.Tests.Optimize;

/// <summary>The search, with times that are made up and always the same.</summary>
public sealed class SearchTests
{
    static Tensor F(params int[] shape) => Tensor.From<float>([.. Enumerable.Range(0, shape.Aggregate(1, (a, b) => a * b)).Select(i => i * 37 % 101 / 50f - 1)], shape);

    static Kernel Of(Tensor x) => Scheduler.Run([x.Node]).Launches.Single().Kernel;

    static Kernel MatMul() => Of(F(48, 64).MatMul(F(64, 96)));

    /// <summary>What a candidate takes is a function of its choices; one may give wrong results.</summary>
    sealed class Made(Func<IReadOnlyList<OptOp>, double?> seconds) : IMeasurer
    {
        public List<IReadOnlyList<OptOp>> Seen { get; } = [];

        public IReadOnlyList<double?> Measure(IReadOnlyList<Candidate> candidates)
        {
            Seen.AddRange(candidates.Select(c => c.Choices));
            return [.. candidates.Select(c => seconds(c.Choices))];
        }
    }

    // Seconds that grow with the distance from the best tile of two axes.
    static double Distance(IReadOnlyList<OptOp> choices, int rows, int vectors)
    {
        int Amount(OptKind kind, int axis) => choices.FirstOrDefault(o => o.Kind == kind && o.Axis == axis)?.Amount ?? 1;
        return 1e-3 * (1 + Math.Abs(Amount(OptKind.Upcast, 0) - rows) + Math.Abs(Amount(OptKind.Upcast, 1) - vectors) + (Amount(OptKind.Vector, 1) == CRenderer.Avx512.VectorLanes ? 0 : 20)
            + choices.Count(o => o.Kind is not (OptKind.Upcast or OptKind.Vector)));
    }

    static KernelSearch Searched(Kernel kernel, TargetProfile profile, IMeasurer measurer, IReadOnlyList<OptOp>? stored = null)
    {
        var search = new KernelSearch(kernel, profile, measurer, stored);
        while (!search.IsDone) search.Step(() => false);
        return search;
    }

    // Of tiles that the model does not rule out.
    [TestCase(4, 3)]
    [TestCase(3, 2)]
    [TestCase(11, 2)]
    [TestCase(3, 6)]
    [TestCase(10, 1)]
    public void FindsTheBestTile(int rows, int vectors)
    {
        var search = Searched(MatMul(), CRenderer.Avx512, new Made(c => Distance(c, rows, vectors)));
        Assert.That(search.After, Is.EqualTo(1e-3), OptText.Of(search.Best));
        Assert.That(search.IsBetter, Is.EqualTo(search.Before > 1.03e-3));
    }

    [Test]
    public void IsTheSameEachTime()
    {
        Assert.That(Seen(), Is.EqualTo(Seen()));

        static List<string> Seen()
        {
            var made = new Made(c => Distance(c, 3, 2));
            Searched(MatMul(), CRenderer.Avx512, made);
            return [.. made.Seen.Select(OptText.Of)];
        }
    }

    [Test]
    public void WhatIsWrongOrHardlyFasterIsNotTaken()
    {
        var kernel = MatMul();
        var heuristic = Searched(kernel, CRenderer.Avx512, new Made(_ => 1)).Heuristic;
        Assert.That(Searched(kernel, CRenderer.Avx512, new Made(c => c.SequenceEqual(heuristic) ? 1 : null)).IsBetter, Is.False);
        Assert.That(Searched(kernel, CRenderer.Avx512, new Made(c => c.SequenceEqual(heuristic) ? 1 : 0.98)).IsBetter, Is.False);
        Assert.That(Searched(kernel, CRenderer.Avx512, new Made(c => c.SequenceEqual(heuristic) ? 1 : 0.9)).IsBetter, Is.True);
        // What does not run at all is searched for no more.
        Assert.That(Searched(kernel, CRenderer.Avx512, new Made(_ => null)).IsBetter, Is.False);
    }

    [Test]
    public void GoesOnFromWhatWasFoundBefore()
    {
        OptOp[] stored = [new(OptKind.Vector, 1, 16), new(OptKind.Upcast, 0, 11), new(OptKind.Upcast, 1, 2)];
        var made = new Made(c => Distance(c, 11, 2));
        Assert.That(Searched(MatMul(), CRenderer.Avx512, made, stored).Best, Is.EqualTo(stored));
        Assert.That(made.Seen[1], Is.EqualTo(stored));
        // What cannot be applied any more is left out.
        Assert.That(Searched(MatMul(), CRenderer.Avx512, new Made(c => Distance(c, 4, 3)), [new(OptKind.Upcast, 7, 2)]).After, Is.EqualTo(1e-3));
    }

    [Test]
    public void TheKernelThatTakesMostComesFirst()
    {
        var order = new List<string>();
        SearchJob Job(Tensor x, int calls, double weight = 1)
        {
            var kernel = Of(x);
            return new(kernel, CRenderer.Avx512, calls, weight, new Made(c =>
            {
                if (order.Count == 0 || order[^1] != kernel.Key) order.Add(kernel.Key);
                return CodeCost.Of(LowerPipeline.Run(kernel.Copy(), CRenderer.Avx512, chosen: c)) * 1e-9;
            }));
        }
        SearchJob small = Job(F(16, 16).MatMul(F(16, 16)), 1), large = Job(F(48, 64).MatMul(F(64, 96)), 1), often = Job(F(32, 32).MatMul(F(32, 32)), 1000), lesser = Job(F(64, 64).MatMul(F(64, 64)), 1000, 1e-6);
        var search = new ProgramSearch();
        search.Run([small, large, often, lesser], _ => null, _ => { }, () => false);
        Assert.That(order.Distinct(), Is.EqualTo(new[] { often, large, small, lesser }.Select(j => j.Kernel.Key)));
    }

    [Test]
    public void AnEndedSearchGivesWhatItHas()
    {
        var kernel = MatMul();
        int steps = 0;
        var search = new ProgramSearch();
        search.Run([new(kernel, CRenderer.Avx512, 1, 1, new Made(c => Distance(c, 11, 2)))], _ => null, _ => steps++, () => steps > 2);
        var found = search.Found("a machine");
        Assert.That(found.Single().Key, Is.EqualTo(kernel.Key));
        Assert.That(found.Single().After, Is.LessThan(found.Single().Before));
        search = new ProgramSearch();
        // Something is measured however short the time is, but for an interruption.
        search.Run([new(kernel, CRenderer.Avx512, 1, 1, new Made(c => Distance(c, 11, 2)))], _ => null, _ => { }, () => true);
        Assert.That(search.Kernels, Is.EqualTo(1));
        search = new ProgramSearch();
        Assert.Throws<OperationCanceledException>(() => search.Run([new(kernel, CRenderer.Avx512, 1, 1, new Made(c => 1))], _ => null, _ => { }, () => throw new OperationCanceledException()));
        Assert.That(search.Found("a machine"), Is.Empty);
    }

    [Test]
    public void TheModelKnowsATileFromPlainLoops()
    {
        var kernel = Of(F(128, 256).MatMul(F(256, 512)));
        double Price(params OptOp[] choices) => CodeCost.Of(LowerPipeline.Run(kernel.Copy(), CRenderer.Avx512, chosen: choices));
        double plain = Price(), vectors = Price(new OptOp(OptKind.Vector, 1, 16)), tile = Price(new(OptKind.Vector, 1, 16), new(OptKind.Upcast, 1, 2), new(OptKind.Upcast, 0, 8)),
            spilled = Price(new(OptKind.Vector, 1, 16), new(OptKind.Upcast, 1, 4), new(OptKind.Upcast, 0, 16));
        Assert.That(vectors, Is.LessThan(plain / 2));
        Assert.That(tile, Is.LessThan(vectors / 2));
        Assert.That(spilled, Is.GreaterThan(tile));
    }
}
