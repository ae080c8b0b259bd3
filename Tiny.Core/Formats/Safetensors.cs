using System.Buffers.Binary;
using System.Text.Json;
using Tiny.Runtime;

namespace Tiny.Formats;

/// <summary>Writes safetensors files.</summary>
public static class Safetensors
{
    /// <summary>Data begins at a multiple of this, so that mapped weights are aligned for vectors.</summary>
    const int Alignment = 64;

    /// <summary>
    /// Writes tensors, computing those that are not yet. The same tensors give the same bytes in whatever order they come:
    /// wide dtypes first, so that all are aligned, then by name. The file appears whole or not at all.
    /// </summary>
    /// <exception cref="WeightsException">A name is there twice, or the file cannot be written.</exception>
    public static void Write(string path, IEnumerable<KeyValuePair<string, Tensor>> tensors,
        IReadOnlyDictionary<string, string>? metadata = null)
    {
        ArgumentNullException.ThrowIfNull(tensors);
        var list = tensors.ToList();
        Tensor.Realize([.. list.Select(t => t.Value)]);
        Write(path, list.Select(t => (t.Key, t.Value.Storage!)), metadata);
    }

    /// <summary>Writes tensors that lie in memory, in the same way.</summary>
    public static void Write(string path, IEnumerable<(string Name, Storage Storage)> tensors,
        IReadOnlyDictionary<string, string>? metadata = null)
    {
        ArgumentNullException.ThrowIfNull(path);
        var ordered = tensors.OrderByDescending(t => t.Storage.DType.Size).ThenBy(t => t.Name, StringComparer.Ordinal).ToList();
        foreach (var twice in ordered.GroupBy(t => t.Name).Where(g => g.Skip(1).Any()))
            throw new WeightsException($"{path}: tensor '{twice.Key}' is given twice");
        string part = $"{path}.{Environment.ProcessId}.part";
        try
        {
            using (var file = new FileStream(part, FileMode.Create, FileAccess.Write))
            {
                WriteHeader(file, ordered, metadata);
                foreach (var (_, storage) in ordered)
                {
                    var host = storage.ToHost();
                    file.Write(host.Span);
                    GC.KeepAlive(host);
                }
            }
            File.Move(part, path, overwrite: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            if (File.Exists(part)) File.Delete(part);
            throw new WeightsException($"{path}: {e.Message}", e);
        }
    }

    static void WriteHeader(FileStream file, List<(string Name, Storage Storage)> tensors, IReadOnlyDictionary<string, string>? metadata)
    {
        using var json = new MemoryStream();
        using (var writer = new Utf8JsonWriter(json))
        {
            writer.WriteStartObject();
            if (metadata is { Count: > 0 })
            {
                writer.WriteStartObject("__metadata__");
                foreach (var (key, value) in metadata.OrderBy(m => m.Key, StringComparer.Ordinal)) writer.WriteString(key, value);
                writer.WriteEndObject();
            }
            long offset = 0;
            foreach (var (name, storage) in tensors)
            {
                long bytes = (long)storage.Shape.Numel * storage.DType.Size;
                writer.WriteStartObject(name);
                writer.WriteString("dtype", SafetensorsHeader.NameOf(storage.DType));
                writer.WriteStartArray("shape");
                foreach (int d in storage.Shape) writer.WriteNumberValue(d);
                writer.WriteEndArray();
                writer.WriteStartArray("data_offsets");
                writer.WriteNumberValue(offset);
                writer.WriteNumberValue(offset += bytes);
                writer.WriteEndArray();
                writer.WriteEndObject();
            }
            writer.WriteEndObject();
        }
        while ((8 + json.Length) % Alignment != 0) json.WriteByte((byte)' ');
        Span<byte> length = stackalloc byte[8];
        BinaryPrimitives.WriteInt64LittleEndian(length, json.Length);
        file.Write(length);
        json.WriteTo(file);
    }
}
