using NUnit.Framework;
using Tiny.Graph;

namespace Tiny.Tests.Fuzz;

/// <summary>
/// Random programs of tensor operations, live on the CPU against the interpreter. A failure names its seed and is shrunk to the fewest steps
/// that still fail. TINY_FUZZ=N runs N programs instead of the fixed ones.
/// </summary>
public sealed class ProgramFuzzTests
{
    const int Programs = 3000;

    [Test]
    public void LiveAgreesWithTheInterpreter()
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

    [Test]
    public void EveryOperationIsMet()
    {
        var coverage = new FuzzCoverage();
        for (int seed = 0; seed < 1000; seed++)
        {
            var program = RandomProgram.Make(seed);
            coverage.Add(program.Build(program.Inputs()));
        }
        TestContext.Out.WriteLine(coverage);
        Assert.That(coverage.Reused, Is.GreaterThanOrEqualTo(0.3));
        Assert.That(coverage.Several, Is.GreaterThanOrEqualTo(0.2));
        // No public operation reinterprets bits, a multiply-add is made by lowering, and these programs have no variables.
        Op[] unreachable = [Op.Bitcast, Op.MulAcc, Op.Param, Op.Variable];
        foreach (var op in Enum.GetValues<Op>().Where(o => o < Op.Pointer).Except(unreachable))
            Assert.That(coverage.Programs(op), Is.GreaterThanOrEqualTo(10), $"{op}");
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
