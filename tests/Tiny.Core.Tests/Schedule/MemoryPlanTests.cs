using NUnit.Framework;
using Tiny.Runtime;
using Tiny.Schedule;

namespace Tiny.Tests.Schedule;

public sealed class MemoryPlanTests
{
    [Test]
    public void BuffersAliveTogetherNeverOverlap([Range(0, 29)] int seed)
    {
        var random = new Random(seed);
        var lives = Enumerable.Range(0, random.Next(1, 40)).Select(_ =>
        {
            int first = random.Next(30);
            return new MemoryPlan.Life(random.Next(1, 5000), first, first + random.Next(6));
        }).ToList();
        var (offsets, bytes) = MemoryPlan.Place(lives);
        for (int i = 0; i < lives.Count; i++)
        {
            Assert.That(offsets[i] % MemoryPlan.Alignment, Is.Zero);
            Assert.That(offsets[i] + lives[i].Bytes, Is.LessThanOrEqualTo(bytes));
            for (int j = 0; j < i; j++)
            {
                bool together = lives[i].First <= lives[j].Last && lives[j].First <= lives[i].Last;
                bool apart = offsets[i] + lives[i].Bytes <= offsets[j] || offsets[j] + lives[j].Bytes <= offsets[i];
                Assert.That(!together || apart, Is.True, $"{i} and {j}");
            }
        }
    }

    [Test]
    public void NoArenaIsLongerThanItsLimitAndThereAreFew([Range(0, 29)] int seed)
    {
        var random = new Random(seed);
        var lives = Enumerable.Range(0, random.Next(1, 60)).Select(_ =>
        {
            int first = random.Next(30);
            return new MemoryPlan.Life(random.Next(1, 5000), first, first + random.Next(6));
        }).ToList();
        const long limit = 8192;
        var (places, bytes) = MemoryPlan.PlaceInArenas(lives, limit + 100);
        Assert.That(bytes, Has.All.InRange(1, limit));
        // No more than if each held something from its first half on.
        Assert.That(bytes.Length, Is.InRange((MemoryPlan.LowerBound(lives) + limit - 1) / limit, 1 + 2 * MemoryPlan.LowerBound(lives) / limit));
        for (int i = 0; i < lives.Count; i++)
        {
            Assert.That(places[i].Offset % MemoryPlan.Alignment, Is.Zero);
            Assert.That(places[i].Offset + lives[i].Bytes, Is.LessThanOrEqualTo(bytes[places[i].Arena]));
            for (int j = 0; j < i; j++)
            {
                bool together = lives[i].First <= lives[j].Last && lives[j].First <= lives[i].Last && places[i].Arena == places[j].Arena;
                bool apart = places[i].Offset + lives[i].Bytes <= places[j].Offset || places[j].Offset + lives[j].Bytes <= places[i].Offset;
                Assert.That(!together || apart, Is.True, $"{i} and {j}");
            }
        }
    }

    [Test]
    public void AScheduleInSeveralArenasGivesTheSame()
    {
        var w = Tensor.From<float>([.. Enumerable.Range(0, 400).Select(i => i % 7 * 0.1f - 0.3f)], 20, 20);
        var x = w;
        for (int i = 0; i < 4; i++) x = x.MatMul(w).MatMul(w) + x;
        var schedule = Scheduler.Run([x.Node]);
        Assert.That(schedule.Arenas, Has.Length.EqualTo(1));
        var small = schedule.WithArenasOf(2000);
        Assert.That(small.Arenas, Has.Length.GreaterThan(1).And.All.LessThanOrEqualTo(2000));
        Assert.That(small.ToText(), Does.Contain(" arenas of "));
        float[] Run(KernelSchedule s) => Tensor.FromStorage(new Executable(s, Device.Get("cpu")).Run(_ => null!)[0]).ToArray<float>();
        Assert.That(Run(small), Is.EqualTo(Run(schedule)));
        var e = Assert.Throws<TargetException>(() => schedule.WithArenasOf(1000));
        Assert.That(e!.Message, Does.Contain("float32[20, 20, 1] of 1600 bytes").And.Contain("at most 1000").And.Contain("matmul"));
    }

    [Test]
    public void RandomLivesAreWithinAQuarterOfTheirLowerBound([Range(0, 29)] int seed)
    {
        var random = new Random(seed);
        var lives = Enumerable.Range(0, 60).Select(i => new MemoryPlan.Life(random.Next(1, 200) * 256, i, i + random.Next(1, 5))).ToList();
        double ratio = (double)MemoryPlan.Place(lives).Bytes / MemoryPlan.LowerBound(lives);
        Assert.That(ratio, Is.InRange(1, 1.25));
    }

    [Test]
    public void ManyBuffersTooAndEachTimeTheSame()
    {
        var random = new Random(1);
        var lives = Enumerable.Range(0, 20_000).Select(i => new MemoryPlan.Life(random.Next(1, 100_000), i, i + random.Next(1, 20))).ToList();
        var (offsets, bytes) = MemoryPlan.Place(lives);
        Assert.That((double)bytes / MemoryPlan.LowerBound(lives), Is.InRange(1, 1.25));
        Assert.That(MemoryPlan.Place(lives).Offsets, Is.EqualTo(offsets));
    }

    [Test]
    public void AChainNeedsRoomForTwo()
    {
        // Each buffer is read by the launch that writes the next one.
        var lives = Enumerable.Range(0, 50).Select(i => new MemoryPlan.Life(256 * (1 + i * 37 % 23), i, i + 1)).ToList();
        long bound = lives.Zip(lives.Skip(1)).Max(p => p.First.Bytes + p.Second.Bytes);
        Assert.That(MemoryPlan.LowerBound(lives), Is.EqualTo(bound));
        Assert.That(MemoryPlan.Place(lives).Bytes, Is.EqualTo(bound));
    }
}
