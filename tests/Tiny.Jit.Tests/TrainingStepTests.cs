using NUnit.Framework;
using Tiny.Jit;

namespace Tiny.Tests;

/// <summary>Training steps as captured programs: what they compute, and how much memory they take.</summary>
public sealed class TrainingStepTests
{
    // Where parameters are few, activations alone bound it.
    [TestCase(typeof(TrainedConvNet), false), TestCase(typeof(TrainedMlp), false), TestCase(typeof(TrainedBlock), true)]
    public void AStepTakesLittleMoreMemoryThanWhatBackwardNeeds(Type type, bool countState)
    {
        var model = (Trained)Activator.CreateInstance(type)!;
        var program = ProgramCapture.Capture("trained", model, [type.GetMethod("Step")!]);
        var inputs = program.Entries[0].Inputs.Select(p => program.Buffers[p.Buffer]).Select(b => b.DType.IsFloat ? Tensor.Zeros(b.Shape.Extents()) : Tensor.Zeros(b.Shape, b.DType)).ToArray();
        long saved = 0;
        model.Loss(inputs[0], inputs[1], t =>
        {
            saved += 4L * t.Numel;
            return t;
        });
        Assert.That(program.ArenaBytes, Is.AtMost(1.3 * (saved + (countState ? program.StateBytes : 0))));
    }

    [Test]
    public void ACapturedStepDoesWhatThePlainOneDoes()
    {
        TrainedConvNet plain = new(), captured = new();
        var jit = JitEntry.For(typeof(TrainedConvNet), nameof(TrainedConvNet.Step));
        var random = new Random(5);
        for (int call = 0; call < 3; call++)
        {
            object[] batch = [RandomNet.Values(random, 32, 1, 28, 28), Tensor.From([.. Enumerable.Range(0, 32).Select(_ => random.Next(10))])];
            float loss = plain.Step((Tensor)batch[0], (Tensor)batch[1]).Item();
            var replayed = (Tensor)jit.Invoke(captured, (self, a) => ((TrainedConvNet)self!).Step((Tensor)a[0]!, (Tensor)a[1]!), batch)!;
            Assert.That(replayed.Item(), Is.EqualTo(loss).Within(1e-5));
            // Sums may be in another order, and Adam divides by the root of tiny ones.
            foreach (var (a, b) in plain.Weights.Zip(captured.Weights)) Close.Check(b.ToArray<float>(), a.ToArray<float>(), 3e-4, $"call {call}");
        }
    }

    sealed class Accumulates
    {
        public readonly Tensor Weight = Tensor.From<float>([1, 2]);
        public Accumulates() => Weight.RequiresGrad = true;

        public Tensor Backward(Tensor x)
        {
            var loss = (Weight * Weight * x).Sum();
            loss.Backward();
            return loss;
        }

        public Tensor Reads(Tensor x)
        {
            (Weight * x).Sum().Backward();
            return Weight.Grad! * 1;
        }
    }

    [Test]
    public void AGradientFromBeforeIsAddedToAtEachCall()
    {
        var model = new Accumulates();
        var jit = JitEntry.For(typeof(Accumulates), nameof(Accumulates.Backward));
        model.Weight.Grad = Tensor.Zeros(2);
        for (int call = 1; call <= 3; call++)
        {
            jit.Invoke(model, (self, a) => ((Accumulates)self!).Backward((Tensor)a[0]!), [Tensor.From<float>([1, 10])]);
            Assert.That(model.Weight.Grad!.ToArray<float>(), Is.EqualTo([2f * call, 40 * call]));
        }
    }

    [Test]
    public void AGradientThatDidNotExistBeforeEndsWithTheCall()
    {
        var model = new Accumulates();
        var jit = JitEntry.For(typeof(Accumulates), nameof(Accumulates.Reads));
        for (int call = 0; call < 3; call++)
        {
            var g = (Tensor)jit.Invoke(model, (self, a) => ((Accumulates)self!).Reads((Tensor)a[0]!), [Tensor.From<float>([1, 10])])!;
            Assert.That(g.ToArray<float>(), Is.EqualTo([1f, 10]));
            Assert.That(model.Weight.Grad, Is.Null);
        }
    }
}

/// <summary>A model with Adam.</summary>
public abstract class Trained
{
    readonly List<(Tensor Weight, Tensor Mean, Tensor Square)> _parameters = [];

    public IEnumerable<Tensor> Weights => _parameters.Select(p => p.Weight);

    protected Tensor Parameter(params int[] shape)
    {
        var p = RandomNet.Values(new Random(shape[^1]), shape) * 0.1f;
        p.Realize();
        p.RequiresGrad = true;
        _parameters.Add((p, Tensor.Zeros(shape).Contiguous(), Tensor.Zeros(shape).Contiguous()));
        return p;
    }

    /// <summary>The loss; <paramref name="save"/> is given what each layer's gradient needs.</summary>
    public abstract Tensor Loss(Tensor x, Tensor target, Func<Tensor, Tensor> save);

    protected Tensor Learn(Tensor x, Tensor target)
    {
        var loss = Loss(x, target, static t => t);
        foreach (var (w, _, _) in _parameters) w.Grad = null;
        loss.Backward();
        foreach (var (w, mean, square) in _parameters)
        {
            var g = w.Grad!;
            mean.Assign(mean * 0.9f + g * 0.1f);
            square.Assign(square * 0.999f + g.Square() * 0.001f);
            w.Assign(w - 0.01f * mean / (square.Sqrt() + 1e-8f));
        }
        return loss;
    }
}

public sealed class TrainedConvNet : Trained
{
    readonly Tensor _w1, _b1, _w2, _b2, _w3;
    public TrainedConvNet() => (_w1, _b1, _w2, _b2, _w3) = (Parameter(16, 1, 3, 3), Parameter(16), Parameter(32, 16, 3, 3), Parameter(32), Parameter(10, 32 * 7 * 7));

    [TinyJit]
    public Tensor Step([Shape(32, 1, 28, 28)] Tensor image, [Shape(32, DType = ScalarKind.Int32)] Tensor label) => Learn(image, label);

    public override Tensor Loss(Tensor x, Tensor target, Func<Tensor, Tensor> save)
    {
        x = save(save(x.Conv2d(_w1, _b1, padding: 1).Relu()).MaxPool2d(2));
        x = save(save(x.Conv2d(_w2, _b2, padding: 1).Relu()).MaxPool2d(2));
        return x.Flatten(1).Linear(_w3).CrossEntropy(target);
    }
}

public sealed class TrainedMlp : Trained
{
    readonly Tensor[] _w;
    public TrainedMlp() => _w = [.. Enumerable.Range(0, 6).Select(i => Parameter(i == 5 ? 10 : 256, 256))];

    [TinyJit]
    public Tensor Step([Shape(512, 256)] Tensor x, [Shape(512, DType = ScalarKind.Int32)] Tensor label) => Learn(x, label);

    public override Tensor Loss(Tensor x, Tensor target, Func<Tensor, Tensor> save)
    {
        for (int i = 0; i < 5; i++) x = save(x.Linear(_w[i]).Relu());
        return x.Linear(_w[5]).CrossEntropy(target);
    }
}

public sealed class TrainedBlock : Trained
{
    const int Width = 64, Length = 64, Heads = 4;
    readonly Tensor[] _w;
    public TrainedBlock() => _w = [Parameter(3 * Width, Width), Parameter(Width, Width), Parameter(4 * Width, Width), Parameter(Width, 4 * Width)];

    [TinyJit]
    public Tensor Step([Shape(8, Length, Width)] Tensor x, [Shape(8, Length, Width)] Tensor target) => Learn(x, target);

    public override Tensor Loss(Tensor x, Tensor target, Func<Tensor, Tensor> save)
    {
        int n = x.Shape[0];
        var qkv = save(save(x.LayerNorm(new Shape(Width))).Linear(_w[0])).Reshape(n, Length, 3, Heads, Width / Heads).Permute(2, 0, 3, 1, 4);
        var p = save((qkv[0].MatMul(qkv[1].Transpose()) * 0.25f).Softmax());
        x += save(p.MatMul(qkv[2]).Transpose(1, 2).Reshape(n, Length, Width)).Linear(_w[1]);
        var h = save(save(x).LayerNorm(new Shape(Width)));
        x = save(x + save(save(h.Linear(_w[2])).Gelu()).Linear(_w[3]));
        return (x - target).Square().Mean();
    }
}
