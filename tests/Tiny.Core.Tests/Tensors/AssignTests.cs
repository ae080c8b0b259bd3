using NUnit.Framework;

namespace Tiny.Tests.Tensors;

/// <summary>Writes: what is read before them stays, what is read after them sees them, through every view. Live and by the interpreter.</summary>
public sealed class AssignTests
{
    static Tensor Count(int n) => Tensor.From<int>([.. Enumerable.Range(0, n)]);

    [Test]
    public void AThousandPendingWritesOfOneElement()
    {
        var x = Tensor.Zeros(new Shape(1000), DType.Int32);
        for (int i = 0; i < 1000; i++) x[i].Assign(i * 3);
        Assert.That(x.Ints(), Is.EqualTo(Enumerable.Range(0, 1000).Select(i => i * 3)));
    }

    [Test]
    public void AThousandPendingWritesEachOfWhatTheLastWrote()
    {
        var x = Tensor.Zeros(new Shape(1000), DType.Int32);
        for (int i = 1; i < 1000; i++) x[i] = x[i - 1] + 2;
        Assert.That(x.Ints(), Is.EqualTo(Enumerable.Range(0, 1000).Select(i => i * 2)));
    }

    [Test]
    public void AddingManyTimes()
    {
        var x = Count(10);
        for (int i = 0; i < 200; i++) x[2..5] += 1;
        Assert.That(x.Ints(), Is.EqualTo(new[] { 0, 1, 202, 203, 204, 5, 6, 7, 8, 9 }));
    }

    [Test]
    public void AddingManyTimesAndReadingBetween()
    {
        var x = Count(4);
        var read = new List<Tensor>();
        for (int i = 0; i < 100; i++)
        {
            x.Assign(x + 1);
            if (i % 10 == 0) Assert.That(x[0].Item<int>(), Is.EqualTo(i + 1));
            if (i % 25 == 0) read.Add(x.Sum());
        }
        Assert.That(read.Select(t => t.Item<int>()), Is.EqualTo(new[] { 10, 110, 210, 310 }));
    }

    [Test]
    public void OverlappingSlicesInOrder()
    {
        var x = Count(8);
        x[0..4].Assign(10);
        x[2..6].Assign(20);
        x[3..5] = Tensor.From([30, 31]);
        Assert.That(x.Ints(), Is.EqualTo(new[] { 10, 10, 20, 30, 31, 20, 6, 7 }));
    }

    [Test]
    public void TwoSlicesSwapped()
    {
        var x = Count(6);
        (x[0..3], x[3..6]) = (x[3..6] + 0, x[0..3] + 0);
        Assert.That(x.Ints(), Is.EqualTo(new[] { 3, 4, 5, 0, 1, 2 }));
    }

    [Test]
    public void RowsSwappedThroughACopy()
    {
        var x = Count(6).Reshape(2, 3);
        var first = x[0].Contiguous();
        x[0] = x[1];
        x[1] = first;
        Assert.That(x.Ints(), Is.EqualTo(new[] { 3, 4, 5, 0, 1, 2 }));
    }

    [Test]
    public void AViewOfItselfShifted()
    {
        var x = Count(6);
        x[1..] = x[..^1];
        Assert.That(x.Ints(), Is.EqualTo(new[] { 0, 0, 1, 2, 3, 4 }));
        x[..^1] = x[1..];
        Assert.That(x.Ints(), Is.EqualTo(new[] { 0, 1, 2, 3, 4, 4 }));
    }

    [Test]
    public void ItselfIsNoChange()
    {
        var x = Count(4);
        x.Assign(x);
        x[1..3] = x[1..3];
        Assert.That(x.Ints(), Is.EqualTo(new[] { 0, 1, 2, 3 }));
    }

    [Test]
    public void ItselfReversedAndTransposed()
    {
        var x = Count(9).Reshape(3, 3);
        x.Assign(x.Transpose());
        Assert.That(x.Ints(), Is.EqualTo(new[] { 0, 3, 6, 1, 4, 7, 2, 5, 8 }));
        x.Flip(0).Assign(x);
        Assert.That(x.Ints(), Is.EqualTo(new[] { 2, 5, 8, 1, 4, 7, 0, 3, 6 }));
    }

    [Test]
    public void EveryViewSeesAWriteAndEveryViewWrites()
    {
        var x = Count(12).Reshape(3, 4);
        Tensor turned = x.T, flat = x.Reshape(-1), row = x[1], wide = row.Expand(2, 4), padded = row.Pad([(1, 0)]);
        turned[3, 1].Assign(100);
        Assert.That(flat.Ints(), Is.EqualTo(new[] { 0, 1, 2, 3, 4, 5, 6, 100, 8, 9, 10, 11 }));
        Assert.That(row.Ints(), Is.EqualTo(new[] { 4, 5, 6, 100 }));
        Assert.That(wide.Ints(), Is.EqualTo(new[] { 4, 5, 6, 100, 4, 5, 6, 100 }));
        Assert.That(padded.Ints(), Is.EqualTo(new[] { 0, 4, 5, 6, 100 }));
        flat.Flip(0)[new Slice(.., 5)].Assign(-1);
        Assert.That(x.Ints(), Is.EqualTo(new[] { 0, -1, 2, 3, 4, 5, -1, 100, 8, 9, 10, -1 }));
    }

    [Test]
    public void WhatWasReadBeforeAWriteStays()
    {
        var x = Count(4);
        Tensor before = x + 0, sum = x[1..3].Sum();
        x[1].Assign(50);
        Tensor between = x * 2;
        x.Assign(0);
        Assert.That(between.Ints(), Is.EqualTo(new[] { 0, 100, 4, 6 }));
        Assert.That(before.Ints(), Is.EqualTo(new[] { 0, 1, 2, 3 }));
        Assert.That(sum.Item<int>(), Is.EqualTo(3));
        Assert.That(x.Ints(), Is.EqualTo(new[] { 0, 0, 0, 0 }));
    }

    [Test]
    public void ARealisedViewSeesLaterWrites()
    {
        var x = Count(4);
        var part = x[1..3];
        Assert.That(part.Realize().Ints(), Is.EqualTo(new[] { 1, 2 }));
        x[2].Assign(9);
        Assert.That(part.Ints(), Is.EqualTo(new[] { 1, 9 }));
        part.Assign(7);
        Assert.That(x.Realize().Ints(), Is.EqualTo(new[] { 0, 7, 7, 3 }));
    }

    [Test]
    public void AComputedResultIsNoView()
    {
        var x = Count(3);
        Tensor copy = x.Contiguous(), same = x + 0;
        copy[0].Assign(9);
        same[1].Assign(9);
        Assert.That(x.Ints(), Is.EqualTo(new[] { 0, 1, 2 }));
        Assert.That(copy.Ints(), Is.EqualTo(new[] { 9, 1, 2 }));
        Assert.That(same.Ints(), Is.EqualTo(new[] { 0, 9, 2 }));
    }

    [Test]
    public void InsideAnUnrelatedExpression()
    {
        Tensor x = Count(3), y = Tensor.From([5, 6, 7]);
        // Operands from left to right: x as it was, the write, x as it is then.
        var sum = x * 100 + y * x[0..2].Assign(y[1..]).Sum() + x;
        Assert.That(sum.Ints(), Is.EqualTo(new[] { 5 * 13 + 6, 100 + 6 * 13 + 7, 200 + 7 * 13 + 2 }));
    }

    [Test]
    public void TheBitsOfFloats()
    {
        var x = Tensor.From([1f, 2f, -3f]);
        var bits = x.Bitcast(DType.Int32);
        bits[1..].Assign(bits[1..] ^ Tensor.Scalar(int.MinValue));
        Assert.That(x.Floats(), Is.EqualTo(new[] { 1f, -2f, 3f }));
        bits[0].Assign(0x40800000);
        Assert.That(x.Floats(), Is.EqualTo(new[] { 4f, -2f, 3f }));
    }

    [Test]
    public void NothingIsWrittenToNothing()
    {
        var x = Count(3);
        x[1..1].Assign(5);
        x[2..2] = Count(0);
        var empty = Tensor.Zeros(0, 3);
        empty.Assign(1);
        Assert.That(x.Ints(), Is.EqualTo(new[] { 0, 1, 2 }));
        Assert.That(empty.Floats(), Is.Empty);
    }

    [Test]
    public void ValuesBroadcastAndAreConverted()
    {
        var x = Tensor.Zeros(2, 3);
        x.Assign(Count(3));
        x[1].Assign(Tensor.Scalar(true));
        Assert.That(x.Floats(), Is.EqualTo(new float[] { 0, 1, 2, 1, 1, 1 }));
    }

    [Test]
    public void ThroughExpandPadAndRepeatIsAnError()
    {
        var x = Count(3);
        foreach (var (view, name) in new[] { (x.Expand(2, 3), "Expand"), (x.Pad([(0, 1)]), "Pad"), (x.Repeat(2), "Repeat"), (x.Expand(2, 3)[0], "Expand") })
            Assert.That(() => view.Assign(1), Throws.TypeOf<ShapeException>().With.Message.Contains(name));
        x.Expand(3).Assign(4);
        Assert.That(x.Ints(), Is.EqualTo(new[] { 4, 4, 4 }));
    }

    [Test]
    public void WhatDoesNotFitIsAnErrorThatNamesBoth()
    {
        var x = Count(6).Reshape(2, 3);
        Assert.That(() => x.Assign(Count(2)), Throws.TypeOf<ShapeException>().With.Message.Contains("[2]").And.Message.Contains("[2, 3]"));
        Assert.That(() => x[0] = x, Throws.TypeOf<ShapeException>().With.Message.Contains("[2, 3]").And.Message.Contains("[3]"));
        Assert.That(() => x.Assign(Tensor.Ones(2, 3)), Throws.TypeOf<DTypeException>().With.Message.Contains("float32").And.Message.Contains("int32"));
        Assert.That(() => x.Assign(0.5f), Throws.TypeOf<DTypeException>());
        Assert.That(x.Ints(), Is.EqualTo(new[] { 0, 1, 2, 3, 4, 5 }), "nothing was written");
    }
}
