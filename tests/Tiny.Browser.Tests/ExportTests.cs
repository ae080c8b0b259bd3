using System.IO.Compression;
using System.Reflection;
using System.Security.Cryptography;
using Tiny.Formats;
using Tiny.Jit;
using Tiny.Tests;

namespace Tiny.Browser.Tests;

/// <summary>The files of a bundle, and what the exporter refuses.</summary>
public sealed class ExportTests
{
    static readonly ExportModels s_model = new();

    const string Narrow = "cast to float32, or export with the build's property TinyFloat64=float32, or --f64 f32 of the command, to compute and store float32 instead; live, the device cpu has it (TINY_DEVICE=cpu)";

    static MethodInfo[] Methods(params string[] names) => [.. names.Select(n => typeof(ExportModels).GetMethod(n)!)];

    static Tensor Floats(int count, params int[] shape) =>
        Tensor.From<float>([.. Enumerable.Range(0, count).Select(i => (float)Math.Sin(i))], shape);

    [Test]
    public async Task SeveralEntryPointsShareWeights()
    {
        await using var model = await BrowserModel.ExportAsync("several", s_model, Methods("Large", "Shared", "NoInput"));
        await model.CheckAsync(Methods("Large")[0], s_model, [Floats(1024, 1, 1024)], 1e-5);
        await model.CheckAsync(Methods("Shared")[0], s_model, [Floats(6000, 2, 3000)], 1e-5);
        await model.CheckAsync(Methods("NoInput")[0], s_model, [], 0);
        var stats = await model.StatsAsync();
        long weights = 4L * (1024 * 3000 + 3000 + 2 * 3000 * 4 + 4);
        Assert.That(stats.GetProperty("weightBytes").GetInt64(), Is.InRange(weights, weights + 2000), "each weight is there once, and twice the one that is computed from another");
    }

    [Test]
    public async Task SeveralBuffersOfWorkingMemoryWhereOneWouldBeTooLong()
    {
        var method = typeof(OperatorSuite).GetMethod(nameof(OperatorSuite.ResidualOdd))!;
        string folder = TestBrowser.NewFolder();
        var program = ProgramCapture.Capture("arenas", OperatorSuite.Instance, [method]);
        new WebGpuTarget { BufferLimit = 2048 }.Export(program, new ExportContext(folder, folder));
        // The longest buffer, w, has 5476 bytes; so that is the limit.
        Assert.That(await File.ReadAllTextAsync(Path.Combine(folder, "index.js")), Does.Match(@"memory: \[\d+, \d+.*\]").And.Not.Match("memory: \\[.*[6-9]\\d\\d\\d"));
        TestBrowser.Server.Mount("/arenas/", folder);
        await using var model = await BrowserModel.LoadAsync("/arenas/", folder);
        await model.CheckAsync(method, OperatorSuite.Instance, OperatorSuite.Arguments(method), 1e-5);
    }

    [Test]
    public void ABufferThatNoDeviceBindsIsAnError()
    {
        var program = ProgramCapture.Capture("large", s_model, Methods("Shared"));
        string folder = TestBrowser.NewFolder();
        void Export(long most) => new WebGpuTarget { MostBinding = most }.Export(program, new ExportContext(folder, folder));
        Assert.That(() => Export(4 * 3000 * 4 - 1), Throws.TypeOf<TargetException>().With.Property("Code").EqualTo("TINY1005")
            .And.Message.Matches(@"^webgpu: constant 'narrow.weight' float32\[\d+, \d+\] has 48000 bytes, and no kernel can be given more than 47999 of one buffer; make it several tensors"));
        Assert.That(() => Export(4 * 3000 * 4), Throws.Nothing);
    }

    [Test]
    public async Task EmptyInputs()
    {
        await using var model = await BrowserModel.ExportAsync("empty", s_model, Methods("Empty"));
        await model.CheckAsync(Methods("Empty")[0], s_model, [Tensor.From<float>([], 0, 3)], 0);
    }

    [Test]
    public async Task ResultsThatAreTheSameOrAnInputOrAWeight()
    {
        await using var model = await BrowserModel.ExportAsync("aliases", s_model, Methods("Aliases"));
        await model.CheckAsync(Methods("Aliases")[0], s_model, [Floats(5, 5)], 0);
    }

    [Test]
    public async Task NamesThatJavaScriptReserves()
    {
        await using var model = await BrowserModel.ExportAsync("reserved", s_model, Methods("Default"));
        await model.CheckAsync(Methods("Default")[0], s_model, [Tensor.From<int>([1, -2, 3, -4, 5, int.MaxValue], 6), Floats(6, 6) * 10], 0);
    }

    [Test]
    public async Task UnsignedIntegers()
    {
        await using var model = await BrowserModel.ExportAsync("unsigned", s_model, Methods("Unsigned"));
        var (_, type, bytes) = (await model.RunAsync("unsigned", ("x", Tensor.From<uint>([1, 2, 0x90000000], 3)))).Single();
        Assert.That(type, Is.EqualTo("Uint32Array"));
        Assert.That(System.Runtime.InteropServices.MemoryMarshal.Cast<byte, uint>(bytes).ToArray(), Is.EqualTo(new uint[] { 2, 4, 0x20000000 }));
    }

    [Test]
    public async Task MoreBuffersThanTheDefaultLimit()
    {
        await using var model = await BrowserModel.ExportAsync("many", s_model, Methods("ManyInputs"));
        await model.CheckAsync(Methods("ManyInputs")[0], s_model, [.. Enumerable.Range(0, 9).Select(i => Tensor.From<float>([i, -i], 2))], 0);
    }

    [TestCase("Doubles", "webgpu: input 'x' of doubles needs float64, which the target has not; " + Narrow)]
    [TestCase("DoublesWithin", "ExportModels.cs:46: wgsl: kernel cast_mul needs float64, which the target has not; " + Narrow)]
    [TestCase("Reset", "webgpu: the entry point 'reset' has a name that the bundle's model needs itself; rename the method")]
    public void WhatABundleCannotTakeIsNamed(string method, string message) =>
        Assert.That(() => BrowserModel.Export("refused", s_model, Methods(method)), Throws.TypeOf<TargetException>().With.Message.EqualTo(message));

    // Words of a tensor that lie in two blocks, or of which the last is used in part.
    [Test]
    public async Task WeightsOfEverySizeInBlocksOfAnySize()
    {
        string folder = BrowserModel.Export("odd", s_model, Methods("Weights"));
        TestBrowser.Server.Mount("/odd/", folder);
        await using var page = await TestBrowser.OpenAsync();
        var results = await page.RunAsync("""
            const { program } = await import('/odd/index.js');
            const { loadProgram } = await import('/odd/tiny.js');
            const url = new URL('/odd/odd.safetensors', location.href);
            const file = new Uint8Array(await (await fetch(url)).arrayBuffer());
            const results = [];
            for (const block of [3, 5, 6, 7, 9, 14, 1000]) {
              const sha256 = [];
              for (let at = 0; at < file.length; at += block) {
                const hash = new Uint8Array(await crypto.subtle.digest('SHA-256', file.subarray(at, at + block)));
                sha256.push(Array.from(hash, (b) => b.toString(16).padStart(2, '0')).join(''));
              }
              const model = await loadProgram({ ...program, weights: { ...program.weights, block, sha256 } }, url);
              const outputs = await model.weights({ x: Float32Array.of(1, 1, -1, 1, 1) });
              results.push(Object.values(outputs).map((a) => Array.from(a, String).join()).join(' '));
            }
            return results;
            """);
        Assert.That(page.Complaints, Is.Empty);
        string expected = $"1,0,0,1,0 {3L << 40},-9,15 1,0,1,1,0 0,1,0,0,1,0,0";
        Assert.That(results.EnumerateArray().Select(r => r.GetString()), Is.All.EqualTo(expected));
    }

    [Test]
    public async Task Float64IsFloat32WhereThatIsAskedFor()
    {
        string folder = TestBrowser.NewFolder();
        var program = ProgramCapture.Capture("narrow", s_model, Methods("Doubles", "DoublesWithin"));
        new WebGpuTarget().Export(program, new ExportContext(folder, folder) { Float64 = ScalarKind.Float32 });
        Assert.That(await File.ReadAllTextAsync(Path.Combine(folder, "index.d.ts")), Does.Contain("  x: Float32Array | GPUBuffer;").And.Not.Contain("float64"));
        TestBrowser.Server.Mount("/narrow/", folder);
        await using var model = await BrowserModel.LoadAsync("/narrow/", folder);
        float[] x = [1, 2.5f, -3];
        Assert.That(await model.FloatsAsync("doubles", "x", Tensor.From<float>(x, 3)), Is.EqualTo(new[] { 1.25f, 3.25f, -7.75f }));
        Assert.That(await model.FloatsAsync("doublesWithin", "x", Tensor.From<float>(x, 3)), Is.EqualTo(new[] { 3f, 7.5f, -9 }));
    }

    [Test]
    public async Task TheSameProgramGivesTheSameBytes()
    {
        var methods = Methods("Shared", "Default");
        string one = BrowserModel.Export("same", s_model, methods), two = BrowserModel.Export("same", s_model, methods);
        string[] names = [.. Directory.GetFiles(one).Select(f => Path.GetFileName(f)).Order(StringComparer.Ordinal)];
        Assert.That(names, Is.EqualTo(new[]
        {
            "index-page.css", "index-page.js", "index.d.ts", "index.html", "index.js", "package.json", "same.relaxed.wasm", "same.safetensors", "same.wasm", "same.wgsl.js", "tiny.js",
        }));
        foreach (string name in names)
            Assert.That(await File.ReadAllBytesAsync(Path.Combine(two, name)), Is.EqualTo(await File.ReadAllBytesAsync(Path.Combine(one, name))), name);

        string hash = Convert.ToHexStringLower(SHA256.HashData(await File.ReadAllBytesAsync(Path.Combine(one, "same.safetensors"))));
        foreach (string name in names.Where(n => !n.EndsWith(".safetensors", StringComparison.Ordinal) && !n.EndsWith(".wasm", StringComparison.Ordinal)))
        {
            string text = await File.ReadAllTextAsync(Path.Combine(one, name));
            Assert.That(text, Does.Contain("MIT-0").And.Contain("same").And.Contain("0.1.0").And.Contain(hash), name);
            Assert.That(text, Does.Not.Contain("\r").And.EndsWith("\n"), name);
        }
        Directory.Delete(one, recursive: true);
        Directory.Delete(two, recursive: true);
    }

    [Test]
    public async Task TheManifestPointsIntoTheWeightsFile()
    {
        string folder = BrowserModel.Export("points", s_model, Methods("Large"));
        TestBrowser.Server.Mount("/points/", folder);
        await using var page = await TestBrowser.OpenAsync();
        var buffers = await page.RunAsync("return (await import('/points/index.js')).program.buffers;");
        var file = SafetensorsFile.Open(Path.Combine(folder, "points.safetensors"));
        Assert.That(file.Tensors.Select(t => t.Name), Is.EquivalentTo(new[] { "wide.weight", "wide.bias", "narrow.weight", "narrow.bias" }));
        foreach (var tensor in file.Tensors)
        {
            Assert.That(buffers.GetProperty(tensor.Name).GetProperty("at").GetInt64(), Is.EqualTo(tensor.Offset), tensor.Name);
            Assert.That(buffers.GetProperty(tensor.Name).GetProperty("bytes").GetInt64(), Is.EqualTo(tensor.Bytes), tensor.Name);
            Assert.That(buffers.GetProperty(tensor.Name).GetProperty("offset").GetInt64() % 256, Is.Zero, tensor.Name);
        }
        Assert.That(file.Metadata["model"], Is.EqualTo("points"));
        if (!OperatingSystem.IsWindows()) Directory.Delete(folder, recursive: true); // the file is still mapped, which Windows minds
    }

    [Test]
    public void DeclaresExactTypes()
    {
        string folder = BrowserModel.Export("types", s_model, Methods("Default", "NoInput"));
        string text = File.ReadAllText(Path.Combine(folder, "index.d.ts"));
        Assert.That(text, Does.Contain("""
            export interface DefaultInputs {
              /** int32, shape [6], 6 values */
              in: Int32Array | GPUBuffer;
              /** float32, shape [6], 6 values */
              class: Float32Array | GPUBuffer;
            }
            """.ReplaceLineEndings("\n")));
        Assert.That(text, Does.Contain("  default(inputs: DefaultInputs): Promise<DefaultOutputs>;\n"));
        Assert.That(text, Does.Contain("  noInput(inputs?: NoInputInputs): Promise<NoInputOutputs>;\n"));
        Assert.That(text, Does.Contain("  /** float32, shape [4, 3000], 12000 values */\n  output: Float32Array;\n"));
        Directory.Delete(folder, recursive: true);
    }

    [Test]
    public void TheDigitsBundleIsSmall()
    {
        using var zipped = new MemoryStream();
        using (var gzip = new GZipStream(zipped, CompressionLevel.SmallestSize, leaveOpen: true))
            foreach (string file in Directory.GetFiles(Repository.DigitsBundle).Where(f => Path.GetExtension(f) is ".js" or ".wasm").Order(StringComparer.Ordinal))
                gzip.Write(File.ReadAllBytes(file));
        TestContext.Progress.WriteLine($"JavaScript, WGSL and WebAssembly of the digits bundle: {zipped.Length} bytes gzip");
        Assert.That(zipped.Length, Is.InRange(1000, 20_000));
    }

    [Test]
    public void CopiesTheProjectsOwnPage()
    {
        var project = Directory.CreateTempSubdirectory("tiny-page-");
        string pages = project.CreateSubdirectory("pages").FullName;
        foreach (string name in new[] { "draw.html", "draw.css", "draw-canvas.js", "drawing.js", "other.js" }) File.WriteAllText(Path.Combine(pages, name), name);
        var program = ProgramCapture.Capture("own", s_model, Methods("Shared"));

        string folder = project.CreateSubdirectory("bundle").FullName;
        new WebGpuTarget().Export(program, new ExportContext(folder, project.FullName) { Page = "pages/draw.html" });
        Assert.That(File.ReadAllText(Path.Combine(folder, "index.html")), Is.EqualTo("draw.html"));
        Assert.That(Directory.GetFiles(folder).Select(f => Path.GetFileName(f)), Is.EquivalentTo(new[]
        {
            "draw-canvas.js", "draw.css", "index.d.ts", "index.html", "index.js", "own.relaxed.wasm", "own.safetensors", "own.wasm", "own.wgsl.js", "package.json", "tiny.js",
        }));

        var missing = new ExportContext(project.CreateSubdirectory("missing").FullName, project.FullName) { Page = "pages/none.html" };
        Assert.That(() => new WebGpuTarget().Export(program, missing), Throws.TypeOf<TargetException>().With.Message.Contains("no page 'pages/none.html'"));

        File.WriteAllText(Path.Combine(pages, "index.html"), "");
        File.WriteAllText(Path.Combine(pages, "index.js"), "");
        var clash = new ExportContext(project.CreateSubdirectory("clash").FullName, project.FullName) { Page = "pages/index.html" };
        Assert.That(() => new WebGpuTarget().Export(program, clash), Throws.TypeOf<TargetException>().With.Message.Contains("would replace the bundle's own index.js"));
        project.Delete(recursive: true);
    }
}
