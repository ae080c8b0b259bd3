using NUnit.Framework;

namespace Tiny.Tests.Gradients;

/// <summary>The gradient of every differentiable operator, against central differences in float64.</summary>
public sealed class GradientTableTests
{
    static readonly IReadOnlyList<GradientCase> s_cases = [.. OperatorTable.All.Where(row => row.Flat is null).Select(row => new GradientCase(row))];

    static IEnumerable<TestCaseData> All => s_cases.Select(c => new TestCaseData(c).SetArgDisplayNames(c.Name));
    static IEnumerable<TestCaseData> Twice => s_cases.Where(c => c.NotTwice is null).Select(c => new TestCaseData(c).SetArgDisplayNames(c.Name));

    [TestCaseSource(nameof(All))]
    public void IsWhatDifferencesSay(GradientCase c)
    {
        var gradients = c.Loss.Gradient(c.Parameters, null, zeros: true);
        Check(GradientCase.Evaluate(gradients, c.Point), c.Differences(c.Loss), c.Tolerance);
    }

    [TestCaseSource(nameof(Twice))]
    public void SecondDerivativesToo(GradientCase c)
    {
        var second = SecondLoss(c);
        var gradients = second.Gradient(c.Parameters, null, zeros: true);
        Check(GradientCase.Evaluate(gradients, c.Point), c.Differences(second), c.Tolerance * 10);
    }

    [TestCaseSource(nameof(All))]
    public void CompiledIsTheSame(GradientCase c)
    {
        Tensor[] given = [.. c.Inputs.Zip(c.Point, (input, x) => Tensor.From(x, input.Dims))];
        var at = c.Parameters.Zip(given).ToDictionary(p => p.First.Node, p => p.Second.Node);
        var gradients = c.Loss.Gradient(c.Parameters, null, zeros: true);
        Tensor[] live = [.. gradients.Select(g => new Tensor(Graph.Walk.Substitute(g.Node, at)))];
        Tensor.Realize(live);
        Check([.. live.Select(g => g.ToArray<double>())], GradientCase.Evaluate(gradients, c.Point), 1e-11);
    }

    static Tensor SecondLoss(GradientCase c) => c.Loss.Gradient(c.Parameters, null, zeros: true).Select((g, i) => GradientCase.Weighted(g, 7 + i)).Aggregate((a, b) => a + b);

    static void Check(double[][] actual, double[][] expected, double tolerance)
    {
        for (int i = 0; i < actual.Length; i++)
        {
            double scale = Math.Max(1, expected[i].Append(0).Max(Math.Abs));
            for (int j = 0; j < actual[i].Length; j++)
                Assert.That(actual[i][j], Is.EqualTo(expected[i][j]).Within(tolerance * scale), $"gradient of input {i}, element {j}");
        }
    }
}
