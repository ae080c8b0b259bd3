using System.Net;
using System.Net.Sockets;

namespace Tiny.Browser.Tests;

/// <summary>
/// Serves folders and single files on the loopback interface, under the content-security-policy that bundles promise to run with. A request
/// has ten seconds. A page whose path begins with <c>/strict</c> may not compile WebAssembly.
/// </summary>
public sealed class TestServer : IDisposable
{
    const string Policy = "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; connect-src 'self'; img-src 'self' data:; worker-src 'self'";
    static readonly TimeSpan s_limit = TimeSpan.FromSeconds(10);

    readonly HttpListener _listener = new();
    readonly List<(string Prefix, string Folder)> _folders = [];
    readonly Dictionary<string, byte[]> _files = new(StringComparer.Ordinal);
    readonly Lock _lock = new();

    public TestServer()
    {
        Port = FreePort();
        _listener.Prefixes.Add($"http://127.0.0.1:{Port}/");
        _listener.Start();
        _ = Task.Run(AcceptAsync);
        Put("/strict.html", "<!doctype html><title>strict</title><link rel=icon href=data:,>"u8.ToArray());
        Put("/blank.html", "<!doctype html><title>blank</title><link rel=icon href=data:,>"u8.ToArray());
    }

    public int Port { get; }
    public string Url(string path) => $"http://127.0.0.1:{Port}{path}";

    /// <summary>Serves a folder's files below a path that ends in a slash. A later folder of the same path is looked at first.</summary>
    public void Mount(string prefix, string folder)
    {
        lock (_lock) _folders.Insert(0, (prefix, folder));
    }

    /// <summary>Serves bytes at a path, before any folder.</summary>
    public void Put(string path, byte[] bytes)
    {
        lock (_lock) _files[path] = bytes;
    }

    public void Dispose() => _listener.Close();

    async Task AcceptAsync()
    {
        while (_listener.IsListening)
        {
            HttpListenerContext context;
            try
            {
                context = await _listener.GetContextAsync();
            }
            catch (Exception e) when (e is HttpListenerException or ObjectDisposedException or InvalidOperationException)
            {
                return;
            }
            _ = Task.Run(() => AnswerAsync(context));
        }
    }

    async Task AnswerAsync(HttpListenerContext context)
    {
        using var limit = new CancellationTokenSource(s_limit);
        try
        {
            string path = context.Request.Url!.AbsolutePath;
            var response = context.Response;
            response.Headers["Content-Security-Policy"] = path.StartsWith("/strict", StringComparison.Ordinal) ? Policy.Replace(" 'wasm-unsafe-eval'", "", StringComparison.Ordinal) : Policy;
            response.Headers["X-Content-Type-Options"] = "nosniff";
            response.Headers["Cache-Control"] = "no-store";
            if (Find(path) is { } bytes)
            {
                response.ContentType = TypeOf(path);
                response.ContentLength64 = bytes.Length;
                await response.OutputStream.WriteAsync(bytes, limit.Token);
            }
            else response.StatusCode = 404;
            response.Close();
        }
        catch (Exception e) when (e is HttpListenerException or IOException or OperationCanceledException or ObjectDisposedException)
        {
            context.Response.Abort(); // the browser went away
        }
    }

    byte[]? Find(string path)
    {
        lock (_lock)
        {
            if (_files.TryGetValue(path, out var bytes)) return bytes;
            foreach (var (prefix, folder) in _folders)
            {
                if (!path.StartsWith(prefix, StringComparison.Ordinal)) continue;
                string file = Path.Combine(folder, path[prefix.Length..]);
                if (!path.Contains("..", StringComparison.Ordinal) && File.Exists(file)) return File.ReadAllBytes(file);
            }
            return null;
        }
    }

    static string TypeOf(string path) => Path.GetExtension(path) switch
    {
        ".html" => "text/html; charset=utf-8",
        ".js" => "text/javascript; charset=utf-8",
        ".css" => "text/css; charset=utf-8",
        ".json" => "application/json",
        ".wasm" => "application/wasm",
        _ => "application/octet-stream",
    };

    internal static int FreePort()
    {
        using var probe = new TcpListener(IPAddress.Loopback, 0);
        probe.Start();
        return ((IPEndPoint)probe.LocalEndpoint).Port;
    }
}
