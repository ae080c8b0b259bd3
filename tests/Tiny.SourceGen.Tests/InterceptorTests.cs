using System.Reflection;
using Tiny.Jit;

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
            [TinyJit] public Tensor Sized([Shape("t:1..9")] Tensor x, [Bounds(0, 7)] Dim n) => x;
            [TinyJit] public List<Tensor> Many(int n, params Tensor[] xs) => [.. xs];
            public Tensor Plain(Tensor x) => x;
        }
        static class Extensions { [TinyJit] public static Tensor Extended(this Tensor x, int n = 2) => x * n; }

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
    [TestCase("model.Sized(x, 5);")]
    [TestCase("new Model().Forward(model.Plain(x)).ToString();")]
    [TestCase("x.Extended(3);")]
    [TestCase("Extensions.Extended(x);")]
    [TestCase("perhaps?.Plain(x)?.Extended();")]
    [TestCase("model.Many(1, x, x, x);")]
    [TestCase("model.Many(1, [x]);")]
    [TestCase("model.Many(n: 2);")]
    [TestCase("Func<Tensor, Tensor> f = y => model.Forward(y); f(x);")]
    public void DirectCallIsIntercepted(string body) => Assert.That(Sites(Calls(body)[File]), Is.EqualTo(1));

    [TestCase("base.Two(x, x);", Description = "A virtual call would not mean the same.")]
    [TestCase("Func<Tensor, Tensor> f = model.Forward; f(x);")]
    [TestCase("model.Plain(x);")]
    [TestCase("_ = nameof(model.Forward);")]
    [TestCase("System.Linq.Expressions.Expression<Func<Tensor, Tensor>> e = y => model.Forward(y);", Description = "It is data.")]
    [TestCase("_ = System.Linq.Queryable.AsQueryable(new[] { x }).Select(y => model.Forward(y));")]
    [TestCase("_ = from y in System.Linq.Queryable.AsQueryable(new[] { x }) select model.Forward(y);")]
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

    [TestCase("file class G { [TinyJit] public Tensor F(Tensor x) => x; } class C { Tensor Run(Tensor x) => new G().F(x); }", Description = "class of one file")]
    [TestCase("class C { class G { [TinyJit] public Tensor F(Tensor x) => x; } Tensor Run(Tensor x) => new G().F(x); }", Description = "private class")]
    [TestCase("class C { [TinyJit] Tensor F(Tensor x) => x; Tensor Run(Tensor x) => F(x); }", Description = "private method")]
    [TestCase("struct S { [TinyJit] public Tensor F(Tensor x) => x; } class C { Tensor Run(S s, Tensor x) => s.F(x); }", Description = "struct")]
    public void MethodsThatGeneratedCodeCannotNameAreLeftAlone(string code) => Assert.That(Compile.Generate(code), Does.Not.ContainKey(File));

    [TestCase("class G<T> { [TinyJit] public Tensor F(Tensor x) => x; } class C { Tensor Run(G<int> g, G<string> h, Tensor x) => g.F(x) + h.F(x); }", 2)]
    [TestCase("class G<T> where T : class, IList<int>, new() { [TinyJit] public Tensor F(Tensor x) => x; public Tensor Run(Tensor x) => F(x) + this.F(x); } class D : G<List<int>> { public Tensor Two(Tensor x) => F(x); }", 3)]
    [TestCase("class O<A> where A : notnull { public class G<B> where B : unmanaged, IEquatable<B> { [TinyJit] public static (Tensor, B) F(Tensor x, int n = 2, string? s = null) => (x, default); } } class C { object Run(Tensor x) => O<string>.G<int>.F(x, s: \"a\"); }", 0, Description = "a result that is of the type parameter")]
    [TestCase("class O<A> where A : notnull { public class G<B> where B : unmanaged, IEquatable<B> { [TinyJit] public static Tensor F(Tensor x, int n = 2, string? s = null) => x; } } class C { object Run(Tensor x) => O<string>.G<int>.F(x, s: \"a\"); }", 1)]
    [TestCase("class M { [TinyJit] public Tensor F<T>(Tensor x) where T : struct, Enum => x * typeof(T).Name.Length; } class C { Tensor Run(M m, Tensor x) => m.F<DayOfWeek>(x) + m.F<ConsoleColor>(x); }", 2)]
    [TestCase("class G<@class> where @class : class? { [TinyJit] public Tensor @do<T>(Tensor x) => x; } static class X { [TinyJit] public static Tensor Y<T>(this Tensor x, int n = 1) => x; } class C { Tensor Run(G<string> g, Tensor x) => g.@do<int>(x.Y<long>()); }", 2)]
    [TestCase("class G<T> { public class H<T> { [TinyJit] public Tensor F(Tensor x) => x; } } class C { Tensor Run(G<int>.H<string> g, Tensor x) => g.F(x); }", 0, Description = "one name for two types")]
    public void CallsOfGenericClassesAndMethodsAreIntercepted(string code, int sites) =>
        Assert.That(Sites(Compile.Generate("#pragma warning disable CS0693\n" + code).GetValueOrDefault(File, "")), Is.EqualTo(sites));

    [Test]
    public void InterceptedCallsOfGenericsMeanWhatPlainOnesDo()
    {
        var run = Compile.Load("""
            public class G<T> where T : new()
            {
                public readonly List<Type> Bodies = [];
                [TinyJit] public Tensor F(Tensor x) => x * typeof(T).Name.Length;
                [TinyJit] public Tensor H<U>(Tensor x, int n = 2) where U : class => x * typeof(T).Name.Length + n * typeof(U).Name.Length;
                public Tensor Twice(Tensor x) => F(x) + H<string>(x);
            }
            public static class C
            {
                public static float[] Run()
                {
                    var (g, h) = (new G<int>(), new G<System.Text.StringBuilder>());
                    var x = Tensor.Ones(1);
                    List<float> all = [];
                    for (int i = 0; i < 3; i++)
                        foreach (var t in new[] { g.F(x), h.F(x), g.H<string>(x), g.H<Type>(x, 3), h.H<string>(x), g.Twice(x), h.Twice(x) }) all.Add(t.Item());
                    return [.. all];
                }
            }
            """).GetType("C")!.GetMethod("Run")!;
        int before = Replay.Captures;
        float[] once = [5, 13, 5 + 12, 5 + 12, 13 + 12, 5 + 5 + 12, 13 + 13 + 12];
        Assert.That(run.Invoke(null, null), Is.EqualTo(Enumerable.Repeat(once, 3).SelectMany(static r => r)));
        // F of both, H<string> of both, H<Type> of one.
        Assert.That(Replay.Captures - before, Is.EqualTo(5));
    }

    [Test]
    public void KeywordsAndInheritedMethodsCompile() =>
        Assert.That(Sites(Compile.Generate("""
            class @class { [TinyJit] public Tensor @new(Tensor @if, bool @do) => @if; }
            class Derived : @class { public Tensor Run(Tensor x) => @new(x, true); public static Tensor Run2(Derived d, Tensor x) => d.@new(x, false); }
            """)[File]), Is.EqualTo(2));

    [Test]
    public void InterceptedCallsMeanWhatPlainOnesDo()
    {
        var type = Compile.Load("""
            public enum E { A, B = 5 }
            public class Base
            {
                // No variable of the model's: a method may write none.
                public readonly System.Runtime.CompilerServices.StrongBox<int> Bodies = new();
                public Tensor F(Tensor x) => x * 100;
                [TinyJit] public virtual Tensor F(Tensor x, int n = 2, E e = E.B, bool b = true, string? s = null, long l = 3, float f = 0.5f, double d = 0.25)
                {
                    Bodies.Value++;
                    return x * n + (int)e + (b ? 1 : 0) + (s?.Length ?? 0) + l + f + d;
                }
                [TinyJit] public static (Tensor Twice, Tensor Half) G(Tensor x) => (x * 2, x * 0.5f);
            }
            public class Derived : Base
            {
                public override Tensor F(Tensor x, int n, E e, bool b, string? s, long l, float f, double d) => base.F(x, n + 1, e, b, s, l, f, d);
            }
            public static class C
            {
                static Tensor X => Tensor.From([1f, 2, 3, 4], 2, 2);
                public static float[] Run(Base m)
                {
                    List<float> all = [];
                    void Add(Tensor t) => all.AddRange(t.ToArray<float>());
                    for (int i = 0; i < 4; i++)
                    {
                        Add(m.F(X, 2));
                        Add(m.F(X, e: E.A, n: 7, b: false));
                        Add(m.F(X, 2, s: "four", l: -1, f: 1e-3f, d: -7));
                        Add(m.F(X));
                        var (twice, half) = Base.G(X);
                        Add(twice);
                        Add(half);
                    }
                    return all.ToArray();
                }
            }
            """).GetType("C")!;
        foreach (var name in new[] { "Base", "Derived" })
        {
            var model = Activator.CreateInstance(type.Assembly.GetType(name)!)!;
            var all = (float[])type.GetMethod("Run")!.Invoke(null, BindingFlags.DoNotWrapExceptions, null, [model], null)!;
            float n = name == "Base" ? 0 : 1;
            float[] x = [1, 2, 3, 4];
            float[] once = [
                .. x.Select(v => v * (2 + n) + 5 + 1 + 3 + 0.5f + 0.25f), .. x.Select(v => v * (7 + n) + 3 + 0.5f + 0.25f),
                .. x.Select(v => v * (2 + n) + 5 + 1 + 4 - 1 + 1e-3f - 7), .. x.Select(v => v * 100), .. x.Select(v => v * 2), .. x.Select(v => v * 0.5f)];
            Assert.That(all, Is.EqualTo(Enumerable.Repeat(once, 4).SelectMany(static r => r)).Within(1e-5f));
            // Three signatures, four calls of each; a capture calls the method once, and once more to compare.
            Assert.That(((System.Runtime.CompilerServices.StrongBox<int>)type.Assembly.GetType("Base")!.GetField("Bodies")!.GetValue(model)!).Value, Is.LessThan(6 + 1).And.GreaterThan(0));
        }
    }

    [Test]
    public void CallOnNullFailsAsThePlainCallWould()
    {
        var type = Compile.Load(Model + "public class C { public static void Run() => ((Model)null!).Forward(null!); }").GetType("C")!;
        Assert.That(() => type.GetMethod("Run")!.Invoke(null, BindingFlags.DoNotWrapExceptions, null, null, null), Throws.TypeOf<NullReferenceException>());
    }
}
