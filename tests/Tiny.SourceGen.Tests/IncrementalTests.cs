using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace Tiny.SourceGen.Tests;

public class IncrementalTests
{
    const string Model = "class Model { [TinyJit] public Tensor Forward(Tensor x) => x; public Tensor Run(Tensor x) => Forward(x); }";

    [TestCase("class Other { int A() => 1; }", "class Other { int A() => Math.Abs(2); }")]
    [TestCase("class Other { int Forward() => 1; int A() => Forward(); }", "class Other { int Forward() => 2; int A() => 1 + Forward(); }", Description = "calls of a name that a captured method has")]
    [TestCase("class Other { [Obsolete] int A() => 1; }", "class Other { [Obsolete] int B() => 1; }", Description = "other methods with attributes")]
    [TestCase("class Other { }", "class Other { Tensor A(Tensor x) { int y = ; return ", Description = "half-typed code")]
    public void EditOfAnotherFileLeavesEveryStepAsItWas(string before, string after)
    {
        var result = Edited(Model, before, after);
        foreach (var name in TinyJitGenerator.Steps)
            Assert.That(Reasons(result.TrackedSteps[name]), Is.Not.Empty.And.All.Matches<IncrementalStepRunReason>(
                static r => r is IncrementalStepRunReason.Cached or IncrementalStepRunReason.Unchanged), name);
        Assert.That(result.TrackedOutputSteps, Is.Not.Empty);
        foreach (var steps in result.TrackedOutputSteps.Values)
            Assert.That(Reasons(steps), Has.All.EqualTo(IncrementalStepRunReason.Cached));
    }

    [Test]
    public void EditOfACapturedMethodMakesTheManifestAnew()
    {
        var result = Edited("class Other { }", Model, Model.Replace("Forward", "Backward", StringComparison.Ordinal));
        Assert.That(Reasons(result.TrackedSteps[TinyJitGenerator.EntriesStep]), Does.Contain(IncrementalStepRunReason.Modified));
    }

    static GeneratorRunResult Edited(string rest, string before, string after)
    {
        var compilation = Compile.Of(rest);
        var options = (CSharpParseOptions)compilation.SyntaxTrees[0].Options;
        var old = CSharpSyntaxTree.ParseText(before, options, Compile.Project + "Other.cs", System.Text.Encoding.UTF8);
        var driver = Compile.Driver().RunGenerators(compilation.AddSyntaxTrees(old));
        var edited = CSharpSyntaxTree.ParseText(after, options, Compile.Project + "Other.cs", System.Text.Encoding.UTF8);
        return driver.RunGenerators(compilation.AddSyntaxTrees(edited)).GetRunResult().Results[0];
    }

    static IEnumerable<IncrementalStepRunReason> Reasons(IEnumerable<IncrementalGeneratorRunStep> steps) =>
        steps.SelectMany(static s => s.Outputs).Select(static o => o.Reason);
}
