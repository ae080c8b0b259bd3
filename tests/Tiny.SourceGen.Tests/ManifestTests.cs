namespace Tiny.SourceGen.Tests;

public class ManifestTests
{
    const string File = "TinyEntryPoints.g.cs";

    [Test]
    public void NamesEachCapturedMethodWithItsPlace()
    {
        var text = Compile.Generate("""
            namespace N;
            class @class
            {
                [TinyJit] public Tensor Forward(Tensor x) => x;
                public Tensor Plain(Tensor x) => x;
                [TinyJit]
                internal static (Tensor A, Tensor B) Two(Tensor x, int n = 3) => (x, x);
                class Inner { [TinyJit] private protected Tensor Hidden(Tensor x) => x; }
                internal class Nested<T> { [TinyJit] Tensor Open(Tensor x) => x; }
            }
            """)[File];
        Assert.That(Lines(text), Is.EqualTo(new[]
        {
            """[assembly: global::Tiny.TinyEntryPoint(typeof(global::N.@class), "Forward", "Models/Model.cs", 4, 29)]""",
            """[assembly: global::Tiny.TinyEntryPoint(typeof(global::N.@class), "Two", "Models/Model.cs", 7, 42)]""",
            """[assembly: global::Tiny.TinyEntryPoint(typeof(global::N.@class.Nested<>), "Open", "Models/Model.cs", 9, 49)]""",
        }));
    }

    [TestCase("/home/me/model/", "/home/me/model/A.cs", "A.cs")]
    [TestCase("/home/me/model", "/home/me/model/a b/Ä.cs", "a b/Ä.cs")]
    [TestCase("/home/me/model/", "/home/me/shared/A.cs", "../shared/A.cs")]
    [TestCase("C:\\me\\model\\", "C:\\me\\model\\Models\\A.cs", "Models/A.cs")]
    [TestCase("C:\\me\\model\\", "D:\\A.cs", "A.cs")]
    [TestCase("", "/home/me/model/A.cs", "A.cs")]
    public void PathIsRelativeToTheProject(string project, string path, string expected)
    {
        var text = Compile.Generate("class M { [TinyJit] public Tensor F(Tensor x) => x; }", path: path, project: project)[File];
        Assert.That(text, Does.Contain($"\"F\", \"{expected}\", 1, "));
    }

    [Test]
    public void IsThereOnlyForCapturedMethods() =>
        Assert.That(Compile.Generate("class M { [Obsolete] public Tensor F(Tensor x) => x; }"), Is.Empty);

    [Test]
    public void OrderDoesNotDependOnTheOrderOfDeclarations()
    {
        var text = Compile.Generate("""
            class B { [TinyJit] public Tensor F(Tensor x) => x; }
            class A { [TinyJit] public Tensor F(Tensor x) => x; }
            """)[File];
        Assert.That(Lines(text).Select(static l => l.Split('(', ')')[2]), Is.EqualTo(new[] { "global::A", "global::B" }));
    }

    [Test]
    public void MethodsThatCannotBeCapturedAreLeftOut() =>
        Assert.That(Compile.Generate("class M { [TinyJit] public T F<T>(T x) => x; [TinyJit] public int G(Tensor x) => 1; }"), Is.Empty);

    static IEnumerable<string> Lines(string text) => text.Split('\n').Where(static l => l.StartsWith('['));
}
