using System.Reflection;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Tiny.Jit;

namespace Tiny.SourceGen.Tests;

/// <summary>Every captured method of the suites is called by name in C#, compiled once with interceptors and once without: both give the same.</summary>
[NonParallelizable]
public class SuiteTests
{
    const string Suites = "Tiny.Tests.AllSuites";

    [TearDown]
    public void Begin() => Tensor.ManualSeed(0);

    [Test]
    public async Task CallsMeanTheSameWithInterceptorsAndWithout()
    {
        var (with, captures) = await RunAsync(interceptors: true);
        var (without, none) = await RunAsync(interceptors: false);
        Assert.That(captures, Is.GreaterThan(with.Count), "each method is captured");
        Assert.That(none, Is.LessThan(5), "only what the suites themselves give to TinyJit.Of is captured");
        Assert.That(with.Keys, Is.EquivalentTo(without.Keys));
        Assert.Multiple(() =>
        {
            foreach (var (name, results) in with)
            {
                Assert.That(results, Has.Count.EqualTo(without[name].Count).And.Not.Empty, name);
                for (int i = 0; i < results.Count; i++) Check(results[i], without[name][i], $"{name}, result {i}");
            }
        });
    }

    static async Task<(IReadOnlyDictionary<string, IReadOnlyList<float[]>> Results, int Captures)> RunAsync(bool interceptors)
    {
        var options = new CSharpParseOptions(LanguageVersion.Preview);
        if (interceptors) options = options.WithFeatures([new("InterceptorsNamespaces", "Tiny.Generated")]);
        var sources = FalseAlarmTests.Sources("tests/Common", options);
        var (table, calls) = Table(sources);
        sources = sources.AddSyntaxTrees(CSharpSyntaxTree.ParseText(table, options, "/calls.cs", System.Text.Encoding.UTF8));
        var driver = Compile.Driver(options).RunGeneratorsAndUpdateCompilation(sources, out var all, out _);
        var generated = driver.GetRunResult().GeneratedTrees.SingleOrDefault(static t => t.FilePath.EndsWith("TinyInterceptors.g.cs", StringComparison.Ordinal))?.ToString() ?? "";
        Assert.That(generated.Split("InterceptsLocationAttribute(1, ").Length - 1, interceptors ? Is.GreaterThanOrEqualTo(calls) : Is.Zero);
        using var image = new MemoryStream();
        var emitted = all.Emit(image);
        Assert.That(emitted.Diagnostics.Where(static d => d.Severity == DiagnosticSeverity.Error), Is.Empty);
        var assembly = Assembly.Load(image.ToArray());
        var run = assembly.GetType(Suites)!.GetMethod("RunAsync")!;
        var call = assembly.GetType("Calls")!.GetMethod("Call")!.CreateDelegate(run.GetParameters()[0].ParameterType);
        int before = Replay.Captures;
        var results = await (Task<IReadOnlyDictionary<string, IReadOnlyList<float[]>>>)run.Invoke(null, BindingFlags.DoNotWrapExceptions, null, [call], null)!;
        return (results, Replay.Captures - before);
    }

    // A switch over the names of all captured methods, each of which it calls.
    static (string Text, int Calls) Table(Compilation compilation)
    {
        var format = SymbolDisplayFormat.FullyQualifiedFormat.AddMiscellaneousOptions(SymbolDisplayMiscellaneousOptions.IncludeNullableReferenceTypeModifier);
        var arms = new List<string>();
        foreach (string name in new[] { "OperatorSuite", "LibrarySuite", "SymbolicSuite", "StateSuite", "CallModel" })
        {
            var suite = compilation.GetTypeByMetadataName($"Tiny.Tests.{name}")!;
            for (var type = suite; type is not null; type = type.BaseType)
                foreach (var method in type.GetMembers().OfType<IMethodSymbol>().Where(static m => m.GetAttributes().Any(static a => a.AttributeClass!.Name == "TinyJitAttribute")))
                    if (SymbolEqualityComparer.Default.Equals(type, suite) || !suite.GetMembers(method.Name).Any())
                        arms.Add($"\"{name}.{method.Name}\" => (({suite.ToDisplayString(format)})self).{method.Name}("
                            + string.Join(", ", method.Parameters.Select((p, i) => $"({p.Type.ToDisplayString(format)})a[{i}]!")) + "),");
        }
        return ($$"""
            public static class Calls
            {
                public static object? Call(System.Reflection.MethodInfo method, object self, object?[] a) => $"{self.GetType().Name}.{method.Name}" switch
                {
                    {{string.Join("\n        ", arms)}}
                    _ => throw new System.ArgumentException(method.Name),
                };
            }
            """, arms.Count);
    }

    static void Check(float[] actual, float[] expected, string what)
    {
        Assert.That(actual, Has.Length.EqualTo(expected.Length), what);
        double largest = expected.Where(float.IsFinite).Select(static v => Math.Abs((double)v)).DefaultIfEmpty().Max();
        for (int i = 0; i < actual.Length; i++)
            if (!actual[i].Equals(expected[i]) && !(Math.Abs((double)actual[i] - expected[i]) <= 1e-5 * largest)) Assert.Fail($"{what}: element {i} is {actual[i]} instead of {expected[i]}");
    }
}
