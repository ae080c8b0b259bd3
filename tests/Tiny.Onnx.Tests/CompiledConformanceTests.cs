using NUnit.Framework;
using Tiny.Cli.Verify;
using Tiny.Tests;

namespace Tiny.Onnx.Tests;

/// <summary>A spread of the conformance suite as compiled C.</summary>
public class CompiledConformanceTests
{
    [SetUp]
    public void Compiler() => Needs.Tool(Environment.GetEnvironmentVariable("CC") is { Length: > 0 } cc ? cc : "cc");

    [Test]
    public void ThreeHundredPlainCasesPass() =>
        Assert.That(Conformance.Run("c", Conformance.Small.Where(c => c.IsPlain()).Spread(300), r => r.Status == CaseStatus.Pass), Is.Empty);

    [Test]
    public void NoneOfTheOthersIsWrong() =>
        Assert.That(Conformance.Run("c", Conformance.Small.Where(c => !c.IsPlain()).Spread(40), r => r.Status != CaseStatus.Fail), Is.Empty);
}
