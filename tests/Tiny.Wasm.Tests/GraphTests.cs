using NUnit.Framework;
using Tiny.Tests;

namespace Tiny.Wasm.Tests;

/// <summary>Operators and dtypes as WebAssembly against the interpreter, with relaxed SIMD and without; all graphs of a test are one module.</summary>
[TestFixture("plain"), TestFixture("relaxed")]
public sealed class GraphTests(string module)
{
    [Test]
    public void EveryDtypeAgreesWithTheInterpreter() => Check(DTypeCases.All);

    [Test]
    public void EveryOperatorAgreesWithTheInterpreter() => Check([.. OperatorGraphs.All.Select(r => r.Graph)]);

    void Check(IReadOnlyList<GraphCase> cases)
    {
        using var batch = new WasmGraphBatch(cases);
        Assert.That(batch.Run(module)?.Problem, Is.Null);
    }

    [Test]
    public void EveryEdgeAgreesWithTheInterpreter()
    {
        var cases = EdgeSuite.Cases(EdgeSuite.DTypes);
        var expected = cases.Select(c => new Expectation(c.Results(), Accuracy.Cpu)).ToList();
        using var entries = new WasmEntries(Jit.ProgramCapture.Capture("edges", [.. cases.Select(c =>
            new Jit.GraphEntry(c.Name, [.. c.Inputs.Select((t, i) => new Jit.GraphInput($"in{i}", t.DType, t.Shape))], c.Body))], WasmEntries.Schedule), cases.SelectMany(c => c.Inputs));
        var (bytes, failure) = entries.Run(module);
        var problems = new List<string>();
        int at = 0;
        for (int i = 0; i < cases.Count; i++)
            for (int r = 0; r < expected[i].Results; r++)
            {
                if (expected[i].Difference(r, bytes.AsSpan(Math.Min(at, bytes.Length))) is { } problem) problems.Add($"{cases[i]}: {problem}");
                at += expected[i].Bytes(r);
            }
        Assert.That(problems, Is.Empty, $"{failure}\n{string.Join('\n', problems)}");
        Assert.That(failure, Is.Null);
    }
}
