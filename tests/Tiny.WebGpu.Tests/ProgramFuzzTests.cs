using NUnit.Framework;
using Tiny.Tests.Fuzz;

namespace Tiny.Tests;

/// <summary>Random programs on WebGPU against the interpreter. A failure names its seed and is shrunk. TINY_FUZZ=N runs N programs instead of the fixed ones.</summary>
public sealed class ProgramFuzzTests
{
    const int Programs = 500;

    [Test]
    public void RandomProgramsAgreeWithTheInterpreter()
    {
        int count = int.TryParse(Environment.GetEnvironmentVariable("TINY_FUZZ"), out int n) ? n : Programs;
        for (int seed = 0; seed < count; seed++)
        {
            var program = RandomProgram.Make(seed);
            if (Problem(program) is null) continue;
            var smallest = program.Shrink(p => Problem(p) is not null);
            Assert.Fail($"{Problem(smallest)}\n{smallest}");
        }
    }

    static string? Problem(RandomProgram program)
    {
        try
        {
            var results = program.Build(program.Inputs());
            Tensor.Realize(results);
            var expected = program.Expected();
            return results.Select((r, i) => expected.Difference(i, r.Storage!.ToHost().Span)).FirstOrDefault(p => p is not null);
        }
        catch (Exception e)
        {
            return $"{e.GetType().Name}: {e.Message}\n{e.StackTrace}";
        }
    }
}
