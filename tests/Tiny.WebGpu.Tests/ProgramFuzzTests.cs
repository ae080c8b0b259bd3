using System.Collections.Immutable;
using NUnit.Framework;
using Tiny.Tests.Fuzz;

namespace Tiny.Tests;

/// <summary>
/// Random programs on WebGPU against the interpreter. The programs are of the dtypes that it has; those that need
/// bools in memory are passed over. A failure names its seed and is shrunk. TINY_FUZZ=N runs N programs instead of the fixed ones.
/// </summary>
public sealed class ProgramFuzzTests
{
    const int Programs = 500;
    static readonly ImmutableArray<DType> s_dtypes = [DType.Bool, DType.Int32, DType.UInt32, DType.Float32];

    [Test]
    public void RandomProgramsAgreeWithTheInterpreter()
    {
        int count = int.TryParse(Environment.GetEnvironmentVariable("TINY_FUZZ"), out int n) ? n : Programs;
        int ran = 0, seed = 0;
        for (; ran < count && seed < 3 * count; seed++)
        {
            var program = RandomProgram.Make(seed, s_dtypes);
            var outcome = Run(program, out var problem);
            if (outcome == Outcome.Agrees) ran++;
            if (outcome != Outcome.Differs) continue;
            var smallest = program.Shrink(p => Run(p, out _) == Outcome.Differs);
            Run(smallest, out problem);
            Assert.Fail($"{problem}\n{smallest}");
        }
        TestContext.Out.WriteLine($"{ran} programs of {seed} fit WebGPU");
        Assert.That(ran, Is.EqualTo(count));
    }

    enum Outcome { Agrees, Differs, DoesNotFit }

    static Outcome Run(RandomProgram program, out string? problem)
    {
        problem = null;
        try
        {
            problem = FuzzRun.Difference(program);
        }
        catch (TargetException e) when (e.Message.Contains("has no bool in memory", StringComparison.Ordinal))
        {
            return Outcome.DoesNotFit;
        }
        catch (Exception e)
        {
            problem = $"{e.GetType().Name}: {e.Message}\n{e.StackTrace}";
        }
        return problem is null ? Outcome.Agrees : Outcome.Differs;
    }
}
