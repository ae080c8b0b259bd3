using NUnit.Framework;
using Tiny.Cli.Verify;

namespace Tiny.Onnx.Tests.Operators;

/// <summary>Operators with options that no conformance case has, against values worked out in another way: on the live CPU, by the interpreter, and as compiled C.</summary>
public class OperatorTests
{
    static IReadOnlyList<OperatorCase> All { get; } =
        [.. RecurrentCases.All, .. SignalCases.All, .. TextCases.All, .. LearningCases.All, .. TrainingCases.All, .. ImageCases.All, .. EdgeCases.All];

    static IEnumerable<string> Names => All.Select(c => c.Name);

    [TestCaseSource(nameof(Names))]
    public void Live(string name) => Passes("cpu", All.Single(c => c.Name == name));

    [TestCaseSource(nameof(Names))]
    public void Interpreted(string name) => Passes("interpreter", All.Single(c => c.Name == name));

    [Test]
    public void AsC() => Passes("c", [.. All.Where(c => !c.OnHost)]);

    static void Passes(string target, params OperatorCase[] cases)
    {
        var results = VerifyTargets.Get(target).Run([.. cases.Select(c => c.ToConformanceCase())]).ToList();
        Assert.That(results, Has.Count.EqualTo(cases.Length));
        Assert.That(results.Where(r => r.Status != CaseStatus.Pass).Select(r => $"{r.Case.Name}: {r.Reason}"), Is.Empty);
    }
}
