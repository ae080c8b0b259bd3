using NUnit.Framework;

namespace Tiny.Tests;

/// <summary>Every second operator of the table on WebGPU against the interpreter, neighbours being alike, but for those that need many kernels.</summary>
public sealed class OperatorTableTests
{
    static readonly string[] s_long = ["Svd", "Qr", "Solve", "Sha3", "Shake128", "Shake256", "Keccak"];

    static IReadOnlyList<OperatorCase> Rows { get; } = [.. OperatorTable.ByOperator.Where(rows => !s_long.Contains(rows.Key)).Select(rows => rows.First())
        .Where((row, i) => i % 2 == 0 && row.Result(row.Usual) != DType.Float64)];

    static IEnumerable<TestCaseData> Cases => Rows.Select(r => new TestCaseData(r.Name).SetArgDisplayNames(r.Name));

    [TestCaseSource(nameof(Cases))]
    public void LiveAgreesWithTheInterpreter(string name)
    {
        var graph = OperatorGraphs.All.First(r => r.Row.Name == name).Graph;
        var expected = graph.Expect();
        var actual = graph.Build(graph.Inputs);
        Tensor.Realize([.. actual]);
        Assert.Multiple(() =>
        {
            for (int i = 0; i < actual.Count; i++) Assert.That(expected.Difference(i, actual[i].Storage!.ToHost().Copied()), Is.Null);
        });
    }

    [Test]
    public void ThereAreMoreThanSixty() => Assert.That(Rows, Has.Count.GreaterThanOrEqualTo(60));
}
