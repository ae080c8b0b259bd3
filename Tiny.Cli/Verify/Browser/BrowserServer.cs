using System.Globalization;
using System.Net;
using System.Text;
using System.Text.Json;
using Tiny.Cli.Serving;

namespace Tiny.Cli.Verify.Browser;

/// <summary>
/// Gives a page its work, and takes what it made of it. All is below a path that nobody else knows:
/// <c>page.html</c>, <c>page.js</c>; <c>next?N</c>, the work behind the N-th as JSON once there is some; <c>work/N/FILE</c>, the bundle's files; <c>work/N/inputs/K</c>,
/// <c>work/N/outputs/K</c> (posted), <c>work/N/end</c> (posted, with an error as its text if there was one).
/// </summary>
sealed class BrowserServer() : LoopbackServer(0)
{
    const string Policy = "default-src 'none'; script-src 'self'; connect-src 'self'";
    static readonly TimeSpan s_wait = TimeSpan.FromSeconds(10);

    readonly string _secret = $"/{Guid.NewGuid():n}/";
    readonly object _changed = new();
    BrowserWork? _work;

    /// <summary>The page's address.</summary>
    public string Page => $"http://127.0.0.1:{Port}{_secret}page.html";

    /// <summary>Offers work to the page; null takes back what it was offered.</summary>
    public void Offer(BrowserWork? work)
    {
        lock (_changed)
        {
            _work = work;
            Monitor.PulseAll(_changed);
        }
    }

    /// <inheritdoc/>
    protected override void Answer(HttpListenerRequest request, HttpListenerResponse response)
    {
        string path = request.Url!.AbsolutePath;
        response.Headers["Content-Security-Policy"] = Policy;
        if (!path.StartsWith(_secret, StringComparison.Ordinal) || !(request.HttpMethod == "POST" ? Take(request, path[_secret.Length..].Split('/')) : Give(request, response, path[_secret.Length..].Split('/'))))
            response.StatusCode = 404;
    }

    bool Give(HttpListenerRequest request, HttpListenerResponse response, string[] path)
    {
        switch (path)
        {
            case ["page.html" or "page.js"]:
                Text(response, path[0], PageFile(path[0]));
                return true;
            case ["next"]:
                // The page asks again after an answer without work.
                var work = Next(int.Parse(request.Url!.Query.TrimStart('?'), CultureInfo.InvariantCulture));
                Text(response, "next.json", JsonSerializer.Serialize(work is null ? null : new { number = work.Number, calls = work.Calls.Select(c => c.Entry) }));
                return true;
            case ["work", var number, "inputs", var call] when Current(number) is { } w:
                response.ContentType = ContentTypes.Of("");
                response.OutputStream.Write(w.Calls[int.Parse(call, CultureInfo.InvariantCulture)].Inputs);
                return true;
            case ["work", var number, var name] when Current(number) is { } w && Path.Combine(w.Folder, Path.GetFileName(name)) is var file && File.Exists(file):
                Send(request, response, file);
                return true;
            default:
                return false;
        }
    }

    bool Take(HttpListenerRequest request, string[] path)
    {
        using var body = new MemoryStream();
        request.InputStream.CopyTo(body);
        switch (path)
        {
            case ["work", var number, "outputs", var call] when Current(number) is { } w:
                w.Results[int.Parse(call, CultureInfo.InvariantCulture)] = body.ToArray();
                return true;
            case ["work", var number, "end"] when Current(number) is { } w:
                w.Finish(body.Length == 0 ? null : Encoding.UTF8.GetString(body.ToArray()));
                return true;
            default:
                return false;
        }
    }

    BrowserWork? Next(int last, bool wait = true)
    {
        lock (_changed)
        {
            if (wait && (_work is null || _work.Number <= last)) Monitor.Wait(_changed, s_wait);
            return _work is { } work && work.Number > last ? work : null;
        }
    }

    // What a page sends of earlier work, which it was too late with, is not taken.
    BrowserWork? Current(string number) => Next(-1, wait: false) is { } work && number == work.Number.ToString(CultureInfo.InvariantCulture) ? work : null;

    static void Text(HttpListenerResponse response, string name, string text)
    {
        response.ContentType = ContentTypes.Of(name);
        response.OutputStream.Write(Encoding.UTF8.GetBytes(text));
    }

    static string PageFile(string name)
    {
        using var reader = new StreamReader(typeof(BrowserServer).Assembly.GetManifestResourceStream($"verify/{name}") ?? throw new InvalidOperationException($"no embedded file verify/{name}"));
        return reader.ReadToEnd();
    }
}
