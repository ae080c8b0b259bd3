using NUnit.Framework;
using Tiny.Cli.Verify;
using Tiny.Onnx.Tests;

namespace Tiny.Tests;

/// <summary>A spread of ONNX's conformance suite, captured and run through Dawn.</summary>
public class OnnxConformanceTests
{
    // Float64 is what WebGPU has not.
    [Test]
    public void TwoHundredPlainCasesPass() =>
        Assert.That(Conformance.Run("webgpu", Conformance.Small.Where(c => c.IsPlain() && !c.Flags.Contains("float64")).Spread(200), r => r.Status == CaseStatus.Pass), Is.Empty);

    [Test]
    public void NoneOfTheOthersIsWrong() =>
        Assert.That(Conformance.Run("webgpu", Conformance.Small.Where(c => !c.IsPlain() || c.Flags.Contains("float64")).Spread(40), r => r.Status != CaseStatus.Fail), Is.Empty);
}
