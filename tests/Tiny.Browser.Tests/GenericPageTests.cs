using Microsoft.Playwright;

namespace Tiny.Browser.Tests;

/// <summary>The page that a bundle gets where the project names none.</summary>
public sealed class GenericPageTests
{
    [OneTimeSetUp]
    public void Serve()
    {
        string web = Path.Combine(TestContext.CurrentContext.TestDirectory, "web");
        foreach (var (name, source) in new[] { ("index.html", "page.html"), ("index-page.js", "page.js"), ("index-page.css", "page.css") })
            TestBrowser.Server.Put($"/hand/{name}", File.ReadAllBytes(Path.Combine(web, source)));
    }

    [Test]
    public async Task RunsEveryEntryPointOnRandomInput()
    {
        await using var page = await TestBrowser.OpenAsync("/hand/index.html");
        await Assertions.Expect(page.Page.Locator("#status")).ToContainTextAsync("WebGPU on ");
        await Assertions.Expect(page.Page.Locator("h1")).ToHaveTextAsync("hand");
        var forward = page.Page.Locator("section[data-entry=forward]");
        await Assertions.Expect(forward.Locator(".ports")).ToContainTextAsync("x float32 [2, 2]");
        await Assertions.Expect(forward.Locator(".ports")).ToContainTextAsync("k int32 [4]");
        await forward.Locator("button").ClickAsync();
        await Assertions.Expect(forward.Locator("[data-output=total] .number")).ToHaveCountAsync(1);
        await Assertions.Expect(forward.Locator("[data-output=counts] .number")).ToHaveCountAsync(4);
        await Assertions.Expect(forward.Locator(".time")).ToHaveTextAsync(new System.Text.RegularExpressions.Regex(@"^[\d.]+ ms, 2 launches$"));

        var scale = page.Page.Locator("section[data-entry=scale]");
        await scale.Locator("button").ClickAsync();
        await Assertions.Expect(scale.Locator("[data-output=w] .number")).ToHaveTextAsync(["1", "2", "3", "4"]);
        await Assertions.Expect(scale.Locator(".summary")).ToHaveTextAsync("4 values, largest 4 at 3, smallest 1 at 0");
        Assert.That(page.Complaints, Is.Empty);
        await page.Page.ScreenshotAsync(new() { Path = Path.Combine(TestContext.CurrentContext.WorkDirectory, "generic-page.png") });
    }

    [Test]
    public async Task ShowsWhyItCannotRun()
    {
        await using var page = await TestBrowser.OpenAsync("/hand/index.html", "GPU.prototype.requestAdapter = async () => null;");
        await Assertions.Expect(page.Page.Locator("#status.bad")).ToContainTextAsync("WebGPU found no GPU");
        await Assertions.Expect(page.Page.Locator("section")).ToHaveCountAsync(0);
    }
}
