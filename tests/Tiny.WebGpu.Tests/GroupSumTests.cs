using System.Runtime.InteropServices;
using NUnit.Framework;
using Tiny.Graph;
using Tiny.Lower;
using Tiny.Render;
using Tiny.Runtime;
using Tiny.Schedule;

namespace Tiny.Tests;

/// <summary>Long reductions that the threads of a workgroup share out, combined through memory and by subgroups: they give what the interpreter gives.</summary>
[TestFixture(WgslFeatures.Groups), TestFixture(WgslFeatures.Groups | WgslFeatures.Subgroups)]
public sealed class GroupSumTests(WgslFeatures features) : Variant(features)
{
    static readonly (string Name, Func<Tensor> Build)[] s_operations =
    [
        ("sum of all", () => F(64, 64).Sum()),
        ("sums of rows", () => (F(20, 512) * 2).Sum(1)),
        ("sums of columns", () => F(512, 33).Sum(0)),
        ("maxima of rows", () => F(9, 1024).Max(1)),
        ("minima with NaN", () => Tensor.From<float>([.. Enumerable.Range(0, 1024).Select(i => i == 700 ? float.NaN : i * 37 % 101 / 50f - 1)], 2, 512).Realize().Min(1)),
        ("products", () => (1 + F(5, 256) / 100).Prod(1)),
        ("mean and variance", () => (F(12, 768) - F(12, 768).Mean(1).Reshape(12, 1)).Square().Mean(1)),
        ("softmax", () => F(6, 1024).Softmax()),
        ("softmax of columns", () => F(512, 24).Softmax(0)),
        ("layer norm", () => (F(10, 512) - F(10, 512).Mean(1).Reshape(10, 1)) / (F(10, 512).Square().Mean(1).Reshape(10, 1) + 1e-5).Sqrt()),
        ("vector times matrix", () => F(1, 512).MatMul(F(512, 70))),
        ("matrix times vector", () => F(70, 512).MatMul(F(512, 1)).Relu()),
        ("whole numbers", () => (F(7, 512) * 90).Cast(DType.Int32).Realize().Sum(1)),
        ("largest of whole numbers", () => (F(7, 512) * 90).Cast(DType.Int32).Realize().Max(1)),
        ("numbers of 64 bits", () => (F(7, 512) * 90).Cast(DType.Int64).Realize().Sum(1)),
        ("smallest of 64 bits", () => (F(7, 512) * 90).Cast(DType.Int64).Realize().Min(1)),
        ("added in place", () => (F(16) + 1).Contiguous() + F(16, 512).Sum(1)),
    ];

    static IEnumerable<string> Operations => s_operations.Select(o => o.Name);

    [TestCaseSource(nameof(Operations))]
    public void OperationsAgree(string name)
    {
        var result = s_operations.Single(o => o.Name == name).Build();
        var kernels = Kernels(result);
        Assert.That(kernels.Any(k => k.Code.Any(u => u.Op == Op.FoldThreads)), "no reduction is shared out");
        Assert.That(kernels.Any(k => Text(k).Contains("enable subgroups;", StringComparison.Ordinal)), Is.EqualTo(Opened.Features.HasFlag(WgslFeatures.Subgroups)));
        Agrees(result);
    }

    [Test]
    public void RandomReductionsAgree([Range(0, 11)] int seed)
    {
        var random = new Random(seed);
        var (rows, steps) = (random.Next(1, 60), 64 * random.Next(4, 20));
        TestContext.Out.WriteLine($"{rows} x {steps}");
        var x = random.Next(2) == 0 ? F(rows, steps) : F(steps, rows).Permute(1, 0);
        Agrees(random.Next(4) switch { 0 => x.Sum(1), 1 => x.Max(1) - x.Min(1), 2 => x.Softmax(), _ => (x * F(steps)).Sum(1).Relu() });
    }

    void Agrees(Tensor result)
    {
        var expected = Interpreter.Evaluate(result.Node).Copied();
        Tensor.Realize(result);
        var actual = result.Storage!.ToHost().Copied();
        if (result.DType.IsFloat) Tests.Close.Check(MemoryMarshal.Cast<byte, float>(actual).ToArray(), MemoryMarshal.Cast<byte, float>(expected).ToArray(), 1e-5);
        else Assert.That(actual.SequenceEqual(expected));
    }

    List<LinearKernel> Kernels(Tensor result)
    {
        var profile = ScheduleProfile.Of(Opened.Profile);
        return [.. Scheduler.Run([result.Node], profile: profile, layouts: profile.OfTemporaries).Launches.Select(l => LowerPipeline.Run(l.Kernel, Opened.Profile))];
    }

    static string Text(LinearKernel kernel) => WgslRenderer.Render(kernel, [.. kernel.Params.Select((p, i) => new WgslBinding($"p{i}", p.Written))]);

    static Tensor F(params int[] shape) =>
        Tensor.From<float>([.. Enumerable.Range(0, shape.Aggregate(1, (a, b) => a * b)).Select(i => i * 37 % 101 / 50f - 1)], shape);
}
