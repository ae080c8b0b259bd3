using System.Net;
using System.Net.Sockets;
using Tiny.Cli.Models;

namespace Tiny.Cli.Serving;

/// <summary>Answers HTTP requests on the loopback interface, from this machine's browsers only.</summary>
abstract class LoopbackServer : IDisposable
{
    readonly HttpListener _listener = new();

    /// <summary>Begins to listen. Port 0 takes a free one.</summary>
    /// <exception cref="CommandException">The port is taken.</exception>
    protected LoopbackServer(int port)
    {
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

    /// <summary>Answers one request, on a thread of the pool.</summary>
    protected abstract void Answer(HttpListenerRequest request, HttpListenerResponse response);

    /// <summary>Sends a file, or only what is said about it where that is asked.</summary>
    protected static void Send(HttpListenerRequest request, HttpListenerResponse response, string path)
    {
        response.ContentType = ContentTypes.Of(path);
        using var file = File.OpenRead(path);
        response.ContentLength64 = file.Length;
        if (request.HttpMethod == "GET") file.CopyTo(response.OutputStream);
    }

    void Answer(HttpListenerContext context)
    {
        try
        {
            context.Response.Headers["X-Content-Type-Options"] = "nosniff";
            context.Response.Headers["Cache-Control"] = "no-cache";
            Answer(context.Request, context.Response);
            context.Response.Close();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or HttpListenerException or ObjectDisposedException or InvalidOperationException)
        {
            context.Response.Abort();
        }
    }

    static int FreePort()
    {
        using var probe = new TcpListener(IPAddress.Loopback, 0);
        probe.Start();
        return ((IPEndPoint)probe.LocalEndpoint).Port;
    }
}
