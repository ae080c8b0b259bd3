using NUnit.Framework;
using Tiny.Jit;
using Tiny.Tests;

namespace Tiny.Export.Tests;

/// <summary>A training step is a program like any other: exported as C it learns what it learns live.</summary>
public sealed class CTrainingTests
{
    [TestCase("gcc", "-O2"), TestCase("clang", "-O2 -DLEARNS_LEVEL=0")]
    public void TheExportedStepLearnsTheSame(string compiler, string options)
    {
        var method = typeof(Learns).GetMethod(nameof(Learns.Step))!;
        using var batch = new CBatch(ProgramCapture.Capture("learns", Learns.Seeded(), [method], new CTarget().Schedule), compiler, options);
        float[][][] samples = [.. Enumerable.Range(0, 3).Select(Learns.Sample)];
        var actual = batch.Run(samples);
        var live = Learns.Seeded();
        for (int i = 0; i < samples.Length; i++)
        {
            var (loss, convolution, weight, mean) = live.Step(Tensor.From(samples[i][0], 8, 1, 8, 8), Tensor.From(samples[i][1]));
            foreach (var (expected, k) in new[] { loss, convolution, weight, mean }.Select((t, k) => (t, k)))
                Close.Check(actual[i][k], expected.ToArray<float>(), 1e-5, $"step {i}, result {k}");
        }
    }
}
