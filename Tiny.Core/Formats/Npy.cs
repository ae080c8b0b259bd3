using System.Buffers.Binary;
using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using Tiny.Runtime;

namespace Tiny.Formats;

/// <summary>NumPy's .npy files, versions 1.0 and 2.0: little-endian, C order.</summary>
public static partial class Npy
{
    static ReadOnlySpan<byte> Magic => [0x93, (byte)'N', (byte)'U', (byte)'M', (byte)'P', (byte)'Y'];

    /// <summary>Reads a file into memory.</summary>
    /// <exception cref="WeightsException">The file cannot be read, or is of a kind not supported.</exception>
    public static Tensor Read(string path)
    {
        byte[] bytes;
        try
        {
            bytes = File.ReadAllBytes(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new WeightsException($"{path}: {e.Message}", e);
        }
        if (bytes.Length < 10 || !bytes.AsSpan().StartsWith(Magic)) throw Bad("it is not an .npy file");
        bool wide = bytes[6] >= 2;
        if (bytes[6] is not (1 or 2) || (wide && bytes.Length < 12)) throw Bad($"its version {bytes[6]}.{bytes[7]} is not supported");
        long header = wide ? BinaryPrimitives.ReadUInt32LittleEndian(bytes.AsSpan(8))
            : BinaryPrimitives.ReadUInt16LittleEndian(bytes.AsSpan(8));
        long start = (wide ? 12 : 10) + header;
        if (start > bytes.Length) throw Bad("its header is longer than the file");
        string text = Encoding.Latin1.GetString(bytes, wide ? 12 : 10, (int)header);

        var descr = Descr().Match(text);
        var shape = Dims().Match(text);
        if (!descr.Success || !shape.Success) throw Bad($"its header '{text.Trim()}' is not understood");
        if (!Order().IsMatch(text)) throw Bad("its elements are not in C order");
        var dtype = TypeOf(descr.Groups[1].Value) ?? throw Bad($"its dtype {descr.Groups[1].Value} is not supported");
        var s = ParseShape(shape.Groups[1].Value) ?? throw Bad($"its shape ({shape.Groups[1].Value}) is not understood");
        long size = (long)s.Numel * dtype.Size;
        if (bytes.Length - start != size) throw Bad($"{dtype}{s} takes {size} bytes, the file has {bytes.Length - start}");
        return Tensor.FromStorage(new Storage(dtype, s, OwnedMemory.Of<byte>(bytes.AsSpan((int)start))));

        WeightsException Bad(string reason) => new($"{path}: {reason}");
    }

    /// <summary>Writes a tensor, computing it if it is not yet, as version 1.0.</summary>
    /// <exception cref="DTypeException">The format has no such dtype: bfloat16 and the floats of 8 bits.</exception>
    public static void Write(string path, Tensor tensor)
    {
        ArgumentNullException.ThrowIfNull(tensor);
        string descr = NameOf(tensor.DType), dims = string.Join(", ", tensor.Shape) + (tensor.Rank == 1 ? "," : "");
        string text = $"{{'descr': '{descr}', 'fortran_order': False, 'shape': ({dims}), }}";
        // Data begins at a multiple of 64.
        text = text.PadRight((10 + text.Length + 1 + 63) / 64 * 64 - 11) + '\n';
        using var file = new FileStream(path, FileMode.Create, FileAccess.Write);
        file.Write(Magic);
        Span<byte> lead = [1, 0, 0, 0];
        BinaryPrimitives.WriteUInt16LittleEndian(lead[2..], checked((ushort)text.Length));
        file.Write(lead);
        file.Write(Encoding.Latin1.GetBytes(text));
        var host = tensor.Realize().Storage!.ToHost();
        file.Write(host.Span);
        GC.KeepAlive(host);
    }

    static Shape? ParseShape(string text)
    {
        var dims = new List<int>();
        foreach (var part in text.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            if (!int.TryParse(part.TrimEnd('L'), NumberStyles.None, CultureInfo.InvariantCulture, out int d)) return null;
            dims.Add(d);
        }
        try
        {
            var shape = new Shape([.. dims]);
            return shape.Size <= int.MaxValue ? shape : null;
        }
        catch (ShapeException)
        {
            return null;
        }
    }

    static DType? TypeOf(string descr) => descr switch
    {
        "<f2" => DType.Float16,
        "<f4" => DType.Float32,
        "<f8" => DType.Float64,
        "|i1" or "<i1" => DType.Int8,
        "<i2" => DType.Int16,
        "<u2" => DType.UInt16,
        "<u8" => DType.UInt64,
        "<i4" => DType.Int32,
        "<i8" => DType.Int64,
        "<u4" => DType.UInt32,
        "|u1" or "<u1" => DType.UInt8,
        "|b1" or "<b1" => DType.Bool,
        _ => null,
    };

    static string NameOf(DType dtype) => dtype.Kind switch
    {
        ScalarKind.Bool => "|b1",
        ScalarKind.Int8 => "|i1",
        ScalarKind.UInt8 => "|u1",
        ScalarKind.Int16 => "<i2",
        ScalarKind.UInt16 => "<u2",
        ScalarKind.Int32 => "<i4",
        ScalarKind.UInt32 => "<u4",
        ScalarKind.Int64 => "<i8",
        ScalarKind.UInt64 => "<u8",
        ScalarKind.Float16 => "<f2",
        ScalarKind.Float32 => "<f4",
        ScalarKind.Float64 => "<f8",
        _ => throw new DTypeException($".npy has no {dtype}; cast the tensor to float32, or write safetensors"),
    };

    [GeneratedRegex(@"'descr'\s*:\s*'([^']*)'")]
    private static partial Regex Descr();
    [GeneratedRegex(@"'fortran_order'\s*:\s*False")]
    private static partial Regex Order();
    [GeneratedRegex(@"'shape'\s*:\s*\(([^)]*)\)")]
    private static partial Regex Dims();
}
