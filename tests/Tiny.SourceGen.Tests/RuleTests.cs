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
    [TestCase("class M { [TinyJit] public {|(Tensor, int)|} F(Tensor x) => (x, 1); }", "'F' returns '\\(Tensor, int\\)'")]
    [TestCase("record R(Tensor A, int B); class M { [TinyJit] public {|R|} F(Tensor x) => new(x, 1); }", "'F' returns 'R'")]
    [TestCase("class M { [TinyJit] public {|List<object>|} F(Tensor x) => [x]; }", "'F' returns 'List<object>'")]
    public async Task SignatureIsReported(string code, string message) =>
        Assert.That(await Compile.Analyze(new SignatureAnalyzer(), code, "TINY0001"), Has.One.Matches(message));

    [TestCase("enum E { A } class M { [TinyJit] public Tensor F(Tensor x, int a, long b, float c, double d, bool e, string s, E k) => x; }")]
    [TestCase("class M { [TinyJit] public Tensor F([Shape(1, \"t:1..512\", 64)] Tensor x, [Bounds(0, 7)] Dim n) => x; }")]
    [TestCase("class M { [TinyJit] public (Tensor A, Tensor B, Tensor) F() => default; }")]
    [TestCase("class M { public float F(object x) => 1; }")]
    [TestCase("class M { [TinyJit] public Tensor F(List<Tensor> xs, Tensor? x, int? n, (Tensor, int) p, IReadOnlyList<Tensor[]> ys, byte b, Half h) => xs[0]; }")]
    [TestCase("record R(Tensor A, R? Next, int N); record struct S(Tensor A); struct T { public Tensor A; } class M { [TinyJit] public Tensor F(R r, S s, T t, Dictionary<string, R> d) => r.A; }")]
    [TestCase("record R(Tensor A, (Tensor B, Tensor C) P); class M { [TinyJit] public Dictionary<string, R> F(Tensor x) => null!; [TinyJit] public List<Tensor[]> G(Tensor x) => null!; }")]
    [TestCase("class M { [TinyJit] public (Tensor, Tensor, Tensor, Tensor, Tensor, Tensor, Tensor, Tensor) F(Tensor x) => default; }")]
    [TestCase("class M { [TinyJit] public async Task<Tensor> F(Tensor x) { await Task.Yield(); return x; } }", Description = "has an error of its own")]
    public async Task SignatureIsInnocent(string code) =>
        Assert.That(await Compile.Analyze(new SignatureAnalyzer(), code, "TINY0001"), Is.Empty);

    [TestCase("class M { [TinyJit] public async Task<Tensor> {|F|}(Tensor x) { await Task.Yield(); return x; } }", "async")]
    [TestCase("class M { [TinyJit] public Tensor {|F|}<T>(Tensor x) => x; }", "generic")]
    [TestCase("class M { Tensor t = null!; [TinyJit] public ref Tensor {|F|}(Tensor x) => ref t; }", "by reference")]
    [TestCase("class M { [TinyJit] public Tensor F(ref Tensor {|x|}, out int {|n|}, in int {|k|}) { n = 1; return x; } }", "'x'.*by reference")]
    [TestCase("struct M { [TinyJit] public Tensor {|F|}(Tensor x) => x; }", "not a method of a class")]
    [TestCase("class M { public Tensor P { [TinyJit] {|get|} => null!; } }", "not an ordinary method")]
    [TestCase("class M { public Tensor G(Tensor x) { return F(x); [TinyJit] Tensor {|F|}(Tensor y) => y; } }", "local function")]
    [TestCase("class M { public object G() => {|[TinyJit] (Tensor y) => y|}; }", "lambda")]
    public async Task MethodKindIsReported(string code, string message) =>
        Assert.That(await Compile.Analyze(new MethodKindAnalyzer(), code, "TINY0002"), Has.Some.Matches(message));

    [TestCase("class M { [TinyJit] public virtual Tensor F(Tensor x) => x; [TinyJit] static Tensor G(Tensor x) => x; }")]
    [TestCase("class M<T> { [TinyJit] public Tensor F(Tensor x) => x; }")]
    [TestCase("static class M { [TinyJit] public static Tensor F(this Tensor x) => x; }")]
    [TestCase("class M { public async Task<Tensor> F(Tensor x) { await Task.Yield(); return G(x); Tensor G(Tensor y) => y; } }")]
    public async Task MethodKindIsInnocent(string code) =>
        Assert.That(await Compile.Analyze(new MethodKindAnalyzer(), code, "TINY0002"), Is.Empty);

    [TestCase("class M { [TinyJit, TinyExport<T>] public Tensor F([Shape(1)] Tensor x, Tensor {|y|}) => x; }", "'y'.*'F'.*\\[Shape")]
    [TestCase("class M { [TinyJit, TinyExport<T>] public Tensor F([Shape(1)] Tensor x, int {|n|}) => x; }", "'n'.*'F'.*default value")]
    [TestCase("class M { [TinyJit, TinyExport<T>] public Tensor F([Shape(1)] Tensor x, Dim {|n|}) => x; }", "'n'.*'F'.*Bounds")]
    [TestCase("class M { [TinyJit, TinyExport<T>] public Tensor F((Tensor H, Tensor C) {|s|}) => s.H; }", "tensors in parameter 's'.*'F'.*Of =")]
    [TestCase("class M { [TinyJit, TinyExport<T>] public Tensor F([Shape(1)] Tensor x, List<Tensor> {|xs|}) => x; }", "'xs'")]
    public async Task ExportShapeIsReported(string code, string message) =>
        Assert.That(await Compile.Analyze(new ExportShapeAnalyzer(), Target + code, "TINY0003"), Has.One.Matches(message));

    [TestCase("class M { [TinyJit, TinyExport<T>] public Tensor F([Shape(1, 2)] Tensor x, int n = 3) => x; }")]
    [TestCase("class M { [TinyJit, TinyExport<T>] public Tensor F([Shape(1, \"t:1..9\")] Tensor x, [Bounds(0, 7)] Dim n) => x; }")]
    [TestCase("class M { [TinyJit] public Tensor F(Tensor x) => x; }")]
    [TestCase("class M { [TinyJit, TinyExport<T>] public Tensor F() => null!; }")]
    [TestCase("class M { [TinyJit, TinyExport<T>] public Tensor F([Shape(1, Of = \"H\"), Shape(\"t:1..9\", Of = \"C\")] (Tensor H, Tensor C) s, [Shape(3)] Tensor[] xs, Tensor? mask = null) => s.H; }")]
    public async Task ExportShapeIsInnocent(string code) =>
        Assert.That(await Compile.Analyze(new ExportShapeAnalyzer(), Target + code, "TINY0003"), Is.Empty);

    [TestCase("class M(int n) { public int N = n; [TinyJit, {|TinyExport<T>|}] public Tensor F([Shape(1)] Tensor x) => x; }", "'M' has no public or internal constructor")]
    [TestCase("class M { M() { } [TinyJit, {|TinyExport<T>|}] public Tensor F([Shape(1)] Tensor x) => x; }", "'M' has no public or internal constructor")]
    [TestCase("abstract class M { [TinyJit, {|TinyExport<T>|}] public Tensor F([Shape(1)] Tensor x) => x; }", "abstract")]
    [TestCase("class M<U> { [TinyJit, {|TinyExport<T>|}] public Tensor F([Shape(1)] Tensor x) => x; }", "generic")]
    [TestCase("static class M { [TinyJit, {|TinyExport<T>|}] public static Tensor F([Shape(1)] Tensor x) => x; }", "static")]
    [TestCase("class O { class M { [TinyJit, {|TinyExport<T>|}] public Tensor F([Shape(1)] Tensor x) => x; } }", "private")]
    [TestCase("file class M { [TinyJit, {|TinyExport<T>|}] public Tensor F([Shape(1)] Tensor x) => x; }", "private")]
    public async Task ExportModelIsReported(string code, string message) =>
        Assert.That(await Compile.Analyze(new ExportModelAnalyzer(), Target + code, "TINY0004"), Has.One.Matches(message));

    [TestCase("class M { [TinyJit, TinyExport<T>] public Tensor F([Shape(1)] Tensor x) => x; }")]
    [TestCase("class M(int n = 3) { public int N = n; [TinyJit, TinyExport<T>] public Tensor F([Shape(1)] Tensor x) => x; }")]
    [TestCase("class M { public M(string s) { } internal M() { } [TinyJit, TinyExport<T>] Tensor F([Shape(1)] Tensor x) => x; }")]
    [TestCase("class M(int n) { public int N = n; [TinyJit] public Tensor F(Tensor x) => x; }")]
    public async Task ExportModelIsInnocent(string code) =>
        Assert.That(await Compile.Analyze(new ExportModelAnalyzer(), Target + code, "TINY0004"), Is.Empty);

    [Test]
    public async Task ExportWithoutCaptureIsReported() =>
        Assert.That(
            await Compile.Analyze(new ExportWithoutCaptureAnalyzer(), Target + "class M { [{|TinyExport<T>|}] public Tensor F([Shape(1)] Tensor x) => x; }", "TINY0005"),
            Has.One.Matches("'F'.*\\[TinyJit\\]"));

    [Test]
    public async Task ExportWithCaptureIsInnocent() =>
        Assert.That(
            await Compile.Analyze(new ExportWithoutCaptureAnalyzer(), Target + "class M { [TinyExport<T>] [TinyJit] public Tensor F([Shape(1)] Tensor x) => x; }", "TINY0005"),
            Is.Empty);

    [Test]
    public async Task OverloadIsReported() =>
        Assert.That(
            await Compile.Analyze(new OverloadAnalyzer(), "class M { [TinyJit] public Tensor F(Tensor x) => x; [TinyJit] public Tensor {|F|}(Tensor x, int n) => x; }", "TINY0006"),
            Has.One.Matches("'M'.*'F'"));

    [Test]
    public async Task OverloadIsInnocentWhereOneIsCaptured() =>
        Assert.That(
            await Compile.Analyze(new OverloadAnalyzer(), "class M { public Tensor F(Tensor x) => x; [TinyJit] public Tensor F(Tensor x, int n) => x; [TinyJit] public Tensor G(Tensor x) => x; }", "TINY0006"),
            Is.Empty);
}
