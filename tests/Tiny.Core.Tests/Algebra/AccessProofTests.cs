using NUnit.Framework;
using Tiny.Algebra;
using Tiny.Graph;
using Tiny.Lower;
using Tiny.Optimize;
using Tiny.Render;
using Tiny.Runtime;
using Tiny.Schedule;
using Tiny.Tests.Fuzz;

namespace Tiny.Tests.Algebra;

/// <summary>
/// The proof that accesses lie inside their buffers: what it proves is true, what it must prove it does, and kernels of random programs hold it.
/// </summary>
public sealed class AccessProofTests
{
    const int Programs = 2000, MostUndecided = 20;

    static UOp[] Results(int seed)
    {
        var program = RandomProgram.Make(seed);
        return [.. program.Build(program.Inputs()).Select(t => t.Node)];
    }

    static bool Fits(Kernel kernel, TargetProfile profile) => kernel.Params.All(p => profile.Memory(p.DType) is not null)
        && kernel.Sink.Topological().TrueForAll(u => profile.Holder(u.DType) is not null);

    [Test]
    public void EveryAccessOfRandomProgramsIsInside()
    {
        var check = new AccessCheck();
        TargetProfile[] profiles = [Device.Get("cpu").Profile, CRenderer.Plain, CRenderer.Gnu128, WasmModule.Profile, WgslRenderer.Profile];
        for (int seed = 0; seed < Programs; seed++)
            foreach (var kernel in Scheduler.Run(Results(seed)).Launches.Select(l => l.Kernel).Distinct())
                check.Add(kernel, Fits(kernel, WgslRenderer.Profile) ? profiles : profiles[..4]);
        var undecided = check.Undecided();
        TestContext.Out.WriteLine($"{check.Accesses} accesses, {check.ByIntervals} proven by intervals, "
            + $"{check.Asked} questions for z3, {undecided.Count} undecided");
        Assert.That(undecided, Has.None.StartsWith("sat"));
        Assert.That(undecided, Has.Count.AtMost(MostUndecided), string.Join('\n', undecided));
        Assert.That(check.Accesses, Is.GreaterThan(Programs * 5));
    }

    // Proven by intervals, refuted by a point: a contradiction; and z3 must agree with both.
    [Test]
    public void WhatIsProvenIsTrueAndWhatIsFalseIsRefuted([Range(0, 4)] int seed)
    {
        using var table = Interner.Open();
        var random = new Random(seed);
        var simplify = Symbolic.Simplifier();
        int proven = 0, outside = 0;
        for (int n = 0; n < 120; n++)
        {
            UOp[] ranges = [.. Enumerable.Range(0, 3).Select(i => UOp.Range(i, AxisKind.Loop, random.Next(2, 7)))];
            var index = simplify.Run(IndexFuzzTests.Index(random, ranges, 3));
            var gate = random.Next(2) == 0 ? UOp.Bool(true) : simplify.Run(IndexFuzzTests.Gate(random, ranges));
            long count = Math.Max(random.Next(1, 30), random.Next(2) == 0 ? index.Max + random.Next(-2, 2) : 0);
            bool inside = IndexFuzzTests.Points(ranges).All(p =>
                IndexFuzzTests.Value(gate, p) == 0 || IndexFuzzTests.Value(index, p) is var at && at >= 0 && at < count);
            bool claimed = AccessProof.Inside(index, gate, count);
            if (claimed) Assert.That(inside, Is.True, () => $"{IndexFuzzTests.Text(index)} below {count} where {IndexFuzzTests.Text(gate)}");
            var check = new AccessCheck();
            check.Add("random", index, gate, count, 1);
            Assert.That(check.Undecided(), inside ? Is.Empty : Has.Count.EqualTo(1),
                () => $"{IndexFuzzTests.Text(index)} below {count} where {IndexFuzzTests.Text(gate)}");
            proven += claimed ? 1 : 0;
            outside += inside ? 0 : 1;
        }
        Assert.That(proven, Is.GreaterThan(5));
        Assert.That(outside, Is.GreaterThan(5));
    }

    // A kernel that alone writes its results writes every element, so in a buffer without the last one some store must be outside.
    [Test]
    public void ABufferTooShortByOneIsNoticed()
    {
        for (int seed = 0; seed < 15; seed++)
        {
            var launches = Scheduler.Run(Results(seed)).Launches;
            IEnumerable<int> Written(Launch launch) => launch.Slots.Where((_, i) => launch.Kernel.Params[i].Written);
            var writers = launches.SelectMany(Written).CountBy(s => s).ToDictionary();
            foreach (var kernel in launches.Where(l => Written(l).All(s => writers[s] == 1)).Select(l => l.Kernel).Distinct())
            {
                using var table = kernel.Interner.Resume();
                var check = new AccessCheck();
                foreach (var store in kernel.Sink.Src) check.Add(kernel.Name, store.Src[1], null, kernel.Params[(int)store.Src[0].Arg!].Count - 1, 1);
                Assert.That(check.Undecided(), Has.Some.StartsWith("sat"), $"seed {seed}, {kernel.Name}");
            }
        }
    }

    [Test]
    public void APaddedConvolutionIsProvenAndNotWithoutItsGate()
    {
        using var table = Interner.Open();
        var simplify = Symbolic.Simplifier();
        UOp[] r = [.. new[] { 9, 12, 3, 3 }.Select((n, i) => UOp.Range(i, AxisKind.Loop, n))];
        UOp y = r[0] + r[2] + -1, x = r[1] + r[3] + -1;
        var index = simplify.Run(y * 12 + x);
        UOp[] sides = [y.Lt(UOp.Index(0)).Not(), y.Lt(UOp.Index(9)), x.Lt(UOp.Index(0)).Not(), x.Lt(UOp.Index(12))];
        var gate = simplify.Run(sides.Aggregate((a, b) => a & b));
        Assert.That(AccessProof.Inside(index, gate, 108), Is.True);
        Assert.That(AccessProof.Inside(index, gate, 107), Is.False);
        Assert.That(AccessProof.Inside(index, gate, 108, lanes: 2), Is.False);
        Assert.That(AccessProof.Inside(index, null, 108), Is.False);
        // The same as a choice of place, which is what vectors make of a gate.
        var chosen = simplify.Run(gate.Where(index, UOp.Index(0)));
        Assert.That(AccessProof.Inside(chosen, null, 108), Is.True);
        Assert.That(AccessProof.Inside(chosen, null, 107), Is.False);
        // One side's gate missing: the element before the first, or after the last.
        Assert.That(AccessProof.Inside(index, simplify.Run(sides[1] & sides[2] & sides[3]), 108), Is.False);
        Assert.That(AccessProof.Inside(index, simplify.Run(sides[0] & sides[2] & sides[3]), 108), Is.False);
    }

    [Test]
    public void AMovedLoopIsNotInside()
    {
        using var table = Interner.Open();
        var i = UOp.Range(0, AxisKind.Loop, 60);
        var check = new AccessCheck();
        check.Add("one too far", i + 1, null, 60, 1);
        check.Add("one too early", i / 4 * 4 + i % 4 + -1, null, 60, 1);
        check.Add("as it should be", i / 4 * 4 + i % 4, null, 60, 1);
        Assert.That(check.Undecided().Select(u => u[..u.IndexOf('\n')]), Is.EqualTo(new[] { "sat: one too far", "sat: one too early" }));
    }
}
