using Microsoft.Playwright;

namespace Tiny.Browser.Tests;

/// <summary>The page that the sample ships, used as a person would.</summary>
public sealed class DigitsPageTests
{
    [OneTimeSetUp]
    public void Mount()
    {
        Assert.That(Directory.Exists(Repository.DigitsBundle), $"building the sample writes {Repository.DigitsBundle}");
        TestBrowser.Server.Mount("/digits/", Repository.DigitsBundle);
    }

    // Strokes through points of the pad, each from 0 to 1.
    static readonly TestCaseData[] s_drawings =
    [
        Drawing(0, Circle()),
        Drawing(1, [(.5, .18), (.5, .82)]),
        Drawing(7, [(.28, .22), (.72, .22), (.45, .82)]),
    ];

    static TestCaseData Drawing(int digit, params (double X, double Y)[][] strokes) => new TestCaseData(digit, strokes).SetArgDisplayNames($"{digit}");

    static (double X, double Y)[] Circle() =>
        [.. Enumerable.Range(0, 25).Select(i => (.5 + .2 * Math.Sin(i * Math.PI / 12), .5 - .31 * Math.Cos(i * Math.PI / 12)))];

    static async Task DrawAsync(IPage page, IEnumerable<(double X, double Y)[]> strokes)
    {
        var box = (await page.Locator("#pad").BoundingBoxAsync())!;
        foreach (var stroke in strokes)
        {
            await page.Mouse.MoveAsync(X(stroke[0].X), Y(stroke[0].Y));
            await page.Mouse.DownAsync();
            foreach (var (x, y) in stroke[1..]) await page.Mouse.MoveAsync(X(x), Y(y), new() { Steps = 6 });
            await page.Mouse.UpAsync();
        }

        float X(double x) => (float)(box.X + x * box.Width);
        float Y(double y) => (float)(box.Y + y * box.Height);
    }

    static async Task<TestPage> OpenAsync()
    {
        var page = await TestBrowser.OpenAsync("/digits/index.html");
        await Assertions.Expect(page.Page.Locator("#status")).ToContainTextAsync("ready in", new() { Timeout = 60_000 });
        return page;
    }

    [TestCaseSource(nameof(s_drawings))]
    public async Task ReadsWhatIsDrawn(int digit, (double, double)[][] strokes)
    {
        await using var page = await OpenAsync();
        await DrawAsync(page.Page, strokes);
        await Assertions.Expect(page.Page.Locator("#digit")).ToHaveTextAsync($"{digit}");
        // The answer to the finished drawing, not to a part of it.
        await page.Page.WaitForTimeoutAsync(500);
        await Assertions.Expect(page.Page.Locator("#digit")).ToHaveTextAsync($"{digit}");
        await Assertions.Expect(page.Page.Locator("#bars li.best b")).ToHaveTextAsync($"{digit}");
        string status = await page.Page.Locator("#status").InnerTextAsync();
        TestContext.Progress.WriteLine($"drew {digit}: {status}");
        Assert.That(status, Does.Match(@"^WebAssembly · [\d.]+ ms, [1-9]\d* launches$"));
        Assert.That(page.Complaints, Is.Empty);
    }

    [Test]
    public async Task ClearsAndReadsAgain()
    {
        await using var page = await OpenAsync();
        await DrawAsync(page.Page, [Circle()]);
        await Assertions.Expect(page.Page.Locator("#digit")).ToHaveTextAsync("0");
        await page.Page.Locator("#clear").ClickAsync();
        await Assertions.Expect(page.Page.Locator("#digit")).ToHaveTextAsync("–");
        await DrawAsync(page.Page, [[(.5, .18), (.5, .82)]]);
        await Assertions.Expect(page.Page.Locator("#digit")).ToHaveTextAsync("1");
    }

    [Test]
    public async Task IsDrawnOnByKeyboard()
    {
        await using var page = await OpenAsync();
        await page.Page.Locator("#pad").FocusAsync();
        for (int i = 0; i < 12; i++) await page.Page.Keyboard.PressAsync("ArrowUp");
        await page.Page.Keyboard.PressAsync("Space");
        for (int i = 0; i < 24; i++) await page.Page.Keyboard.PressAsync("ArrowDown");
        await Assertions.Expect(page.Page.Locator("#digit")).ToHaveTextAsync("1");
        await page.Page.Keyboard.PressAsync("Delete");
        await Assertions.Expect(page.Page.Locator("#digit")).ToHaveTextAsync("–");
    }

    [Test]
    public async Task RunsWithoutWebGpu()
    {
        await using var page = await TestBrowser.OpenAsync("/digits/index.html", "Object.defineProperty(Navigator.prototype, 'gpu', { get: () => undefined });");
        await Assertions.Expect(page.Page.Locator("#status")).ToContainTextAsync("WebAssembly · ready in");
        await DrawAsync(page.Page, [Circle()]);
        await Assertions.Expect(page.Page.Locator("#digit")).ToHaveTextAsync("0");
    }

    [Test]
    public async Task PreprocessesLikeMnist()
    {
        await using var page = await TestBrowser.OpenAsync();
        var r = await page.RunAsync("""
            const { toDigit } = await import('/digits/index-preprocess.js');
            const summary = (digit) => {
              let mass = 0, x = 0, y = 0, columns = new Set(), rows = new Set();
              digit.forEach((v, i) => {
                if (!v) return;
                mass += v; x += v * (i % 28 + .5); y += v * (Math.floor(i / 28) + .5); columns.add(i % 28); rows.add(Math.floor(i / 28));
              });
              return [mass, x / mass, y / mass, columns.size, rows.size];
            };
            const ink = (w, h, of) => Uint8Array.from({ length: w * h }, (_, i) => of(i % w, Math.floor(i / w)) ? 255 : 0);
            return [
              summary(toDigit(ink(100, 100, (x, y) => x >= 10 && x < 50 && y >= 5 && y < 85), 100, 100)),
              summary(toDigit(ink(60, 50, (x, y) => x >= 3 && x < 23 && y >= 40 && y < 45), 60, 50)),
              summary(toDigit(ink(7, 7, (x, y) => x === 6 && y === 0), 7, 7)),
              toDigit(ink(9, 9, () => false), 9, 9),
            ];
            """);
        // A 40 x 80 block is scaled by 4, a 20 x 5 one not at all, a single pixel fills the box.
        double[][] expected = [[255 * 10 * 20, 14, 14, 10, 20], [255 * 20 * 5, 14, 14.5, 20, 5], [255 * 20 * 20, 14, 14, 20, 20]];
        for (int i = 0; i < expected.Length; i++)
            Assert.That(r[i].EnumerateArray().Select(v => v.GetDouble()), Is.EqualTo(expected[i]).Within(1e-3), $"drawing {i}");
        Assert.That(r[3].ValueKind, Is.EqualTo(System.Text.Json.JsonValueKind.Null));
    }
}
