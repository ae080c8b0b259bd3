using Tiny.Onnx.Import;

namespace Tiny.Onnx.Operators.Images;

/// <summary>A decoded image: rows from the top, three bytes a pixel: red, green, blue.</summary>
sealed record Pixels(int Width, int Height, byte[] Rgb)
{
    // More than that is no image that somebody means to run a model on.
    const long Most = 1 << 26;

    /// <summary>An image of some size, black.</summary>
    public static Pixels Black(long width, long height) => width > 0 && height > 0 && width * height <= Most ? new((int)width, (int)height, HostTable.New<byte>(3, width, height))
        : throw new InvalidDataException($"an image of {width} x {height}");

    /// <summary>Sets a pixel.</summary>
    public void Set(int x, int y, byte red, byte green, byte blue)
    {
        int at = 3 * (y * Width + x);
        (Rgb[at], Rgb[at + 1], Rgb[at + 2]) = (red, green, blue);
    }
}

/// <summary>Images out of the bytes of their files, on the host: PNG, BMP and the portable formats.</summary>
static class ImageDecoder
{
    public static IReadOnlyList<Operator> Table { get; } = [new("ImageDecoder", n => Decode(n), Since: 20)];

    sealed record Format(string Name, byte[] Begin, Func<byte[], Pixels>? Read, int At = 0);

    static readonly Format[] s_formats =
    [
        new("PNG", [0x89, (byte)'P', (byte)'N', (byte)'G', 13, 10, 26, 10], Png.Read),
        new("BMP", "BM"u8.ToArray(), Bitmap.Read),
        .. Enumerable.Range(1, 6).Select(i => new Format("PNM", [(byte)'P', (byte)('0' + i)], Pnm.Read)),
        new("JPEG", [0xFF, 0xD8], null),
        new("JPEG 2000", [0, 0, 0, 12, (byte)'j', (byte)'P'], null),
        new("WebP", "WEBP"u8.ToArray(), null, At: 8),
        new("TIFF", "II*\0"u8.ToArray(), null),
        new("TIFF", "MM\0*"u8.ToArray(), null),
    ];

    // What is no image gives an image without pixels.
    static Tensor Decode(NodeContext n)
    {
        n.OnHost(n[0]);
        byte[] file = n.Bytes(0);
        var format = Array.Find(s_formats, f => file.AsSpan().Length >= f.At && file.AsSpan(f.At).StartsWith(f.Begin));
        if (format is { Read: null }) throw new OnnxUnsupportedException($"images of the format {format.Name}");
        Pixels? pixels = null;
        try
        {
            pixels = format?.Read!(file);
        }
        catch (Exception e) when (e is InvalidDataException or IndexOutOfRangeException or ArgumentException or OverflowException)
        {
        }
        byte[] rgb = pixels?.Rgb ?? [];
        var (width, height) = (pixels?.Width ?? 0, pixels?.Height ?? 0);
        return n.Text("pixel_format", "RGB") switch
        {
            "RGB" => Image(rgb, 3),
            "BGR" => Image([.. rgb.Chunk(3).SelectMany(p => new[] { p[2], p[1], p[0] })], 3),
            // The luma of ITU-R 601, in 16 bits.
            "Grayscale" => Image([.. rgb.Chunk(3).Select(p => (byte)(p[0] * 19595 + p[1] * 38470 + p[2] * 7471 + 0x8000 >> 16))], 1),
            var other => throw NodeContext.Bad($"pixel_format '{other}'"),
        };

        Tensor Image(byte[] bytes, int channels) => bytes.Length == 0 ? Tensor.Zeros(new Shape(0, 0, channels), DType.UInt8) : Tensor.From(bytes, height, width, channels);
    }
}
