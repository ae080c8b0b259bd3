using System.Net;
using System.Net.Sockets;
using System.Text;
using DigitsSample;

namespace Tiny.Browser.Tests;

/// <summary>The sample's server, spoken to in plain text so that no client tidies the request.</summary>
public sealed class SampleServerTests : IDisposable
{
    string _folder = null!;
    readonly CancellationTokenSource _stop = new(TimeSpan.FromMinutes(2));
    Task<int> _server = null!;
    readonly StringWriter _output = new();
    int _port;

    [OneTimeSetUp]
    public async Task StartAsync()
    {
        string outer = Path.Combine(Path.GetTempPath(), $"tiny-server-{Guid.NewGuid():N}");
        _folder = Directory.CreateDirectory(Path.Combine(outer, "bundle")).FullName;
        foreach (string name in new[] { "index.html", "index.js", "a.mjs", "a.css", "a.wasm", "package.json", "a.safetensors", "unknown.xyz" })
            await File.WriteAllTextAsync(Path.Combine(_folder, name), name);
        await File.WriteAllTextAsync(Path.Combine(outer, "secret.js"), "secret");
        _port = TestServer.FreePort();
        _server = BundleServer.ServeAsync(_folder, _port, _output, _stop.Token);
        for (int i = 0; i < 100 && _output.ToString().Length == 0; i++) await Task.Delay(50);
    }

    [OneTimeTearDown]
    public async Task StopAsync()
    {
        await _stop.CancelAsync();
        Assert.That(await _server.WaitAsync(TimeSpan.FromSeconds(20)), Is.Zero);
        Directory.Delete(Path.GetDirectoryName(_folder)!, recursive: true);
    }

    public void Dispose()
    {
        _stop.Dispose();
        _output.Dispose();
    }

    async Task<string> AskAsync(string path, string? host = null, string method = "GET")
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(10));
        using var client = new TcpClient();
        await client.ConnectAsync(IPAddress.Loopback, _port, limit.Token);
        var stream = client.GetStream();
        string request = $"{method} {path} HTTP/1.1\r\nHost: {host ?? $"127.0.0.1:{_port}"}\r\nConnection: close\r\n\r\n";
        await stream.WriteAsync(Encoding.ASCII.GetBytes(request), limit.Token);
        using var reader = new StreamReader(stream);
        return await reader.ReadToEndAsync(limit.Token);
    }

    static string StatusOf(string answer) => answer.Split(' ')[1];

    [Test]
    public void NamesItsAddress() => Assert.That(_output.ToString(), Does.StartWith($"http://127.0.0.1:{_port}/"));

    [TestCase("/", "text/html; charset=utf-8", "index.html")]
    [TestCase("/index.html?x=1", "text/html; charset=utf-8", "index.html")]
    [TestCase("/index.js", "text/javascript; charset=utf-8", "index.js")]
    [TestCase("/a.mjs", "text/javascript; charset=utf-8", "a.mjs")]
    [TestCase("/a.css", "text/css; charset=utf-8", "a.css")]
    [TestCase("/a.wasm", "application/wasm", "a.wasm")]
    [TestCase("/package.json", "application/json", "package.json")]
    [TestCase("/a.safetensors", "application/octet-stream", "a.safetensors")]
    public async Task KnowsTypes(string path, string type, string body)
    {
        string answer = await AskAsync(path);
        Assert.That(StatusOf(answer), Is.EqualTo("200"));
        Assert.That(answer, Does.Contain($"Content-Type: {type}\r\n").And.EndsWith($"\r\n\r\n{body}"));
        Assert.That(answer, Does.Contain("X-Content-Type-Options: nosniff\r\n").And.Contain("script-src 'self' 'wasm-unsafe-eval';"));
    }

    [TestCase("evil.example")]
    [TestCase("evil.example:80")]
    [TestCase("127.0.0.1.evil.example")]
    [TestCase("127.0.0.1:1")]
    public async Task RefusesForeignHosts(string host)
    {
        string answer = await AskAsync("/index.js", host);
        Assert.That(StatusOf(answer), Is.EqualTo("403"));
    }

    [Test]
    public async Task TakesLocalhost() => Assert.That(StatusOf(await AskAsync("/index.js", $"localhost:{_port}")), Is.EqualTo("200"));

    [TestCase("/../secret.js")]
    [TestCase("/..%2fsecret.js")]
    [TestCase("/%2e%2e/secret.js")]
    [TestCase("/%2e%2e%2fsecret.js")]
    [TestCase("/%252e%252e%252fsecret.js")]
    [TestCase("/x/../../secret.js")]
    [TestCase("/..\\secret.js")]
    [TestCase("/..%5csecret.js")]
    public async Task RefusesTraversal(string path)
    {
        string answer = await AskAsync(path);
        Assert.That(StatusOf(answer), Is.EqualTo("400"));
        Assert.That(answer, Does.Not.Contain("secret"));
    }

    [TestCase("/none.js")]
    [TestCase("/unknown.xyz")]
    [TestCase("//etc/passwd")]
    public async Task RefusesWhatIsNotInTheBundle(string path) => Assert.That(StatusOf(await AskAsync(path)), Is.EqualTo("404"));

    [Test]
    public async Task OnlyReads() => Assert.That(StatusOf(await AskAsync("/index.js", method: "DELETE")), Is.EqualTo("405"));

    [Test]
    public async Task SaysThatThePortIsTaken()
    {
        await using var output = new StringWriter();
        Assert.That(await BundleServer.ServeAsync(_folder, _port, output), Is.EqualTo(1));
        Assert.That(output.ToString().Trim(), Is.EqualTo($"port {_port} is taken; choose another with --port N"));
    }

    [TestCase("--port 80", "--port is for --serve")]
    [TestCase("--serve --port", "--port takes a number from 0 to 65535")]
    [TestCase("--serve --port 70000", "--port takes a number from 0 to 65535")]
    [TestCase("--save 1000 f", "--save takes a number from 0 to 999 and a file")]
    [TestCase("--save 7", "--save takes a number from 0 to 999 and a file")]
    [TestCase("--srve", "unknown argument '--srve'")]
    public void WrongArgumentsAreNamed(string line, string error) => Assert.That(Options.Parse(line.Split(' ')), Is.EqualTo(((Options?)null, error)));

    [Test]
    public void ReadsArguments()
    {
        Assert.That(Options.Parse([]), Is.EqualTo((new Options(), (string?)null)));
        Assert.That(Options.Parse(["--serve", "--port", "0"]), Is.EqualTo((new Options(Serve: true, Port: 0), (string?)null)));
        Assert.That(Options.Parse(["--save", "7", "f"]), Is.EqualTo((new Options(Digit: 7, Save: "f"), (string?)null)));
    }
}
