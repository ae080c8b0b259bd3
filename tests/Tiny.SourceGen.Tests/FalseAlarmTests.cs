using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.Diagnostics;

namespace Tiny.SourceGen.Tests;

/// <summary>Real models, on which no rule may say anything.</summary>
public class FalseAlarmTests
{
    public static string Repository { get; } = FindRepository();

    [TestCase("samples")]
    [TestCase("tests/Common")]
    public async Task ModelsOfThisRepositoryAreInnocent(string folder)
    {
        var compilation = Sources(folder, new(LanguageVersion.Preview));
        Assert.That(compilation.SyntaxTrees.Any(static t => t.ToString().Contains("[TinyJit", StringComparison.Ordinal)), Is.True);
        var found = await compilation.WithAnalyzers(Compile.Analyzers).GetAllDiagnosticsAsync();
        Assert.That(found.Where(static d => d.Severity == DiagnosticSeverity.Error || d.Id.StartsWith("TINY", StringComparison.Ordinal)), Is.Empty);
    }

    /// <summary>The sources below a folder of this repository, compiled together as a test project would.</summary>
    public static CSharpCompilation Sources(string folder, CSharpParseOptions options)
    {
        var trees = Directory.GetFiles(Path.Combine(Repository, folder), "*.cs", SearchOption.AllDirectories)
            // Each sample begins in a Program.cs, of which only one could be compiled here.
            .Where(static f => !f.Split(Path.DirectorySeparatorChar).Any(static p => p is "obj" or "bin" or "Program.cs"))
            .Select(f => CSharpSyntaxTree.ParseText(File.ReadAllText(f), options, f, System.Text.Encoding.UTF8));
        // As the projects' implicit usings.
        const string Usings = "global using System; global using System.Collections.Generic; global using System.IO; global using System.Linq; global using System.Net.Http; "
            + "global using System.Threading; global using System.Threading.Tasks; global using NUnit.Framework;";
        return CSharpCompilation.Create(
            // What Tiny shows its tests.
            "Tiny.Jit.Tests", [.. trees, CSharpSyntaxTree.ParseText(Usings, options, encoding: System.Text.Encoding.UTF8)],
            [.. Compile.References(static n => true).Where(static r => !r.Display!.EndsWith("Tests.dll", StringComparison.Ordinal)), .. AspNetCore()],
            new CSharpCompilationOptions(OutputKind.DynamicallyLinkedLibrary, nullableContextOptions: NullableContextOptions.Enable, allowUnsafe: true));
    }

    // Some samples have a server; it is part of every SDK, and lies beside the framework that this process runs on.
    static IEnumerable<MetadataReference> AspNetCore()
    {
        string core = Path.GetDirectoryName(typeof(object).Assembly.Location)!;
        string folder = Path.Combine(core, "..", "..", "Microsoft.AspNetCore.App", Path.GetFileName(core));
        Assume.That(Directory.Exists(folder), $"there is no {folder}");
        return Directory.GetFiles(folder, "Microsoft.*.dll").Select(static f => MetadataReference.CreateFromFile(f));
    }

    static string FindRepository()
    {
        for (var d = new DirectoryInfo(AppContext.BaseDirectory); d is not null; d = d.Parent)
            if (File.Exists(Path.Combine(d.FullName, "Tiny.slnx")))
                return d.FullName;
        throw new DirectoryNotFoundException("the tests do not lie in the repository");
    }
}
