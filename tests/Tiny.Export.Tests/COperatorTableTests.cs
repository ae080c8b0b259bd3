using NUnit.Framework;
using Tiny.Tests;

namespace Tiny.Export.Tests;

/// <summary>Every row of the table of operators in one compiled C program against the interpreter, with vectors and without.</summary>
public sealed class COperatorTableTests : IDisposable
{
    CGraphBatch _batch = null!;

    [OneTimeSetUp]
    public void Export() => _batch = new([.. OperatorGraphs.All.Select(r => r.Graph)]);

    public void Dispose() => _batch?.Dispose();

    [TestCase("gcc", "-O1"), TestCase("gcc", "-O1 -DGRAPHS_LEVEL=2"), TestCase("clang", "-O1 -DGRAPHS_LEVEL=1"), TestCase("tcc", "")]
    [TestCase("clang", "-O0 -DGRAPHS_LEVEL=0 -fsanitize=undefined -fno-sanitize-recover=all"), TestCase(Processors.Arm, Processors.ArmOptions)]
    public void CAgreesWithTheInterpreter(string compiler, string options) => Assert.That(_batch.Run(Needs.Tool(compiler), options)?.Problem, Is.Null);
}
