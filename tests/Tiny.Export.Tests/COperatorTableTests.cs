using NUnit.Framework;
using Tiny.Tests;

namespace Tiny.Export.Tests;

/// <summary>Every row of the table of operators in one compiled C program against the interpreter, with vectors and without.</summary>
public sealed class COperatorTableTests
{
    static readonly (string Compiler, string Options)[] s_variants = [("gcc", "-O1"), ("clang", "-O0 -DGRAPHS_PLAIN -fsanitize=undefined -fno-sanitize-recover=all")];

    [Test]
    public void CAgreesWithTheInterpreter()
    {
        using var batch = new CGraphBatch([.. OperatorGraphs.All.Select(r => r.Graph)]);
        var problems = new string?[s_variants.Length];
        // All cores.
        Parallel.For(0, s_variants.Length, i => problems[i] = batch.Run(Needs.Tool(s_variants[i].Compiler), s_variants[i].Options)?.Problem);
        Assert.That(problems, Is.All.Null);
    }
}
