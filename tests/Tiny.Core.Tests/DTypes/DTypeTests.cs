using NUnit.Framework;
using Tiny.Tests;

namespace Tiny.Core.Tests.DTypes;

/// <summary>Every dtype live on the CPU, against the interpreter.</summary>
public class DTypeTests
{
    static IEnumerable<TestCaseData> Cases => DTypeCases.All.Select(c => new TestCaseData(c.Name).SetArgDisplayNames(c.Name));

    [TestCaseSource(nameof(Cases))]
    public void LiveAgreesWithTheInterpreter(string name)
    {
        var one = DTypeCases.All.Single(c => c.Name == name);
        var expected = one.Expect();
        var actual = one.Build(one.Inputs);
        Tensor.Realize([.. actual]);
        Assert.Multiple(() =>
        {
            for (int i = 0; i < actual.Count; i++) Assert.That(expected.Difference(i, actual[i].Storage!.ToHost().Copied()), Is.Null);
        });
    }
}
