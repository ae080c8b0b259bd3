using System.Buffers.Binary;
using Tiny.Runtime;

namespace Tiny.Formats;

/// <summary>A tensor in a safetensors file. <paramref name="DType"/> is null where this library has no such dtype.</summary>
public sealed record SafetensorsEntry(string Name, string TypeName, DType? DType, Shape Shape, long Offset, long Bytes);

/// <summary>
/// A safetensors file mapped into memory: tensors are used where they lie, nothing is copied. The mapping lasts as long as
/// this object or any memory taken from it is reachable. Whatever is wrong in the file is a <see cref="WeightsException"/>.
/// </summary>
public sealed class SafetensorsFile
{
    readonly MappedFile _file;
    readonly Dictionary<string, SafetensorsEntry> _byName;

    SafetensorsFile(string path, MappedFile file, IReadOnlyList<SafetensorsEntry> tensors, IReadOnlyDictionary<string, string> metadata)
    {
        Path = path;
        _file = file;
        Tensors = tensors;
        Metadata = metadata;
        _byName = tensors.ToDictionary(t => t.Name);
    }

    /// <summary>The file's path as given.</summary>
    public string Path { get; }
    /// <summary>All tensors, in the order of their bytes in the file.</summary>
    public IReadOnlyList<SafetensorsEntry> Tensors { get; }
    /// <summary>The file's metadata, empty where it has none.</summary>
    public IReadOnlyDictionary<string, string> Metadata { get; }

    /// <summary>Maps a file and checks its header.</summary>
    /// <exception cref="WeightsException">The file cannot be read or is not a valid safetensors file.</exception>
    public static SafetensorsFile Open(string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        try
        {
            long length = new FileInfo(path).Length;
            if (length < 8) throw Bad(path, $"it has {length} bytes, too few for a header");
            var file = new MappedFile(path);
            ulong header = BinaryPrimitives.ReadUInt64LittleEndian(file.Slice(0, 8).Span);
            if (header > (ulong)(file.Bytes - 8)) throw Bad(path, $"its header of {header} bytes is longer than the file");
            if (header > SafetensorsHeader.MaxBytes) throw Bad(path, $"its header of {header} bytes is too long");
            var memory = file.Slice(8, (long)header);
            var (tensors, metadata) = SafetensorsHeader.Parse(memory.Span, 8 + (long)header, file.Bytes, reason => Bad(path, reason));
            GC.KeepAlive(memory);
            return new SafetensorsFile(path, file, tensors, metadata);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            throw new WeightsException($"{path}: {e.Message}", e);
        }
    }

    /// <summary>True if the file has a tensor of that name.</summary>
    public bool Contains(string name) => _byName.ContainsKey(name);

    /// <summary>The tensor of that name, null where there is none.</summary>
    public SafetensorsEntry? Find(string name) => _byName.GetValueOrDefault(name);

    /// <summary>A tensor's memory in the mapped file, named after it.</summary>
    /// <exception cref="WeightsException">There is no such tensor, or its dtype is none of this library's.</exception>
    public Storage Read(string name)
    {
        var entry = Find(name) ?? throw Bad(Path, $"there is no tensor '{name}'");
        if (entry.DType is not { } dtype)
            throw Bad(Path, $"tensor '{name}' is {entry.TypeName}, which is not supported; convert the file to F32");
        return new Storage(dtype, entry.Shape, _file.Slice(entry.Offset, entry.Bytes)) { Name = name };
    }

    /// <summary>A tensor that lies in the mapped file.</summary>
    /// <exception cref="WeightsException">There is no such tensor, or its dtype is none of this library's.</exception>
    public Tensor Tensor(string name) => Tiny.Tensor.FromStorage(Read(name));

    static WeightsException Bad(string path, string reason) => new($"{path}: {reason}");
}
