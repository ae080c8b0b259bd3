using System.Net;

namespace Tiny.Cli.Serving;

/// <summary>Serves the files below a folder.</summary>
sealed class FolderServer(string folder, int port) : LoopbackServer(port)
{
    readonly string _root = Path.GetFullPath(folder);

    /// <summary>The addresses of the folder's page, or where it has none of those of the folders in it.</summary>
    public IReadOnlyList<string> Pages
    {
        get
        {
            string Url(string path) => $"http://127.0.0.1:{Port}/{path}";
            if (File.Exists(Path.Combine(_root, "index.html"))) return [Url("")];
            string[] below = [.. Directory.GetDirectories(_root).Where(d => File.Exists(Path.Combine(d, "index.html"))).Select(d => Url(Uri.EscapeDataString(Path.GetFileName(d)) + "/"))];
            return below.Length > 0 ? below : [Url("")];
        }
    }

    /// <inheritdoc/>
    protected override void Answer(HttpListenerRequest request, HttpListenerResponse response)
    {
        if (request.HttpMethod is not ("GET" or "HEAD")) response.StatusCode = 405;
        // Two slashes at the beginning of an address would name another machine.
        else if (request.RawUrl!.StartsWith("//", StringComparison.Ordinal) || Find(request.Url!.AbsolutePath) is not { } path) response.StatusCode = 404;
        else if (Directory.Exists(path)) response.Redirect(request.Url!.AbsolutePath + "/");
        else Send(request, response, path);
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
}
