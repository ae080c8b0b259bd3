using Tiny.Jit;
using Tiny.Tests;

namespace Tiny.Browser.Tests;

/// <summary>A bundle that remembers: several calls, two entry points over one state, and reset.</summary>
[TestFixture("webgpu"), TestFixture("wasm")]
public sealed class StateTests(string backend)
{
    [Test]
    public async Task CallsDoWhatPlainCallsDoAndResetForgets()
    {
        await using var browser = await BrowserModel.ExportAsync("remembers", Capturing.Of("remembers", new Remembers()), backend);
        for (int run = 0; run < 2; run++)
        {
            var plain = new Remembers();
            for (int i = 1; i <= 3; i++)
            {
                var x = Tensor.From([i, -i, 0.5f]);
                Close.Check(await browser.FloatsAsync("step", "x", x), plain.Step(x).ToArray<float>(), 1e-6, $"call {i}");
                var zero = Tensor.Zeros(1);
                Assert.That(await browser.FloatsAsync("all", "x", zero), Is.EqualTo(plain.All(zero).ToArray<float>()));
            }
            await browser.ResetAsync();
        }
    }

    [Test]
    public async Task TheStateSuiteAgreesWithTheInterpreter()
    {
        await using var browser = await BrowserModel.ExportAsync("state", ProgramCapture.Capture("state", new StateSuite(), StateSuite.Cases), backend);
        var oracle = new StateSuite();
        await Assert.MultipleAsync(async () =>
        {
            foreach (var method in StateSuite.Cases)
                for (int call = 0; call < StateSuite.Calls; call++)
                {
                    object?[] arguments = StateSuite.Arguments(method, call);
                    var sizes = method.GetParameters().Zip(arguments).Where(x => x.Second is Dim).ToDictionary(x => x.First.Name!, x => (int)(Dim)x.Second!);
                    await browser.CheckAsync(method, oracle, arguments, sizes, 1e-5);
                }
        });
    }

    [Test]
    public async Task RandomNumbersAreThoseOfPlainCalls()
    {
        Tensor.ManualSeed(77);
        await using var browser = await BrowserModel.ExportAsync("draws", Capturing.Of("draws", new Draws()), backend);
        var expected = Draws.Plain(77, 3);
        for (int i = 0; i < 3; i++) Close.Check(await browser.FloatsAsync("forward", "x", Draws.Input(i + 1)), expected[i], 1e-5, $"call {i}");
    }
}
