using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.Diagnostics;

namespace Tiny.SourceGen.Tests;

/// <summary>Compiles snippets against the runtime and Tiny as a build would.</summary>
static class Compile
{
    public const string Project = "/home/me/model/";
    const string Usings = "global using System; global using System.Collections.Generic; global using System.Linq; global using System.IO; global using System.Threading.Tasks; global using Tiny; global using Tiny.Jit;";

    static readonly ImmutableArray<MetadataReference> s_references = References(static n => n.StartsWith("System.", StringComparison.Ordinal) || n is "Tiny.Core.dll" or "Tiny.Jit.dll" or "netstandard.dll");

    /// <summary>Assemblies that this process may load, by their file names.</summary>
    public static ImmutableArray<MetadataReference> References(Func<string, bool> wanted) =>
        [.. ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(Path.PathSeparator)
            .Where(p => wanted(Path.GetFileName(p))).Select(static p => MetadataReference.CreateFromFile(p))];

    /// <summary>Every analyzer of the package.</summary>
    public static ImmutableArray<DiagnosticAnalyzer> Analyzers { get; } = [.. typeof(TinyJitGenerator).Assembly.GetTypes()
        .Where(static t => !t.IsAbstract && typeof(DiagnosticAnalyzer).IsAssignableFrom(t)).Select(static t => (DiagnosticAnalyzer)Activator.CreateInstance(t)!)];

    static readonly CSharpParseOptions s_withInterceptors = new CSharpParseOptions(LanguageVersion.Latest)
        .WithFeatures([new("InterceptorsNamespaces", "Other;Tiny.Generated")]);

    public static CSharpParseOptions WithoutInterceptors { get; } = new(LanguageVersion.Latest);

    public static CSharpCompilation Of(string code, CSharpParseOptions? options = null, string path = Project + "Models/Model.cs")
    {
        options ??= s_withInterceptors;
        return CSharpCompilation.Create(
            "Sample",
            [CSharpSyntaxTree.ParseText(code, options, path, System.Text.Encoding.UTF8), CSharpSyntaxTree.ParseText(Usings, options, Project + "Usings.cs", System.Text.Encoding.UTF8)],
            s_references,
            new CSharpCompilationOptions(OutputKind.DynamicallyLinkedLibrary, nullableContextOptions: NullableContextOptions.Enable));
    }

    public static GeneratorDriver Driver(CSharpParseOptions? options = null, string project = Project) => CSharpGeneratorDriver.Create(
        [new TinyJitGenerator().AsSourceGenerator()], parseOptions: options ?? s_withInterceptors,
        optionsProvider: new Options(project), driverOptions: new(IncrementalGeneratorOutputKind.None, trackIncrementalGeneratorSteps: true));

    /// <summary>Generated files by name, after checking that the whole compiles.</summary>
    public static Dictionary<string, string> Generate(string code, CSharpParseOptions? options = null, string path = Project + "Models/Model.cs", string project = Project)
    {
        var driver = Driver(options, project).RunGeneratorsAndUpdateCompilation(Of(code, options, path), out var compilation, out var problems);
        Assert.That(problems, Is.Empty);
        Assert.That(Errors(compilation), Is.Empty);
        return driver.GetRunResult().GeneratedTrees.ToDictionary(static t => Path.GetFileName(t.FilePath), static t => t.ToString());
    }

    /// <summary>The assembly with everything generated, loaded into this process.</summary>
    public static System.Reflection.Assembly Load(string code, CSharpParseOptions? options = null)
    {
        Driver(options).RunGeneratorsAndUpdateCompilation(Of(code, options), out var compilation, out _);
        using var image = new MemoryStream();
        var result = compilation.Emit(image);
        Assert.That(result.Diagnostics.Where(static d => d.Severity >= DiagnosticSeverity.Warning), Is.Empty);
        return System.Reflection.Assembly.Load(image.ToArray());
    }

    public static IEnumerable<Diagnostic> Errors(Compilation compilation) =>
        compilation.GetDiagnostics().Where(static d => d.Severity >= DiagnosticSeverity.Warning);

    /// <summary>
    /// Runs one analyzer. The snippet marks where it must report by <c>{|</c> and <c>|}</c>; the snippet itself must compile. Returns the messages.
    /// </summary>
    public static async Task<List<string>> Analyze(
        DiagnosticAnalyzer analyzer, string marked, string id, DiagnosticSeverity severity = DiagnosticSeverity.Error, CSharpParseOptions? options = null)
    {
        var expected = new List<(int Start, int End)>();
        string code = marked;
        for (int start; (start = code.IndexOf("{|", StringComparison.Ordinal)) >= 0;)
        {
            code = code.Remove(start, 2);
            int end = code.IndexOf("|}", StringComparison.Ordinal);
            code = code.Remove(end, 2);
            expected.Add((start, end));
        }
        var compilation = Of(code, options);
        Assert.That(Errors(compilation).Where(static d => d.Severity == DiagnosticSeverity.Error), Is.Empty);
        var found = await compilation.WithAnalyzers([analyzer]).GetAnalyzerDiagnosticsAsync();
        Assert.That(found.Select(d => (d.Location.SourceSpan.Start, d.Location.SourceSpan.End)).Order(), Is.EqualTo(expected.Order()), string.Join("\n", found));
        Assert.That(found, Has.All.Matches<Diagnostic>(d => d!.Id == id && d.Severity == severity));
        return [.. found.OrderBy(static d => d.Location.SourceSpan.Start).Select(static d => d.GetMessage(System.Globalization.CultureInfo.InvariantCulture))];
    }

    sealed class Options(string project) : AnalyzerConfigOptionsProvider
    {
        public override AnalyzerConfigOptions GlobalOptions { get; } = new Values(project);
        public override AnalyzerConfigOptions GetOptions(SyntaxTree tree) => GlobalOptions;
        public override AnalyzerConfigOptions GetOptions(AdditionalText textFile) => GlobalOptions;
    }

    sealed class Values(string project) : AnalyzerConfigOptions
    {
        public override bool TryGetValue(string key, [System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out string? value)
        {
            value = key == "build_property.ProjectDir" ? project : null;
            return value is not null;
        }
    }
}
