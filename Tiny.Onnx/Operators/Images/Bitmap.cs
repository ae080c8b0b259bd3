using System.Buffers.Binary;

namespace Tiny.Onnx.Operators.Images;

/// <summary>Windows bitmaps that are not compressed: palettes of 1, 4 and 8 bits, and 24 or 32 bits a pixel.</summary>
static class Bitmap
{
    public static Pixels Read(byte[] file)
    {
        int Word(int at) => BinaryPrimitives.ReadInt32LittleEndian(file.AsSpan(at));
        int begin = Word(10), header = Word(14), rows = Word(22), bits = BinaryPrimitives.ReadUInt16LittleEndian(file.AsSpan(28)), compression = Word(30), colours = Word(46);
        // Masks of 32 bits are read as if they were the usual ones.
        if (header < 40 || bits is not (1 or 4 or 8 or 24 or 32) || !(compression == 0 || compression == 3 && bits == 32)) throw new InvalidDataException($"{bits} bits, compression {compression}");
        var pixels = Pixels.Black(Word(18), Math.Abs((long)rows));
        int stride = checked((pixels.Width * bits + 31) / 32 * 4), palette = 14 + header;
        for (int y = 0; y < pixels.Height; y++)
        {
            // Rows are from the bottom, unless their number is negative.
            var line = file.AsSpan(checked(begin + stride * (rows > 0 ? pixels.Height - 1 - y : y)), stride);
            for (int x = 0; x < pixels.Width; x++)
            {
                ReadOnlySpan<byte> bgr;
                if (bits >= 24) bgr = line[(x * bits / 8)..];
                else
                {
                    int index = line[x * bits / 8] >> 8 - bits - x * bits % 8 & (1 << bits) - 1;
                    if (colours != 0 && index >= colours) throw new InvalidDataException($"colour {index} of {colours}");
                    bgr = file.AsSpan(palette + 4 * index, 3);
                }
                pixels.Set(x, y, bgr[2], bgr[1], bgr[0]);
            }
        }
        return pixels;
    }
}
