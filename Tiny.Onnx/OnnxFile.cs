using Tiny.Formats;
using Tiny.Onnx.Format;
using Tiny.Onnx.Model;
using Tiny.Runtime;

namespace Tiny.Onnx;

/// <summary>Opens ONNX models. Weights are used where they lie in the mapped file, or in files beside it.</summary>
public static class OnnxFile
{
    /// <summary>Maps a file and reads the model in it.</summary>
    /// <exception cref="OnnxFormatException">The file cannot be read, or is no valid model.</exception>
    public static OnnxModel Open(string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        try
        {
            if (!File.Exists(path)) throw new OnnxFormatException(Directory.Exists(path) ? "it is a folder; name the model's file" : "there is no such file");
            long length = new FileInfo(path).Length;
            if (length == 0) throw new OnnxFormatException("the file is empty");
            if (length > int.MaxValue) throw new OnnxFormatException("the file is longer than 2 GB; larger models have their weights in files of their own");
            var file = new MappedFile(path);
            return new ModelReader(file.Slice(0, file.Bytes), new ExternalFiles(Path.GetDirectoryName(Path.GetFullPath(path)))).Model();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            throw new OnnxFormatException($"{path}: {e.Message}", e);
        }
        catch (OnnxFormatException e)
        {
            throw new OnnxFormatException($"{path}: {e.Text}", e);
        }
    }

    /// <summary>Reads a model that is in memory. It can have no external data.</summary>
    /// <exception cref="OnnxFormatException">It is no valid model.</exception>
    public static OnnxModel Parse(ReadOnlySpan<byte> bytes) => new ModelReader(OwnedMemory.Of(bytes), new ExternalFiles(null)).Model();

    /// <summary>Reads a value as test data have it: a TensorProto, or the message of another kind.</summary>
    /// <exception cref="OnnxFormatException">It is no valid value.</exception>
    public static OnnxValue ParseValue(ReadOnlySpan<byte> bytes, OnnxTypeInfo type) => new ValueReader(OwnedMemory.Of(bytes)).Read(type ?? throw new ArgumentNullException(nameof(type)));
}
