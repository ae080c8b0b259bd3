using NUnit.Framework;
using Tiny.Jit;

namespace Tiny.Tests;

/// <summary>A captured method behaves as the plain one, call after call.</summary>
public sealed class ReplayTests
{
    public sealed class Counting
    {
        public Tensor Weight = Tensor.From<float>([1, 2, 3], 3);
        public bool IsBroken;

        public Tensor Forward(Tensor x) => x * Weight + 1;

        public Tensor Scaled(Tensor x, float factor, bool negate) => negate ? x * -factor : x * factor;

        public (Tensor Sum, Tensor Product) Both(Tensor a, Tensor b) => (a + b, a * b);

        public Tensor Fails(Tensor x) => IsBroken ? throw new InvalidOperationException("no") : x + 1;

        public Tensor Nested(Tensor x) => TinyJit.Of<Func<Tensor, Tensor>>(Forward)(x) * 2;
    }

    static Tensor X(params float[] values) => Tensor.From<float>(values, values.Length);

    [Test]
    public void ReplayingCapturesOnce()
    {
        var forward = TinyJit.Of(new Counting().Forward);
        int before = Replay.Captures;
        for (int i = 0; i < 5; i++) Assert.That(forward(X(i, i, i)).ToArray<float>(), Is.EqualTo(new float[] { i + 1, 2 * i + 1, 3 * i + 1 }));
        Assert.That(Replay.Captures - before, Is.EqualTo(1));
    }

    public sealed class Convolving
    {
        public Tensor Weight = Tensor.RandN(new Shape(32, 32, 3, 3), seed: 1).Realize();

        public Tensor Forward(Tensor x) => x.Conv2d(Weight, padding: 1);

        public Tensor Learn(Tensor x)
        {
            var y = Forward(x);
            Weight.Assign(Weight * 0.5f);
            return y;
        }
    }

    [Test]
    public void AWeightThatIsTransformedOnceIsTransformedAgainWhenItChanges()
    {
        var model = new Convolving();
        var x = Tensor.RandN(new Shape(1, 32, 16, 16), seed: 2).Realize();
        var (forward, learn) = (TinyJit.Of(model.Forward), TinyJit.Of(model.Learn));
        float[] first = forward(x).ToArray<float>();
        Close.Check(first, model.Forward(x).ToArray<float>(), 2e-5, "as it is");
        model.Weight.Assign(model.Weight * 2);
        Close.Check(forward(x).ToArray<float>(), [.. first.Select(v => 2 * v)], 2e-5, "assigned outside");
        for (int i = 0; i < 3; i++) Close.Check(learn(x).ToArray<float>(), [.. first.Select(v => v * MathF.ScaleB(2, -i))], 2e-5, $"assigned inside, call {i}");
        Close.Check(forward(x).ToArray<float>(), [.. first.Select(v => v / 4)], 2e-5, "after that");
    }

    [Test]
    public void AnotherShapeIsCapturedAnew()
    {
        var forward = TinyJit.Of(new Counting().Forward);
        int before = Replay.Captures;
        forward(X(1, 1, 1)).Realize();
        Assert.That(forward(Tensor.From<float>([1, 1, 1, 2, 2, 2], 2, 3)).ToArray<float>(), Is.EqualTo(new float[] { 2, 3, 4, 3, 5, 7 }));
        Assert.That(Replay.Captures - before, Is.EqualTo(2));
    }

    [Test]
    public void PlainArgumentsArePartOfTheSignature()
    {
        var model = new Counting();
        var scaled = TinyJit.Of<Func<Tensor, float, bool, Tensor>>(model.Scaled);
        Assert.That(scaled(X(1, 2), 3, false).ToArray<float>(), Is.EqualTo(new float[] { 3, 6 }));
        Assert.That(scaled(X(1, 2), 4, true).ToArray<float>(), Is.EqualTo(new float[] { -4, -8 }));
        Assert.That(scaled(X(1, 2), 3, false).ToArray<float>(), Is.EqualTo(new float[] { 3, 6 }));
    }

    [Test]
    public void AReplacedWeightIsNoticed()
    {
        var model = new Counting();
        var forward = TinyJit.Of(model.Forward);
        forward(X(1, 1, 1)).Realize();
        model.Weight = X(10, 20, 30);
        Assert.That(forward(X(1, 1, 1)).ToArray<float>(), Is.EqualTo(new float[] { 11, 21, 31 }));
    }

    public sealed class Hidden
    {
        Tensor _weight = Tensor.From<float>([1], 1);
        readonly List<Tensor> _list = [Tensor.From<float>([10], 1)];
        readonly Counting[] _inner = [new() { Weight = X(100) }];

        public Tensor Forward(Tensor x) => x * _weight + _list.Aggregate((a, b) => a + b) + _inner[0].Weight;
        public void SetField() => _weight = X(2);
        public void Add() => _list.Add(X(20));
        public void SetInner() => _inner[0].Weight = X(200);
    }

    [Test]
    public void WeightsInPrivateFieldsListsAndNestedObjectsAreNoticed()
    {
        var model = new Hidden();
        var forward = TinyJit.Of(model.Forward);
        Assert.That(forward(X(1)).Item(), Is.EqualTo(111));
        model.SetField();
        Assert.That(forward(X(1)).Item(), Is.EqualTo(112));
        model.Add();
        Assert.That(forward(X(1)).Item(), Is.EqualTo(132));
        model.SetInner();
        Assert.That(forward(X(1)).Item(), Is.EqualTo(232));
    }

    [Test]
    public void ALocalThatALambdaCapturedIsNoticed()
    {
        var w = X(2);
        var forward = TinyJit.Of((Tensor x) => x * w);
        Assert.That(forward(X(3)).Item(), Is.EqualTo(6));
        w = X(5);
        Assert.That(forward(X(3)).Item(), Is.EqualTo(15));
    }

    [Test]
    public void ResultsStayValidAfterLaterCalls()
    {
        var forward = TinyJit.Of(new Counting().Forward);
        var first = forward(X(1, 1, 1));
        forward(X(9, 9, 9)).Realize();
        Assert.That(first.ToArray<float>(), Is.EqualTo(new float[] { 2, 3, 4 }));
    }

    [Test]
    public void AnOutputMayBeFedBack()
    {
        var forward = TinyJit.Of(new Counting().Forward);
        var x = X(1, 1, 1);
        for (int i = 0; i < 3; i++) x = forward(x);
        Assert.That(x.ToArray<float>(), Is.EqualTo(new float[] { 4, 15, 40 }));
    }

    [Test]
    public void SeveralResultsAndTheSameTensorTwice()
    {
        var both = TinyJit.Of<Func<Tensor, Tensor, (Tensor, Tensor)>>(new Counting().Both);
        var x = X(2, 3);
        for (int i = 0; i < 2; i++)
        {
            var (sum, product) = both(x, x);
            Assert.That(sum.ToArray<float>(), Is.EqualTo(new float[] { 4, 6 }));
            Assert.That(product.ToArray<float>(), Is.EqualTo(new float[] { 4, 9 }));
        }
    }

    [Test]
    public void ALazyArgumentIsComputedFirst() =>
        Assert.That(TinyJit.Of(new Counting().Forward)(X(1, 1, 1) * 2 + 1).ToArray<float>(), Is.EqualTo(new float[] { 4, 7, 10 }));

    [Test]
    public void AnExceptionLeavesNothingBehind()
    {
        var model = new Counting { IsBroken = true };
        var fails = TinyJit.Of(model.Fails);
        Assert.That(() => fails(X(1)), Throws.InvalidOperationException);
        model.IsBroken = false;
        Assert.That(fails(X(1)).Item(), Is.EqualTo(2));
    }

    [Test]
    public void ACapturedMethodInsideAnotherIsPartOfIt() =>
        Assert.That(TinyJit.Of(new Counting().Nested)(X(1, 1, 1)).ToArray<float>(), Is.EqualTo(new float[] { 4, 6, 8 }));

    [Test]
    public void TwoInstancesNeverShareACapture()
    {
        var (a, b) = (new Counting(), new Counting { Weight = X(5, 5, 5) });
        var entry = JitEntry.For(typeof(Counting), nameof(Counting.Forward));
        Tensor Call(Counting m) => (Tensor)entry.Invoke(m, static (s, args) => ((Counting)s!).Forward((Tensor)args[0]!), [X(1, 1, 1)])!;
        Assert.That(Call(a).ToArray<float>(), Is.EqualTo(new float[] { 2, 3, 4 }));
        Assert.That(Call(b).ToArray<float>(), Is.EqualTo(new float[] { 6, 6, 6 }));
    }

    [Test]
    public void CallsFromManyThreadsAgree()
    {
        var forward = TinyJit.Of(new Counting().Forward);
        Parallel.For(0, 64, i => Assert.That(forward(X(i, i, i)).ToArray<float>(), Is.EqualTo(new float[] { i + 1, 2 * i + 1, 3 * i + 1 })));
    }
}
