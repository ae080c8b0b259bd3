using NUnit.Framework;

namespace Tiny.Tests.Operators;

/// <summary>Operators against the values of the ONNX conformance suite, on the interpreter and on the live CPU.</summary>
public sealed class OnnxOperatorTests
{
    static IEnumerable<TestCaseData> Cases => OnnxCases.All.SelectMany((row, i) => row.Case.Split(' ').Select(name => new TestCaseData(i, name).SetArgDisplayNames(row.Operator, name)));

    [TestCaseSource(nameof(Cases))]
    public void GivesTheSuitesValues(int row, string name)
    {
        var data = OnnxData.Read($"test_{name}");
        var results = OnnxCases.All[row].Call([.. data.Inputs]);
        Assert.That(results, Is.Not.Empty);
        Nd[] oracle = [.. results.Select(OperatorCase.Read)], expected = [.. data.Outputs.Select(OperatorCase.Read)];
        Tensor.Realize(results);
        Assert.Multiple(() =>
        {
            for (int i = 0; i < results.Length; i++)
            {
                Assert.That(Agreement.Difference(oracle[i], expected[i], results[i].DType), Is.Null, $"result {i} of the interpreter");
                Assert.That(Agreement.Difference(OperatorCase.Read(results[i]), expected[i], results[i].DType), Is.Null, $"result {i}, live");
            }
        });
    }

    [Test]
    public void EveryCaseIsOfAnOperator()
    {
        Assert.That(OnnxCases.All.Select(c => c.Operator).Except(OperatorTable.ByOperator.Select(r => r.Key)), Is.Empty);
        Assert.That(OnnxCases.All.SelectMany(c => c.Case.Split(' ')), Is.Unique);
    }
}
