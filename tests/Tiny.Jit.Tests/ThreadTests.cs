using System.Reflection;
using NUnit.Framework;
using Tiny.Render;
using Tiny.Runtime;
using Tiny.Schedule;
using Tiny.Tests.Fuzz;

namespace Tiny.Tests;

/// <summary>Live kernels whose outermost loop is shared by threads: results are the same to the bit, however many there are.</summary>
public sealed class ThreadTests
{
    int _count;
    (double, double) _fewest;

    // However short a kernel is, it is shared.
    [SetUp]
    public void ShareAll()
    {
        (_count, _fewest) = (CpuThreads.Count, CpuKernel.FewestLines);
        CpuKernel.FewestLines = (0, 0);
    }

    [TearDown]
    public void Restore() => (CpuThreads.Count, CpuKernel.FewestLines) = (_count, _fewest);

    [Test]
    public void SuitesGiveTheSameBits()
    {
        int runs = CpuThreads.Runs;
        foreach (var (suite, cases) in new (object, IReadOnlyList<MethodInfo>)[] { (OperatorSuite.Instance, OperatorSuite.Cases), (LibrarySuite.Instance, LibrarySuite.Cases) })
            foreach (var method in cases)
            {
                var results = Flat.Results(method.Invoke(suite, OperatorSuite.Arguments(method))).Select(t => t.Node).ToArray();
                var program = new Executable(Scheduler.Run(results), Device.Get("cpu"));
                byte[][] Run(int threads)
                {
                    CpuThreads.Count = threads;
                    return [.. program.Run(_ => null!).Select(s => s.ToHost().Copied().ToArray())];
                }
                var alone = Run(1);
                foreach (int threads in new[] { 2, 5 }) Assert.That(Run(threads), Is.EqualTo(alone), $"{method.Name} on {threads} threads");
            }
        Assert.That(CpuThreads.Runs - runs, Is.GreaterThan(500));
    }

    // Three images of forty rows: threads share the rows of all of them.
    [Test]
    public void ShortOuterLoopsAreSharedWithTheLoopInside()
    {
        var x = Tensor.From<float>([.. Enumerable.Range(0, 3 * 40 * 50).Select(i => i % 17 * 0.25f)], 3, 40, 50);
        var schedule = Scheduler.Run([(x.Permute(0, 2, 1) * 3 + x.Sum(2).Reshape(3, 1, 40)).Node]);
        var program = new Executable(schedule, Device.Get("cpu"));
        Assert.That(schedule.Launches.Select(l => IlRenderer.SharedLoop(l.Kernel.Lower(Device.Get("cpu").Profile))?.Inner), Has.Some.Not.Null);
        var results = new List<byte[]>();
        foreach (int threads in new[] { 1, 2, 3, 7 })
        {
            CpuThreads.Count = threads;
            results.Add(program.Run(_ => null!)[0].ToHost().Copied().ToArray());
        }
        Assert.That(results, Is.All.EqualTo(results[0]));
        CpuThreads.Count = 1;
        Assert.That(results[0], Is.EqualTo(Interpreter.Evaluate([(x.Permute(0, 2, 1) * 3 + x.Sum(2).Reshape(3, 1, 40)).Node])[0].Copied().ToArray()));
    }

    [Test]
    public void RandomProgramsAreRight()
    {
        CpuThreads.Count = 3;
        for (int seed = 0; seed < 400; seed++) Assert.That(FuzzRun.Problem(RandomProgram.Make(seed)), Is.Null, $"seed {seed}");
    }

    [Test]
    public void CallersThatComeAtOnceAllGetTheirs()
    {
        CpuThreads.Count = 3;
        var expected = Enumerable.Range(0, 4000).Sum(i => (float)(i % 7) * 3);
        Parallel.For(0, 200, _ => Assert.That((Tensor.From<float>([.. Enumerable.Range(0, 4000).Select(i => (float)(i % 7))], 40, 100) * 3).Sum().Item(), Is.EqualTo(expected)));
    }

    [Test]
    public void EachPartIsRunOnce()
    {
        CpuThreads.Count = 4;
        for (int parts = 1; parts < 40; parts++)
        {
            var times = new int[parts];
            Assert.That(CpuThreads.TryRun(parts, i => Interlocked.Increment(ref times[i])), Is.True);
            Assert.That(times, Is.All.EqualTo(1));
        }
    }

    // The threads live as long as the process: what flowed into them would be kept for as long.
    [Test]
    public void NothingOfTheFirstCallerIsKept()
    {
        const int Most = 12;
        var local = new AsyncLocal<string?> { Value = "the caller's" };
        CpuThreads.Count = Most;
        var seen = new string?[Most];
        // All are under way at once, so that threads are started that there were not before.
        using var all = new CountdownEvent(Most);
        Assert.That(CpuThreads.TryRun(Most, i =>
        {
            seen[i] = local.Value;
            all.Signal();
            all.Wait(TimeSpan.FromSeconds(20));
        }), Is.True);
        Assert.That(seen.Count(s => s is not null), Is.EqualTo(1), "the caller's own part");
    }
}
