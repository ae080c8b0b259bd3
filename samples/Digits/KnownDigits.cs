using System.IO.Compression;

namespace DigitsSample;

/// <summary>A handwritten digit: 28 x 28 pixels, 0 for paper and 255 for ink, and what it is.</summary>
public sealed record KnownDigit(int Label, byte[] Pixels)
{
    /// <summary>Pixels in a row, and rows.</summary>
    public const int Size = 28;

    /// <summary>What the network takes: the pixels scaled by the mean and deviation of its training data.</summary>
    public float[] Normalised() => [.. Pixels.Select(p => (p / 255f - 0.1307f) / 0.3081f)];

    /// <summary>The picture in text, two rows of pixels to a line as letters are twice as high as wide.</summary>
    public string[] Picture()
    {
        const string Ramp = " .:-=+*#%@";
        var lines = new string[Size / 2];
        for (int y = 0; y < lines.Length; y++)
        {
            lines[y] = string.Create(Size, (Pixels, y), static (line, of) =>
            {
                for (int x = 0; x < Size; x++)
                {
                    int ink = (of.Pixels[2 * of.y * Size + x] + of.Pixels[(2 * of.y + 1) * Size + x]) / 2;
                    line[x] = Ramp[ink * (Ramp.Length - 1) / 255];
                }
            });
        }
        return lines;
    }
}

/// <summary>The digits that come with the sample; <c>data/README.md</c> says where they are from.</summary>
public static class KnownDigits
{
    /// <summary>The 1,000 digits in <c>data/digits.bin.gz</c>, classes in turn.</summary>
    public static IReadOnlyList<KnownDigit> Load(string folder)
    {
        using var file = File.OpenRead(Path.Combine(folder, "data", "digits.bin.gz"));
        using var records = new GZipStream(file, CompressionMode.Decompress);
        var digits = new List<KnownDigit>();
        var record = new byte[1 + KnownDigit.Size * KnownDigit.Size];
        while (records.ReadAtLeast(record, record.Length, throwOnEndOfStream: false) == record.Length) digits.Add(new(record[0], record[1..]));
        return digits;
    }
}
