using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;
using static Tiny.Onnx.Tests.Operators.CaseData;

namespace Tiny.Onnx.Tests.Operators;

/// <summary>Images written here, in the forms that no conformance case has.</summary>
static class ImageCases
{
    public static IReadOnlyList<OperatorCase> All { get; } =
    [
        Case("pnm_text_bits", "P1 # a comment\n2 2\n1 0 01"u8.ToArray(), [2, 2, 1], "Grayscale", 0, 255, 255, 0),
        Case("pnm_text_greys", "P2\n2 1\n10\n5 10\n"u8.ToArray(), [1, 2, 3], "RGB", 128, 128, 128, 255, 255, 255),
        Case("pnm_text_colours", "P3 1 1 255 1 2 3"u8.ToArray(), [1, 1, 3], "BGR", 3, 2, 1),
        Case("pnm_bits", [.. "P4\n3 2\n"u8, 0b10100000, 0b01000000], [2, 3, 1], "Grayscale", 0, 255, 0, 255, 0, 255),
        Case("pnm_greys_of_two_bytes", [.. "P5 2 1 65535\n"u8, 255, 255, 128, 0], [1, 2, 1], "Grayscale", 255, 128),
        Case("bmp_palette_from_the_top", Bmp(2, -2, 8, [[1, 2, 3, 0], [4, 5, 6, 0]], [0, 1, 0, 0, 1, 1, 0, 0]), [2, 2, 3], "RGB", 3, 2, 1, 6, 5, 4, 6, 5, 4, 6, 5, 4),
        Case("bmp_of_32_bits", Bmp(1, 2, 32, [], [1, 2, 3, 0, 4, 5, 6, 0]), [2, 1, 3], "RGB", 6, 5, 4, 3, 2, 1),
        Case("png_palette_of_4_bits", Png(3, 1, 4, 3, 0, [9, 8, 7, 6, 5, 4], [0, 0x01, 0x10]), [1, 3, 3], "RGB", 9, 8, 7, 6, 5, 4, 6, 5, 4),
        Case("png_greys_of_16_bits", Png(2, 1, 16, 0, 0, [], [0, 200, 1, 100, 255]), [1, 2, 1], "Grayscale", 200, 100),
        // Differences from the left, from above, from the mean of both, and from the nearest of three.
        Case("png_filters", Png(2, 4, 8, 0, 0, [], [1, 10, 5, 2, 1, 1, 3, 5, 4, 4, 2, 3]), [4, 2, 1], "Grayscale", 10, 15, 11, 16, 10, 17, 12, 20),
        Case("png_colours_with_transparency", Png(1, 1, 8, 6, 0, [], [0, 1, 2, 3, 99]), [1, 1, 3], "RGB", 1, 2, 3),
        // 3 x 3: passes 1 (one pixel), 4 (the third of row 0), 5 (row 2, two pixels), 6 (the second of rows 0 and 2), 7 (row 1).
        Case("png_interlaced", Png(3, 3, 8, 0, 1, [], [0, 1, 0, 3, 0, 7, 9, 0, 2, 0, 8, 0, 4, 5, 6]), [3, 3, 1], "Grayscale", 1, 2, 3, 4, 5, 6, 7, 8, 9),
        Case("no_image", "hello"u8.ToArray(), [0, 0, 3], "RGB"),
        Case("half_an_image", Png(3, 3, 8, 0, 0, [], [0, 1]), [0, 0, 3], "RGB"),
    ];

    static OperatorCase Case(string name, byte[] file, long[] shape, string format, params byte[] pixels) =>
        new(name, "ImageDecoder", 20, [U8([file.Length], file)], [U8(shape, pixels)]) { Attributes = [("pixel_format", format)], OnHost = true };

    static byte[] Bmp(int width, int height, ushort bits, byte[][] palette, byte[] rows)
    {
        var file = new byte[54];
        "BM"u8.CopyTo(file);
        foreach (var (at, value) in new[] { (10, 54 + 4 * palette.Length), (14, 40), (18, width), (22, height), (28, (int)bits), (46, palette.Length) }) BinaryPrimitives.WriteInt32LittleEndian(file.AsSpan(at), value);
        return [.. file, .. palette.SelectMany(p => p), .. rows];
    }

    static byte[] Png(int width, int height, byte bits, byte kind, byte interlaced, byte[] palette, byte[] lines)
    {
        using var packed = new MemoryStream();
        using (var zip = new ZLibStream(packed, CompressionLevel.Fastest, leaveOpen: true)) zip.Write(lines);
        var header = new byte[13];
        BinaryPrimitives.WriteInt32BigEndian(header, width);
        BinaryPrimitives.WriteInt32BigEndian(header.AsSpan(4), height);
        (header[8], header[9], header[12]) = (bits, kind, interlaced);
        return [0x89, .. "PNG\r\n"u8, 26, 10, .. Chunk("IHDR", header), .. palette.Length > 0 ? Chunk("PLTE", palette) : [], .. Chunk("IDAT", packed.ToArray()), .. Chunk("IEND", [])];
    }

    // The check sum is not read.
    static byte[] Chunk(string name, byte[] data)
    {
        var length = new byte[4];
        BinaryPrimitives.WriteInt32BigEndian(length, data.Length);
        return [.. length, .. Encoding.ASCII.GetBytes(name), .. data, 0, 0, 0, 0];
    }
}
