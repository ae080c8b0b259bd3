using NUnit.Framework;
using Tiny.Cli.Verify;

namespace Tiny.Tests;

/// <summary>A spread of ONNX's conformance suite, captured and run through Dawn: every seventh case of each group. All of it is one command (docs/onnx.md).</summary>
public class OnnxConformanceTests
{
    [Test]
    public void EverySeventhCasePasses()
    {
        var cases = CaseSource.Find(Needs.Shared("onnx-conformance")).Where(c => c.Group != "light").Where((_, i) => i % 7 == 0).ToList();
        Assert.That(cases, Has.Count.GreaterThan(200));
        var results = VerifyTargets.Get("webgpu").Run(cases).ToList();
        Assert.Multiple(() =>
        {
            Assert.That(results.Where(r => r.Status == CaseStatus.Fail).Select(r => $"{r.Case.Name}: {r.Reason}"), Is.Empty);
            // Float64 and image decoding are all that is missing.
            Assert.That(results.Where(r => r.Status == CaseStatus.Unsupported && !r.Case.Flags.Overlaps(["float64", "image_decoder", "sequence", "optional"])).Select(r => $"{r.Case.Name}: {r.Reason}"), Is.Empty);
        });
    }
}
