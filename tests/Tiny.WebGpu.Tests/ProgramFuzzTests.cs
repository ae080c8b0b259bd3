using NUnit.Framework;
using Tiny.Graph;
using Tiny.Tests.Fuzz;

namespace Tiny.Tests;

/// <summary>
/// Random programs on WebGPU against the interpreter. It has no integers of 8 or 64 bits and no bools in memory, so programs that need them
/// there are passed over. A failure names its seed and is shrunk. TINY_FUZZ=N runs N programs instead of the fixed ones.
/// </summary>
public sealed class ProgramFuzzTests
{
    const int Programs = 500;

    [Test]
    public void RandomProgramsAgreeWithTheInterpreter()
    {
        int count = int.TryParse(Environment.GetEnvironmentVariable("TINY_FUZZ"), out int n) ? n : Programs;
        int ran = 0, seed = 0;
        for (; ran < count && seed < 3 * count; seed++)
        {
            var program = RandomProgram.Make(seed);
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
            var results = program.Build(program.Inputs());
            var nodes = Walk.Topological(results.Select(r => r.Node));
            if (nodes.Exists(u => u.DType.Kind is not (ScalarKind.Bool or ScalarKind.Int32 or ScalarKind.UInt32 or ScalarKind.Float32))) return Outcome.DoesNotFit;
            try
            {
                Tensor.Realize(results);
            }
            catch (TargetException e) when (e.Message.Contains("has no bool in memory", StringComparison.Ordinal) && nodes.Exists(u => u.DType == DType.Bool))
            {
                return Outcome.DoesNotFit;
            }
            var expected = program.Expected();
            problem = results.Select((r, i) => expected.Difference(i, r.Storage!.ToHost().Span)).FirstOrDefault(p => p is not null);
        }
        catch (Exception e)
        {
            problem = $"{e.GetType().Name}: {e.Message}\n{e.StackTrace}";
        }
        return problem is null ? Outcome.Agrees : Outcome.Differs;
    }
}
