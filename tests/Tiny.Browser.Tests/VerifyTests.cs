using Tiny.Cli;
using Tiny.Cli.Verify;
using Tiny.Cli.Verify.Browser;
using Tiny.Onnx.Tests;

namespace Tiny.Browser.Tests;

/// <summary><c>tiny verify --browser</c>: a Chromium of its own, a page, and results that come back.</summary>
public sealed class VerifyTests
{
    [Test]
    public void CasesPassInChromium()
    {
        var cases = Conformance.Small.Where(c => c.IsPlain() && !c.Flags.Contains("float64")).Spread(24);
        var results = VerifyTargets.Get("webgpu", new(InBrowser: true)).Run(cases).ToList();
        Assert.That(results.Where(r => r.Status != CaseStatus.Pass).Select(r => $"{r.Case.Name}: {r.Reason}"), Is.Empty);
    }

    [Test]
    public void Float64IsNarrowedWhereThatIsAskedFor()
    {
        var cases = Conformance.Small.Where(c => c.Name is "test_cumsum_1d" or "test_cast_FLOAT_to_DOUBLE").ToList();
        var refused = VerifyTargets.Get("webgpu", new(InBrowser: true)).Run(cases).ToList();
        Assert.That(refused.Select(r => r.Status), Is.All.EqualTo(CaseStatus.Unsupported));
        var results = VerifyTargets.Get("webgpu", new(NarrowFloat64: true, InBrowser: true)).Run(cases).ToList();
        Assert.That(results.Select(r => (r.Status, r.Reason, r.Target)), Is.All.EqualTo((CaseStatus.Pass, "", "webgpu (browser) (f64=f32)")));
    }

    // The page says what is wrong, one that hangs is ended, and what comes next has a new one.
    [Test]
    public void APageThatHangsIsEnded()
    {
        string folder = TestBrowser.NewFolder();
        using var session = new BrowserSession { Limit = TimeSpan.FromSeconds(8) };
        void Bundle(string load)
        {
            File.WriteAllText(Path.Combine(folder, "index.js"), $"export const program = {{ entries: {{ f: {{ inputs: {{ x: {{ dtype: 'int32', shape: [2] }} }}, outputs: {{ y: {{}} }} }} }} }}; export const load = {load};");
            File.WriteAllText(Path.Combine(folder, "tiny.js"), "export const arrays = { int32: Int32Array };");
        }
        byte[][] Run() => session.Run(folder, [("f", [1, 0, 0, 0, 2, 0, 0, 0])], default);
        Bundle("async () => ({ f: async ({ x }) => ({ y: x.map((n) => n + 1) }), dispose() {} })");
        Assert.That(Run()[0], Is.EqualTo(new byte[] { 2, 0, 0, 0, 3, 0, 0, 0 }));
        Bundle("async () => { throw new TypeError('no such thing'); }");
        Assert.That(Run, Throws.InvalidOperationException.With.Message.EqualTo("TypeError: no such thing"));
        Bundle("async () => { for (;;); }");
        Assert.That(Run, Throws.TypeOf<TimeoutException>().With.Message.Contains("8 seconds"));
        Bundle("async () => ({ f: async ({ x }) => ({ y: x }), dispose() {} })");
        Assert.That(Run()[0], Is.EqualTo(new byte[] { 1, 0, 0, 0, 2, 0, 0, 0 }));
    }
}
