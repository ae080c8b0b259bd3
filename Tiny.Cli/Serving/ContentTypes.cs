namespace Tiny.Cli.Serving;

/// <summary>What files are, by their endings.</summary>
static class ContentTypes
{
    static readonly Dictionary<string, string> s_all = new(StringComparer.OrdinalIgnoreCase)
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
        [".jpeg"] = "image/jpeg",
        [".webp"] = "image/webp",
        [".ico"] = "image/x-icon",
        [".wav"] = "audio/wav",
        [".mp3"] = "audio/mpeg",
        [".mp4"] = "video/mp4",
    };

    /// <summary>The type of a file; bytes where it is not known.</summary>
    public static string Of(string path) => s_all.GetValueOrDefault(Path.GetExtension(path), "application/octet-stream");
}
