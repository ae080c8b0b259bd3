using System.Runtime.InteropServices;
using System.Text.Json;
using Tiny.Jit;
using Tiny.Runtime;
using Tiny.Tests;

namespace Tiny.Browser.Tests;

/// <summary>A bundle's kernels of which the threads of a workgroup share memory: when they are loaded, and that they give what the others give.</summary>
public sealed class GroupsTests
{
    // Named otherwise, SwiftShader passes for a graphics card.
    const string Card = """
        const request = GPU.prototype.requestAdapter;
        GPU.prototype.requestAdapter = async function () {
          const adapter = await request.call(this);
          Object.defineProperty(adapter, 'info', { value: { vendor: 'acme', architecture: 'anvil', device: '', description: '' } });
          return adapter;
        };
        """;
    const string Nameless = """
        const request = GPU.prototype.requestAdapter;
        GPU.prototype.requestAdapter = async function () {
          const adapter = await request.call(this);
          Object.defineProperty(adapter, 'info', { value: undefined });
          return adapter;
        };
        """;

    string _folder = "";

    /// <summary>A product and a convolution that are large enough to be shared.</summary>
    public sealed class Products
    {
        readonly Tensor _weight = Filled(64, 96), _kernel = Filled(32, 32, 3, 3);

        [TinyJit]
        public Tensor Product([Shape(72, 64)] Tensor x) => (x.MatMul(_weight) + 1).Relu();

        [TinyJit]
        public Tensor Convolved([Shape(1, 32, 20, 24)] Tensor x) => x.Conv2d(_kernel, padding: 1);

        [TinyJit]
        public Tensor Rows([Shape(9, 512)] Tensor x) => x.Softmax();
    }

    static Tensor Filled(params int[] shape) =>
        Tensor.From<float>([.. Enumerable.Range(0, shape.Aggregate(1, (a, b) => a * b)).Select(i => i * 37 % 101 / 50f - 1)], shape).Realize();

    [OneTimeSetUp]
    public void Export() => TestBrowser.Server.Mount("/groups/", _folder = BrowserModel.Export("groups", new Products(),
        [.. new[] { nameof(Products.Product), nameof(Products.Convolved), nameof(Products.Rows) }.Select(m => typeof(Products).GetMethod(m)!)]));

    static async Task<JsonElement> RunAsync(string body, string? before = null)
    {
        await using var page = await TestBrowser.OpenAsync("/blank.html", before);
        var result = await page.RunAsync($$"""
            const { load } = await import('/groups/index.js');
            const isFetched = () => performance.getEntriesByType('resource').some(({ name }) => /groups\.(sub)?groups\.wgsl\.js$/.test(name));
            {{body}}
            """);
        Assert.That(page.Complaints, Is.Empty);
        return result;
    }

    [TestCase(null, "", false, TestName = "AProcessorIsGivenTheOthers")]
    [TestCase(Card, "", true, TestName = "AGraphicsCardIsGivenThem")]
    [TestCase(Nameless, "", false, TestName = "WhatHasNoNameIsGivenTheOthers")]
    [TestCase(null, ", groups: true", true, TestName = "TheyCanBeAskedFor")]
    [TestCase(Card, ", groups: false", false, TestName = "TheyCanBeRefused")]
    public async Task IsFetched(string? before, string option, bool fetched) =>
        Assert.That((await RunAsync($"await load({{ backend: 'webgpu'{option} }}); return isFetched();", before)).GetBoolean(), Is.EqualTo(fetched));

    [Test]
    public void TheirFilesHaveTheProductTheConvolutionAndTheRows()
    {
        string groups = File.ReadAllText(Path.Combine(_folder, "groups.groups.wgsl.js")), subgroups = File.ReadAllText(Path.Combine(_folder, "groups.subgroups.wgsl.js"));
        Assert.That(groups.Split("var<workgroup> stage0"), Has.Length.EqualTo(3));
        Assert.That(groups, Does.Contain("add_all_f32").And.Not.Contain("enable subgroups"));
        Assert.That(subgroups, Does.Contain("subgroupAdd"));
        Assert.That(File.ReadAllText(Path.Combine(_folder, "groups.wgsl.js")), Does.Not.Contain("workgroupBarrier"));
    }

    // Chromium's SwiftShader has subgroups.
    [Test]
    public async Task TheyGiveWhatTheInterpreterGives([Values("product", "convolved", "rows")] string entry, [Values] bool subgroups)
    {
        var model = new Products();
        var x = Filled(entry switch { "product" => [72, 64], "rows" => [9, 512], _ => [1, 32, 20, 24] });
        var result = entry switch { "product" => model.Product(x), "rows" => model.Rows(x), _ => model.Convolved(x) };
        float[] expected = MemoryMarshal.Cast<byte, float>(Interpreter.Evaluate(result.Node).Copied()).ToArray();
        var actual = await RunAsync($$"""
            const model = await load({ backend: 'webgpu', groups: true });
            const x = Float32Array.from({ length: {{x.Numel}} }, (_, i) => i * 37 % 101 / 50 - 1);
            return [...Object.values(await model.{{entry}}({ x }))[0]];
            """, subgroups ? null : "Object.defineProperty(GPUAdapter.prototype, 'features', { get: () => new Set() });");
        Close.Check(actual.EnumerateArray().Select(v => v.GetSingle()).ToArray(), expected, 1e-5);
    }

    [Test]
    public async Task WithoutTheirFileTheOthersRun()
    {
        await using var page = await TestBrowser.OpenAsync("/blank.html");
        string folder = TestBrowser.NewFolder();
        foreach (string file in Directory.GetFiles(_folder).Where(f => !f.EndsWith("groups.wgsl.js", StringComparison.Ordinal) || f.EndsWith("/groups.wgsl.js", StringComparison.Ordinal))) File.Copy(file, Path.Combine(folder, Path.GetFileName(file)));
        TestBrowser.Server.Mount("/less/", folder);
        var first = await page.RunAsync("""
            const { load } = await import('/less/index.js');
            const model = await load({ backend: 'webgpu', groups: true });
            return Object.values(await model.product({ x: new Float32Array(72 * 64) }))[0][0];
            """);
        Assert.That(first.GetSingle(), Is.EqualTo(1f));
    }
}
