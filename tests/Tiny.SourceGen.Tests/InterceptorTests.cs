using System.Reflection;

namespace Tiny.SourceGen.Tests;

public class InterceptorTests
{
    const string File = "TinyInterceptors.g.cs";
    const string Model = """
        class Model
        {
            [TinyJit] public Tensor Forward(Tensor x) => x;
            [TinyJit] public virtual (Tensor A, Tensor B) Two(Tensor x, Tensor y, int n = 3, string? s = null) => (x, y);
            [TinyJit] public static Tensor Still(Tensor x) => x;
            public Tensor Plain(Tensor x) => x;
        }

        """;

    static int Sites(string text) => text.Split("InterceptsLocationAttribute(1, ").Length - 1;

    static Dictionary<string, string> Calls(string body) => Compile.Generate(Model + $$"""
        class Caller : Model
        {
            void Run(Model model, Model? perhaps, Tensor x)
            {
                {{body}}
            }
        }
        """);

    [TestCase("model.Forward(x);")]
    [TestCase("Forward(x);")]
    [TestCase("this.Forward(x);")]
    [TestCase("perhaps?.Forward(x);")]
    [TestCase("(model).Forward(x: x);")]
    [TestCase("model.Two(x, x);")]
    [TestCase("model.Two(y: x, x: x, s: \"t\");")]
    [TestCase("Model.Still(x);")]
    [TestCase("new Model().Forward(model.Plain(x)).ToString();")]
    public void DirectCallIsIntercepted(string body) => Assert.That(Sites(Calls(body)[File]), Is.EqualTo(1));

    [TestCase("base.Two(x, x);", Description = "A virtual call would not mean the same.")]
    [TestCase("Func<Tensor, Tensor> f = model.Forward; f(x);")]
    [TestCase("model.Plain(x);")]
    [TestCase("_ = nameof(model.Forward);")]
    public void OtherUsesAreLeftAlone(string body) => Assert.That(Calls(body), Does.Not.ContainKey(File));

    [Test]
    public void CallsOfOneMethodShareAnInterceptor()
    {
        var text = Calls("model.Forward(model.Forward(x)); Model.Still(x); model.Forward(x);")[File];
        Assert.That(Sites(text), Is.EqualTo(4));
        Assert.That(text.Split(".JitEntry.For(").Length - 1, Is.EqualTo(2));
    }

    [Test]
    public void NothingIsInterceptedWhereTheBuildDoesNotAllowIt() =>
        Assert.That(
            Compile.Generate(Model + "class C { Tensor Run(Model m, Tensor x) => m.Forward(x); }", Compile.WithoutInterceptors),
            Does.Not.ContainKey(File).And.ContainKey("TinyEntryPoints.g.cs"));

    [TestCase("class G<T> { [TinyJit] public Tensor F(Tensor x) => x; } class C { Tensor Run(G<int> g, Tensor x) => g.F(x); }", Description = "generic class")]
    [TestCase("file class G { [TinyJit] public Tensor F(Tensor x) => x; } class C { Tensor Run(Tensor x) => new G().F(x); }", Description = "class of one file")]
    [TestCase("class C { class G { [TinyJit] public Tensor F(Tensor x) => x; } Tensor Run(Tensor x) => new G().F(x); }", Description = "private class")]
    [TestCase("class C { [TinyJit] Tensor F(Tensor x) => x; Tensor Run(Tensor x) => F(x); }", Description = "private method")]
    [TestCase("struct S { [TinyJit] public Tensor F(Tensor x) => x; } class C { Tensor Run(S s, Tensor x) => s.F(x); }", Description = "struct")]
    public void MethodsThatGeneratedCodeCannotNameAreLeftAlone(string code) => Assert.That(Compile.Generate(code), Does.Not.ContainKey(File));

    [Test]
    public void KeywordsAndInheritedMethodsCompile() =>
        Assert.That(Sites(Compile.Generate("""
            class @class { [TinyJit] public Tensor @new(Tensor @if, bool @do) => @if; }
            class Derived : @class { public Tensor Run(Tensor x) => @new(x, true); public static Tensor Run2(Derived d, Tensor x) => d.@new(x, false); }
            """)[File]), Is.EqualTo(2));

    [Test]
    public void CallOnNullFailsAsThePlainCallWould()
    {
        var type = Compile.Load(Model + "public class C { public static void Run() => ((Model)null!).Forward(null!); }").GetType("C")!;
        Assert.That(() => type.GetMethod("Run")!.Invoke(null, BindingFlags.DoNotWrapExceptions, null, null, null), Throws.TypeOf<NullReferenceException>());
    }
}
