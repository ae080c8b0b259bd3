using System.Globalization;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Tiny.SourceGen;

namespace Tiny.Bench;

/// <summary>What an editor waits for after each key: the generator on a project of many files.</summary>
static class Generating
{
    /// <summary>An edit of one file of 200 in a project with 20 captured methods, each called from many places.</summary>
    public static Action Edit()
    {
        const int Files = 200, Captured = 20;
        var options = new CSharpParseOptions(LanguageVersion.Latest).WithFeatures([new("InterceptorsNamespaces", "Tiny.Generated")]);
        SyntaxTree Parse(int i, int version) => CSharpSyntaxTree.ParseText(Text(i, version), options, $"/p/File{i}.cs", System.Text.Encoding.UTF8);
        var references = ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(Path.PathSeparator).Select(p => MetadataReference.CreateFromFile(p));
        Compilation compilation = CSharpCompilation.Create(
            "Bench", Enumerable.Range(0, Files).Select(i => Parse(i, 0)), references, new CSharpCompilationOptions(OutputKind.DynamicallyLinkedLibrary));
        var driver = CSharpGeneratorDriver.Create([new TinyJitGenerator().AsSourceGenerator()], parseOptions: options).RunGenerators(compilation);
        if (driver.GetRunResult().GeneratedTrees.Length != 2) throw new InvalidOperationException("the generator made nothing");
        int edits = 0;
        return () =>
        {
            edits++;
            compilation = compilation.ReplaceSyntaxTree(compilation.SyntaxTrees.Last(), Parse(Files - 1, edits));
            driver = driver.RunGenerators(compilation);
        };

        static string Text(int i, int version)
        {
            var text = new System.Text.StringBuilder().Append(CultureInfo.InvariantCulture, $"using Tiny; namespace P; public class C{i} {{\n");
            if (i < Captured) text.Append(CultureInfo.InvariantCulture, $"    [TinyJit] public Tensor Forward{i}(Tensor x) => x;\n");
            // Fifty calls a file; in every second one a captured method is called.
            for (int m = 0; m < 24; m++)
                text.Append(CultureInfo.InvariantCulture, $"    int M{m}(int n) => System.Math.Max(n, {m + version}) + System.Math.Abs(n);\n");
            if (i % 2 == 0) text.Append("    int N(int n) => System.Math.Max(n, 1) + System.Math.Abs(n);\n");
            else text.Append(CultureInfo.InvariantCulture, $"    Tensor B(C{i % Captured} m, Tensor x) => m.Forward{i % Captured}(x);\n");
            return text.Append("}\n").ToString();
        }
    }
}
