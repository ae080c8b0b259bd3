using NUnit.Framework;
using Tiny.Tests;
using Tiny.Tests.Fuzz;

namespace Tiny.Wasm.Tests;

/// <summary>
/// Random programs of all dtypes as WebAssembly against the interpreter, a hundred in a module, with relaxed SIMD and without; each with several values of its
/// variable, if it has one. A failure names the seed and is shrunk. TINY_FUZZ=N runs N programs instead of the fixed ones.
/// </summary>
public sealed class FuzzTests
{
    const int Programs = 300, Batch = 100;
    static readonly string[] s_modules = ["plain", "relaxed"];

    [Test]
    public void RandomProgramsAgreeWithTheInterpreter()
    {
        int count = int.TryParse(Environment.GetEnvironmentVariable("TINY_FUZZ"), out int n) ? n : Programs;
        for (int first = 0; first < count; first += Batch)
        {
            RandomProgram[] programs = [.. Enumerable.Range(first, Math.Min(Batch, count - first)).Select(seed => RandomProgram.Make(seed))];
            if (Problem(programs) is not { } together) continue;
            // The one that fails alone: a module that is not valid does not say which.
            var program = together.Program ?? programs.FirstOrDefault(p => Problem([p]) is not null);
            if (program is null || Problem([program]) is null)
                Assert.Fail($"programs {first} to {first + programs.Length - 1} fail together, none of them alone: {together.Problem}");
            var smallest = program!.Shrink(p => Problem([p]) is not null);
            Assert.Fail($"{Problem([smallest])!.Value.Problem}\n{smallest}");
        }
    }

    static (RandomProgram? Program, string Problem)? Problem(RandomProgram[] programs)
    {
        try
        {
            using var batch = new WasmGraphBatch([.. programs.Select(Case)]);
            foreach (var module in s_modules)
                if (batch.Run(module) is var (at, problem)) return (programs[at], problem);
            return null;
        }
        catch (Exception e) when (e is not IgnoreException)
        {
            return (null, $"{e.GetType().Name}: {e.Message}\n{e.StackTrace}");
        }
    }

    // One function serves every value of the variable.
    static GraphCase Case(RandomProgram p) => new($"p{p.Seed}", p.Inputs(), p.Build, () => p.Expected())
    {
        Shapes = [.. p.Leaves().Select(t => t.Shape)],
        Calls = [.. p.Bindings.Select(b => new GraphCall(b, p.Inputs(b), () => p.Expected(b)))],
    };
}
