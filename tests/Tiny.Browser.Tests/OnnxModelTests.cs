using System.Runtime.InteropServices;
using Microsoft.Playwright;
using Tiny.Cli;
using Tiny.Cli.Models;
using Tiny.Jit;
using Tiny.Tests;

namespace Tiny.Browser.Tests;

/// <summary>Published ONNX models as bundles, and the page that is made of one, in Chromium.</summary>
[TestFixture("webgpu"), TestFixture("wasm")]
public sealed class OnnxModelTests(string backend)
{
    // Sequences are long, and the browser's GPU is a CPU here.
    const int MostCalls = 60;

    [TestCase("mnist-8"), TestCase("mobilenet_v1_025"), TestCase("silero_vad"), TestCase("hello_deepa"), TestCase("blazeface_front"), TestCase("ppocr_cls"), TestCase("stories260K")]
    public async Task TheModelAgreesWithItsReference(string name)
    {
        var real = RealModel.Of(name);
        foreach (var group in real.Cases.GroupBy(c => string.Join(' ', c.Settings.Shapes)))
        {
            var model = group.First().Program(real);
            var program = ProgramCapture.Of("model", [(model.Entry, model.Capture())], new WebGpuTarget().Schedule);
            await using var browser = await BrowserModel.ExportAsync($"onnx-{name}-{group.First().Name}", program, backend,
                profile => ProgramCapture.Of("model", [(model.Entry, model.Capture())], profile));
            var names = model.Inputs.Zip(model.Entry.Inputs, (n, port) => (Name: n, Port: port.Name)).ToList();
            foreach (var whole in group.Take(3))
            {
                var test = whole with { Calls = [.. whole.Calls.Take(MostCalls)] };
                var results = model.Outputs.ToDictionary(o => o, _ => new List<float[]>());
                foreach (var (inputs, _) in test.Calls)
                    foreach (var (output, result) in model.Outputs.Zip(await browser.RunAsync("forward", [.. names.Select(n => (n.Port, inputs[n.Name]))])))
                        results[output].Add(MemoryMarshal.Cast<byte, float>(result.Bytes).ToArray());
                foreach (var (output, values) in results) test.Check(real, output, values);
            }
        }
    }

    [Test]
    public async Task ThePhotoPageSaysWhatIsInThePhoto()
    {
        string sample = Path.Combine(Needs.Repository, "samples", "Photo"), folder = TestBrowser.NewFolder();
        using StringWriter output = new(), error = new();
        int code = await Tool.Run(["export", Path.Combine(sample, "model", "mobilenet_v2_1.0_224_w8.onnx"), "--target", "webgpu", "--name", "photo",
            "--page", Path.Combine(sample, "page", "photo.html"), "--out", folder], output, error);
        Assert.That(code, Is.Zero, error.ToString());
        TestBrowser.Server.Mount("/photo/", Path.Combine(folder, "webgpu"));
        await using var page = await TestBrowser.OpenAsync("/photo/index.html");
        var answer = page.Page.Locator("#answers li").First;
        await Assertions.Expect(answer).ToContainTextAsync("military uniform", new() { Timeout = 60_000 });
        await page.Page.Locator("#file").SetInputFilesAsync(Needs.Shared("data/images/hot_dog.jpg"));
        await Assertions.Expect(answer).ToContainTextAsync("hotdog", new() { Timeout = 60_000 });
        await page.Page.Locator("#file").SetInputFilesAsync(Needs.Shared("data/images/sunflower.bmp"));
        await Assertions.Expect(answer).ToContainTextAsync("daisy", new() { Timeout = 60_000 });
        Assert.That(page.Complaints, Is.Empty);
    }
}
