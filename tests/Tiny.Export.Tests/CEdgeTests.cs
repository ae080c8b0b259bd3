using NUnit.Framework;
using Tiny.Jit;
using Tiny.Tests;

namespace Tiny.Export.Tests;

/// <summary>The edge suite as one C program with an entry point for each case, against the interpreter.</summary>
public sealed class CEdgeTests : IDisposable
{
    IReadOnlyList<EdgeCase> _cases = null!;
    List<Expectation> _expected = null!;
    CEntries _program = null!;

    [OneTimeSetUp]
    public void Export()
    {
        _cases = EdgeSuite.Cases(EdgeSuite.DTypes);
        _expected = [.. _cases.Select(c => new Expectation(c.Results(), Accuracy.Cpu))];
        _program = new([.. _cases.Select(c => new GraphEntry(c.Name, [.. c.Inputs.Select((t, i) => new GraphInput($"in{i}", t.DType, t.Shape))], c.Body))],
            _cases.SelectMany(c => c.Inputs));
    }

    public void Dispose() => _program?.Dispose();

    // In its own dialect, gcc contracts unless it is told not to.
    [TestCase("gcc", "-O3 -march=native -std=gnu17"), TestCase("clang", "-O2 -march=native")]
    [TestCase("gcc", "-O2 -DGRAPHS_LEVEL=2"), TestCase("gcc", "-O1 -DGRAPHS_LEVEL=1"), TestCase("gcc", "-O2 -DGRAPHS_LEVEL=0"), TestCase("tcc", "")]
    [TestCase(Processors.Arm, Processors.ArmOptions)]
    [TestCase("gcc", "-O1 -fsanitize=undefined,address -fno-sanitize-recover=all")]
    [TestCase("gcc", "-O1 -fsanitize=undefined,address -fno-sanitize-recover=all -DGRAPHS_LEVEL=0")]
    public void AgreesWithTheInterpreter(string compiler, string options)
    {
        var (bytes, failure) = _program.Run(Needs.Tool(compiler), options);
        var problems = new List<string>();
        int at = 0;
        for (int i = 0; i < _cases.Count; i++)
            for (int r = 0; r < _expected[i].Results; r++)
            {
                if (_expected[i].Difference(r, bytes.AsSpan(Math.Min(at, bytes.Length))) is { } problem) problems.Add($"{_cases[i]}: {problem}");
                at += _expected[i].Bytes(r);
            }
        Assert.That(problems, Is.Empty, $"{failure}\n{string.Join('\n', problems)}");
        Assert.That(failure, Is.Null);
    }
}
