using Tiny.Formats;
using Tiny.Runtime;

namespace Tiny.Onnx.Format;

/// <summary>Part of a file beside the model that holds a tensor's elements. Files outside of the model's folder are refused.</summary>
sealed class ExternalPart(ExternalFiles files, string tensor, string location, long offset, long? length)
{
    /// <summary>The bytes, mapped.</summary>
    public HostMemory Open()
    {
        var file = files.Open(location, tensor);
        if (offset < 0 || offset > file.Bytes || length is { } n && (n < 0 || n > file.Bytes - offset))
            throw new OnnxFormatException($"tensor '{tensor}': bytes {offset} to {offset + length} are not in '{location}', which has {file.Bytes}");
        return file.Slice(offset, length ?? file.Bytes - offset);
    }
}

/// <summary>The files beside a model, each mapped once.</summary>
sealed class ExternalFiles(string? folder)
{
    readonly Dictionary<string, MappedFile> _open = [];

    public MappedFile Open(string location, string tensor)
    {
        lock (_open)
        {
            if (_open.TryGetValue(location, out var file)) return file;
            return _open[location] = Map(location, tensor);
        }
    }

    MappedFile Map(string location, string tensor)
    {
        if (folder is null) throw Bad("this model is in memory, and has no folder");
        if (location.Length == 0 || location.Contains('\0', StringComparison.Ordinal) || Path.IsPathRooted(location)) throw Bad("only files in the model's folder are read");
        string root = Real(new DirectoryInfo(folder)), path = Path.GetFullPath(Path.Combine(root, location));
        if (!Inside(root, path)) throw Bad("only files in the model's folder are read");
        try
        {
            if (!File.Exists(path)) throw Bad("there is no such file");
            // A link may lead out, and so may a folder on the way.
            string real = Real(new FileInfo(path));
            if (!Inside(root, real)) throw Bad("it is a link that leads out of the model's folder");
            if (new FileInfo(real).Length == 0) throw Bad("it is empty");
            return new MappedFile(real);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            throw Bad(e.Message);
        }

        OnnxFormatException Bad(string reason) => new($"tensor '{tensor}': its data is in '{location}': {reason}");
    }

    static bool Inside(string root, string path) => path.StartsWith(root.EndsWith(Path.DirectorySeparatorChar) ? root : root + Path.DirectorySeparatorChar, StringComparison.Ordinal);

    // The path with links of every part followed.
    static string Real(FileSystemInfo info, int depth = 0)
    {
        if (depth > 64) throw new IOException("too many links");
        if (info.ResolveLinkTarget(returnFinalTarget: true) is { } target) return Real(target, depth + 1);
        string full = Path.GetFullPath(info.FullName);
        return Path.GetDirectoryName(full) is { } parent ? Path.Combine(Real(new DirectoryInfo(parent), depth + 1), Path.GetFileName(full)) : full;
    }
}
