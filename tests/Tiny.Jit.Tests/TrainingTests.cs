using NUnit.Framework;
using Tiny.Formats;
using Tiny.Jit;
using Tiny.Nn;
using Tiny.Runtime;

namespace Tiny.Tests;

/// <summary>A captured training step: what the plain step does, for each optimizer; one capture; checkpoints.</summary>
public sealed class TrainingTests
{
    static IEnumerable<TestCaseData> Optimizers()
    {
        TestCaseData Case(string name, Func<IReadOnlyList<Tensor>, Optimizer> make) => new TestCaseData(make).SetArgDisplayNames(name);
        yield return Case("SGD", p => new SGD(p, 0.05, 0.9, nesterov: true, weightDecay: 1e-3));
        yield return Case("SGD, fused", p => new SGD(p, 0.05, 0.9, fused: true));
        yield return Case("Adam", p => new Adam(p, new WarmUpSchedule(2, new CosineSchedule(0.01, 10))));
        yield return Case("AdamW, fused", p => new AdamW(p, 0.01, fused: true));
        yield return Case("LAMB", p => new LAMB(p, 0.01, weightDecay: 0.01));
        yield return Case("LARS", p => new LARS(p, 0.1));
        yield return Case("Muon", p => new Muon([.. p.Where(t => t.Rank > 1)], 0.01));
    }

    static Tensor[] Arguments(int step)
    {
        var sample = Learns.Sample(step);
        return [Tensor.From(sample[0], 8, 1, 8, 8), Tensor.From(sample[1])];
    }

    [TestCaseSource(nameof(Optimizers))]
    public void CapturedStepsDoWhatPlainStepsDo(Func<IReadOnlyList<Tensor>, Optimizer> make)
    {
        var (plain, captured) = (Learns.Seeded(make), Learns.Seeded(make));
        var step = TinyJit.Of<Tensor>(captured.Learn);
        for (int i = 0; i < 5; i++)
        {
            var a = Arguments(i);
            Assert.That(step(a[0], a[1]).Item(), Is.EqualTo(plain.Learn(a[0], a[1]).Item()).Within(1e-5), $"loss of step {i}");
        }
        // Sums may be in another order: what a program computes on the way decides where its vectors are.
        foreach (var (p, c) in StateDict.Of(plain).Zip(StateDict.Of(captured)))
            if (p.Value.DType == DType.Float32) Close.Check(c.Value.ToArray<float>(), p.Value.ToArray<float>(), 1e-4, p.Key);
        Assert.That(captured.Optimizer.Steps.Item<int>(), Is.EqualTo(5));
    }

    [Test]
    public void TheLossFalls()
    {
        var model = Learns.Seeded(p => new Adam(p, 0.02));
        var step = TinyJit.Of(model.Step);
        float[] losses = [.. Enumerable.Range(0, 60).Select(i => { var a = Arguments(i); return step(a[0], a[1]).Loss.Item(); })];
        Assert.That(losses[^10..].Average(), Is.LessThan(0.3 * losses[..3].Average()));
    }

    [Test]
    public void ARateSetBetweenStepsCountsAndNothingIsCompiledAnew()
    {
        var model = Learns.Seeded(p => new SGD(p, 0.1));
        var step = TinyJit.Of(model.Step);
        var a = Arguments(0);
        step(a[0], a[1]);
        long compiled = CpuKernelCache.Compiled;
        model.Optimizer.LearningRate.Assign(0f);
        float[] before = model.Dense.Weight.ToArray<float>();
        step(a[0], a[1]);
        Assert.That(model.Dense.Weight.ToArray<float>(), Is.EqualTo(before), "at a rate of 0 nothing moves");
        model.Optimizer.LearningRate.Assign(0.1f);
        step(a[0], a[1]);
        Assert.That(model.Dense.Weight.ToArray<float>(), Is.Not.EqualTo(before));
        Assert.That(CpuKernelCache.Compiled - compiled, Is.LessThan(3), "only what sets the rate");
    }

    [Test]
    public void BackwardAndStepAreWhatAStepOfTheLossIs()
    {
        var (a, b) = (Learns.Seeded(p => new Adam(p, 0.01)), Learns.Seeded(p => new Adam(p, 0.01)));
        for (int i = 0; i < 3; i++)
        {
            var args = Arguments(i);
            Tensor Loss(Learns m) => m.Dense.Forward(m.Norm.Forward(m.Conv.Forward(args[0]), training: true).Relu().MaxPool2d(2).Flatten(1)).CrossEntropy(args[1].Cast(DType.Int32));
            a.Optimizer.Step(Loss(a));
            b.Optimizer.ZeroGrad();
            Loss(b).Backward();
            b.Optimizer.Step();
        }
        Assert.That(b.Dense.Weight.ToArray<float>(), Is.EqualTo(a.Dense.Weight.ToArray<float>()));
        Assert.That(() => Learns.Seeded().Optimizer.Step(), Throws.TypeOf<GradientException>().With.Message.Contains("parameter 0, float32 [4, 1, 3, 3], has no gradient"));
    }

    [Test]
    public void AGroupGivesEachItsOwnParameters()
    {
        Initial.Seed(3);
        var net = new Sequential { new Linear(4, 8), x => x.Relu(), new Linear(8, 1) };
        var all = StateDict.Parameters(net);
        var group = new OptimizerGroup(new Muon([.. all.Where(p => p.Rank > 1)], 0.02), new AdamW([.. all.Where(p => p.Rank == 1)], 0.01));
        Assert.That(StateDict.Of(group).Select(s => s.Key), Does.Contain("optimizers.0.velocity.1").And.Contain("optimizers.1.first_moment.0"));
        var step = TinyJit.Of((Tensor x) =>
        {
            var loss = (net.Forward(x) - x.Sum(1, keepdim: true)).Square().Mean();
            group.Step(loss);
            return loss;
        });
        var random = new Random(1);
        Tensor Batch() => Tensor.From<float>([.. Enumerable.Range(0, 64).Select(_ => random.NextSingle() * 2 - 1)], 16, 4);
        float[] losses = [.. Enumerable.Range(0, 100).Select(_ => step(Batch()).Item())];
        Assert.That(losses[^10..].Average(), Is.LessThan(0.1 * losses[..3].Average()));
    }

    [Test]
    public void ACheckpointHoldsModelAndOptimizer()
    {
        string file = Path.Combine(Path.GetTempPath(), $"tiny-training-{Environment.ProcessId}.safetensors");
        try
        {
            var (whole, first, second) = (Learns.Seeded(), Learns.Seeded(), new Learns());
            var (stepWhole, stepFirst) = (TinyJit.Of(whole.Step), TinyJit.Of(first.Step));
            for (int i = 0; i < 6; i++) stepWhole(Arguments(i)[0], Arguments(i)[1]);
            for (int i = 0; i < 3; i++) stepFirst(Arguments(i)[0], Arguments(i)[1]);
            first.SaveSafetensors(file);
            second.LoadSafetensors(file, copy: true);
            var stepSecond = TinyJit.Of(second.Step);
            for (int i = 3; i < 6; i++) stepSecond(Arguments(i)[0], Arguments(i)[1]);
            Assert.That(SafetensorsFile.Open(file).Tensors.Select(t => t.Name), Does.Contain("optimizer.first_moment.0").And.Contain("optimizer.steps").And.Contain("norm.running_var"));
            second.SaveSafetensors(file);
            byte[] resumed = File.ReadAllBytes(file);
            whole.SaveSafetensors(file);
            Assert.That(resumed, Is.EqualTo(File.ReadAllBytes(file)));
        }
        finally
        {
            File.Delete(file);
        }
    }
}
