using NUnit.Framework;
using Tiny.Graph;
using Tiny.Schedule;

namespace Tiny.Tests.Schedule;

/// <summary>What writes become: how many kernels, how many elements they write, and in whose memory.</summary>
public sealed class WriteTests
{
    // A captured write: state, with what the method makes of it.
    static KernelSchedule Program(Action<Tensor[]> write, params Shape[] shapes)
    {
        Tensor[] states = [.. shapes.Select(s => Tensor.Zeros(s, DType.Float32).Realize())];
        return CaptureScope.Run(scope =>
        {
            write(states);
            return Scheduler.Run([], states: [.. scope.Written.Select(c => (scope.MemoryOf(c), scope.Read(c)))]);
        });
    }

    // Elements that all stores write.
    static long Written(KernelSchedule schedule) => schedule.Launches.Sum(l => l.Kernel.Sink.Src.Sum(s =>
        s.Topological().Where(u => u.Op == Op.Range && ((Axis)u.Arg!).Kind == AxisKind.Loop).Aggregate(1L, (n, r) => n * (r.Max + 1))));

    [Test]
    public void ARowOfACacheIsOneKernelOverThatRow()
    {
        var schedule = Program(s => s[0][5] = Tensor.From([1f, 2, 3, 4]) * 2, new Shape(64, 4));
        Assert.That(schedule.Launches, Has.Length.EqualTo(1));
        Assert.That(Written(schedule), Is.EqualTo(4));
        Assert.That(schedule.Slots.Select(s => s.Role), Has.None.EqualTo(SlotRole.Temporary));
    }

    [Test]
    public void AnUpdateOfEachElementIsOneKernelInPlace()
    {
        var schedule = Program(s => s[0].Assign(s[0] * 0.9f + 1), new Shape(7, 33));
        Assert.That(schedule.Launches, Has.Length.EqualTo(1));
        Assert.That(schedule.Launches[0].Kernel.Params.Select(p => (p.Written, p.InPlace)), Is.EqualTo(new[] { (true, true) }));
    }

    [Test]
    public void WritesThatAreApartAreOneKernel()
    {
        var schedule = Program(s =>
        {
            s[0][0..3] = Tensor.From([1f, 2, 3]);
            s[0][4..7].Assign(5);
            s[0][9..].Assign(s[0][0..3] + 1);
        }, new Shape(12));
        Assert.That(schedule.Launches, Has.Length.EqualTo(1));
        Assert.That(Written(schedule), Is.EqualTo(9));
    }

    [Test]
    public void AWeightIsWrittenAsSoonAsItsGradientIsKnown()
    {
        var schedule = Program(weights =>
        {
            var x = Tensor.Full(new Shape(50, 16), 0.5f).Contiguous();
            foreach (var w in weights)
            {
                w.RequiresGrad = true;
                x = x.Linear(w).Tanh();
            }
            x.Sum().Backward();
            foreach (var w in weights) w.Assign(w - w.Grad! * 0.1f);
        }, new Shape(24, 16), new Shape(32, 24), new Shape(40, 32));
        // The last layer's first, though all are asked for in the order of layers. The other two become known at once: the second weight is read for the first's gradient.
        Assert.That(schedule.Launches.Select(l => schedule.Slots[l.Slots[0]]).Where(s => s.Role == SlotRole.State).Select(s => s.Shape.Extents()[0]), Is.EqualTo([40, 24, 32]));
    }

    [Test]
    public void AThousandElementsAreFourKernelsAndACopy()
    {
        var x = Tensor.Zeros(1000);
        for (int i = 0; i < 1000; i++) x[i].Assign(i);
        var schedule = Scheduler.Run([x.Node]);
        Assert.That(schedule.Launches, Has.Length.EqualTo(5));
        Assert.That(Written(schedule), Is.EqualTo(2000));
    }

    [Test]
    public void AShiftStoresWhatItReadsFirst()
    {
        var schedule = Program(s => s[0][1..] = s[0][..^1], new Shape(10));
        Assert.That(schedule.Launches, Has.Length.EqualTo(2));
        Assert.That(Written(schedule), Is.EqualTo(18));
    }

    [Test]
    public void TwoStatesSwappedAreOneKernelThatReadsBothBeforeItWrites()
    {
        var schedule = Program(s =>
        {
            var first = s[0] + 0;
            s[0].Assign(s[1]);
            s[1].Assign(first);
        }, new Shape(8), new Shape(8));
        Assert.That(schedule.Launches, Has.Length.EqualTo(1));
    }

    [Test]
    public void OfTwoStatesExchangedInReverseOneIsStoredFirst()
    {
        var schedule = Program(s =>
        {
            var first = s[0] + 0;
            s[0].Assign(s[1].Flip(0));
            s[1].Assign(first.Flip(0));
        }, new Shape(8), new Shape(8));
        Assert.That(schedule.Launches, Has.Length.EqualTo(3));
    }
}
