namespace Tiny.Onnx.Operators.Images;

/// <summary>Portable bitmaps (black is 1), greys and colours, as text and as bytes.</summary>
static class Pnm
{
    public static Pixels Read(byte[] file)
    {
        int kind = file[1] - '0', at = 2;
        bool text = kind <= 3, black = kind is 1 or 4;
        int width = Number(), height = Number(), most = black ? 1 : Number();
        if (most is < 1 or > 65535) throw new InvalidDataException($"values up to {most}");
        var pixels = Pixels.Black(width, height);
        // One white space, then the bytes.
        if (!text) at++;
        for (int y = 0; y < height; y++)
        {
            for (int x = 0; x < width; x++)
            {
                byte first = Sample(x), second = kind is 3 or 6 ? Sample(x) : first, third = kind is 3 or 6 ? Sample(x) : first;
                pixels.Set(x, y, first, second, third);
            }
            // Rows of bits begin with a byte of their own.
            if (kind == 4 && width % 8 != 0) at++;
        }
        return pixels;

        byte Sample(int x)
        {
            if (kind == 1)
            {
                Space();
                return file[at++] == '0' ? (byte)255 : (byte)0;
            }
            if (kind == 4)
            {
                bool set = (file[at] >> 7 - x % 8 & 1) != 0;
                if (x % 8 == 7) at++;
                return set ? (byte)0 : (byte)255;
            }
            int value = text ? Number() : most < 256 ? file[at++] : file[at++] << 8 | file[at++];
            return (byte)((Math.Min(value, most) * 255 + most / 2) / most);
        }

        int Number()
        {
            Space();
            int value = 0, from = at;
            for (; at < file.Length && file[at] is >= (byte)'0' and <= (byte)'9'; at++) value = checked(value * 10 + file[at] - '0');
            return at > from ? value : throw new InvalidDataException("a number is missing");
        }

        // White space, and comments to the end of their line.
        void Space()
        {
            for (; at < file.Length && (file[at] is (byte)' ' or (>= 9 and <= 13) or (byte)'#'); at++)
                if (file[at] == '#')
                    while (at < file.Length && file[at] != '\n') at++;
        }
    }
}
