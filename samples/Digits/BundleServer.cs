using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace DigitsSample;

/// <summary>Serves the files of one folder on the loopback interface, to this machine's browsers only.</summary>
public static class BundleServer
{
    // The bundle's promise: it runs under a policy that allows no script but its own files, and WebAssembly.
    const string Policy = "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; connect-src 'self'; img-src 'self' data:; "
        + "worker-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

    static readonly Dictionary<string, string> s_types = new(StringComparer.OrdinalIgnoreCase)
    {
        [".html"] = "text/html; charset=utf-8",
        [".js"] = "text/javascript; charset=utf-8",
        [".mjs"] = "text/javascript; charset=utf-8",
        [".css"] = "text/css; charset=utf-8",
        [".json"] = "application/json",
        [".wasm"] = "application/wasm",
        [".safetensors"] = "application/octet-stream",
        [".ts"] = "text/plain; charset=utf-8",
    };

    /// <summary>Serves until Ctrl-C or until cancelled. Port 0 takes a free one.</summary>
    /// <returns>The exit code: 0, or 1 where the port could not be had.</returns>
    public static async Task<int> ServeAsync(string folder, int port, TextWriter output, CancellationToken cancellation = default)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = 0;
            kestrel.Listen(IPAddress.Loopback, port);
        });
        await using var app = builder.Build();
        app.Run(context => AnswerAsync(context, folder));
        try
        {
            await app.StartAsync(cancellation);
        }
        catch (IOException e) when (e.InnerException is AddressInUseException)
        {
            await output.WriteLineAsync($"port {port} is taken; choose another with --port N");
            return 1;
        }
        await output.WriteLineAsync($"{app.Urls.Single()}/   (Ctrl-C ends it)");
        await ((IHost)app).WaitForShutdownAsync(cancellation);
        return 0;
    }

    static Task AnswerAsync(HttpContext context, string folder)
    {
        var (request, response) = (context.Request, context.Response);
        response.Headers.ContentSecurityPolicy = Policy;
        response.Headers.XContentTypeOptions = "nosniff";
        response.Headers.CacheControl = "no-cache";
        // A page of another site that resolves its own name to this machine sends that name.
        if (request.Host.Host is not ("127.0.0.1" or "localhost") || (request.Host.Port ?? 80) != context.Connection.LocalPort)
            return Refuse(response, 403, "this server answers to 127.0.0.1 only");
        if (!HttpMethods.IsGet(request.Method) && !HttpMethods.IsHead(request.Method)) return Refuse(response, 405, "GET and HEAD only");
        // The path as sent: by now the server has resolved dots in it.
        string raw = context.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget;
        string path = Uri.UnescapeDataString(Uri.UnescapeDataString(raw.Split('?')[0]));
        if (path.Contains("..", StringComparison.Ordinal) || path.Contains('\\', StringComparison.Ordinal)) return Refuse(response, 400, "no such path");

        string name = path == "/" ? "index.html" : path.TrimStart('/');
        // Only a file that the folder itself lists is opened, so no path leads anywhere else.
        var file = new DirectoryInfo(folder).EnumerateFiles().FirstOrDefault(f => f.Name == name);
        if (file is null || !s_types.TryGetValue(file.Extension, out var type)) return Refuse(response, 404, "no such file");
        response.ContentType = type;
        response.ContentLength = file.Length;
        return HttpMethods.IsHead(request.Method) ? Task.CompletedTask : response.SendFileAsync(file.FullName, context.RequestAborted);
    }

    static Task Refuse(HttpResponse response, int status, string why)
    {
        response.StatusCode = status;
        response.ContentType = "text/plain; charset=utf-8";
        return response.WriteAsync(why + "\n");
    }
}
