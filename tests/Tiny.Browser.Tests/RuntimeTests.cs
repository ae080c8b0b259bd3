using System.Text.Json;

namespace Tiny.Browser.Tests;

/// <summary>The runtime on a bundle written by hand: h = x * w + b; total = sum of h; counts = int(h) + k.</summary>
public sealed class RuntimeTests
{
    const string Load = "const { load, program } = await import('/hand/index.js'); const model = await load();";
    const string Call = "await model.forward({ x: Float32Array.of(1, 2, 3, 4), k: Int32Array.of(1, 2, 3, 4) })";
    static readonly float[] s_counts = [12, 26, 42, 60];

    static float[] Numbers(JsonElement array) => [.. array.EnumerateArray().Select(v => v.GetSingle())];

    [Test]
    public async Task GivesNamedTypedArrays()
    {
        await using var page = await TestBrowser.OpenAsync();
        var r = await page.RunAsync($$"""
            {{Load}}
            const { total, counts } = {{Call}};
            return { total: [...total], counts: [...counts], types: [total.constructor.name, counts.constructor.name], stats: model.stats };
            """);
        Assert.That(r.GetProperty("total")[0].GetSingle(), Is.EqualTo(130));
        Assert.That(Numbers(r.GetProperty("counts")), Is.EqualTo(s_counts));
        Assert.That(r.GetProperty("types").ToString(), Is.EqualTo("""["Float32Array","Int32Array"]"""));
        var stats = r.GetProperty("stats");
        Assert.That(stats.GetProperty("dispatched").GetInt32(), Is.EqualTo(2));
        Assert.That(stats.GetProperty("dispatches").GetProperty("forward").GetInt32(), Is.EqualTo(2));
        Assert.That(stats.GetProperty("adapter").GetProperty("vendor").GetString(), Is.Not.Empty);
        Assert.That(page.Complaints, Is.Empty);
    }

    [Test]
    public async Task AnEntryPointMayHaveNoInputAndGiveAWeight()
    {
        await using var page = await TestBrowser.OpenAsync();
        var r = await page.RunAsync($"{Load} return [...(await model.scale()).w];");
        Assert.That(Numbers(r), Is.EqualTo(new float[] { 1, 2, 3, 4 }));
    }

    [Test]
    public async Task OverlappingCallsDoNotMix()
    {
        await using var page = await TestBrowser.OpenAsync();
        var r = await page.RunAsync($$"""
            {{Load}}
            const calls = Array.from({ length: 20 }, (_, i) =>
              model.forward({ x: new Float32Array(4).fill(i), k: new Int32Array(4).fill(i) }));
            return (await Promise.all(calls)).map(({ total, counts }) => [total[0], counts[3]]);
            """);
        Assert.That(r.GetArrayLength(), Is.EqualTo(20));
        for (int i = 0; i < 20; i++)
        {
            Assert.That(r[i][0].GetSingle(), Is.EqualTo(10 * i + 100), $"call {i}");
            Assert.That(r[i][1].GetInt32(), Is.EqualTo(5 * i + 40), $"call {i}");
        }
    }

    [Test]
    public async Task ACallSeesItsInputsAsTheyWere()
    {
        await using var page = await TestBrowser.OpenAsync();
        var r = await page.RunAsync($$"""
            {{Load}}
            const x = Float32Array.of(1, 2, 3, 4);
            const call = model.forward({ x, k: new Int32Array(4) });
            x.fill(1000);
            return (await call).total[0];
            """);
        Assert.That(r.GetSingle(), Is.EqualTo(130));
    }

    [Test]
    public async Task TakesGpuBuffers()
    {
        await using var page = await TestBrowser.OpenAsync();
        var r = await page.RunAsync($$"""
            {{Load}}
            const x = model.device.createBuffer({ size: 16, usage: GPUBufferUsage.COPY_SRC | GPUBufferUsage.COPY_DST });
            model.device.queue.writeBuffer(x, 0, Float32Array.of(1, 2, 3, 4));
            const { counts } = await model.forward({ x, k: Int32Array.of(1, 2, 3, 4) });
            return [...counts];
            """);
        Assert.That(Numbers(r), Is.EqualTo(s_counts));
    }

    [Test]
    public async Task AnErrorOfTheGpuIsThrown()
    {
        await using var page = await TestBrowser.OpenAsync();
        var error = await page.ErrorAsync($$"""
            {{Load}}
            const x = model.device.createBuffer({ size: 16, usage: GPUBufferUsage.STORAGE });
            await model.forward({ x, k: new Int32Array(4) });
            """);
        Assert.That(error.Name, Is.EqualTo("TinyError"));
        Assert.That(error.Code, Is.EqualTo("gpu"));
        Assert.That(error.Message, Does.StartWith("forward(): ").And.Contains("CopySrc"));
        var after = await page.RunAsync($$"""
            {{Load}}
            const x = model.device.createBuffer({ size: 16, usage: GPUBufferUsage.STORAGE });
            await model.forward({ x, k: new Int32Array(4) }).catch(() => {});
            return ({{Call}}).total[0];
            """);
        Assert.That(after.GetSingle(), Is.EqualTo(130), "a call that failed leaves the model usable");
    }

    [Test]
    public async Task AShaderThatDoesNotCompileIsNamedWithItsLine()
    {
        await using var page = await TestBrowser.OpenAsync();
        var error = await page.ErrorAsync("""
            const { program } = await import('/hand/index.js');
            const { loadProgram } = await import('/hand/tiny.js');
            const kernels = { ...program.kernels, mix: { ...program.kernels.mix, code: '\n\nfn mix( {' } };
            await loadProgram({ ...program, kernels }, new URL('/hand/hand.safetensors', location.href));
            """);
        Assert.That(error.Code, Is.EqualTo("gpu"));
        Assert.That(error.Message, Does.StartWith("kernel mix does not compile: line 3:"));
    }

    [Test]
    public async Task ABindingThatDoesNotFitIsAnError()
    {
        await using var page = await TestBrowser.OpenAsync();
        var error = await page.ErrorAsync("""
            const { program } = await import('/hand/index.js');
            const { loadProgram } = await import('/hand/tiny.js');
            const buffers = { ...program.buffers, h: { offset: 8, bytes: 16 } };
            await loadProgram({ ...program, buffers }, new URL('/hand/hand.safetensors', location.href));
            """);
        Assert.That(error.Code, Is.EqualTo("gpu"));
        Assert.That(error.Message, Does.StartWith("binding buffers: "));
    }

    [Test]
    public async Task TellsProgressAndStopsWhenAborted()
    {
        await using var page = await TestBrowser.OpenAsync();
        var seen = await page.RunAsync("""
            const { load, program } = await import('/hand/index.js');
            const seen = [];
            await load({ onProgress: ({ loaded, total }) => seen.push([loaded, total]) });
            return { first: seen[0][0], last: seen.at(-1), bytes: program.weights.bytes };
            """);
        Assert.That(seen.GetProperty("first").GetInt32(), Is.Zero);
        int bytes = seen.GetProperty("bytes").GetInt32();
        Assert.That(seen.GetProperty("last").ToString(), Is.EqualTo($"[{bytes},{bytes}]"));

        var aborted = await page.ErrorAsync("""
            const { load } = await import('/hand/index.js');
            const stop = new AbortController();
            await load({ signal: stop.signal, onProgress: () => stop.abort() });
            """);
        Assert.That(aborted.Name, Is.EqualTo("AbortError"));
        var before = await page.ErrorAsync("const { load } = await import('/hand/index.js'); await load({ signal: AbortSignal.abort() });");
        Assert.That(before.Name, Is.EqualTo("AbortError"));
    }

    [Test]
    public async Task TakesTheWeightsAsBytesOrFromElsewhere()
    {
        await using var page = await TestBrowser.OpenAsync();
        var r = await page.RunAsync($$"""
            const { load } = await import('/hand/index.js');
            const bytes = await (await fetch('/hand/hand.safetensors')).arrayBuffer();
            const padded = new Uint8Array(bytes.byteLength + 7);
            padded.set(new Uint8Array(bytes), 7);
            const totals = [];
            for (const weights of [bytes, padded.subarray(7), '/hand/hand.safetensors', new URL('/hand/hand.safetensors', location.href)]) {
              const model = await load({ weights });
              totals.push(({{Call}}).total[0]);
              model.dispose();
            }
            return totals;
            """);
        Assert.That(Numbers(r), Is.EqualTo(new float[] { 130, 130, 130, 130 }));
    }

    [Test]
    public async Task RunsInAWorker()
    {
        TestBrowser.Server.Put("/worker.js", """
            import { load } from '/hand/index.js';
            try {
              const model = await load();
              const { total } = await model.forward({ x: Float32Array.of(1, 2, 3, 4), k: new Int32Array(4) });
              postMessage(total[0]);
            } catch (e) {
              postMessage(e.message);
            }
            """u8.ToArray());
        await using var page = await TestBrowser.OpenAsync();
        var r = await page.RunAsync("""
            const worker = new Worker('/worker.js', { type: 'module' });
            return await new Promise((resolve, reject) => { worker.onmessage = (e) => resolve(e.data); worker.onerror = reject; });
            """);
        Assert.That(r.ToString(), Is.EqualTo("130"));
    }

    [Test]
    public async Task ResetKeepsTheModelUsable()
    {
        await using var page = await TestBrowser.OpenAsync();
        var r = await page.RunAsync($"{Load} {Call}; model.reset(); return ({Call}).total[0];");
        Assert.That(r.GetSingle(), Is.EqualTo(130));
    }
}
