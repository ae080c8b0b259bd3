using NUnit.Framework;
using Tiny.Graph;
using Tiny.Schedule;

namespace Tiny.Tests.Schedule;

/// <summary>A temporary is overwritten in place only where nobody can tell.</summary>
public sealed class InPlaceTests
{
    static readonly Tensor s_w = Values(6, 6), s_x = Values(6, 6);

    [Test]
    public void ASumTakesTheOperandsPlace()
    {
        var a = s_x.MatMul(s_w);
        var schedule = Scheduler.Run([(a.MatMul(s_w) + a).MatMul(s_w).Node]);
        // The sum reads all of a's rows for the product, and is not in place.
        Assert.That(InPlace(schedule), Is.Zero);
        schedule = Scheduler.Run([(a.MatMul(s_w).MatMul(s_w) + a).MatMul(s_w).Node]);
        Assert.That(InPlace(schedule), Is.EqualTo(1));
        Assert.That(schedule.ArenaBytes, Is.EqualTo(2 * MemoryPlan.Alignment));
        Assert.That(schedule.ToText(), Does.Contain(" in place of t"));
    }

    [Test]
    public void NotTransposedFlippedOrShifted()
    {
        var a = s_x.MatMul(s_w);
        foreach (var moved in new[] { a.Transpose(0, 1), a.Flip(1), a.Pad([(1, 0), (0, 0)])[..6, ..] })
            Assert.That(InPlace(Scheduler.Run([(a.MatMul(s_w).MatMul(s_w) + moved).MatMul(s_w).Node])), Is.Zero);
    }

    [Test]
    public void NotWhatIsReadLater()
    {
        var a = s_x.MatMul(s_w);
        var sum = (a.MatMul(s_w).MatMul(s_w) + a).MatMul(s_w);
        Assert.That(InPlace(Scheduler.Run([(sum.MatMul(s_w) + a.Transpose(0, 1)).Node])), Is.Zero);
    }

    [Test]
    public void NeverAWeightOrAResult()
    {
        var a = s_x.MatMul(s_w);
        Assert.That(InPlace(Scheduler.Run([(s_x.MatMul(s_w).MatMul(s_w) + s_x).MatMul(s_w).Node])), Is.Zero);
        Assert.That(InPlace(Scheduler.Run([a.Node, (a.MatMul(s_w).MatMul(s_w) + a).MatMul(s_w).Node])), Is.Zero);
        Assert.That(InPlace(Scheduler.Run([(a.MatMul(s_w).MatMul(s_w) + a).Node])), Is.Zero);
    }

    static int InPlace(KernelSchedule schedule) => schedule.Slots.Count(s => s.InPlaceOf is not null);

    static Tensor Values(params int[] shape) => Tensor.From<float>([.. Enumerable.Range(0, shape[0] * shape[1]).Select(i => i % 7 - 3f)], shape);
}
