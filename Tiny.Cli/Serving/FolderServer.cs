using System.Net;
using System.Net.Sockets;
using Tiny.Cli.Models;

namespace Tiny.Cli.Serving;

/// <summary>Serves the files below a folder on the loopback interface, to this machine's browsers only.</summary>
sealed class FolderServer : IDisposable
{
    static readonly Dictionary<string, string> s_types = new(StringComparer.OrdinalIgnoreCase)
    {
        [".html"] = "text/html; charset=utf-8",
        [".js"] = "text/javascript; charset=utf-8",
        [".mjs"] = "text/javascript; charset=utf-8",
        [".css"] = "text/css; charset=utf-8",
        [".json"] = "application/json",
        [".txt"] = "text/plain; charset=utf-8",
        [".ts"] = "text/plain; charset=utf-8",
        [".wasm"] = "application/wasm",
        [".svg"] = "image/svg+xml",
        [".png"] = "image/png",
        [".jpg"] = "image/jpeg",
        [".webp"] = "image/webp",
        [".wav"] = "audio/wav",
    };

    readonly HttpListener _listener = new();
    readonly string _root;

    /// <summary>Begins to listen. Port 0 takes a free one.</summary>
    /// <exception cref="Models.CommandException">The port is taken.</exception>
    public FolderServer(string folder, int port)
    {
        _root = Path.GetFullPath(folder);
        Port = port > 0 ? port : FreePort();
        // A page of another site that resolves its own name to this machine sends that name: it is answered by neither.
        _listener.Prefixes.Add($"http://127.0.0.1:{Port}/");
        _listener.Prefixes.Add($"http://localhost:{Port}/");
        try
        {
            _listener.Start();
        }
        catch (HttpListenerException e)
        {
            throw new CommandException($"port {Port} cannot be had ({e.Message}); choose another with --port N");
        }
    }

    /// <summary>The port.</summary>
    public int Port { get; }

    /// <summary>Answers until cancelled.</summary>
    public void Run(CancellationToken cancellation)
    {
        using var stop = cancellation.Register(_listener.Stop);
        while (!cancellation.IsCancellationRequested)
        {
            HttpListenerContext context;
            try
            {
                context = _listener.GetContext();
            }
            catch (Exception e) when (e is HttpListenerException or ObjectDisposedException or InvalidOperationException)
            {
                return;
            }
            ThreadPool.QueueUserWorkItem(_ => Answer(context));
        }
    }

    /// <inheritdoc/>
    public void Dispose() => ((IDisposable)_listener).Dispose();

    void Answer(HttpListenerContext context)
    {
        var (request, response) = (context.Request, context.Response);
        try
        {
            response.Headers["X-Content-Type-Options"] = "nosniff";
            response.Headers["Cache-Control"] = "no-cache";
            response.StatusCode = 200;
            if (request.HttpMethod is not ("GET" or "HEAD")) response.StatusCode = 405;
            else if (Find(request.Url!.AbsolutePath) is not { } path) response.StatusCode = 404;
            else if (Directory.Exists(path)) response.Redirect(request.Url!.AbsolutePath + "/");
            else
            {
                response.ContentType = s_types.GetValueOrDefault(Path.GetExtension(path), "application/octet-stream");
                using var file = File.OpenRead(path);
                response.ContentLength64 = file.Length;
                if (request.HttpMethod == "GET") file.CopyTo(response.OutputStream);
            }
            response.Close();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or HttpListenerException or ObjectDisposedException or InvalidOperationException)
        {
            response.Abort();
        }
    }

    // Each step of a path is a name that its folder lists, so no path leads anywhere else; names with a dot first are hidden.
    string? Find(string path)
    {
        var at = _root;
        string[] steps = path.Split('/', StringSplitOptions.RemoveEmptyEntries);
        foreach (var step in steps.Select(Uri.UnescapeDataString))
        {
            if (step[0] == '.' || !Directory.Exists(at)) return null;
            if (new DirectoryInfo(at).EnumerateFileSystemInfos().FirstOrDefault(f => f.Name == step) is not { LinkTarget: null } found) return null;
            at = found.FullName;
        }
        if (!path.EndsWith('/')) return Path.Exists(at) ? at : null;
        return Path.Combine(at, "index.html") is var index && File.Exists(index) ? index : null;
    }

    static int FreePort()
    {
        using var probe = new TcpListener(IPAddress.Loopback, 0);
        probe.Start();
        return ((IPEndPoint)probe.LocalEndpoint).Port;
    }
}
