using NUnit.Framework;

namespace Tiny.Tests;

/// <summary>Every dtype that WebGPU has, native or not, against the interpreter.</summary>
public sealed class DTypeTests
{
    static IEnumerable<TestCaseData> Cases => DTypeCases.ForWebGpu.Select(c => new TestCaseData(c.Name).SetArgDisplayNames(c.Name));

    [TestCaseSource(nameof(Cases))]
    public void AgreesWithTheInterpreter(string name)
    {
        var one = DTypeCases.ForWebGpu.Single(c => c.Name == name);
        var expected = one.Expect();
        var actual = one.Build(one.Inputs);
        Tensor.Realize([.. actual]);
        Assert.Multiple(() =>
        {
            for (int i = 0; i < actual.Count; i++) Assert.That(expected.Difference(i, actual[i].Storage!.ToHost().Copied()), Is.Null);
        });
    }
}
