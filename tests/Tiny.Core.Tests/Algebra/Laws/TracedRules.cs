using System.Reflection;
using System.Runtime.Loader;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Tiny.Graph;

namespace Tiny.Tests.Algebra;

/// <summary>
/// The rules compiled once more, from their source with every arm counted: the product's own carry nothing for tests. Tiny.Core knows the
/// assembly by name and shows it what is internal.
/// </summary>
sealed class TracedRules
{
    const string Trace = """
        global using System;
        global using System.Collections.Generic;
        global using System.Linq;
        namespace Tiny.Algebra
        {
            public static class ArmTrace
            {
                public static readonly List<int> Hits = new();
                public static T Hit<T>(int line, T result)
                {
                    if (result is not null) Hits.Add(line);
                    return result;
                }
            }
        }
        """;

    readonly Assembly _assembly;
    readonly List<int> _hits;

    public TracedRules(IEnumerable<LawFile> files)
    {
        var platform = ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(Path.PathSeparator);
        var compilation = CSharpCompilation.Create("Tiny.Core.Traced",
            files.Select(f => f.Traced).Append(Trace).Select(text => CSharpSyntaxTree.ParseText(text, new CSharpParseOptions(LanguageVersion.Preview))),
            platform.Select(path => MetadataReference.CreateFromFile(path)),
            new CSharpCompilationOptions(OutputKind.DynamicallyLinkedLibrary, nullableContextOptions: NullableContextOptions.Enable));
        using var bytes = new MemoryStream();
        var result = compilation.Emit(bytes);
        if (!result.Success)
            throw new InvalidOperationException(string.Join('\n', result.Diagnostics.Where(d => d.Severity == DiagnosticSeverity.Error)));
        bytes.Position = 0;
        _assembly = AssemblyLoadContext.Default.LoadFromStream(bytes);
        _hits = (List<int>)_assembly.GetType("Tiny.Algebra.ArmTrace")!.GetField("Hits")!.GetValue(null)!;
    }

    /// <summary>What a law's rule makes of a node, and the lines of the arms that fired.</summary>
    public (UOp? Result, IReadOnlyList<int> Arms) Apply(Law law, UOp node)
    {
        lock (_hits)
        {
            _hits.Clear();
            var result = Rule(law)(node);
            return (result, [.. _hits]);
        }
    }

    // The method that the law stands in, or all rules where it stands in a part of one.
    Func<UOp, UOp?> Rule(Law law)
    {
        var method = Method(law.File, law.Method);
        return method?.ReturnType == typeof(UOp) && method.GetParameters() is [{ ParameterType: var p }] && p == typeof(UOp)
            ? method.CreateDelegate<Func<UOp, UOp?>>()
            : ((Graph.RuleSet)_assembly.GetType("Tiny.Algebra.Symbolic")!.GetProperty("Rules")!.GetValue(null)!).Match;
    }

    MethodInfo? Method(string file, string name) =>
        _assembly.GetType($"Tiny.Algebra.{file}", throwOnError: true)!.GetMethod(name, BindingFlags.Static | BindingFlags.NonPublic);
}
