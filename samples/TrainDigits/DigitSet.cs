using System.IO.Compression;
using Tiny;

namespace TrainDigitsSample;

/// <summary>Handwritten digits of 28 x 28 pixels, and what they are.</summary>
/// <param name="Pixels">uint8[n, 784], 0 for paper and 255 for ink.</param>
/// <param name="Labels">int32[n], from 0 to 9.</param>
public sealed record DigitSet(Tensor Pixels, Tensor Labels)
{
    /// <summary>Pixels in a row, and rows.</summary>
    public const int Side = 28;
    /// <summary>Pixels of a digit.</summary>
    public const int Area = Side * Side;
    const int HeldOutOfEach = 100;

    /// <summary>How many there are.</summary>
    public int Count => Labels.Numel;

    /// <summary>9,000 digits to train on and 1,000 to test with: the last 100 of each class. <c>data/README.md</c> says where they are from.</summary>
    public static (DigitSet Training, DigitSet HeldOut) Load()
    {
        using var file = File.OpenRead(Path.Combine(Path.GetDirectoryName(typeof(DigitSet).Assembly.Location)!, "data", "mnist-digits.bin.gz"));
        using var records = new GZipStream(file, CompressionMode.Decompress);
        var classes = new Dictionary<byte, List<byte[]>>();
        var record = new byte[1 + Area];
        while (records.ReadAtLeast(record, record.Length, throwOnEndOfStream: false) == record.Length)
        {
            if (!classes.TryGetValue(record[0], out var digits)) classes[record[0]] = digits = [];
            digits.Add(record[1..]);
        }
        return (Of(classes, digits => digits.SkipLast(HeldOutOfEach)), Of(classes, digits => digits.TakeLast(HeldOutOfEach)));
    }

    /// <summary>Some of them, chosen by number.</summary>
    public DigitSet Some(IEnumerable<int> numbers)
    {
        var chosen = Tensor.From<int>([.. numbers]);
        return new(Pixels.Take(chosen).Realize(), Labels.Take(chosen).Realize());
    }

    static DigitSet Of(Dictionary<byte, List<byte[]>> classes, Func<List<byte[]>, IEnumerable<byte[]>> some)
    {
        var digits = classes.OrderBy(c => c.Key).SelectMany(c => some(c.Value).Select(pixels => (Label: (int)c.Key, Pixels: pixels))).ToList();
        return new(Tensor.From<byte>([.. digits.SelectMany(d => d.Pixels)], digits.Count, Area), Tensor.From<int>([.. digits.Select(d => d.Label)]));
    }
}
