namespace Tiny.Browser.Tests;

/// <summary>Every wrong use of a bundle gives an error with a stable code that says what is wrong and what to do.</summary>
public sealed class MisuseTests
{
    const string Load = "const { load } = await import('/hand/index.js'); const model = await load();";

    const string X = "input 'x' of forward(): Float32Array of 4 values (shape [2, 2]) expected, got ";
    const string K = "input 'k' of forward(): Int32Array of 4 values (shape [4]) expected, got ";

    [TestCase("{ x: new Float32Array(5), k: new Int32Array(4) }", "input-length", X + "5 values.")]
    [TestCase("{ x: new Float64Array(4), k: new Int32Array(4) }", "input-dtype", X + "Float64Array.")]
    [TestCase("{ x: [1, 2, 3, 4], k: new Int32Array(4) }", "input-dtype", X + "Array.")]
    [TestCase("{ x: null, k: new Int32Array(4) }", "input-dtype", X + "Null.")]
    [TestCase("{ x: new Float32Array(4), k: new Float32Array(4) }", "input-dtype", K + "Float32Array.")]
    [TestCase("{ x: new Float32Array(4) }", "input-missing", K + "nothing.")]
    [TestCase("", "input-missing", X + "nothing.")]
    [TestCase("{ x: model.device.createBuffer({ size: 8, usage: 4 }), k: new Int32Array(4) }", "input-length", X + "a GPUBuffer of 8 bytes.")]
    [TestCase("{ x: new Float32Array(4), k: new Int32Array(4), y: 1 }", "input-unknown", "forward() has no input 'y'; it has: x, k.")]
    public async Task WrongInput(string inputs, string code, string message)
    {
        await using var page = await TestBrowser.OpenAsync();
        var error = await page.ErrorAsync($"{Load} await model.forward({inputs});");
        Assert.That(error, Is.EqualTo(("TinyError", code, message)));
    }

    [Test]
    public async Task UseAfterDispose()
    {
        await using var page = await TestBrowser.OpenAsync();
        var error = await page.ErrorAsync($"{Load} model.dispose(); model.dispose(); await model.scale();");
        Assert.That(error, Is.EqualTo(("TinyError", "disposed", "scale() after dispose(): load the model again.")));
        var reset = await page.ErrorAsync($"{Load} model.dispose(); model.reset();");
        Assert.That(reset.Code, Is.EqualTo("disposed"));
        var underWay = await page.ErrorAsync($"{Load} const call = model.scale(); model.dispose(); await call;");
        Assert.That(underWay.Code, Is.EqualTo("disposed"));
    }

    [Test]
    public async Task LostDevice()
    {
        await using var page = await TestBrowser.OpenAsync();
        var later = await page.ErrorAsync($"{Load} model.device.destroy(); await model.device.lost; await model.scale();");
        Assert.That(later.Code, Is.EqualTo("device-lost"));
        Assert.That(later.Message, Does.EndWith("load the model again."));
        var underWay = await page.ErrorAsync($"{Load} const call = model.scale(); model.device.destroy(); await call;");
        Assert.That(underWay.Code, Is.EqualTo("device-lost"));
    }

    [TestCase("wasm", "wasm", "hand needs more memory than WebAssembly has; use WebGPU.")]
    [TestCase("webgl", "backend", "unknown backend 'webgl'; use 'auto', 'webgpu' or 'wasm'.")]
    public async Task OtherBackends(string backend, string code, string message)
    {
        await using var page = await TestBrowser.OpenAsync();
        var error = await page.ErrorAsync($"const {{ load }} = await import('/hand/index.js'); await load({{ backend: '{backend}' }});");
        Assert.That(error, Is.EqualTo(("TinyError", code, message)));
    }

    [Test]
    public async Task NoWebGpu()
    {
        await using var page = await TestBrowser.OpenAsync(before: "Object.defineProperty(Navigator.prototype, 'gpu', { get: () => undefined });");
        var error = await page.ErrorAsync("const { load } = await import('/hand/index.js'); await load();");
        Assert.That(error.Code, Is.EqualTo("no-webgpu"));
        Assert.That(error.Message, Does.StartWith("WebGPU is not available in this browser. Use a current"));
    }

    [Test]
    public async Task NoAdapter()
    {
        await using var page = await TestBrowser.OpenAsync(before: "GPU.prototype.requestAdapter = async () => null;");
        var error = await page.ErrorAsync("const { load } = await import('/hand/index.js'); await load();");
        Assert.That(error.Code, Is.EqualTo("no-adapter"));
        Assert.That(error.Message, Does.Contain("turn on hardware acceleration"));
    }

    [Test]
    public async Task ALimitThatTheGpuLacks()
    {
        await using var page = await TestBrowser.OpenAsync();
        var error = await page.ErrorAsync("""
            const { program } = await import('/hand/index.js');
            const { loadProgram } = await import('/hand/tiny.js');
            await loadProgram({ ...program, limits: { maxStorageBuffersPerShaderStage: 1e6 } }, new URL('/hand/hand.safetensors', location.href));
            """);
        Assert.That(error.Code, Is.EqualTo("limits"));
        Assert.That(error.Message, Does.StartWith("hand needs maxStorageBuffersPerShaderStage = 1000000, this GPU offers "));
    }

    static readonly byte[] s_weights = File.ReadAllBytes(Path.Combine(TestContext.CurrentContext.TestDirectory, "Fixtures", "hand", "hand.safetensors"));

    static async Task<(string Name, string Code, string Message)> LoadWithAsync(byte[] weights)
    {
        TestBrowser.Server.Put("/other.safetensors", weights);
        await using var page = await TestBrowser.OpenAsync();
        return await page.ErrorAsync("const { load } = await import('/hand/index.js'); await load({ weights: '/other.safetensors' });");
    }

    // An altered byte in the header, in the first block of data and in the last.
    [Test]
    public async Task AlteredWeights([Values(20, -24, -1)] int at)
    {
        var bytes = s_weights.ToArray();
        bytes[at < 0 ? bytes.Length + at : at] ^= 1;
        var error = await LoadWithAsync(bytes);
        Assert.That(error.Code, Is.EqualTo("weights-altered"));
        Assert.That(error.Message, Does.StartWith("hand.safetensors is not the file that this program was built with"));
    }

    [Test]
    public async Task TruncatedWeights([Values(0, 1, 100)] int kept)
    {
        int length = kept == 0 ? s_weights.Length - 1 : kept;
        var error = await LoadWithAsync(s_weights[..length]);
        Assert.That(error.Code, Is.EqualTo("weights-length"));
        Assert.That(error.Message, Is.EqualTo(
            $"hand.safetensors has only {length} bytes, the program was built with {s_weights.Length}: the file is truncated. Copy the whole bundle again."));
    }

    [Test]
    public async Task WeightsThatGoOn()
    {
        var error = await LoadWithAsync([.. s_weights, 0]);
        Assert.That(error.Code, Is.EqualTo("weights-length"));
        Assert.That(error.Message, Does.Contain($"at least {s_weights.Length + 1} bytes"));
    }

    [Test]
    public async Task NoWeights()
    {
        await using var page = await TestBrowser.OpenAsync();
        var error = await page.ErrorAsync("const { load } = await import('/hand/index.js'); await load({ weights: '/nowhere.safetensors' });");
        Assert.That(error.Code, Is.EqualTo("weights-fetch"));
        Assert.That(error.Message, Is.EqualTo("cannot read hand.safetensors from /nowhere.safetensors: the server answered 404"));
    }

    [Test]
    public async Task TheShippedBundleSaysTheSame()
    {
        TestBrowser.Server.Mount("/digits/", Repository.DigitsBundle);
        byte[] weights = await File.ReadAllBytesAsync(Path.Combine(Repository.DigitsBundle, "digits.safetensors"));
        TestBrowser.Server.Put("/short.safetensors", weights[..^4]);
        weights[weights.Length / 2] ^= 16;
        TestBrowser.Server.Put("/altered.safetensors", weights);
        await using var page = await TestBrowser.OpenAsync();
        const string Import = "const { load } = await import('/digits/index.js');";

        var input = await page.ErrorAsync($"{Import} await (await load()).forward({{ image: new Float32Array(100) }});");
        Assert.That(input, Is.EqualTo(("TinyError", "input-length",
            "input 'image' of forward(): Float32Array of 784 values (shape [1, 1, 28, 28]) expected, got 100 values.")));
        var type = await page.ErrorAsync($"{Import} await (await load()).forward({{ image: new Uint8Array(784) }});");
        Assert.That(type, Is.EqualTo(("TinyError", "input-dtype",
            "input 'image' of forward(): Float32Array of 784 values (shape [1, 1, 28, 28]) expected, got Uint8Array.")));
        var shortened = await page.ErrorAsync($"{Import} await load({{ weights: '/short.safetensors' }});");
        Assert.That(shortened.Code, Is.EqualTo("weights-length"));
        var altered = await page.ErrorAsync($"{Import} await load({{ weights: '/altered.safetensors' }});");
        Assert.That(altered.Code, Is.EqualTo("weights-altered"));
        var other = await page.ErrorAsync($"{Import} await load({{ backend: 'webgl' }});");
        Assert.That(other.Code, Is.EqualTo("backend"));
        var disposed = await page.ErrorAsync($"{Import} const model = await load(); model.dispose(); await model.forward({{ image: new Float32Array(784) }});");
        Assert.That(disposed.Code, Is.EqualTo("disposed"));
    }
}
