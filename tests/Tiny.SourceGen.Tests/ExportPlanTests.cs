using Tiny.Jit;

namespace Tiny.SourceGen.Tests;

/// <summary>What the export runner makes of the manifest.</summary>
public class ExportPlanTests
{
    const string Targets = """
        public class T : ExportTarget { public override string Name => "t"; public override void Export(Tiny.Jit.Program p, ExportContext c) { } }
        public class U : ExportTarget { public override string Name => "u"; public override void Export(Tiny.Jit.Program p, ExportContext c) { } }
        public class T2 : ExportTarget { public override string Name => "t"; public override void Export(Tiny.Jit.Program p, ExportContext c) { } }

        """;

    static IReadOnlyList<ExportUnit> Plan(string code) => ExportRunnerPlan.Of(Compile.Load(Targets + code));

    static IEnumerable<string> Texts(IEnumerable<ExportUnit> units) =>
        units.Select(static u => $"{u.Model.Name} {u.Name}/{u.Target.Name} {string.Join('+', u.Methods.Select(static m => m.Name))} {u.Page}".TrimEnd());

    [Test]
    public void CapturedMethodsOfAModelAreOneProgramForEachTarget()
    {
        var units = Plan("""
            public class Net
            {
                [TinyJit, TinyExport<T>, TinyExport<U>(Page = "a.html")] public Tensor A([Shape(1)] Tensor x) => x;
                [TinyJit, TinyExport<T>, TinyExport<U>] Tensor B([Shape(1)] Tensor x) => x;
                [TinyJit] public Tensor NotExported(Tensor x) => x;
            }
            """);
        Assert.That(Texts(units), Is.EqualTo(new[] { "Net net/t A+B", "Net net/u A+B a.html" }));
        Assert.That(units[0].SameProgram(units[1]), Is.True);
    }

    [Test]
    public void NamesMakeExportsOfTheirOwn()
    {
        var units = Plan("""
            public class Net
            {
                [TinyJit, TinyExport<T>(Name = "small"), TinyExport<T>(Name = "big_2")] public Tensor A([Shape(1)] Tensor x) => x;
                [TinyJit, TinyExport<T>(Name = "big_2")] public Tensor B([Shape(1)] Tensor x) => x;
            }
            """);
        Assert.That(Texts(units), Is.EqualTo(new[] { "Net small/t A", "Net big_2/t A+B" }));
        Assert.That(units[0].SameProgram(units[1]), Is.False);
    }

    [Test]
    public void EachMethodThatMakesAModelIsAnExport()
    {
        var units = Plan("""
            public class Net
            {
                public readonly int Width;
                Net(int width) => Width = width;
                [TinyModel("small")] public static Net Small() => new(8);
                [TinyModel("large")] static Net Large() => new(80);
                [TinyJit, TinyExport<T>] public Tensor A([Shape(1)] Tensor x) => x;
                [TinyJit, TinyExport<T>] public Tensor B([Shape(1)] Tensor x) => x;
            }
            """);
        Assert.That(Texts(units), Is.EqualTo(new[] { "Net small/t A+B", "Net large/t A+B" }));
        Assert.That(units.Select(u => ((dynamic)u.Factory!.Invoke(null, null)!).Width), Is.EqualTo(new[] { 8, 80 }));
    }

    [TestCase("public class Net { [TinyModel(\"a\")] public static Net M() => new(); [TinyModel(\"a\")] public static Net N() => new(); [TinyJit, TinyExport<T>] public Tensor A([Shape(1)] Tensor x) => x; }", "'Net.M' and 'Net.N' are both exported as 'a'")]
    [TestCase("public class Net { [TinyModel(\"a\")] public static Net M(int n) => new(); [TinyJit, TinyExport<T>] public Tensor A([Shape(1)] Tensor x) => x; }", "Net.M is no static method without parameters that returns 'Net'")]
    [TestCase("public class Net { [TinyModel(\"a\")] public static Net M() => new(); [TinyJit, TinyExport<T>(Name = \"b\")] public Tensor A([Shape(1)] Tensor x) => x; }", "[TinyExport<...>(Name = \"b\")] on 'A' has no effect")]
    [TestCase("public class Net { [TinyModel(\"a b\")] public static Net M() => new(); [TinyJit, TinyExport<T>] public Tensor A([Shape(1)] Tensor x) => x; }", "'a b' cannot name an export")]
    [TestCase("public class Net { [TinyJit, TinyExport<T>(Name = \"Big\")] public Tensor A([Shape(1)] Tensor x) => x; }", "'Big' cannot name an export")]
    [TestCase("public class Größe { [TinyJit, TinyExport<T>] public Tensor A([Shape(1)] Tensor x) => x; }", "'größe' cannot name an export")]
    [TestCase("public class Net { [TinyJit, TinyExport<T>(Name = \"../net\")] public Tensor A([Shape(1)] Tensor x) => x; }", "cannot name an export")]
    [TestCase("namespace N { public class Net { [TinyJit, TinyExport<T>] public Tensor A([Shape(1)] Tensor x) => x; } } namespace M { public class Net { [TinyJit, TinyExport<T>] public Tensor A([Shape(1)] Tensor x) => x; } }", "both exported as 'net'")]
    [TestCase("public class Net { [TinyJit, TinyExport<T>, TinyExport<T2>] public Tensor A([Shape(1)] Tensor x) => x; }", "share the folder name 't'")]
    [TestCase("public class Net { [TinyJit, TinyExport<T>, TinyExport<T>] public Tensor A([Shape(1)] Tensor x) => x; }", "'A' is exported twice")]
    [TestCase("public class Net { [TinyJit, TinyExport<T>(Page = \"a\")] public Tensor A([Shape(1)] Tensor x) => x; [TinyJit, TinyExport<T>(Page = \"b\")] public Tensor B([Shape(1)] Tensor x) => x; }", "two pages")]
    [TestCase("public class V : ExportTarget { public override string Name => \"a/b\"; public override void Export(Tiny.Jit.Program p, ExportContext c) { } } public class Net { [TinyJit, TinyExport<V>] public Tensor A([Shape(1)] Tensor x) => x; }", "'a/b' cannot name a folder")]
    [TestCase("public class Net { [TinyJit, TinyExport<T>] public Tensor A<X>([Shape(1)] Tensor x) => x; }", "'Net.A' is generic")]
    public void WhatCannotBeIsSaidAtTheMethod(string code, string message)
    {
        var failure = Assert.Throws<ExportException>(() => Plan(code))!;
        Assert.That(failure.Place.File, Is.EqualTo("Models/Model.cs"));
        Assert.That(failure.InnerException, Is.TypeOf<TinyException>().With.Property(nameof(TinyException.Code)).EqualTo("TINY2002"));
        Assert.That(failure.InnerException!.Message, Does.Contain(message));
    }
}
