using Microsoft.CodeAnalysis.Diagnostics;
using Tiny.SourceGen.Rules;

namespace Tiny.SourceGen.Tests;

public class RuleTests
{
    // A target of the test's own: the rules know no target by name.
    const string Target = "public class T : ExportTarget { public override string Name => \"t\"; public override void Export(Tiny.Jit.Program p, ExportContext c) { } }\n";

    [TestCase("class M { [TinyJit] public Tensor F(Tensor x, {|object|} y) => x; }", "'y'.*'F'.*'object'")]
    [TestCase("class M { [TinyJit] public Tensor F({|HashSet<Tensor>|} xs) => null!; }", "'xs'.*'HashSet<Tensor>'")]
    [TestCase("class M { [TinyJit] public Tensor F(Tensor x, {|Dictionary<int, Tensor>|} d) => x; }", "'d'.*'Dictionary<int, Tensor>'")]
    [TestCase("class M { [TinyJit] public Tensor F({|Tensor[,]|} x) => x[0, 0]; }", "'x'.*'Tensor\\[,\\]'")]
    [TestCase("record R(Tensor A, object B); class M { [TinyJit] public Tensor F({|R|} r) => r.A; }", "'r'.*'R'")]
    [TestCase("class M { [TinyJit] public Tensor F({|ReadOnlySpan<Tensor>|} x) => x[0]; }", "'x'.*'ReadOnlySpan<Tensor>'")]
    [TestCase("class M { [TinyJit] public Tensor F([Shape(1, \"t:1-5\")] Tensor {|x|}) => x; }", "\"t:1-5\" in the .Shape. of parameter 'x' of .*'F'")]
    [TestCase("class M { [TinyJit] public {|void|} F(Tensor x) { } }", "'F' returns 'void'")]
    [TestCase("class M { [TinyJit] public {|float|} F(Tensor x) => 1; }", "'F' returns 'float'")]
    [TestCase("class M { [TinyJit] public {|(string, int)|} F(Tensor x) => (\"a\", 1); }", "'F' returns '\\(string, int\\)'")]
    [TestCase("record R(Tensor A, Uri B); class M { [TinyJit] public {|R|} F(Tensor x) => null!; }", "'F' returns 'R'")]
    [TestCase("class M { [TinyJit] public {|List<object>|} F(Tensor x) => [x]; }", "'F' returns 'List<object>'")]
    public async Task SignatureIsReported(string code, string message) =>
        Assert.That(await Compile.Analyze(new SignatureAnalyzer(), code, "TINY0001"), Has.One.Matches(message));

    [TestCase("enum E { A } class M { [TinyJit] public Tensor F(Tensor x, int a, long b, float c, double d, bool e, string s, E k) => x; }")]
    [TestCase("class M { [TinyJit] public Tensor F([Shape(1, \"t:1..512\", 64)] Tensor x, [Bounds(0, 7)] Dim n) => x; }")]
    [TestCase("class M { [TinyJit] public (Tensor A, Tensor B, Tensor) F() => default; }")]
    [TestCase("record R(Tensor A, int B); class M { [TinyJit] public (Tensor, int N) F(Tensor x) => (x, 1); [TinyJit] public R G(Tensor x) => new(x, 1); }", Description = "plain values beside tensors")]
    [TestCase("class M { public float F(object x) => 1; }")]
    [TestCase("class M { [TinyJit] public Tensor F(List<Tensor> xs, Tensor? x, int? n, (Tensor, int) p, IReadOnlyList<Tensor[]> ys, byte b, Half h) => xs[0]; }")]
    [TestCase("record R(Tensor A, R? Next, int N); record struct S(Tensor A); struct T { public Tensor A; } class M { [TinyJit] public Tensor F(R r, S s, T t, Dictionary<string, R> d) => r.A; }")]
    [TestCase("record R(Tensor A, (Tensor B, Tensor C) P); class M { [TinyJit] public Dictionary<string, R> F(Tensor x) => null!; [TinyJit] public List<Tensor[]> G(Tensor x) => null!; }")]
    [TestCase("class M { [TinyJit] public (Tensor, Tensor, Tensor, Tensor, Tensor, Tensor, Tensor, Tensor) F(Tensor x) => default; }")]
    [TestCase("class M { [TinyJit] public async Task<Tensor> F(Tensor x) { await Task.Yield(); return x; } }", Description = "has an error of its own")]
    public async Task SignatureIsInnocent(string code) =>
        Assert.That(await Compile.Analyze(new SignatureAnalyzer(), code, "TINY0001"), Is.Empty);

    [TestCase("class M { [TinyJit] public async Task<Tensor> {|F|}(Tensor x) { await Task.Yield(); return x; } }", "async")]
    [TestCase("class M { Tensor t = null!; [TinyJit] public ref Tensor {|F|}(Tensor x) => ref t; }", "by reference")]
    [TestCase("class M { [TinyJit] public Tensor F(ref Tensor {|x|}, out int {|n|}, in int {|k|}) { n = 1; return x; } }", "'x'.*by reference")]
    [TestCase("struct M { [TinyJit] public Tensor {|F|}(Tensor x) => x; }", "not a method of a class")]
    [TestCase("class M { public Tensor P { [TinyJit] {|get|} => null!; } }", "not an ordinary method")]
    [TestCase("class M { public Tensor G(Tensor x) { return F(x); [TinyJit] Tensor {|F|}(Tensor y) => y; } }", "local function")]
    [TestCase("class M { public object G() => {|[TinyJit] (Tensor y) => y|}; }", "lambda")]
    public async Task MethodKindIsReported(string code, string message) =>
        Assert.That(await Compile.Analyze(new MethodKindAnalyzer(), code, "TINY0002"), Has.Some.Matches(message));

    [TestCase("class M { [TinyJit] public virtual Tensor F(Tensor x) => x; [TinyJit] static Tensor G(Tensor x) => x; }")]
    [TestCase("class M<T> { [TinyJit] public Tensor F(Tensor x) => x; [TinyJit] public Tensor G<U>(Tensor x) => x; }")]
    [TestCase("static class M { [TinyJit] public static Tensor F(this Tensor x) => x; }")]
    [TestCase("class M { public async Task<Tensor> F(Tensor x) { await Task.Yield(); return G(x); Tensor G(Tensor y) => y; } }")]
    [TestCase("abstract class M { [TinyJit] protected abstract Tensor F(Tensor x, params Tensor[] rest); } partial class P { [TinyJit] public partial Tensor F(Tensor x); public partial Tensor F(Tensor x) => x; }")]
    public async Task MethodKindIsInnocent(string code) =>
        Assert.That(await Compile.Analyze(new MethodKindAnalyzer(), code, "TINY0002"), Is.Empty);

    [TestCase("class M { [TinyJit, TinyExport<T>] public Tensor F([Shape(1)] Tensor x, Tensor {|y|}) => x; }", "'y'.*'F'.*\\[Shape")]
    [TestCase("class M { [TinyJit, TinyExport<T>] public Tensor F([Shape(1)] Tensor x, int {|n|}) => x; }", "'n'.*'F'.*default value")]
    [TestCase("class M { [TinyJit, TinyExport<T>] public Tensor F([Shape(1)] Tensor x, Dim {|n|}) => x; }", "'n'.*'F'.*Bounds")]
    [TestCase("class M { [TinyJit, TinyExport<T>] public Tensor F((Tensor H, Tensor C) {|s|}) => s.H; }", "tensors in parameter 's'.*'F'.*Of =")]
    [TestCase("class M { [TinyJit, TinyExport<T>] public Tensor F([Shape(1)] Tensor x, List<Tensor> {|xs|}) => x; }", "'xs'")]
    [TestCase("class M { [TinyJit, TinyExport<T>] public Tensor F([Shape(3)] Tensor[] {|xs|}) => xs[0]; }", "'xs'.*Of =")]
    [TestCase("class M { [TinyJit, TinyExport<T>] public Tensor F([Shape(3)] Dictionary<string, Tensor> {|xs|}, [Shape(3)] (Tensor A, List<Tensor> B) {|p|}) => xs[\"a\"]; }", "'xs'")]
    public async Task ExportShapeIsReported(string code, string message) =>
        Assert.That(await Compile.Analyze(new ExportShapeAnalyzer(), Target + code, "TINY0003"), Has.One.Matches(message));

    [TestCase("class M { [TinyJit, TinyExport<T>] public Tensor F([Shape(1, 2)] Tensor x, int n = 3) => x; }")]
    [TestCase("class M { [TinyJit, TinyExport<T>] public Tensor F([Shape(1, \"t:1..9\")] Tensor x, [Bounds(0, 7)] Dim n) => x; }")]
    [TestCase("class M { [TinyJit] public Tensor F(Tensor x) => x; }")]
    [TestCase("class M { [TinyJit, TinyExport<T>] public Tensor F() => null!; }")]
    [TestCase("class M { [TinyJit, TinyExport<T>] public Tensor F([Shape(1, Of = \"H\"), Shape(\"t:1..9\", Of = \"C\")] (Tensor H, Tensor C) s, [Shape(3, Of = \"0\"), Shape(4, Of = \"1\")] Tensor[] xs, Tensor? mask = null) => s.H; }")]
    [TestCase("class M { [TinyJit, TinyExport<T>] public Tensor F([Shape(1)] (Tensor H, Tensor C) s) => s.H; }", Description = "one for all, where the type says how many")]
    public async Task ExportShapeIsInnocent(string code) =>
        Assert.That(await Compile.Analyze(new ExportShapeAnalyzer(), Target + code, "TINY0003"), Is.Empty);

    [TestCase("class M(int n) { public int N = n; [TinyJit, {|TinyExport<T>|}] public Tensor F([Shape(1)] Tensor x) => x; }", "'M' has no public or internal constructor")]
    [TestCase("class M { M() { } [TinyJit, {|TinyExport<T>|}] public Tensor F([Shape(1)] Tensor x) => x; }", "'M' has no public or internal constructor")]
    [TestCase("abstract class M { [TinyJit, {|TinyExport<T>|}] public Tensor F([Shape(1)] Tensor x) => x; }", "abstract")]
    [TestCase("class M<U> { [TinyJit, {|TinyExport<T>|}] public Tensor F([Shape(1)] Tensor x) => x; }", "generic")]
    [TestCase("class M { [TinyJit, {|TinyExport<T>|}] public Tensor F<U>([Shape(1)] Tensor x) => x; }", "the method is generic")]
    [TestCase("static class M { [TinyJit, {|TinyExport<T>|}] public static Tensor F([Shape(1)] Tensor x) => x; }", "static")]
    [TestCase("class O { class M { [TinyJit, {|TinyExport<T>|}] public Tensor F([Shape(1)] Tensor x) => x; } }", "private")]
    [TestCase("file class M { [TinyJit, {|TinyExport<T>|}] public Tensor F([Shape(1)] Tensor x) => x; }", "private")]
    [TestCase("class M(int n) { public int N = n; public static M Make() => new(1); [TinyJit, {|TinyExport<T>|}] public Tensor F([Shape(1)] Tensor x) => x; }", "no static method marked .TinyModel.")]
    [TestCase("class M<U> { [TinyModel(\"a\")] public static M<U> Make() => new(); [TinyJit, {|TinyExport<T>|}] public Tensor F([Shape(1)] Tensor x) => x; }", "generic")]
    [TestCase("class M { [TinyModel(\"a\")] public static M Make() => new(); [TinyJit, {|TinyExport<T>|}] public static Tensor F([Shape(1)] Tensor x) => x; }", "static")]
    public async Task ExportModelIsReported(string code, string message) =>
        Assert.That(await Compile.Analyze(new ExportModelAnalyzer(), Target + code, "TINY0004"), Has.One.Matches(message));

    [TestCase("class M { [TinyJit, TinyExport<T>] public Tensor F([Shape(1)] Tensor x) => x; }")]
    [TestCase("class M(int n = 3) { public int N = n; [TinyJit, TinyExport<T>] public Tensor F([Shape(1)] Tensor x) => x; }")]
    [TestCase("class M { public M(string s) { } internal M() { } [TinyJit, TinyExport<T>] Tensor F([Shape(1)] Tensor x) => x; }")]
    [TestCase("class M(int n) { public int N = n; [TinyJit] public Tensor F(Tensor x) => x; }")]
    [TestCase("partial class M { protected internal M(params int[] n) { } public M() : this(1) { } } partial class M { [TinyJit, TinyExport<T>] public Tensor F([Shape(1)] Tensor x) => x; }")]
    [TestCase("class M { readonly int _n; M(int n) => _n = n; [TinyModel(\"small\")] static M Small() => new(1); [TinyModel(\"large\")] public static M Large() => new(2); [TinyJit, TinyExport<T>] public Tensor F([Shape(1)] Tensor x) => x * _n; }", Description = "made by factories")]
    [TestCase("abstract class M { [TinyModel(\"a\")] public static M Make() => new D(); [TinyJit, TinyExport<T>] public Tensor F([Shape(1)] Tensor x) => x; } class D : M;", Description = "made by a factory")]
    public async Task ExportModelIsInnocent(string code) =>
        Assert.That(await Compile.Analyze(new ExportModelAnalyzer(), Target + code, "TINY0004"), Is.Empty);

    [TestCase("class M { [{|TinyExport<T>|}] public Tensor F([Shape(1)] Tensor x) => x; }")]
    [TestCase("class M { [Obsolete, {|TinyExport<T>(Name = \"n\")|}] Tensor F() => null!; }")]
    [TestCase("class B { [TinyJit] public virtual Tensor F(Tensor x) => x; } class D : B { [{|TinyExport<T>|}] public override Tensor F([Shape(1)] Tensor x) => x; }")]
    [TestCase("static class M { [{|TinyExport<T>|}] public static Tensor F([Shape(1)] this Tensor x) => x; }")]
    [TestCase("class M<U> { [{|TinyExport<T>|}] public Tensor F(U x) => null!; }")]
    public async Task ExportWithoutCaptureIsReported(string code) =>
        Assert.That(await Compile.Analyze(new ExportWithoutCaptureAnalyzer(), Target + code, "TINY0005"), Has.One.Matches("'F'.*\\[TinyJit\\]"));

    [TestCase("class M { [TinyExport<T>] [TinyJit] public Tensor F([Shape(1)] Tensor x) => x; }")]
    [TestCase("class M { [TinyJit, TinyExport<T>(Name = \"a\"), TinyExport<T>(Name = \"b\")] public Tensor F([Shape(1)] Tensor x) => x; }")]
    [TestCase("class M { [TinyJit] public Tensor F(Tensor x) => x; }")]
    [TestCase("class M { public Tensor F(Tensor x) => x; }")]
    [TestCase("class TinyExport<U> : Attribute { } class M { [global::TinyExport<int>] public Tensor F(Tensor x) => x; }", Description = "an attribute of the user's own")]
    public async Task ExportWithCaptureIsInnocent(string code) =>
        Assert.That(await Compile.Analyze(new ExportWithoutCaptureAnalyzer(), Target + code, "TINY0005"), Is.Empty);

    [TestCase("class M { [TinyJit] public Tensor F(Tensor x) => x; [TinyJit] public Tensor {|F|}(Tensor x, int n) => x; }")]
    [TestCase("class M { [TinyJit] public Tensor F(Tensor x) => x; public int F(string s) => 1; [TinyJit] public Tensor {|F|}(int n) => null!; }")]
    [TestCase("class M { [TinyJit] public Tensor F(Tensor x) => x; [TinyJit] public static Tensor {|F|}(Tensor x, Tensor y) => x; }")]
    [TestCase("partial class M { [TinyJit] public Tensor F(Tensor x) => x; } partial class M { [TinyJit] Tensor {|F|}(Tensor x, Dim n) => x; }")]
    [TestCase("class M { [TinyJit] public Tensor F(Tensor x) => x; [TinyJit] public Tensor {|F|}(int n) => null!; [TinyJit] public Tensor {|F|}(bool n) => null!; }")]
    public async Task OverloadIsReported(string code) =>
        Assert.That(await Compile.Analyze(new OverloadAnalyzer(), code, "TINY0006"), Has.Some.Matches("'M'.*'F'"));

    [TestCase("class M { public Tensor F(Tensor x) => x; [TinyJit] public Tensor F(Tensor x, int n) => x; [TinyJit] public Tensor G(Tensor x) => x; }")]
    [TestCase("class M { [TinyJit] public Tensor F(Tensor x) => x; } class N { [TinyJit] public Tensor F(Tensor x) => x; }")]
    [TestCase("class M { [TinyJit] public virtual Tensor F(Tensor x) => x; } class N : M { [TinyJit] public override Tensor F(Tensor x) => x; }")]
    [TestCase("class M { [TinyJit] public Tensor F(Tensor x) => x; [TinyJit] public Tensor f(Tensor x) => x; }")]
    [TestCase("class M { [TinyJit] public Tensor F(Tensor x) { return F(x); static Tensor F(Tensor y) => y; } }")]
    public async Task OverloadIsInnocent(string code) => Assert.That(await Compile.Analyze(new OverloadAnalyzer(), code, "TINY0006"), Is.Empty);

    [Test]
    public async Task HalfTypedCodeBreaksNoRule([Range(0, 4)] int part)
    {
        const string Code = """
            record P(Tensor A, Tensor B);
            class M
            {
                Tensor _s = Tensor.Zeros(3); int _n; public float Scale { get; set; }
                Tensor Sum => _s.Sum();
                static int Twice(int n) => n * 2;
                [TinyJit] public Tensor F(Tensor x, P p, int n = 2)
                {
                    _s = _s + x; _n++; (x, _s) = (_s, x);
                    foreach (var v in x.ToArray<float>()) if (v is > 0 and { } w) x += w;
                    var list = new List<Tensor> { x, p.A }; list.Add(Sum);
                    Func<Tensor, Tensor> f = t => t * t.Item() + Twice(n);
                    x = p switch { { A: var a, B: { Rank: 2 } } when a.Item() > 0 => f(a), _ => list[0] };
                    int.TryParse("1", out var k); for (int i = 0; i < k; i++) x = from q in list select q;
                    return x[..2] * Scale;
                }
                public Tensor Run(M m, Tensor x) => TinyJit.Of(m.F)(x, new(x, x), 2);
            }
            """;
        // As it looks while it is typed: every so many keys.
        for (int length = part * Code.Length / 5; length < (part + 1) * Code.Length / 5; length += 37)
        {
            var found = await Compile.Of(Code[..length]).WithAnalyzers(Compile.Analyzers).GetAnalyzerDiagnosticsAsync();
            Assert.That(found.Where(static d => !d.Id.StartsWith("TINY", StringComparison.Ordinal)), Is.Empty, Code[..length]);
        }
    }
}
