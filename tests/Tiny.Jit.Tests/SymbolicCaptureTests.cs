using NUnit.Framework;
using Tiny.Jit;

namespace Tiny.Tests;

/// <summary>Named dimensions at the call: one capture, and what is said where arguments do not fit.</summary>
public sealed class SymbolicCaptureTests
{
    public sealed class Model
    {
        public Tensor Forward([Shape(1, "t:2..8", 3)] Tensor x, [Shape("t:2..8")] Tensor y) => x.Sum(2) + y;

        public Tensor At([Shape(10)] Tensor x, [Bounds(0, 9)] Dim pos) => x[pos];
        public Tensor Branch([Shape("t:1..8")] Tensor x) => x.Shape[0] > 5 ? x + 1 : x;
        public Tensor Decided([Shape("t:1..8")] Tensor x) => x.Shape[0] > 8 ? x + 1 : x.Shape[0] >= 1 ? x * 2 : x;
        public Tensor Number([Shape("t:1..8")] Tensor x) => x * MathF.Sqrt(x.Shape[0]);
        public Tensor Mixed([Shape("t:1..8")] Tensor x, [Shape("t:1..9")] Tensor y) => x + y;
        public Tensor Value([Shape("t:1..8")] Tensor x) => x * Tensor.Of(x.Shape[0]).Item<int>();
        public Tensor Wrong([Shape("t=1..8")] Tensor x) => x;
        public Tensor Outside([Shape("t:1..8")] Tensor x) => x[..5];
        public Tensor Different([Shape("t:1..8")] Tensor x, [Shape("u:1..8")] Tensor y) => x + y;
    }

    static Tensor X(params int[] shape) => Tensor.Ones(shape).Realize();

    static string Failure(Func<Model, Tensor> call) => Assert.Catch<TinyException>(() => call(new Model()))!.Message;

    [Test]
    public void AllLengthsAreOneCapture()
    {
        var forward = TinyJit.Of(new Model().Forward);
        int before = Replay.Captures;
        for (int t = 2; t <= 8; t++)
        {
            var result = forward(X(1, t, 3), X(t));
            Assert.That(result.Shape, Is.EqualTo(new Shape(1, t)));
            Assert.That(result.ToArray<float>(), Is.All.EqualTo(4));
        }
        Assert.That(Replay.Captures - before, Is.EqualTo(1));
    }

    [Test]
    public void ANumberWithBoundsIsNoPartOfTheSignature()
    {
        int before = Replay.Captures;
        var entry = JitEntry.For(typeof(Model), nameof(Model.At));
        var model = new Model();
        for (int pos = 0; pos < 10; pos++)
        {
            var result = (Tensor)entry.Invoke(model, static (self, a) => ((Model)self!).At((Tensor)a[0]!, (Dim)a[1]!), [Tensor.Arange(10), (Dim)pos])!;
            Assert.That(result.Item<int>(), Is.EqualTo(pos));
        }
        Assert.That(Replay.Captures - before, Is.EqualTo(1));
    }

    [Test]
    public void ArgumentsThatDoNotFitAreNamed()
    {
        Tensor Call(Model m, Tensor x, Tensor y) => TinyJit.Of(m.Forward)(x, y);
        Assert.That(Failure(m => Call(m, X(1, 9, 3), X(9))), Is.EqualTo("Model.Forward: dimension 1 of 'x' [1, 9, 3] is 9, and t is declared from 2 to 8"));
        Assert.That(Failure(m => Call(m, X(1, 1, 3), X(1))), Does.Contain("is 1, and t is declared from 2 to 8"));
        Assert.That(Failure(m => Call(m, X(1, 4, 3), X(5))), Is.EqualTo("Model.Forward: t is 4 by dimension 1 of 'x' [1, 4, 3] and 5 by dimension 0 of 'y' [5]"));
        Assert.That(Failure(m => Call(m, X(1, 4, 2), X(4))), Is.EqualTo("Model.Forward: 'x' is [1, 4, 2], declared as [1, t, 3]"));
        Assert.That(Failure(m => Call(m, X(4, 3), X(4))), Is.EqualTo("Model.Forward: 'x' is [4, 3], declared as [1, t, 3]"));
        Assert.That(Failure(m => TinyJit.Of(m.At)(X(10), 10)), Is.EqualTo("Model.At: 'pos' is 10, and pos is declared from 0 to 9"));
        Assert.That(Failure(m => TinyJit.Of(m.Mixed)(X(3), X(3))), Is.EqualTo("Model.Mixed: t is declared as t (1..8) and as t (1..9)"));
        Assert.That(Failure(m => TinyJit.Of(m.Wrong)(X(3))), Does.Contain("'t=1..8' is no extent; write a number, or a name with bounds as in \"t:1..512\""));
    }

    [Test]
    public void ABranchOnASizeIsDecidedByTheBoundsOrAnError()
    {
        Assert.That(Failure(m => TinyJit.Of(m.Branch)(X(3))), Does.Match("^SymbolicCaptureTests.cs:\\d+: t > 5 depends on t .1..8.: it holds for some values and not for others"));
        Assert.That(TinyJit.Of(new Model().Decided)(X(3)).ToArray<float>(), Is.All.EqualTo(2));
        Assert.That(Failure(m => TinyJit.Of(m.Number)(X(3))), Does.Match("^SymbolicCaptureTests.cs:\\d+: a number is needed here, but t depends on t .1..8."));
        Assert.That(Failure(m => TinyJit.Of(m.Value)(X(3))), Does.Contain("depends on t (1..8)"));
        Assert.That(Failure(m => TinyJit.Of(m.Outside)(X(3))), Does.Contain("0..5 of axis 0 is outside of [t]"));
        Assert.That(Failure(m => TinyJit.Of(m.Different)(X(3), X(3))), Does.Contain("[t] and [u] do not broadcast"));
    }

    [Test]
    public void ALiveTensorTakesValuesByBinding()
    {
        var (t, u) = (new Variable("t", 1, 9), new Variable("u", 1, 5));
        var x = Tensor.Arange(27).Reshape(9, 3)[Slice.To(t)];
        Assert.That(x.Shape, Is.EqualTo(new Shape(t, 3)));
        Assert.That((x.Sum(0) + Tensor.Of(u * 100)).Bind(t, 2).Bind(u, 3).ToArray<int>(), Is.EqualTo(new[] { 303, 305, 307 }));
        Assert.That(() => x.Realize(), Throws.TypeOf<ShapeException>().With.Message.Contains("depends on t (1..9)").And.Message.Contains("tensor.Bind(t, value)"));
        Assert.That(() => x.Bind(t, 10), Throws.TypeOf<ShapeException>().With.Message.Contains("10 is no value of t (1..9)"));
    }
}
