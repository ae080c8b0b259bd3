using System.Reflection;
using System.Runtime.InteropServices;
using DigitsSample;
using Tiny.Runtime;
using Tiny.Tests;

namespace Tiny.Browser.Tests;

/// <summary>Whole nets in the browser, against reference results, the interpreter and the live CPU.</summary>
[TestFixture("webgpu"), TestFixture("wasm")]
public sealed class ModelTests(string backend)
{
    static Tensor Image(ReadOnlySpan<float> pixels) => Tensor.From(pixels, 1, 1, 28, 28);

    static float[] Interpret(Tensor value)
    {
        var memory = Interpreter.Evaluate(value.Node);
        float[] floats = MemoryMarshal.Cast<byte, float>(memory.Copied()).ToArray();
        GC.KeepAlive(memory);
        return floats;
    }

    async Task<BrowserModel> DigitsAsync()
    {
        TestBrowser.Server.Mount("/digits/", Repository.DigitsBundle);
        return await BrowserModel.LoadAsync("/digits/", null, backend);
    }

    [Test]
    public async Task TheTenReferenceDigits()
    {
        var reference = ReferenceCase.All(DigitsModel.Folder).Single();
        float[] images = reference.Input.ToArray<float>(), expected = reference.Output.ToArray<float>();
        await using var browser = await DigitsAsync();
        var live = new Digits();
        for (int i = 0; i < 10; i++)
        {
            var image = Image(images.AsSpan(i * 784, 784));
            float[] actual = await browser.FloatsAsync("forward", "image", image);
            Close.Check(actual, expected.AsSpan(i * 10, 10), 1e-4, $"digit {i} against the reference:");
            Close.Check(actual, Interpret(live.Forward(image)), 5e-6, $"digit {i} against the interpreter:");
            Close.Check(actual, live.Forward(image).ToArray<float>(), 1e-5, $"digit {i} against the live CPU:");
        }
        var stats = await browser.StatsAsync();
        int launches = stats.GetProperty("dispatches").GetProperty("forward").GetInt32();
        Assert.That(launches, Is.InRange(1, 8));
        Assert.That(stats.GetProperty("dispatched").GetInt32(), Is.EqualTo(10 * launches));
    }

    [Test]
    public async Task TwoHundredKnownDigitsAsOnTheCpu()
    {
        var digits = KnownDigits.Load(Digits.Folder).Take(200).ToList();
        Assert.That(digits, Has.Count.EqualTo(200));
        await using var browser = await DigitsAsync();
        var live = new Digits();
        foreach (var digit in digits)
        {
            var image = Image(digit.Normalised());
            float[] actual = await browser.FloatsAsync("forward", "image", image), expected = live.Forward(image).ToArray<float>();
            Assert.That(Array.IndexOf(actual, actual.Max()), Is.EqualTo(Array.IndexOf(expected, expected.Max())));
            Close.Check(actual, expected, 1e-5);
        }
    }

    [Test]
    public async Task MobileNetOnThePhotos()
    {
        var cases = ReferenceCase.All(MobileNetV1.Folder);
        var net = new CapturedMobileNet();
        await using var browser = await BrowserModel.ExportAsync("mobilenet", Capturing.Of("mobilenet", net), backend, profile => Capturing.Of("mobilenet", net, profile));
        foreach (var photo in cases)
        {
            float[] actual = await browser.FloatsAsync("forward", "image", photo.Input);
            Close.Check(actual, photo.Output.ToArray<float>(), 1e-4, $"{photo.Name} against the reference:");
            Close.Check(actual, Interpret(net.Forward(photo.Input)), 1e-5, $"{photo.Name} against the interpreter:");
        }
    }

    [Test]
    public async Task ANetWithTwoInputsAndTwoResults([Values(1, 2, 3)] int seed)
    {
        var net = new RandomNet(seed);
        await using var browser = await BrowserModel.ExportAsync($"random{seed}", Capturing.Of($"random{seed}", net), backend);
        var random = new Random(100 + seed);
        await browser.CheckAsync(Method(typeof(RandomNet)), net, [RandomNet.Values(random, 1, 3, 41), RandomNet.Values(random, 1, 7)], 5e-6);
    }

    static MethodInfo Method(Type model) => model.GetMethod("Forward")!;
}
