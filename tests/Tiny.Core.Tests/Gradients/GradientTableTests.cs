using System.Reflection;
using System.Runtime.CompilerServices;
using NUnit.Framework;

namespace Tiny.Tests.Gradients;

/// <summary>The gradient of every differentiable operator, against central differences in float64.</summary>
public sealed class GradientTableTests
{
    static IEnumerable<TestCaseData> All => GradientTable.Cases.Select(c => new TestCaseData(c).SetArgDisplayNames(c.Name));
    static IEnumerable<TestCaseData> Twice => GradientTable.Cases.Where(c => c.NotTwice is null).Select(c => new TestCaseData(c).SetArgDisplayNames(c.Name));

    [TestCaseSource(nameof(All))]
    public void IsWhatDifferencesSay(GradientCase c)
    {
        var gradients = c.Loss.Gradient(c.Parameters, null);
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
        var gradients = c.Loss.Gradient(c.Parameters, null);
        Tensor[] live = [.. gradients.Select(g => new Tensor(Graph.Walk.Substitute(g.Node, at)))];
        Tensor.Realize(live);
        Check([.. live.Select(g => g.ToArray<double>())], GradientCase.Evaluate(gradients, c.Point), 1e-11);
    }

    [Test]
    public void TheTableHasEveryOperator()
    {
        var named = GradientTable.Cases.Select(c => c.Name.Split(',')[0]).Concat(GradientTable.WithoutGradient.Keys).ToHashSet();
        var missing = typeof(Tensor).GetMethods(BindingFlags.Public | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly)
            .Where(m => Gives(m.ReturnType) && Takes(m) && !m.Name.StartsWith("op_", StringComparison.Ordinal)).Select(m => m.Name.Replace("get_", "", StringComparison.Ordinal)).Distinct().Where(n => !named.Contains(n));
        Assert.That(missing, Is.Empty, "operators without a line in the table of gradients: add one, or say there why they have none");
        Assert.That(GradientTable.Cases.Select(c => c.Name), Is.Unique);

        static bool Takes(MethodInfo method) => !method.IsStatic || method.GetParameters().Any(p => p.ParameterType == typeof(Tensor) || p.ParameterType == typeof(IReadOnlyList<Tensor>));
        static bool Gives(Type type) => type == typeof(Tensor) || type == typeof(IReadOnlyList<Tensor>) || type.IsAssignableTo(typeof(ITuple)) && type.GetGenericArguments().Contains(typeof(Tensor));
    }

    static Tensor SecondLoss(GradientCase c) => c.Loss.Gradient(c.Parameters, null).Select((g, i) => GradientCase.Weighted(g, 7 + i)).Aggregate((a, b) => a + b);

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
