using NUnit.Framework;
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
    public void AChainNeedsRoomForTwo()
    {
        // Each buffer is read by the launch that writes the next one.
        var lives = Enumerable.Range(0, 10).Select(i => new MemoryPlan.Life(1024, i, i + 1)).ToList();
        Assert.That(MemoryPlan.Place(lives).Bytes, Is.EqualTo(2048));
    }
}
