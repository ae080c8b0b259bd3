using Microsoft.CodeAnalysis;
using Tiny.SourceGen.Rules;

namespace Tiny.SourceGen.Tests;

/// <summary>Rules about what captured methods do. Each snippet marks every place that the rule must report, and no other may be.</summary>
public class RegionRuleTests
{
    const string Target = "public class T : ExportTarget { public override string Name => \"t\"; public override void Export(Tiny.Jit.Program p, ExportContext c) { } }\n";

    [TestCase("class M { [TinyJit] public Tensor F(Tensor x) { float m = x.Max().{|Item|}(); return x / m; } }", "'Item' .* argument 'x'.*'F'")]
    [TestCase("class M { [TinyJit] public Tensor F(Tensor x) => G(x.Relu(), 2); Tensor G(Tensor y, int n) => y * Sum(y.{|ToArray<float>|}()) * n; static float Sum(float[] v) => v.Sum(); }", "argument 'x'")]
    [TestCase("class M { readonly Tensor _n = Tensor.Zeros(1); [TinyJit] public Tensor F(Tensor x) { _n.Assign(_n + 1); return x * N; } float N => _n.{|Item|}(); }", "'_n', which 'F' writes")]
    [TestCase("class M { [TinyJit] public Tensor F(List<Tensor> xs) => xs[0] * xs.Select(t => t.Sum().{|Item|}()).Sum(); }", "argument 'xs'")]
    [TestCase("record P(Tensor A, Tensor B); class M { [TinyJit] public Tensor F(P p) { var (a, b) = p; float[] v = new float[3]; b.{|CopyTo<float>|}(v); return a * v[0]; } }", "argument 'p'")]
    [TestCase("class M { [TinyJit] public Tensor F((Tensor A, Tensor B) p) => p is { A: { Rank: 2 } a } ? a * p.B.{|Realize|}() : p.B; }", "argument 'p'")]
    [TestCase("class M { public readonly Tensor C = Tensor.Zeros(4); [TinyJit] public Tensor F(Tensor x) { var v = C[1..]; v[0] = x; return x; } [TinyJit] public Tensor G(Tensor x) => x * C.Sum().{|Item|}(); }", "'C', which 'F' writes")]
    [TestCase("class C { Func<Tensor, Tensor> F() => TinyJit.Of((Tensor x) => x * x.Sum().{|Item|}()); }", "argument 'x'.*'the lambda'")]
    [TestCase("abstract class B { [TinyJit] public Tensor F(Tensor x) => G(x); public abstract Tensor G(Tensor y); } class D : B { public override Tensor G(Tensor y) => y * y.Sum().{|Item|}(); }", "argument 'x'")]
    [TestCase("class B { [TinyJit] public virtual Tensor F(Tensor x) => x; } class D : B { public override Tensor F(Tensor y) => y * y.Sum().{|Item|}(); }", "argument 'y'")]
    [TestCase("class M { [TinyJit] public Tensor F(Tensor x) => x * Tensor.Rand(3).Sum().{|Item|}() * x.Dropout().Shape[0]; }", "random numbers")]
    [TestCase("class M { readonly Tensor _w = Tensor.Ones(3); [TinyJit] public Tensor F(Tensor x) => x * _w.Dropout(0.1).Sum().{|Item|}(); }", "random numbers")]
    [TestCase("class M { [TinyJit] public Tensor F(Tensor x) { var l = new List<Tensor>(); l.Add(x); return L(l); Tensor L(IEnumerable<Tensor> q) => (from t in q select t * t.Sum().{|Item|}()).First(); } }", "argument 'x'")]
    [TestCase("class M { [TinyJit] public Tensor F(Dictionary<string, Tensor> d) { d.TryGetValue(\"m\", out var m); return m! * m!.Sum().{|Item|}(); } }", "argument 'd'")]
    [TestCase("class M { [TinyJit] public Tensor F(Tensor x) { Tensor y; Two(x, out y, out _); return y * y.Sum().{|Item|}(); } static void Two(Tensor x, out Tensor a, out Tensor b) => (a, b) = (x, x); }", "argument 'x'")]
    [TestCase("class M { [TinyJit] public Tensor F(Tensor x) => x.{|Nonzero|}() + x.{|MaskedSelect|}(x.Gt(0)).Sum() + x.Nonzero(3) + x.MaskedSelect(x.Gt(0), 2).Sum(); }", "'Nonzero'.*argument 'x'")]
    [TestCase("class M { [TinyJit] public Tensor F(Tensor x) { x.{|WriteTo|}(Stream.Null); return x; } }", "'WriteTo'")]
    [TestCase("class G<T> { public Tensor F(Tensor x) => x * x.Sum().{|Item|}(); } class C { Func<Tensor, Tensor> Run() => TinyJit.Of(new G<int>().F); }", "argument 'x'")]
    public async Task ValueRequestIsReported(string code, string message) =>
        Assert.That(await Compile.Analyze(new ValueRequestAnalyzer(), code, "TINY0007"), Has.Some.Matches(message));

    [TestCase("class M { readonly Tensor _w = Tensor.Ones(3); [TinyJit] public Tensor F(Tensor x) => x * _w.Sum().Item(); }", Description = "a weight that nothing writes")]
    [TestCase("class M { [TinyJit] public Tensor F(Tensor x) => x * Tensor.Rand(new Shape(3), 1).Sum().Item() * Tensor.Ones(3).Dropout(seed: 4).Sum().Item(); }", Description = "a seed gives the same in each call")]
    [TestCase("class M { [TinyJit] public Tensor F(Tensor x) => x.Reshape(x.Shape[0] * x.Rank, -1) * x.Numel; }", Description = "shapes are known")]
    [TestCase("class M { [TinyJit] public Tensor F(Tensor x) => x * 2; public float G(Tensor x) => F(x).Sum().Item(); }", Description = "outside the capture")]
    [TestCase("class M { [TinyJit] public Tensor F(Tensor x) => x * S(Tensor.Arange(4)); static float S(Tensor t) => t.Cast(DType.Float32).ToArray<float>().Sum(); }", Description = "a constant in a helper")]
    [TestCase("class M { readonly Tensor _a = Tensor.Ones(1), _b = Tensor.Ones(1); [TinyJit] public Tensor F(Tensor x) { _a.Assign(x); return x * _b.Item(); } }", Description = "another tensor than what is written")]
    [TestCase("class M { [TinyJit] public Tensor F(Tensor x, int n) { int[] a = new int[n]; return x * a.ToArray().Length * x.ToString().Length; } }", Description = "no tensor's ToArray")]
    [TestCase("class M { [TinyJit] public Tensor F(Tensor x) => x is { Rank: 2, DType: var d } ? x.Cast(d) : x.Flatten(); }", Description = "patterns on shapes")]
    [TestCase("class M { readonly Tensor _w = Tensor.Ones(1), _s = Tensor.Zeros(1); [TinyJit] public Tensor F(Tensor x) { _s.Assign(_s + x * _w); return x * _w.Item(); } }", Description = "computed from, not written")]
    [TestCase("class M { readonly Tensor _w = Tensor.Ones(1); [TinyJit] public Tensor F(Tensor x) { var h = x * _w; h[0] = x[0]; h = -_w; h.Assign(x); return h * _w.Item(); } }", Description = "memory of its own")]
    [TestCase("class M { readonly Tensor _w = Tensor.Ones(1); [TinyJit] public Tensor F(Tensor x) { _w.Grad = null; return x * _w.Item(); } }", Description = "elements are not written")]
    public async Task ValueRequestIsInnocent(string code) => Assert.That(await Compile.Analyze(new ValueRequestAnalyzer(), code, "TINY0007"), Is.Empty);

    [TestCase("class M { [TinyJit] public Tensor F(Tensor x) { if ({|x.Sum().Item() > 0|}) return x; return -x; } }", "argument 'x'.*'F'")]
    [TestCase("class M { [TinyJit] public Tensor F(Tensor x) { float s = x.Sum().Item(); return {|s > 0 && s < 9|} ? x : -x; } }", "argument 'x'")]
    [TestCase("class M { [TinyJit] public Tensor F(Tensor x, Tensor n) { for (int i = 0; {|i < Count(n)|}; i++) x = x + 1; return x; } static int Count(Tensor n) => n.Item<int>(); }", "argument 'n'")]
    [TestCase("class M { [TinyJit] public Tensor F(Tensor x) => {|x.Max().Item()|} switch { > 1 => x / 2, _ => x }; }", "argument 'x'")]
    [TestCase("class M { [TinyJit] public Tensor F(Tensor x) { foreach (var v in {|x.ToArray<float>().Where(v => v > 0)|}) x = x + v; return x; } }", "argument 'x'")]
    [TestCase("class M { [TinyJit] public Tensor F(Tensor x) { while ({|Go|}) x = x * 2; _n.Assign(x); return x; } readonly Tensor _n = Tensor.Ones(1); bool Go => _n.Item() is > 1 and < 5; }", "'_n', which 'F' writes")]
    [TestCase("class M { [TinyJit] public Tensor F(Tensor x) { bool b = {|x.Sum().Item()|} is > 0; return x * (b ? 1 : 2); } }", "argument 'x'", Description = "marks below")]
    public async Task ValueBranchIsReported(string code, string message)
    {
        // What is decided by a local or property that holds the answer is a place of its own.
        code = code.Replace("(b ? 1 : 2)", "({|b|} ? 1 : 2)", StringComparison.Ordinal).Replace("_n.Item() is", "{|_n.Item()|} is", StringComparison.Ordinal);
        Assert.That(await Compile.Analyze(new ValueBranchAnalyzer(), code, "TINY0008"), Has.Some.Matches(message));
    }

    [TestCase("class M { [TinyJit] public Tensor F(Tensor x) { if (x.Rank > 2 && x.Shape[0].Equals(1)) return x; return -x; } }")]
    [TestCase("class M { [TinyJit] public Tensor F(Tensor x, bool relu, int n) { for (int i = 0; i < n; i++) x = relu ? x.Relu() : x; return x; } }")]
    [TestCase("class M { [TinyJit] public Tensor F(Tensor x, Tensor? bias = null) => bias is null ? x : x + bias; }")]
    [TestCase("class M { readonly Tensor _w = Tensor.Ones(1); [TinyJit] public Tensor F(Tensor x) => _w.Item() > 0 ? x : -x; }")]
    [TestCase("class M { readonly List<Tensor> _ws = []; [TinyJit] public Tensor F(Tensor x) { foreach (var w in _ws.Where(w => w.Rank == 2)) x = x.MatMul(w); return x; } }")]
    [TestCase("class M { [TinyJit] public Tensor F(Tensor[] xs) { Tensor? sum = null; foreach (var x in xs) sum = sum is null ? x : sum + x; return sum ?? xs[0]; } }")]
    [TestCase("class M { [TinyJit] public Tensor F(Tensor x) => x.DType switch { { IsFloat: true } => x, _ => x.Cast(DType.Float32) }; }")]
    public async Task ValueBranchIsInnocent(string code) => Assert.That(await Compile.Analyze(new ValueBranchAnalyzer(), code, "TINY0008"), Is.Empty);

    [TestCase("class M { public float Scale = 1; [TinyJit] public Tensor F(Tensor x) => x * {|Scale|}; }", "'Scale'.*'F'.*anew")]
    [TestCase("class M { int _n; public void Next() => _n++; [TinyJit] public Tensor F(Tensor x) => G(x); Tensor G(Tensor x) => x * {|_n|} + _n; }", "'_n'")]
    [TestCase("class M { public bool Training { get; set; } [TinyJit] public Tensor F(Tensor x) => this.{|Training|} ? x * 2 : x; }", "'Training'")]
    [TestCase("static class S { public static int N; } class M { [TinyJit] public static Tensor F(Tensor[] x) => x.Select(t => t * S.{|N|}).First(); }", "'N'")]
    [TestCase("class C { Func<Tensor, Tensor> F() { int k = 1; var f = TinyJit.Of((Tensor x) => x * {|k|}); k = 2; return f; } }", "'k'.*the lambda")]
    [TestCase("class O { public string Mode { get; set; } = \"\"; } class M(O o) { [TinyJit] public Tensor F(Tensor x) => o is { {|Mode|}: \"a\" } ? x : -x; }", "'Mode'")]
    [TestCase("class M { Func<Tensor, Tensor> _act = t => t.Relu(); public void Use(Func<Tensor, Tensor> a) => _act = a; [TinyJit] public Tensor F(Tensor x) => {|_act|}(x); }", "'_act'")]
    [TestCase("class M(int n) { public void More() => n++; [TinyJit] public Tensor F(Tensor x) => x * {|n|}; }", "'n'")]
    public async Task MutableReadIsReported(string code, string message) =>
        Assert.That(await Compile.Analyze(new MutableReadAnalyzer(), code, "TINY0009", DiagnosticSeverity.Info), Has.Some.Matches(message));

    [Test]
    public async Task MutableReadIsAWarningWhereAnExportFreezesIt() =>
        Assert.That(
            await Compile.Analyze(new MutableReadAnalyzer(), Target + "class M { public float Scale = 1; [TinyJit, TinyExport<T>] public Tensor F([Shape(1)] Tensor x) => x * {|Scale|}; }",
                "TINY0009", DiagnosticSeverity.Warning),
            Has.One.Matches("an export keeps"));

    [TestCase("class M { const int A = 1; readonly int _b = 2; public int C { get; } = 3; public int D { get; init; } [TinyJit] public Tensor F(Tensor x) => x * A * _b * C * D; }")]
    [TestCase("class M { int _n, _m = 4; public M() => _n = 3; [TinyJit] public Tensor F(Tensor x) => x * _n * _m; }", Description = "private, assigned in the constructor alone")]
    [TestCase("class M { public Tensor W = Tensor.Ones(3); public List<Tensor> Ws = []; public Nn Layer = new(); [TinyJit] public Tensor F(Tensor x) => Layer.Run(x * W * Ws[0]); } class Nn { public Tensor V = Tensor.Ones(1); public Tensor Run(Tensor x) => x * V; }", Description = "tensors and what holds them")]
    [TestCase("class C { Func<Tensor, Tensor> F(int n) { int k = n + 1; return TinyJit.Of((Tensor x) => { int i = k; i++; return x * i * n; }); } }", Description = "never assigned again")]
    [TestCase("class O { public int N; } class M { [TinyJit] public Tensor F(Tensor x) { var o = new O { N = 3 }; o.N++; return x * o.N; } }", Description = "an object of the method's own")]
    [TestCase("class M(int n) { [TinyJit] public Tensor F(Tensor x) => x * n * nameof(Y).Length; public int Y; public int Z() => Y; }")]
    [TestCase("class M { static readonly int[] s_axes = [0, 1]; static int Two { get; } = 2; [TinyJit] public Tensor F(Tensor x) => x.Sum(s_axes) * Two * Three; int Three => 3; }")]
    [TestCase("record Cfg { public Tensor W = Tensor.Ones(1); public float Rate { get; set; } } class M { [TinyJit] public Tensor F((Tensor X, int N) p, Cfg c) => p.X * p.N * c.W * c.Rate; }", Description = "parameters")]
    public async Task MutableReadIsInnocent(string code) =>
        Assert.That(await Compile.Analyze(new MutableReadAnalyzer(), code, "TINY0009", DiagnosticSeverity.Info), Is.Empty);

    [TestCase("class M { [TinyJit] public Tensor F(Tensor x) => x * {|DateTime.Now|}.Hour; }", "'DateTime.Now' reads the clock only when 'F'")]
    [TestCase("class M { [TinyJit] public Tensor F(Tensor x) => x * Noise(); static double Noise() => {|Random.Shared|}.NextDouble() + {|new Random()|}.Next(); }", "draws random numbers")]
    [TestCase("class M { [TinyJit] public Tensor F(Tensor x) { {|Console.WriteLine(x.Shape)|}; return x; } }", "'Console.WriteLine' does input or output")]
    [TestCase("class M { readonly Random _r = new(1); [TinyJit] public Tensor F(Tensor[] xs) => xs.Select(x => x * {|_r.Next()|}).First(); }", "'Random.Next'")]
    [TestCase("class M { int Seed => {|Environment.TickCount|}; [TinyJit] public Tensor F(Tensor x) => x is { Rank: 1 } ? x * Seed : x * {|File.ReadAllBytes(\"w\")|}.Length; }", "'Environment.TickCount'")]
    [TestCase("class M { [TinyJit] public Tensor F(Tensor x) { {|Task.Run(() => { })|}; return x * {|Guid.NewGuid()|}.GetHashCode() * {|System.Diagnostics.Stopwatch.GetTimestamp()|}; } }", "'Task.Run' starts")]
    [TestCase("class H { public H() { {|Console.Beep()|}; } public int N = 2; } class M { [TinyJit] public Tensor F(Tensor x) => x * new H().N; }", "'Console.Beep'")]
    [TestCase("class M { readonly Random _r = new(1); [TinyJit] public Tensor F(Tensor[] xs) => xs.Select(Step).First(); Tensor Step(Tensor t) => t * {|_r.Next()|}; }", "'Random.Next'")]
    [TestCase("class H { public int N = {|Environment.TickCount|}; } class M { [TinyJit] public Tensor F(Tensor x) => x * new H().N; }", "'Environment.TickCount'")]
    [TestCase("class H { public int N { get; } = {|Environment.TickCount|}; public static int M = Environment.TickCount; public H(int n) { } public H() : this(1) { } } class M { [TinyJit] public Tensor F(Tensor x) => x * new H().N; }", "'Environment.TickCount'")]
    public async Task ImpureCallIsReported(string code, string message) =>
        Assert.That(await Compile.Analyze(new ImpureCallAnalyzer(), code, "TINY0010", DiagnosticSeverity.Warning), Has.Some.Matches(message));

    [TestCase("class M { [TinyJit] public Tensor F(Tensor x) => x * new Random(7).Next(); }", Description = "the same in every call")]
    [TestCase("class M { public M() => Console.WriteLine(DateTime.Now); [TinyJit] public Tensor F(Tensor x) => x; }")]
    [TestCase("class M { [TinyJit] public Tensor F(Tensor x) => x; public void G(Tensor x) => Console.WriteLine(F(x)); }")]
    [TestCase("class M { [TinyJit] public Tensor F(Tensor x) => x * Math.Sqrt(2) * Path.Combine(\"a\", \"b\").Length * Environment.NewLine.Length * nameof(DateTime.Now).Length; }")]
    [TestCase("class M { [TinyJit] public Tensor F(Tensor x) => x + Tensor.Rand(new Shape(3), 1); }")]
    [TestCase("class M { [TinyJit] public Tensor F(Tensor x) => x * new DateTime(2000, 1, 1).Year * new[] { 1, 2 }.Select(n => n * 2).Sum() * (x is { Rank: > 1 } ? 1 : 2); }")]
    public async Task ImpureCallIsInnocent(string code) =>
        Assert.That(await Compile.Analyze(new ImpureCallAnalyzer(), code, "TINY0010", DiagnosticSeverity.Warning), Is.Empty);

    [TestCase("class M { Tensor _s = Tensor.Zeros(3); [TinyJit] public Tensor F(Tensor x) { {|_s|} = _s + x; return _s; } }", "'_s'.*'F'.*_s.Assign")]
    [TestCase("class M { Tensor _s = Tensor.Zeros(3); [TinyJit] public Tensor F(Tensor x) { Step(x); return _s; } void Step(Tensor x) => {|this._s|} += x; }", "this._s.Assign")]
    [TestCase("class M { Tensor _a = Tensor.Zeros(3), _b = Tensor.Zeros(3); [TinyJit] public Tensor F(Tensor x) { ({|_a|}, {|_b|}) = (_b, _a); return x; } }", "'_b'")]
    [TestCase("class M { public Tensor? S { get; set; } [TinyJit] public Tensor F(Tensor x) => {|S|} ??= x * 2; }", "'S'")]
    [TestCase("class M { static readonly Tensor[] s_kv = [Tensor.Zeros(3)]; [TinyJit] public Tensor F(Tensor x) { {|s_kv[0]|} = x; return x; } }", "s_kv.0.")]
    [TestCase("class C { Func<Tensor, Tensor> F() { var h = Tensor.Zeros(3); return TinyJit.Of((Tensor x) => { {|h|} = h + x; return h; }); } }", "'h'")]
    [TestCase("class M { (Tensor K, Tensor V) _kv; [TinyJit] public Tensor F(Tensor[] xs) { xs.Select(x => {|_kv.K|} = x).First(); {|_kv|} = (xs[0], xs[1]); return xs is [var first, ..] ? first : xs[0]; } }", "_kv.K")]
    public async Task RepointedTensorIsReported(string code, string message) =>
        Assert.That(await Compile.Analyze(new RepointedTensorAnalyzer(), code, "TINY0011"), Has.Some.Matches(message));

    [TestCase("class M { readonly Tensor _s = Tensor.Zeros(3); [TinyJit] public Tensor F(Tensor x) { _s.Assign(_s + x); _s[0] = x[0]; return _s; } }")]
    [TestCase("class M { Tensor _s = Tensor.Zeros(3); public void Reset() => _s = Tensor.Zeros(3); [TinyJit] public Tensor F(Tensor x) => x + _s; }")]
    [TestCase("class M { [TinyJit] public Tensor F(Tensor x) { var s = x; s = s + 1; x = s; Tensor[] a = [x]; a[0] = s; foreach (var t in a) s += t; return s; } }")]
    [TestCase("class H { public Tensor V = Tensor.Ones(1); public Tensor? W { get; set; } } class M { [TinyJit] public Tensor F(Tensor x) { var h = new H { W = x }; h.V = x; return h.V; } }")]
    [TestCase("class M { readonly Tensor _s = Tensor.Zeros(3); Tensor S { get => _s; set => _s.Assign(value); } [TinyJit] public Tensor F(Tensor x) { S = x; return S is { Rank: 1 } s ? s : x; } }")]
    [TestCase("class B { Tensor _w; public B(Tensor w) => _w = w; public Tensor Run(Tensor x) => x * _w; } class M { [TinyJit] public Tensor F(Tensor x) => new B(x).Run(x); }")]
    [TestCase("class M { [TinyJit] public Tensor F((Tensor A, Tensor B) p) { p.A = p.A + 1; return p.A; } }", Description = "a copy of the caller's")]
    public async Task RepointedTensorIsInnocent(string code) => Assert.That(await Compile.Analyze(new RepointedTensorAnalyzer(), code, "TINY0011"), Is.Empty);

    [TestCase("class M { int _calls; [TinyJit] public Tensor F(Tensor x) { {|_calls|}++; return x; } }", "'_calls'.*'F'")]
    [TestCase("class M { public int Step { get; set; } [TinyJit] public Tensor F(Tensor x) { Count(); return x; } void Count() => {|Step|} += 1; }", "'Step'")]
    [TestCase("class C { Func<Tensor, Tensor> F() { int n = 0; return TinyJit.Of((Tensor x) => { {|n|} = 3; return x; }); } }", "'n'")]
    [TestCase("class M { readonly List<string> _log = []; static int s_n; [TinyJit] public Tensor F(Tensor[] xs) => xs.Select(x => { {|_log|}.Add(\"x\"); System.Threading.Interlocked.Increment(ref {|s_n|}); return x; }).First(); }", "'_log'")]
    [TestCase("class M { readonly int[] _seen = new int[3]; readonly Dictionary<int, int> _d = []; [TinyJit] public Tensor F(Tensor x) { {|_seen[0]|} = 1; if (x is { Rank: var r }) {|_d[r]|} = 2; return x; } }", "'_seen.0.'")]
    [TestCase("class O { public int N; } class M { readonly O _o = new(); [TinyJit] public Tensor F(Tensor x) { var o = _o; {|o.N|} = 2; return x; } }", "'o.N'")]
    [TestCase("class M { int _n; [TinyJit] public Tensor F(Tensor[] xs) => xs.Select(Step).First(); Tensor Step(Tensor t) { {|_n|}++; return t; } }", "'_n'")]
    [TestCase("class M { int _n; public Func<Tensor, Tensor> Run() { Tensor G(Tensor x) { {|_n|} = 2; return x; } return TinyJit.Of((Tensor x) => G(x)); } }", "'_n'")]
    [TestCase("class M { readonly LinkedList<int> _l = []; readonly System.Collections.Immutable.ImmutableList<int>.Builder _b = System.Collections.Immutable.ImmutableList.CreateBuilder<int>(); [TinyJit] public Tensor F(Tensor x) { {|_l|}.RemoveFirst(); {|_b|}.Add(1); return x; } }", "'_l'")]
    [TestCase("class H { static int s_made; public int N = {|s_made|}++; } class M { [TinyJit] public Tensor F(Tensor x) => x * new H().N; }", "'s_made'")]
    public async Task WriteAtCaptureIsReported(string code, string message) =>
        Assert.That(await Compile.Analyze(new WriteAtCaptureAnalyzer(), code, "TINY0012"), Has.Some.Matches(message));

    [TestCase("class M { [TinyJit] public Tensor F(Tensor x) { int n = 0; n++; for (int i = 0; i < 3; i++) n += i; return x * n; } }")]
    [TestCase("class B { int _n; public void Add(int k) => _n += k; public int N => _n; } class M { [TinyJit] public Tensor F(Tensor x) { var b = new B(); b.Add(2); return x * b.N; } }", Description = "an object of the method's own")]
    [TestCase("class M { int _n; public void Next() => _n++; [TinyJit] public Tensor F(Tensor x) => x; }")]
    [TestCase("class M { readonly Tensor _s = Tensor.Zeros(3); [TinyJit] public Tensor F(Tensor x) { _s[1..] = x; return _s; } }")]
    [TestCase("class M { [TinyJit] public Tensor F(Tensor[] xs) { var l = new List<Tensor>(); foreach (var x in xs) l.Add(x); l[0] = xs[1]; var d = l.ToDictionary(t => t.Rank); d[2] = l[0]; l.Reverse(); return l[0]; } }")]
    [TestCase("struct P { public int X; } class M { readonly P _p; [TinyJit] public Tensor F(Tensor x) { var p = _p; p.X = 2; int.TryParse(\"3\", out int n); (p.X, n) = (n, p.X); return x is { Rank: var r } ? x * r * n : x; } }", Description = "a copy")]
    [TestCase("class M { readonly System.Collections.Immutable.ImmutableList<int> _axes = [0]; [TinyJit] public Tensor F(Tensor x) => x.Sum(_axes.Add(1).ToArray()); }", Description = "another list")]
    public async Task WriteAtCaptureIsInnocent(string code) =>
        Assert.That(await Compile.Analyze(new WriteAtCaptureAnalyzer(), code, "TINY0012"), Is.Empty);

    [TestCase("class M { [TinyJit] public Tensor F(Tensor x) => x; } class C { void Run(M m) { Func<Tensor, Tensor> f = {|m.F|}; } }", "'F' through this delegate.*TinyJit.Of.m.F.")]
    [TestCase("class M { [TinyJit] public Tensor F(Tensor x) => x; } class C { IEnumerable<Tensor> Run(M m, Tensor[] xs) => xs.Select({|m.F|}); }", "m.F")]
    [TestCase("interface I { Tensor F(Tensor x); } class M : I { [TinyJit] public Tensor F(Tensor x) => x; } class C { Tensor Run(I m, Tensor x) => m.{|F|}(x); }", "'I.F' is above")]
    [TestCase("abstract class B { public abstract Tensor F(Tensor x); } class M : B { [TinyJit] public override Tensor F(Tensor x) => x; } class C { Tensor? Run(B? m, Tensor x) => m?.{|F|}(x); }", "'B.F' is above")]
    [TestCase("class C { [TinyJit] Tensor F(Tensor x) => x; public Tensor P { get => {|F|}(Tensor.Ones(1)); } }", "other files cannot name it")]
    [TestCase("class B { [TinyJit] public virtual Tensor F(Tensor x) => x; } class D : B { public Tensor G(Tensor x) => base.{|F|}(x); }", "base class")]
    [TestCase("class M { [TinyJit] public Tensor F(Tensor x) => x; } class C { System.Linq.Expressions.Expression<Func<Tensor, Tensor>> Run(M m) => x => m.{|F|}(x); }", "expression tree")]
    public async Task UninterceptedUseIsReported(string code, string message) =>
        Assert.That(await Compile.Analyze(new UninterceptedUseAnalyzer(), code, "TINY0013", DiagnosticSeverity.Info), Has.Some.Matches(message));

    [TestCase("class M { [TinyJit] public Tensor F(Tensor x) => x; } class C { void Run(M m) { var f = TinyJit.Of(m.F); _ = nameof(m.F); } }")]
    [TestCase("class M { [TinyJit] public Tensor F(Tensor x) => x; } class C { Tensor Run(M m, Tensor[] xs) => xs.Select(x => m.F(x)).First(); }")]
    [TestCase("class M { public Tensor F(Tensor x) => x; } class C { void Run(M m) { Func<Tensor, Tensor> f = m.F; } }")]
    [TestCase("class M { [TinyJit] Tensor F(Tensor x) => x; [TinyJit] public Tensor G(Tensor x) => F(x); [TinyJit] public Tensor H(Tensor[] xs) => xs.Select(F).First(); }", Description = "part of another capture")]
    [TestCase("class B { [TinyJit] public virtual Tensor F(Tensor x) => x; } class D : B { [TinyJit] public override Tensor F(Tensor x) => base.F(x); } class C { Tensor Run(B b, Tensor x) => b is D { } d ? d.F(x) : b.F(x); }")]
    [TestCase("interface I { Tensor G(Tensor x); } class M : I { [TinyJit] public Tensor F(Tensor x) => x; public Tensor G(Tensor x) => F(x); } class C { Tensor Run(I m, Tensor x) => m.G(x); }")]
    public async Task UninterceptedUseIsInnocent(string code) =>
        Assert.That(await Compile.Analyze(new UninterceptedUseAnalyzer(), code, "TINY0013", DiagnosticSeverity.Info), Is.Empty);
}
