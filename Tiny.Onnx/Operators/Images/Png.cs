using System.Buffers.Binary;
using System.IO.Compression;

namespace Tiny.Onnx.Operators.Images;

/// <summary>
/// PNG (ISO/IEC 15948): grey, colours and palettes of 1 to 16 bits, plain or interlaced. Of 16 bits the upper 8 are taken; how transparent a pixel is, is left out.
/// </summary>
static class Png
{
    // Where each pass of an interlaced image begins, and its steps; a plain image has one pass of all pixels.
    static readonly (int X, int Y, int StepX, int StepY)[] s_plain = [(0, 0, 1, 1)],
        s_interlaced = [(0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2)];

    public static Pixels Read(byte[] file)
    {
        using var data = new MemoryStream();
        byte[] palette = [];
        ReadOnlySpan<byte> header = default;
        for (int at = 8; at + 12 <= file.Length;)
        {
            int length = checked((int)BinaryPrimitives.ReadUInt32BigEndian(file.AsSpan(at)));
            var name = file.AsSpan(at + 4, 4);
            var content = file.AsSpan(at + 8, length);
            if (name.SequenceEqual("IHDR"u8)) header = content;
            else if (name.SequenceEqual("PLTE"u8)) palette = content.ToArray();
            else if (name.SequenceEqual("IDAT"u8)) data.Write(content);
            else if (name.SequenceEqual("IEND"u8)) break;
            at = checked(at + 12 + length);
        }
        if (header.Length != 13) throw new InvalidDataException("there is no header");
        int bits = header[8], kind = header[9], channels = kind switch { 0 or 3 => 1, 2 => 3, 4 => 2, 6 => 4, _ => throw new InvalidDataException($"colour type {kind}") };
        if (bits is not (1 or 2 or 4 or 8 or 16) || bits < 8 && channels > 1) throw new InvalidDataException($"{bits} bits");
        var pixels = Pixels.Black(BinaryPrimitives.ReadUInt32BigEndian(header), BinaryPrimitives.ReadUInt32BigEndian(header[4..]));
        data.Position = 0;
        using var lines = new ZLibStream(data, CompressionMode.Decompress);
        foreach (var (x0, y0, stepX, stepY) in header[12] == 0 ? s_plain : s_interlaced)
        {
            int width = (pixels.Width - x0 + stepX - 1) / stepX, bytes = (width * channels * bits + 7) / 8, back = Math.Max(1, channels * bits / 8);
            if (width == 0) continue;
            byte[] line = new byte[bytes], above = new byte[bytes];
            for (int y = y0; y < pixels.Height; y += stepY)
            {
                int filter = lines.ReadByte();
                if (filter < 0 || lines.ReadAtLeast(line, bytes, throwOnEndOfStream: false) < bytes) throw new InvalidDataException("the image ends early");
                Undo(filter, line, above, back);
                for (int i = 0; i < width; i++) Set(pixels, x0 + i * stepX, y, line, i, kind, bits, channels, palette);
                (line, above) = (above, line);
            }
        }
        return pixels;
    }

    // Each byte is what it differs by from one that is known: the one before it, above it, or both.
    static void Undo(int filter, byte[] line, byte[] above, int back)
    {
        for (int i = 0; i < line.Length; i++)
        {
            int left = i >= back ? line[i - back] : 0, up = above[i], corner = i >= back ? above[i - back] : 0;
            line[i] += filter switch
            {
                0 => 0,
                1 => (byte)left,
                2 => (byte)up,
                3 => (byte)((left + up) / 2),
                4 => (byte)Nearest(left, up, corner),
                _ => throw new InvalidDataException($"filter {filter}"),
            };
        }
    }

    static int Nearest(int left, int up, int corner)
    {
        int guess = left + up - corner, a = Math.Abs(guess - left), b = Math.Abs(guess - up), c = Math.Abs(guess - corner);
        return a <= b && a <= c ? left : b <= c ? up : corner;
    }

    static void Set(Pixels pixels, int x, int y, byte[] line, int i, int kind, int bits, int channels, byte[] palette)
    {
        int Sample(int channel) => bits >= 8 ? line[(i * channels + channel) * bits / 8] : line[i * bits / 8] >> 8 - bits - i * bits % 8 & (1 << bits) - 1;
        if (kind == 3)
        {
            int entry = 3 * Sample(0);
            pixels.Set(x, y, palette[entry], palette[entry + 1], palette[entry + 2]);
        }
        else if (channels >= 3) pixels.Set(x, y, (byte)Sample(0), (byte)Sample(1), (byte)Sample(2));
        else
        {
            byte grey = (byte)(bits < 8 ? Sample(0) * 255 / ((1 << bits) - 1) : Sample(0));
            pixels.Set(x, y, grey, grey, grey);
        }
    }
}
