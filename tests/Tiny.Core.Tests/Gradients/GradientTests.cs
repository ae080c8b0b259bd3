using NUnit.Framework;
using Tiny.Graph;
using Tiny.Tests.Tensors;

namespace Tiny.Tests.Gradients;

/// <summary>What gradients mean beyond single operators: where they are collected, where they end, and what is an error.</summary>
public sealed class GradientTests
{
    static Tensor X(params float[] values) => Tensor.From(values);

    static Tensor Leaf(params float[] values)
    {
        var x = X(values);
        x.RequiresGrad = true;
        return x;
    }

    [Test]
    public void BackwardCollectsWhatIsRequired()
    {
        Tensor a = Leaf(1, 2), b = Leaf(3, 4), c = X(5, 6);
        (a * b * c).Sum().Backward();
        Assert.That(a.Grad!.Floats(), Is.EqualTo([15f, 24]));
        Assert.That(b.Grad!.Floats(), Is.EqualTo([5f, 12]));
        Assert.That(c.Grad, Is.Null);
    }

    [Test]
    public void BackwardAddsToWhatIsThere()
    {
        var a = Leaf(1, 2);
        a.Square().Sum().Backward();
        var first = a.Grad;
        a.Sum().Backward();
        Assert.That(a.Grad, Is.SameAs(first));
        Assert.That(a.Grad!.Floats(), Is.EqualTo([3f, 5]));
        a.Grad = null;
        a.Sum().Backward();
        Assert.That(a.Grad!.Floats(), Is.EqualTo([1f, 1]));
    }

    [Test]
    public void ASeedStandsForWhatFollows()
    {
        var a = Leaf(1, 2);
        a.Square().Backward(X(10, 100));
        Assert.That(a.Grad!.Floats(), Is.EqualTo([20f, 400]));
        Assert.That(a.Square().Gradient([a], X(1, 2))[0].Floats(), Is.EqualTo([2f, 8]));
    }

    [Test]
    public void GradientsAreTensorsThatHaveGradients()
    {
        var x = Leaf(2);
        var y = (x * x * x * x).Sum();
        foreach (float expected in new float[] { 32, 48, 48, 24 })
        {
            y = y.Gradient(x)[0].Sum();
            Assert.That(y.Item(), Is.EqualTo(expected));
        }
    }

    [Test]
    public void DetachedIsConstant()
    {
        var x = Leaf(3);
        (x * x.Detach()).Sum().Backward();
        Assert.That(x.Grad!.Item(), Is.EqualTo(3));
        Assert.Throws<GradientException>(() => x.Detach().Sum().Backward());
    }

    // ---- assignment

    [Test]
    public void AWriteAfterwardsChangesNothing()
    {
        var x = Leaf(1, 2);
        var y = x.Square().Sum();
        y.Backward();
        x.Assign(X(10, 20));
        Assert.That(x.Grad!.Floats(), Is.EqualTo([2f, 4]));
    }

    [Test]
    public void AWriteBeforeBackwardLeavesTheValueThatWasUsed()
    {
        var x = Leaf(1, 2);
        var y = x.Square().Sum();
        x.Assign(x * 10);
        y.Backward();
        Assert.That(x.Grad!.Floats(), Is.EqualTo([2f, 4]));
        Assert.That(y.Gradient(x)[0].Floats(), Is.EqualTo([2f, 4]));
    }

    [Test]
    public void AllValuesThatALeafHadCountAndNothingGoesThroughTheWrite()
    {
        var x = Leaf(1, 2);
        var before = x * 2;
        x.Assign(x * x);
        (before + x * 3).Sum().Backward();
        Assert.That(x.Grad!.Floats(), Is.EqualTo([5f, 5]));
    }

    [Test]
    public void AStepThatWaitsToBeComputedIsNoPartOfTheNextOne()
    {
        var x = Leaf(1, 2);
        for (int i = 0; i < 3; i++)
        {
            x.Grad = null;
            x.Square().Sum().Backward();
            x.Assign(x - x.Grad! * 0.25f);
        }
        Assert.That(x.Floats(), Is.EqualTo([0.125f, 0.25f]));
    }

    [Test]
    public void ThousandsOfTargetsAreFoundInOneWalk()
    {
        Tensor[] weights = [.. Enumerable.Range(0, 2000).Select(i => X(i, 1))];
        var y = weights.Select(w => (w * w).Sum()).Aggregate((a, b) => a + b);
        weights[7].Assign(5);
        var gradients = y.Gradient(weights);
        Assert.That(gradients[7].Floats().Concat(gradients[1999].Floats()), Is.EqualTo([14f, 2, 3998, 2]));
    }

    [Test]
    public void ATargetRealisedAfterwardsIsTheSameTarget()
    {
        var w = X(1, 2);
        var h = w * 3;
        var first = h.Square();
        h.Realize();
        var y = (first + h).Sum();
        Assert.That(y.Gradient(h)[0].Floats(), Is.EqualTo([7f, 13]));
    }

    [Test]
    public void WhatWasReadInBetweenIsDifferentiatedAllTheSame()
    {
        Tensor w = Leaf(1, 2), h = w * w;
        h.Realize();
        var y = (h * h).Sum();
        Assert.That(y.Item(), Is.EqualTo(17));
        y.Backward();
        Assert.That(w.Grad!.Floats(), Is.EqualTo([4f, 32]));
        // A view that was read; and places that were written and computed on the way to another.
        w.Grad = null;
        Tensor t = Tensor.Zeros(3) * 1, part = (w * w).Reshape(2, 1)[1..];
        t[..2] = w * 3;
        (t * 2).Realize();
        part.Realize();
        (t.Square().Sum() + part.Sum()).Backward();
        Assert.That(w.Grad!.Floats(), Is.EqualTo([18f, 40]));
    }

    [Test]
    public void StepsThatAreRealisedDoNotKeepOneAnother()
    {
        var w = Leaf(1, 2);
        var values = Enumerable.Range(0, 5).Select(_ => Step(w)).ToArray();
        GC.Collect();
        GC.WaitForPendingFinalizers();
        GC.Collect();
        // The last gradient still knows the value that it was taken at.
        Assert.That(values[..3].Count(v => v.TryGetTarget(out var _)), Is.Zero);
        GC.KeepAlive(w);
    }

    [System.Runtime.CompilerServices.MethodImpl(System.Runtime.CompilerServices.MethodImplOptions.NoInlining)]
    static WeakReference<UOp> Step(Tensor w)
    {
        w.Grad = null;
        var loss = w.Square().Sum();
        loss.Backward();
        w.Assign(w - w.Grad! * 0.1f);
        w.Realize();
        return new(w.Node);
    }

    [Test]
    public void ALeafRealisedOrWrittenInPlaceIsTheSameLeaf()
    {
        var x = X(1, 2) * 1;
        x.RequiresGrad = true;
        var first = x.Square();
        x.Realize();
        (first + x).Sum().Backward();
        Assert.That(x.Grad!.Floats(), Is.EqualTo([3f, 5]));
        x.Grad = null;
        x[0].Assign(5);
        x.Realize();
        x.Square().Sum().Backward();
        Assert.That(x.Grad!.Floats(), Is.EqualTo([10f, 4]));
    }

    [Test]
    public void SlicesThatAreWrittenTakeTheirPartOfTheGradient()
    {
        Tensor a = Leaf(1, 2), t = Tensor.Zeros(4);
        t[1..3] = a * a;
        t[3] = a[0];
        (t * X(1, 10, 100, 1000)).Sum().Backward();
        Assert.That(a.Grad!.Floats(), Is.EqualTo([1020f, 400]));
    }

    // ---- what does not count

    [Test]
    public void TheBranchNotTakenHasNoGradient()
    {
        var x = X(0, 4);
        Finite(x.Gt(0).Where(x.Sqrt(), 0), x, 0, 0.25f);
        Finite(x.Gt(0).Where(x * x.Log(), 0), x, 0, MathF.Log(4) + 1);
        Finite(x.Gt(0).Where(1 / x, x), x, 1, -1 / 16f);
        Finite(x.Gt(0).Where(1 / x.Square(), 0), x, 0, -2 / 64f);
        Finite(x.Sqrt()[1..], x, 0, 0.25f);
        Finite(x.Gt(0).Where(x.Pow(-0.5), 1), x, 0, -0.5f / 8);
        Finite(x.Lt(1).Where(x.Asin(), x.Acosh()), x, 1, 1 / MathF.Sqrt(15));
    }

    [Test]
    public void FarOutNothingIsNaN()
    {
        var x = X(-500, -100, -30, 30, 100, 500);
        foreach (var (name, f) in new (string, Func<Tensor, Tensor>)[]
        {
            ("sigmoid", t => t.Sigmoid()), ("silu", t => t.Silu()), ("tanh", t => t.Tanh()), ("gelu", t => t.Gelu()), ("exact gelu", t => t.Gelu(true)), ("mish", t => t.Mish()),
            ("softplus", t => t.Softplus()), ("log sigmoid", t => t.LogSigmoid()), ("elu", t => t.Elu()), ("celu", t => t.Celu(2)), ("selu", t => t.Selu()), ("quick gelu", t => t.QuickGelu()),
            ("softmax", t => t.Softmax()), ("log softmax", t => t.LogSoftmax()), ("log sum exp", t => t.LogSumExp()), ("asinh", t => t.Asinh()), ("atan", t => t.Atan()), ("erf", t => t.Erf()),
        })
        {
            float[] g = f(x).Sum().Gradient(x)[0].Floats();
            Assert.That(g, Has.All.Matches<float>(float.IsFinite), name);
        }
    }

    [Test]
    public void AtKinksTheGradientIsAsStated()
    {
        var x = X(-1, 0, 1);
        Assert.That(x.Relu().Sum().Gradient(x)[0].Floats(), Is.EqualTo([0f, 0, 1]));
        Assert.That(x.Abs().Sum().Gradient(x)[0].Floats(), Is.EqualTo([-1f, 0, 1]));
        Assert.That(x.Maximum(Tensor.Zeros(3) * x).Sum().Gradient(x)[0].Floats(), Is.EqualTo([0f, 0.5f, 1]));
        var tied = X(3, 1, 3);
        Assert.That(tied.Max().Gradient(tied)[0].Floats(), Is.EqualTo([0.5f, 0, 0.5f]));
    }

    [TestCase(2f, 0f, 5f, ExpectedResult = new[] { 0f, 10, 0 })]
    [TestCase(0f, 0f, 5f, ExpectedResult = new[] { 0f, 0, 0 })]
    [TestCase(2f, 3f, 5f, ExpectedResult = new[] { 15f, 10, 6 })]
    public float[] AProductIsNotDividedByZero(float a, float b, float c)
    {
        var x = X(a, b, c);
        return x.Prod().Gradient(x)[0].Floats();
    }

    // ---- dtypes

    [Test]
    public void AGradientHasItsTargetsDtype()
    {
        Tensor half = X(1, 2).Cast(DType.Float16), wide = X(3, 4).Cast(DType.Float64);
        var g = (half * wide).Sum().Gradient(half, wide);
        Assert.That(g.Select(t => t.DType), Is.EqualTo([DType.Float16, DType.Float64]));
        Assert.That(g[0].Cast(DType.Float32).Floats(), Is.EqualTo([3f, 4]));
    }

    [Test]
    public void ShortFloatsAreSummedInFloat32()
    {
        var x = X(1).Cast(DType.Float16);
        // One after another, halves stop at 2048.
        Assert.That(x.Expand(5000).Sum().Gradient(x)[0].Cast(DType.Float32).Floats(), Is.EqualTo([5000f]));
    }

    // ---- custom gradients

    [Test]
    public void RoundingMayCountAsTheIdentity()
    {
        var x = Leaf(1.4f, 2.6f);
        (x.WithGradient(t => t.Round(), (_, g) => g) * X(2, 3)).Sum().Backward();
        Assert.That(x.Grad!.Floats(), Is.EqualTo([2f, 3]));
    }

    [Test]
    public void AValueOfSeveralInputsMayHaveAGradientOfItsOwn()
    {
        Tensor a = Leaf(1, 2), b = Leaf(3, 4);
        Tensor.WithGradient(a * b, [a, b], (x, g) => [g * 7, null]).Sum().Backward();
        Assert.That(a.Grad!.Floats(), Is.EqualTo([7f, 7]));
        Assert.That(b.Grad, Is.Null);
    }

    // ---- errors

    [Test]
    public void ErrorsSayWhatToDo()
    {
        Tensor x = Leaf(1, 2), i = Tensor.Arange(2);
        Assert.That(Fails<GradientException>(() => x.Backward()), Does.Contain("[2] has 2 elements; take a Sum"));
        Assert.That(Fails<GradientException>(() => X(1, 2).Sum().Backward()), Does.Contain("set RequiresGrad"));
        Assert.That(Fails<GradientException>(() => x.Sum().Gradient(x, X(3))), Does.Contain("does not depend on target 1, float32 [1]").And.Contain("zeros: true"));
        Assert.That(x.Sum().Gradient([x, X(3)], null, zeros: true)[1].Floats(), Is.EqualTo([0f]));
        Assert.That(Fails<DTypeException>(() => x.Sum().Gradient(i)), Does.Contain("target [2] is int32"));
        Assert.That(Fails<DTypeException>(() => i.Sum().Gradient(x)), Does.Contain("int32"));
        Assert.That(Fails<DTypeException>(() => i.RequiresGrad = true), Does.Contain("only floats"));
        Assert.That(Fails<GradientException>(() => x[0].RequiresGrad = true), Does.Contain("is a view"));
        Assert.That(Fails<ShapeException>(() => x.Square().Backward(X(1))), Does.Contain("has not that shape, but [1]"));
        Assert.That(Fails<ShapeException>(() => x.Grad = X(1)), Does.Contain("has not that shape"));
        Assert.That(Fails<ShapeException>(() => x.WithGradient(t => t, (_, g) => g.Sum()).Sum().Gradient(x)), Does.Contain("WithGradient"));
        Assert.That(Fails<GradientException>(() => Tensor.WithGradient(x, [x], (_, _) => []).Sum().Gradient(x)), Does.Contain("1 inputs have 0 gradients"));
    }

    [Test]
    public void DeepGraphsHaveGradients()
    {
        var x = X(1);
        var y = x;
        for (int i = 0; i < 20_000; i++) y = y * 1.0001f + x;
        Assert.That(y.Sum().Gradient(x)[0].Node.Topological(), Has.Count.GreaterThan(20_000));
    }

    static string Fails<T>(Action code) where T : TinyException => Assert.Throws<T>(() => code())!.Message;

    static void Finite(Tensor y, Tensor x, float first, float second)
    {
        float[] g = y.Sum().Gradient(x)[0].Floats();
        Assert.That(g[0], Is.EqualTo(first).Within(1e-6));
        Assert.That(g[1], Is.EqualTo(second).Within(1e-6));
    }
}
