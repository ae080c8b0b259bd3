using System.Collections.Immutable;
using NUnit.Framework;
using Tiny.Tests.Fuzz;

namespace Tiny.Tests;

/// <summary>Random programs of all dtypes but float64 on WebGPU against the interpreter. A failure names its seed and is shrunk. TINY_FUZZ=N runs N programs instead of the fixed ones.</summary>
public sealed class ProgramFuzzTests
{
    const int Programs = 500;
    static readonly ImmutableArray<DType> s_dtypes = [.. FuzzDomain.AllDTypes.Where(d => d != DType.Float64)];

    [Test]
    public void RandomProgramsAgreeWithTheInterpreter()
    {
        int count = int.TryParse(Environment.GetEnvironmentVariable("TINY_FUZZ"), out int n) ? n : Programs;
        for (int seed = 0; seed < count; seed++)
        {
            var program = RandomProgram.Make(seed, s_dtypes);
            if (FuzzRun.Problem(program) is null) continue;
            var smallest = program.Shrink(p => FuzzRun.Problem(p) is not null);
            Assert.Fail($"{FuzzRun.Problem(smallest)}\n{smallest}");
        }
    }
}
