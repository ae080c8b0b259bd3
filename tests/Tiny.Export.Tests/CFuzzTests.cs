using NUnit.Framework;
using Tiny.Tests;
using Tiny.Tests.Fuzz;

namespace Tiny.Export.Tests;

/// <summary>
/// Random programs as compiled C against the interpreter, a hundred in one compilation, with vectors and without; each with several values of its
/// variable, if it has one. A failure names the seed
/// and is shrunk to the fewest steps that still fail. TINY_FUZZ=N runs N programs instead of the fixed ones.
/// </summary>
public sealed class CFuzzTests
{
    const int Programs = 1000, Batch = 100;
    static readonly string[] s_variants = ["-O1", "-O1 -DGRAPHS_LEVEL=0"];

    [Test]
    public void CAgreesWithTheInterpreter()
    {
        var gcc = Needs.Tool("gcc");
        int count = int.TryParse(Environment.GetEnvironmentVariable("TINY_FUZZ"), out int n) ? n : Programs;
        for (int first = 0; first < count; first += Batch)
        {
            RandomProgram[] programs = [.. Enumerable.Range(first, Math.Min(Batch, count - first)).Select(seed => RandomProgram.Make(seed))];
            if (Problem(gcc, programs) is not { } together) continue;
            // The one that fails alone: what does not compile is known only by its batch.
            var program = together.Program ?? programs.FirstOrDefault(p => Problem(gcc, [p]) is not null);
            if (program is null || Problem(gcc, [program]) is null)
                Assert.Fail($"programs {first} to {first + programs.Length - 1} fail together, none of them alone: {together.Problem}");
            var smallest = program!.Shrink(p => Problem(gcc, [p]) is not null);
            Assert.Fail($"{Problem(gcc, [smallest])!.Value.Problem}\n{smallest}");
        }
    }

    static (RandomProgram? Program, string Problem)? Problem(string gcc, RandomProgram[] programs)
    {
        try
        {
            using var batch = new CGraphBatch([.. programs.Select(Case)]);
            // Both cores.
            var found = new (int Case, string Problem)?[s_variants.Length];
            Parallel.For(0, s_variants.Length, i => found[i] = batch.Run(gcc, s_variants[i]));
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
