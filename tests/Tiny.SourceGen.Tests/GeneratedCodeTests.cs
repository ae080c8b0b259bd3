using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Tiny.SourceGen.Rules;

namespace Tiny.SourceGen.Tests;

/// <summary>Generated code under settings that are the user's.</summary>
public class GeneratedCodeTests
{
    const string Interceptors = "TinyInterceptors.g.cs", Manifest = "TinyEntryPoints.g.cs";

    const string Code = """
        namespace N
        {
            public partial class Outer
            {
                [System.Obsolete("old")]
                public partial class @class
                {
                    [TinyJit] public virtual (Tensor A, Tensor B) Two(Tensor @if, int n = 3, params Tensor[] rest) { return (@if, rest.Length > 0 ? rest[0] : @if); }
                    [TinyJit] public static Dictionary<string, Tensor> Named(List<Tensor> xs, double d = double.NaN, long l = long.MinValue) { return new Dictionary<string, Tensor>(); }
                    [TinyJit] public Tensor Still(Tensor x) { return Two(x, 1).A; }
                }
            }
            public static class Extensions { [TinyJit] public static Tensor Twice(this Tensor x, float by = 2) { return x * by; } }
            public class Generic<T> { [TinyJit] public Tensor F(Tensor x) { return x; } }
            public class Caller
            {
        #pragma warning disable 618
                public Tensor Run(Outer.@class m, Tensor x)
                {
                    Outer.@class.Named(new List<Tensor> { x });
                    return m.Two(x, rest: new Tensor[] { x }).A + m.Two(@if: x).B + m.Two(x, 2, x, x).A + m.Still(x) + x.Twice() + Extensions.Twice(x, 3) + new Generic<int>().F(x);
                }
            }
        }
        """;

    static CSharpParseOptions Language(string version)
    {
        Assert.That(LanguageVersionFacts.TryParse(version, out var parsed), Is.True);
        return new CSharpParseOptions(parsed).WithFeatures([new("InterceptorsNamespaces", "Tiny.Generated")]);
    }

    [Test, Combinatorial]
    public void IsFreeOfWarningsUnderAnySettings([Values("12", "13", "preview")] string version, [Values] bool nullable, [Values] bool isChecked)
    {
        var options = Language(version);
        var compilation = Compile.Of(Code, options).WithOptions(new CSharpCompilationOptions(
            OutputKind.DynamicallyLinkedLibrary, generalDiagnosticOption: ReportDiagnostic.Error, warningLevel: 9999, checkOverflow: isChecked,
            nullableContextOptions: nullable ? NullableContextOptions.Enable : NullableContextOptions.Disable));
        var driver = Compile.Driver(options).RunGeneratorsAndUpdateCompilation(compilation, out var all, out _);
        Assert.That(driver.GetRunResult().GeneratedTrees.Select(static t => Path.GetFileName(t.FilePath)), Is.EquivalentTo(new[] { Interceptors, Manifest }));
        using var image = new MemoryStream();
        Assert.That(all.Emit(image).Diagnostics.Where(static d => d.Severity > DiagnosticSeverity.Hidden), Is.Empty);
        Assert.That(driver.GetRunResult().GeneratedTrees.Single(static t => t.FilePath.EndsWith(Interceptors, StringComparison.Ordinal)).ToString().Split("InterceptsLocationAttribute(1, "),
            Has.Length.EqualTo(1 + 9));
    }

    [Test]
    public async Task OldLanguageIsSaidAndLeavesCallsAsTheyAre()
    {
        var old = Language("11");
        const string Model = "public class {0} { [TinyJit] public Tensor {1}(Tensor x) => x; public Tensor Run(Tensor x) => {2}(x); }";
        string code = string.Format(System.Globalization.CultureInfo.InvariantCulture, Model.Replace("{ ", "{{ ", StringComparison.Ordinal).Replace(" }", " }}", StringComparison.Ordinal), "M", "{|F|}", "F");
        Assert.That(await Compile.Analyze(new LanguageVersionAnalyzer(), code, "TINY0014", DiagnosticSeverity.Warning, old), Has.One.Matches("'F'.*C# 12.*C# 11"));
        Assert.That(Compile.Generate(code.Replace("{|", "", StringComparison.Ordinal).Replace("|}", "", StringComparison.Ordinal), old), Does.Not.ContainKey(Interceptors).And.ContainKey(Manifest));
        Assert.That(await Compile.Analyze(new LanguageVersionAnalyzer(), code.Replace("{|", "", StringComparison.Ordinal).Replace("|}", "", StringComparison.Ordinal), "TINY0014",
            DiagnosticSeverity.Warning, Language("12")), Is.Empty);
    }

    [Test]
    public void IsReadable()
    {
        string text = Compile.Generate("""
            public class Net { [TinyJit] public Tensor Forward(Tensor x, int n = 2) => x * n; }
            public static class C { public static Tensor Run(Net net, Tensor x) => net.Forward(x); }
            """)[Interceptors];
        Assert.That(text, Does.Not.Contain("\t").And.Not.Match("(?m)[ ]+$"));
        Assert.That(text.Split('\n').Max(static l => l.Length), Is.LessThan(260));
        Assert.That(text, Does.Contain("internal static global::Tiny.Tensor I0(this global::Net self, global::Tiny.Tensor p0, int p1)"));
    }

    [Test]
    public void CallsOfAReferencedLibraryAreIntercepted()
    {
        Compile.Driver().RunGeneratorsAndUpdateCompilation(Compile.Of("public class Net { [TinyJit] public Tensor Forward(Tensor x) => x; }"), out var library, out _);
        using var image = new MemoryStream();
        Assert.That(library.WithAssemblyName("Library").Emit(image).Success, Is.True);
        var app = Compile.Of("class C { Tensor Run(Net m, Tensor x) => m.Forward(x); }").AddReferences(MetadataReference.CreateFromImage(image.ToArray()));
        var result = Compile.Driver().RunGeneratorsAndUpdateCompilation(app, out var all, out _).GetRunResult();
        Assert.That(Compile.Errors(all), Is.Empty);
        Assert.That(result.GeneratedTrees.Select(static t => Path.GetFileName(t.FilePath)), Is.EqualTo(new[] { Interceptors }));
    }

    [Test]
    public void WithoutInterceptorsCallsMeanTheSame()
    {
        const string Code = """
            public class Net
            {
                readonly Tensor _count = Tensor.Zeros(1);
                [TinyJit] public Tensor Next(Tensor x, int by = 2) { _count.Assign(_count + by); return x * _count; }
            }
            public static class C
            {
                [TinyJit] public static Tensor Twice(this Tensor x) => x * 2;
                public static float[] Run()
                {
                    var net = new Net();
                    var x = Tensor.Ones(1);
                    return [.. new[] { net.Next(x), net.Next(x, by: 3), net.Next(x.Twice()), ((Net?)net)?.Next(Twice(x))! }.Select(t => t.Item())];
                }
            }
            """;
        foreach (var options in new[] { null, Compile.WithoutInterceptors })
            Assert.That(Compile.Load(Code, options).GetType("C")!.GetMethod("Run")!.Invoke(null, null), Is.EqualTo(new float[] { 2, 5, 14, 18 }));
    }
}
