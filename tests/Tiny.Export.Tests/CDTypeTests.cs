using NUnit.Framework;
using Tiny.Tests;

namespace Tiny.Export.Tests;

/// <summary>Every dtype as compiled C against the interpreter, with vectors and without.</summary>
public sealed class CDTypeTests
{
    static readonly (string Compiler, string Options)[] s_variants =
        [("gcc", "-O1"), ("clang", "-O1"), ("gcc", "-O1 -DGRAPHS_PLAIN -fsanitize=undefined -fno-sanitize-recover=all")];

    [Test]
    public void CAgreesWithTheInterpreter()
    {
        using var batch = new CGraphBatch(DTypeCases.All);
        var problems = new string?[s_variants.Length];
        // All cores.
        Parallel.For(0, s_variants.Length, i => problems[i] = batch.Run(Needs.Tool(s_variants[i].Compiler), s_variants[i].Options)?.Problem);
        Assert.That(problems, Is.All.Null);
    }
}
