using System.Text.Json;
using Tiny.Jit;
using Tiny.Tests;

namespace Tiny.Browser.Tests;

/// <summary>Which backend a bundle takes, and what it does when it loses its GPU.</summary>
public sealed class BackendTests
{
    // Named otherwise, SwiftShader passes for a GPU.
    const string Hardware = """
        const request = GPU.prototype.requestAdapter;
        globalThis.adapters = 0;
        GPU.prototype.requestAdapter = async function () {
          const adapter = await request.call(this);
          globalThis.adapters++;
          Object.defineProperty(adapter, 'info', { value: { vendor: 'acme', architecture: 'anvil', device: '', description: '' } });
          return adapter;
        };
        """;
    const string NoGpu = "Object.defineProperty(Navigator.prototype, 'gpu', { get: () => undefined });";
    const string Load = "const { load } = await import('/backends/index.js');";
    const string Call = "[...(await model.step({ x: Float32Array.of(1, 2, 3) })).output]";

    [OneTimeSetUp]
    public void Export() => TestBrowser.Server.Mount("/backends/", BrowserModel.Export("backends", new Adds(), typeof(Adds).GetMethod(nameof(Adds.Step))!, typeof(Adds).GetMethod(nameof(Adds.Twice))!));

    /// <summary>An entry point with state, and one without.</summary>
    public sealed class Adds
    {
        readonly Tensor _sum = Tensor.Zeros(3).Realize();

        [TinyJit]
        public Tensor Step([Shape(3)] Tensor x)
        {
            _sum.Assign(_sum + x);
            return _sum * 1;
        }

        [TinyJit]
        public Tensor Twice([Shape(3)] Tensor x) => x * 2;
    }

    static async Task<JsonElement> RunAsync(string body, string? before = null, string path = "/blank.html")
    {
        await using var page = await TestBrowser.OpenAsync(path, before);
        return await page.RunAsync($"{Load} {body}");
    }

    [Test]
    public async Task ASoftwareAdapterGivesWebAssembly() =>
        Assert.That((await RunAsync("return (await load()).stats.backend;")).GetString(), Is.EqualTo("wasm"));

    [Test]
    public async Task NoWebGpuGivesWebAssembly()
    {
        var r = await RunAsync($"const model = await load(); {Call}; return [model.stats.backend, String(model.device), {Call}.join(), String(globalThis.navigator.gpu)];", NoGpu);
        Assert.That(r.EnumerateArray().Select(v => v.GetString()), Is.EqualTo(new[] { "wasm", "undefined", "2,4,6", "undefined" }));
    }

    [Test]
    public async Task TheModuleIsReadWhileTheAdapterIsLookedFor()
    {
        // The adapter is found once the module has been asked for.
        var r = await RunAsync("""
            const asked = new Promise((resolve) => {
              const request = globalThis.fetch;
              globalThis.fetch = (what, ...more) => { if (String(what).endsWith('.wasm')) resolve(); return request(what, ...more); };
            });
            GPU.prototype.requestAdapter = () => asked.then(() => null);
            return (await load()).stats.backend;
            """);
        Assert.That(r.GetString(), Is.EqualTo("wasm"));
    }

    [Test]
    public async Task APolicyAgainstWebAssemblyLeavesWebGpu()
    {
        Assert.That((await RunAsync("return (await load()).stats.backend;", null, "/strict.html")).GetString(), Is.EqualTo("webgpu"));
        await using var page = await TestBrowser.OpenAsync("/strict.html");
        var error = await page.ErrorAsync($"{Load} await load({{ backend: 'wasm' }});");
        Assert.That(error.Code, Is.EqualTo("wasm"));
        Assert.That(error.Message, Does.Contain("'wasm-unsafe-eval'"));
    }

    [Test]
    public async Task ATryIsRemembered()
    {
        var r = await RunAsync("""
            const first = (await load()).stats.backend;
            const keys = Object.keys(localStorage);
            const kept = localStorage.getItem(keys[0]);
            localStorage.setItem(keys[0], 'webgpu');
            const second = (await load()).stats.backend;
            localStorage.setItem(keys[0], 'wasm');
            const third = (await load()).stats.backend;
            return { keys, first, kept, second, third };
            """, Hardware);
        Assert.That(r.GetProperty("keys").GetArrayLength(), Is.EqualTo(1));
        Assert.That(r.GetProperty("keys")[0].GetString(), Does.Match("^tiny [0-9a-f]{16} acme anvil$"));
        Assert.That(r.GetProperty("first").GetString(), Is.EqualTo(r.GetProperty("kept").GetString()).And.AnyOf("wasm", "webgpu"));
        Assert.That(r.GetProperty("second").GetString(), Is.EqualTo("webgpu"));
        Assert.That(r.GetProperty("third").GetString(), Is.EqualTo("wasm"));
    }

    [Test]
    public async Task ATryLeavesNoTraceAndNeedsNoStorage()
    {
        var r = await RunAsync($"const model = await load(); return [model.stats.dispatched, {Call}.join()];",
            Hardware + "Object.defineProperty(globalThis, 'localStorage', { get: () => { throw new Error('denied'); } });");
        Assert.That(r.ToString(), Is.EqualTo("""[0,"1,2,3"]"""));
    }

    [Test]
    public async Task ALostGpuIsFollowedByWebAssemblyWithOneEvent()
    {
        var r = await RunAsync($$"""
            const told = [];
            localStorage.setItem('x', '1');
            await load();
            for (const key of Object.keys(localStorage)) localStorage.setItem(key, 'webgpu');
            const model = await load({ onFallback: (event) => told.push(event) });
            const before = {{Call}};
            const calls = [model.twice({ x: Float32Array.of(4, 5, 6) }), model.twice({ x: Float32Array.of(7, 8, 9) })];
            model.device.destroy();
            const under = (await Promise.all(calls)).map(({ output }) => [...output]);
            return { before, under, after: {{Call}}, told, backend: model.stats.backend };
            """, Hardware);
        Assert.That(r.GetProperty("before").ToString(), Is.EqualTo("[1,2,3]"));
        Assert.That(r.GetProperty("under").ToString(), Is.EqualTo("[[8,10,12],[14,16,18]]"));
        Assert.That(r.GetProperty("after").ToString(), Is.EqualTo("[1,2,3]"), "state begins anew");
        Assert.That(r.GetProperty("backend").GetString(), Is.EqualTo("wasm"));
        var told = r.GetProperty("told");
        Assert.That(told.GetArrayLength(), Is.EqualTo(1));
        Assert.That(told[0].GetProperty("stateLost").GetBoolean(), Is.True);
        Assert.That(told[0].GetProperty("to").GetString(), Is.EqualTo("wasm"));
    }

    [Test]
    public async Task StateIsNotLostUnnoticed()
    {
        await using var page = await TestBrowser.OpenAsync(before: Hardware);
        var error = await page.ErrorAsync($"""
            {Load}
            await load();
            for (const key of Object.keys(localStorage)) localStorage.setItem(key, 'webgpu');
            const model = await load();
            model.device.destroy();
            await model.twice({"{ x: Float32Array.of(4, 5, 6) }"});
            """);
        Assert.That(error.Code, Is.EqualTo("device-lost"));
    }

    [Test]
    public async Task WebAssemblyTakesNoGpuBuffer()
    {
        await using var page = await TestBrowser.OpenAsync();
        var error = await page.ErrorAsync($$"""
            {{Load}}
            const device = await (await navigator.gpu.requestAdapter()).requestDevice();
            const model = await load({ backend: 'wasm' });
            await model.twice({ x: device.createBuffer({ size: 12, usage: 4 }) });
            """);
        Assert.That(error, Is.EqualTo(("TinyError", "input-dtype", "input 'x' of twice() is a GPUBuffer, which WebAssembly cannot read; give an array.")));
    }

    [Test]
    public async Task RunsInAWorkerFromGivenBytes()
    {
        TestBrowser.Server.Put("/wasm-worker.js", """
            import { load } from '/backends/index.js';
            try {
              const bytes = async (name) => (await fetch(`/backends/${name}`)).arrayBuffer();
              const model = await load({ backend: 'wasm', wasm: await bytes('backends.wasm'), weights: await bytes('backends.safetensors') });
              await model.step({ x: Float32Array.of(1, 2, 3) });
              model.reset();
              postMessage([...(await model.step({ x: Float32Array.of(1, 2, 3) })).output].join());
            } catch (e) {
              postMessage(e.message);
            }
            """u8.ToArray());
        var r = await RunAsync("""
            const worker = new Worker('/wasm-worker.js', { type: 'module' });
            return await new Promise((resolve, reject) => { worker.onmessage = (e) => resolve(e.data); worker.onerror = reject; });
            """);
        Assert.That(r.ToString(), Is.EqualTo("1,2,3"));
    }
}
