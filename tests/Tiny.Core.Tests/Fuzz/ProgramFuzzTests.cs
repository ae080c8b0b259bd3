using System.Text.RegularExpressions;
using NUnit.Framework;
using Tiny.Graph;

namespace Tiny.Tests.Fuzz;

/// <summary>
/// Random programs of tensor operations, live on the CPU against the interpreter. A failure names its seed and is shrunk to the fewest steps
/// that still fail. TINY_FUZZ=N runs N programs instead of the fixed ones.
/// </summary>
public sealed class ProgramFuzzTests
{
    const int Programs = 5000;

    [Test]
    public void LiveAgreesWithTheInterpreter()
    {
        int count = int.TryParse(Environment.GetEnvironmentVariable("TINY_FUZZ"), out int n) ? n : Programs;
        for (int seed = 0; seed < count; seed++)
        {
            var program = RandomProgram.Make(seed);
            if (FuzzRun.Problem(program) is null) continue;
            var smallest = program.Shrink(p => FuzzRun.Problem(p) is not null);
            Assert.Fail($"{FuzzRun.Problem(smallest)}\n{smallest}");
        }
    }

    /// <summary>Every operator of the table, but for those that say why not.</summary>
    [Test]
    public void EveryOperatorIsMet()
    {
        var met = new HashSet<string>();
        for (int seed = 0; seed < Programs; seed++)
            foreach (Match step in Regex.Matches(RandomProgram.Make(seed).ToString(), $@" = {RandomOperators.Prefix}(\w+)")) met.Add(step.Groups[1].Value);
        Assert.That(OperatorTable.ByOperator.Where(rows => !met.Contains(rows.Key) && rows.All(row => row.NotFuzzed is null)).Select(rows => rows.Key), Is.Empty, "operators that no random program holds");
    }

    [Test]
    public void EveryOperationIsMet()
    {
        var coverage = new FuzzCoverage();
        for (int seed = 0; seed < 1000; seed++)
        {
            var program = RandomProgram.Make(seed);
            coverage.Add(program.Build(program.Leaves()));
        }
        TestContext.Out.WriteLine(coverage);
        Assert.That(coverage.Reused, Is.GreaterThanOrEqualTo(0.3));
        Assert.That(coverage.Several, Is.GreaterThanOrEqualTo(0.2));
        Assert.That(coverage.Written, Is.GreaterThanOrEqualTo(0.3));
        Assert.That(coverage.Symbolic, Is.GreaterThanOrEqualTo(0.3));
        // A multiply-add is made by lowering.
        foreach (var op in Enum.GetValues<Op>().Where(o => o is < Op.Pointer and not Op.MulAcc))
            Assert.That(coverage.Programs(op), Is.GreaterThanOrEqualTo(10), $"{op}");
        foreach (var name in RandomLibrary.Names) Assert.That(coverage.Programs(name), Is.GreaterThanOrEqualTo(2), name);
        foreach (var dtype in FuzzDomain.AllDTypes) Assert.That(coverage.Programs(dtype), Is.GreaterThanOrEqualTo(20), $"{dtype}");
    }
}
