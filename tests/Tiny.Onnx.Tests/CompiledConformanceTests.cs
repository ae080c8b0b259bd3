using NUnit.Framework;
using Tiny.Cli.Verify;
using Tiny.Tests;

namespace Tiny.Onnx.Tests;

/// <summary>A spread of the conformance suite as compiled C: every fifth case of each group, so that all operators are among them. All of it is one command (docs/onnx.md).</summary>
public class CompiledConformanceTests
{
    [Test]
    public void EveryFifthCasePasses()
    {
        Needs.Tool(Environment.GetEnvironmentVariable("CC") is { Length: > 0 } cc ? cc : "cc");
        var cases = CaseSource.Find(Needs.Shared("onnx-conformance")).Where(c => c.Group != "light").Where((_, i) => i % 5 == 0).ToList();
        Assert.That(cases, Has.Count.GreaterThan(280));
        var wrong = VerifyTargets.Get("c").Run(cases).Where(r => r.Status == CaseStatus.Fail).Select(r => $"{r.Case.Name}: {r.Reason}");
        Assert.That(wrong, Is.Empty);
    }
}
