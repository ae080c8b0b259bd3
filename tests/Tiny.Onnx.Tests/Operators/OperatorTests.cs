using NUnit.Framework;
using Tiny.Cli.Verify;

namespace Tiny.Onnx.Tests.Operators;

/// <summary>Operators with options that no conformance case has, against values worked out in another way: on the live CPU, by the interpreter, and as compiled C.</summary>
public class OperatorTests
{
    static readonly Dictionary<string, IReadOnlyList<OperatorCase>> s_families = new()
    {
        ["recurrent"] = RecurrentCases.All, ["signal"] = SignalCases.All, ["text"] = TextCases.All, ["learning"] = LearningCases.All, ["training"] = TrainingCases.All,
        ["images"] = ImageCases.All, ["detection"] = DetectionCases.All, ["support_vectors"] = SupportVectorCases.All, ["edges"] = EdgeCases.All, ["sampling"] = SamplingCases.All,
    };

    static IReadOnlyList<OperatorCase> All { get; } = [.. s_families.Values.SelectMany(f => f)];

    static IEnumerable<string> Names => All.Select(c => c.Name);

    static IEnumerable<string> Compiled => s_families.Where(f => f.Value.Any(c => !c.OnHost)).Select(f => f.Key);

    [TestCaseSource(nameof(Names))]
    public void Live(string name) => Passes("cpu", All.Single(c => c.Name == name));

    [TestCaseSource(nameof(Names))]
    public void Interpreted(string name) => Passes("interpreter", All.Single(c => c.Name == name));

    [TestCaseSource(nameof(Compiled))]
    public void AsC(string family) => Passes("c", [.. s_families[family].Where(c => !c.OnHost)]);

    static void Passes(string target, params OperatorCase[] cases)
    {
        var results = VerifyTargets.Get(target).Run([.. cases.Select(c => c.ToConformanceCase())]).ToList();
        Assert.That(results, Has.Count.EqualTo(cases.Length));
        Assert.That(results.Where(r => r.Status != CaseStatus.Pass).Select(r => $"{r.Case.Name}: {r.Reason}"), Is.Empty);
    }
}
