using NUnit.Framework;
using Tiny.Render;
using Tiny.Schedule;

namespace Tiny.Tests;

public class VectorizeTests
{
    // Merged kernels number their axes alike: where the outer fold's loads have an index that an inner fold computes, both close an axis of the same number.
    [Test]
    public void AnInnerFoldKeepsItsAxis()
    {
        var x = Tensor.From([.. Enumerable.Range(0, 6).Select(i => (float)i)]);
        var table = Tensor.From([.. Enumerable.Range(0, 20).Select(i => i % 7 - 2f)], 5, 4);
        var found = x.Unsqueeze(1).Gt(table[0]).Sum(1).Contiguous();
        var result = table.Take(found).Lt(x.Unsqueeze(1)).Any(1).Cast(DType.Int32).Contiguous() + found;
        var schedule = Scheduler.Run([result.Node]);
        Assert.That(schedule.Launches, Has.Exactly(1).Items);
        Assert.That(() => schedule.Launches.Single().Kernel.Lower(CRenderer.Gnu128), Throws.Nothing);
    }
}
