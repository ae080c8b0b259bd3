using Tiny.Jit;
using Tiny.Render;
using Tiny.Tests;

namespace Tiny.Browser.Tests;

/// <summary>Every case of the edge suite on each backend in a page, against the interpreter: one bundle with an entry point for each.</summary>
[TestFixture("webgpu"), TestFixture("wasm")]
public sealed class EdgeSuiteTests(string backend)
{
    [Test]
    public async Task AgreesWithTheInterpreter()
    {
        var cases = EdgeSuite.Cases([.. EdgeSuite.DTypes.Where(t => WgslRenderer.Profile.Memory(t) is not null)]);
        var program = ProgramCapture.Capture("edges", [.. cases.Select(c =>
            new GraphEntry(c.Name, [.. c.Inputs.Select((t, i) => new GraphInput($"in{i}", t.DType, t.Shape))], c.Body))]);
        await using var model = await BrowserModel.ExportAsync("edges", program, backend);
        var problems = new List<string>();
        foreach (var edge in cases)
        {
            var expected = new Expectation(edge.Results(), Accuracy.Wgsl);
            var results = await model.RunAsync(edge.Name, edge.Inputs.Select((t, i) => ($"in{i}", t)));
            for (int i = 0; i < results.Count; i++)
                if (expected.Difference(i, results[i].Bytes) is { } problem) problems.Add($"{edge}: {problem}");
        }
        Assert.That(problems, Is.Empty, string.Join('\n', problems));
    }
}
