using System.Collections.Concurrent;
using System.Text.Json;
using Microsoft.Playwright;
using Tiny.Tests;

namespace Tiny.Browser.Tests;

/// <summary>One headless Chromium with WebGPU for all tests, and one server for all its pages.</summary>
[SetUpFixture]
public sealed class TestBrowser
{
    // Debian's Chromium runs WebGPU on SwiftShader where there is no graphics card; that adapter counts as unsafe.
    static readonly string[] s_flags =
    [
        "--no-sandbox", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync",
        "--enable-unsafe-webgpu",
    ];

    static IPlaywright? s_playwright;
    static IBrowser? s_browser;
    static readonly ConcurrentBag<DirectoryInfo> s_folders = [];

    public static TestServer Server { get; private set; } = null!;

    [OneTimeSetUp]
    public async Task StartAsync()
    {
        string chromium = Environment.GetEnvironmentVariable("TINY_CHROMIUM") ?? "/usr/bin/chromium";
        if (!File.Exists(chromium)) throw Needs.Missing("Chromium: apt-get install chromium, or set TINY_CHROMIUM to its path");
        Server = new TestServer();
        Server.Mount("/hand/", Path.Combine(TestContext.CurrentContext.TestDirectory, "Fixtures", "hand"));
        Server.Mount("/hand/", Path.Combine(TestContext.CurrentContext.TestDirectory, "web"));
        s_playwright = await Playwright.CreateAsync();
        s_browser = await s_playwright.Chromium.LaunchAsync(new() { ExecutablePath = chromium, Args = s_flags, Timeout = 60_000 });
        await using var page = await OpenAsync();
        string adapter = await page.Page.EvaluateAsync<string>("""
            async () => {
              const info = (await navigator.gpu?.requestAdapter())?.info;
              return info ? [info.vendor, info.architecture, info.device, info.description].filter(Boolean).join(' ') : '';
            }
            """);
        Assert.That(adapter, Is.Not.Empty, "Chromium has no WebGPU adapter");
        TestContext.Progress.WriteLine($"Chromium {s_browser.Version}, WebGPU adapter: {adapter}");
    }

    [OneTimeTearDown]
    public async Task StopAsync()
    {
        if (s_browser is not null) await s_browser.CloseAsync();
        s_playwright?.Dispose();
        Server?.Dispose();
        foreach (var folder in s_folders.Where(f => Directory.Exists(f.FullName))) folder.Delete(recursive: true);
    }

    /// <summary>A temporary folder that is removed when all tests have run.</summary>
    public static string NewFolder()
    {
        var folder = Directory.CreateTempSubdirectory("tiny-bundle-");
        s_folders.Add(folder);
        return folder.FullName;
    }

    /// <summary>A fresh page, at a path of the server, with a script that runs before any of the page's own.</summary>
    public static async Task<TestPage> OpenAsync(string path = "/blank.html", string? before = null)
    {
        var context = await s_browser!.NewContextAsync(new() { ViewportSize = new() { Width = 1000, Height = 800 } });
        context.SetDefaultTimeout(30_000);
        if (before is not null) await context.AddInitScriptAsync(before);
        var page = await context.NewPageAsync();
        var opened = new TestPage(context, page);
        await page.GotoAsync(Server.Url(path));
        return opened;
    }
}

/// <summary>A page of the browser in a context of its own. What it writes to the console as errors is kept.</summary>
public sealed class TestPage : IAsyncDisposable
{
    // Typed arrays travel as base64, bit by bit. Only Float16Array may be missing.
    const string Prelude = """
        const arrayOf = (type, text) => new (globalThis[type] ?? Uint16Array)(Uint8Array.from(atob(text), (c) => c.charCodeAt(0)).buffer);
        const textOf = (array) => {
          let text = '';
          for (const byte of new Uint8Array(array.buffer, array.byteOffset, array.byteLength)) text += String.fromCharCode(byte);
          return btoa(text);
        };
        """;

    readonly IBrowserContext _context;

    public TestPage(IBrowserContext context, IPage page)
    {
        _context = context;
        Page = page;
        page.Console += (_, message) =>
        {
            if (message.Type is "error" or "warning") Complaints.Add(message.Text);
        };
        page.PageError += (_, error) => Complaints.Add(error);
    }

    public IPage Page { get; }
    /// <summary>Console errors and warnings, and uncaught exceptions, so far.</summary>
    public List<string> Complaints { get; } = [];

    /// <summary>Runs the body of an async function and gives what it returns. It must not be longer than the time limit.</summary>
    public async Task<JsonElement> RunAsync(string body, object? argument = null)
    {
        var run = Page.EvaluateAsync<JsonElement>($"async (argument) => {{ {Prelude}\n{body} }}", argument);
        return await run.WaitAsync(TimeSpan.FromSeconds(120));
    }

    /// <summary>Runs the body, which must throw; gives the error's name, code and message.</summary>
    public async Task<(string Name, string Code, string Message)> ErrorAsync(string body)
    {
        var error = await RunAsync($$"""
            try { await (async () => { {{body}} })(); }
            catch (e) { return { name: e.name, code: String(e.code ?? ''), message: e.message }; }
            return null;
            """);
        Assert.That(error.ValueKind, Is.EqualTo(JsonValueKind.Object), "it should have thrown");
        return (error.GetProperty("name").GetString()!, error.GetProperty("code").GetString()!, error.GetProperty("message").GetString()!);
    }

    public async ValueTask DisposeAsync() => await _context.CloseAsync();
}
