using Tiny.Jit;
using Tiny.Tests;

namespace Tiny.Browser.Tests;

/// <summary>Every sequence of calls on a bundle: results are given back as the arrays they are, parts of arrays and one array twice are arguments.</summary>
[NonParallelizable]
[TestFixture("webgpu"), TestFixture("wasm")]
public sealed class CallSequenceTests(string backend)
{
    Program _program = null!;
    TestPage _page = null!;

    [OneTimeSetUp]
    public async Task LoadAsync()
    {
        _program = ExportCaller.Capture("calls");
        _page = await BrowserCaller.OpenAsync(_program, "/calls/", backend);
    }

    [OneTimeTearDown]
    public async Task CloseAsync()
    {
        if (_page is not null) await _page.DisposeAsync();
    }

    [TearDown]
    public void Begin() => Tensor.ManualSeed(0);

    [TestCaseSource(typeof(CallSequences), nameof(CallSequences.Names))]
    public async Task CallsAgree(string name)
    {
        await using var caller = await BrowserCaller.BeginAsync(_program, _page);
        await CallSequences.CheckAsync(name, caller);
    }
}
