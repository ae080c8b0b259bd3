using NUnit.Framework;
using Tiny.Runtime;

namespace Tiny.Tests;

/// <summary>Every case of the edge suite live on the default device, against the interpreter.</summary>
public sealed class EdgeSuiteTests
{
    [Test]
    public void AgreesWithTheInterpreter()
    {
        DType[] dtypes = [.. EdgeSuite.DTypes.Where(t => Device.Default.Profile.Memory(t) is not null)];
        var problems = EdgeSuite.Cases(dtypes).Select(e => Problem(e)).Where(p => p is not null).ToList();
        Assert.That(problems, Is.Empty, string.Join('\n', problems));
    }

    static string? Problem(EdgeCase edge)
    {
        try
        {
            var expected = new Expectation(edge.Results(), Device.Default is CpuDevice ? Accuracy.Cpu : Accuracy.Wgsl);
            var results = edge.Results();
            Tensor.Realize(results);
            var all = results.Select((r, i) => expected.Difference(i, r.Storage!.ToHost().Copied())).Where(p => p is not null).ToList();
            return all.Count == 0 ? null : $"{edge}: {string.Join("; ", all)}";
        }
        catch (Exception e)
        {
            return $"{edge}: {e}";
        }
    }
}
