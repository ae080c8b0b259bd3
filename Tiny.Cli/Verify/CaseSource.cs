using System.IO.Compression;
using System.Text.Json;
using Tiny.Onnx;
using Tiny.Onnx.Model;

namespace Tiny.Cli.Verify;

/// <summary>Finds cases: in a folder (each folder below that holds model.onnx), in an archive, or in a folder of archives with manifest.json.</summary>
static class CaseSource
{
    const string ModelName = "model.onnx";
    const long MostBytes = 1L << 30;

    // Links may lead round in a circle.
    static readonly EnumerationOptions s_below = new() { RecurseSubdirectories = true, AttributesToSkip = FileAttributes.ReparsePoint };

    /// <summary>The cases in a place.</summary>
    /// <exception cref="OnnxFormatException">There is no such place, or it is no archive.</exception>
    public static IReadOnlyList<ConformanceCase> Find(string path)
    {
        path = Path.GetFullPath(path);
        if (File.Exists(path)) return [.. Archive(path, Manifest(Path.GetDirectoryName(path)!))];
        if (!Directory.Exists(path)) throw new OnnxFormatException($"{path}: there is no such file or folder");
        var manifest = Manifest(path);
        return
        [
            .. Directory.GetFiles(path, "*.zip").Order(StringComparer.Ordinal).SelectMany(a => Archive(a, manifest)),
            .. Directory.EnumerateFiles(path, ModelName, s_below).Order(StringComparer.Ordinal).Select(f => Folder(Path.GetDirectoryName(f)!, manifest)),
        ];
    }

    static ConformanceCase Folder(string folder, IReadOnlyDictionary<string, IReadOnlySet<string>> manifest) =>
        Case(Path.GetFileName(folder), Path.GetFileName(Path.GetDirectoryName(folder)) ?? "", manifest, new FolderFiles(folder));

    static IEnumerable<ConformanceCase> Archive(string path, IReadOnlyDictionary<string, IReadOnlySet<string>> manifest)
    {
        var zip = Open(path);
        string group = Path.GetFileNameWithoutExtension(path);
        return zip.Entries.Select(e => e.FullName).Where(n => n == ModelName || n.EndsWith("/" + ModelName, StringComparison.Ordinal))
            .Select(n => n[..^ModelName.Length]).Select(folder => Case(folder.TrimEnd('/') is { Length: > 0 } name ? Path.GetFileName(name) : group, group, manifest, new ZipFiles(zip, folder)));
    }

    static ZipArchive Open(string path)
    {
        try
        {
            return ZipFile.OpenRead(path);
        }
        catch (InvalidDataException e)
        {
            throw new OnnxFormatException($"{path}: it is no archive (.zip) of cases: {e.Message}", e);
        }
    }

    static ConformanceCase Case(string name, string group, IReadOnlyDictionary<string, IReadOnlySet<string>> manifest, ICaseFiles files) =>
        new(name, group, manifest.GetValueOrDefault(name) ?? new HashSet<string>(), files) { Relative = name == "light_densenet121" ? 2e-3 : 1e-3 };

    // Names to flags.
    static Dictionary<string, IReadOnlySet<string>> Manifest(string folder)
    {
        string path = Path.Combine(folder, "manifest.json");
        if (!File.Exists(path)) return [];
        try
        {
            using var json = JsonDocument.Parse(File.ReadAllBytes(path));
            return json.RootElement.GetProperty("cases").EnumerateArray().ToDictionary(c => c.GetProperty("name").GetString()!,
                c => (IReadOnlySet<string>)c.GetProperty("flags").EnumerateArray().Select(f => f.GetString()!).ToHashSet());
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException or ArgumentException)
        {
            throw new OnnxFormatException($"{path}: {e.Message}", e);
        }
    }

    sealed class FolderFiles(string folder) : ICaseFiles
    {
        public OnnxModel Model() => OnnxFile.Open(Path.Combine(folder, ModelName));

        public byte[]? Read(string path)
        {
            string full = Path.Combine(folder, path);
            return File.Exists(full) ? File.ReadAllBytes(full) : null;
        }
    }

    sealed class ZipFiles(ZipArchive zip, string folder) : ICaseFiles
    {
        public OnnxModel Model() => OnnxFile.Parse(Read(ModelName)!);

        public byte[]? Read(string path)
        {
            // An archive is read by one thread at a time.
            lock (zip)
            {
                if (zip.GetEntry(folder + path) is not { } entry) return null;
                if (entry.Length > MostBytes) throw new OnnxFormatException($"{folder}{path} has {entry.Length} bytes, which is too much for a case");
                var bytes = new byte[entry.Length];
                using var stream = entry.Open();
                stream.ReadExactly(bytes);
                return bytes;
            }
        }
    }
}
