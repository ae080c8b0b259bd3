using NUnit.Framework;
using Tiny.Tests;
using Tiny.Tests.Fuzz;

namespace Tiny.Export.Tests;

/// <summary>
/// Random programs as compiled C against the interpreter, a hundred in one compilation, for one kind of processor after the other; each with several
/// values of its variable, if it has one. A failure names the seed and is shrunk to the fewest steps that still fail. TINY_FUZZ=N runs N programs instead of the fixed ones.
/// </summary>
public sealed class CFuzzTests
{
    const int Programs = 1000, Batch = 100;

    // The compilations of one batch after the other.
    static readonly (string Compiler, string Options)[][] s_variants =
    [
        [("gcc", "-O1"), ("gcc", "-O1 -DGRAPHS_LEVEL=0")], [("gcc", "-O1 -DGRAPHS_LEVEL=2"), ("clang", "-O1 -DGRAPHS_LEVEL=1")],
        [(Processors.Arm, Processors.ArmOptions), ("tcc", "")],
    ];

    [Test]
    public void CAgreesWithTheInterpreter()
    {
        int count = int.TryParse(Environment.GetEnvironmentVariable("TINY_FUZZ"), out int n) ? n : Programs;
        for (int first = 0; first < count; first += Batch)
        {
            RandomProgram[] programs = [.. Enumerable.Range(first, Math.Min(Batch, count - first)).Select(seed => RandomProgram.Make(seed))];
            var variants = s_variants[first / Batch % s_variants.Length].Where(v => Processors.Lacking(v.Options) is null).Select(v => (Needs.Tool(v.Compiler), v.Options)).ToArray();
            if (Problem(variants, programs) is not { } together) continue;
            // The one that fails alone: what does not compile is known only by its batch.
            var program = together.Program ?? programs.FirstOrDefault(p => Problem(variants, [p]) is not null);
            if (program is null || Problem(variants, [program]) is null)
                Assert.Fail($"programs {first} to {first + programs.Length - 1} fail together, none of them alone: {together.Problem}");
            var smallest = program!.Shrink(p => Problem(variants, [p]) is not null);
            Assert.Fail($"{Problem(variants, [smallest])!.Value.Problem}\n{smallest}");
        }
    }

    static (RandomProgram? Program, string Problem)? Problem((string Compiler, string Options)[] variants, RandomProgram[] programs)
    {
        try
        {
            using var batch = new CGraphBatch([.. programs.Select(Case)]);
            // Both cores.
            var found = new (int Case, string Problem)?[variants.Length];
            Parallel.For(0, variants.Length, i => found[i] = batch.Run(variants[i].Compiler, variants[i].Options));
            return found.FirstOrDefault(f => f is not null) is var (at, problem) ? (programs[at], problem) : null;
        }
        catch (Exception e)
        {
            var inner = e is AggregateException { InnerException: { } cause } ? cause : e;
            return (null, $"{inner.GetType().Name}: {inner.Message}\n{inner.StackTrace}");
        }
    }

    // One function serves every value of the variable.
    static GraphCase Case(RandomProgram p) => new($"p{p.Seed}", p.Inputs(), p.Build, () => p.Expected())
    {
        Shapes = [.. p.Leaves().Select(t => t.Shape)],
        Calls = [.. p.Bindings.Select(b => new GraphCall(b, p.Inputs(b), () => p.Expected(b)))],
    };
}
