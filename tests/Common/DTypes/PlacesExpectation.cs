using Tiny.Runtime;

namespace Tiny.Tests;

/// <summary>
/// What the interpreter makes of tensors: floats may lie some floats of their dtype beside it, all else is equal to the bit, and one NaN is as good
/// as another. Without subnormal numbers those of float32 are as good as 0, and 0 has no sign.
/// </summary>
sealed class PlacesExpectation(IReadOnlyList<Tensor> results, int places, bool subnormal = true) : IExpectation
{
    readonly IReadOnlyList<HostMemory> _expected = Interpreter.Evaluate([.. results.Select(r => r.Node)]);

    public int Results => results.Count;

    public int Bytes(int result) => results[result].Numel * results[result].DType.Size;

    public string? Difference(int result, ReadOnlySpan<byte> actual)
    {
        var dtype = results[result].DType;
        if (actual.Length < Bytes(result)) return $"result {result}: {actual.Length} bytes instead of {Bytes(result)}";
        for (int i = 0; i < results[result].Numel; i++)
        {
            long e = Bits(_expected[result].Span, i, dtype.Size), a = Bits(actual, i, dtype.Size);
            if (e != a && !(dtype.IsFloat && Near(e, a, dtype))) return $"result {result} ({dtype}), element {i}: bits {a:x} instead of {e:x}";
        }
        return null;
    }

    bool Near(long e, long a, DType dtype)
    {
        // Magnitudes are in order as their bits are, NaN above infinity.
        long sign = 1L << dtype.Size * 8 - 1, largest = dtype.Kind switch
        {
            ScalarKind.Float8E4M3 => 0x7e,
            ScalarKind.Float8E5M2 => 0x7c,
            ScalarKind.Float16 => 0x7c00,
            ScalarKind.BFloat16 => 0x7f80,
            ScalarKind.Float32 => 0x7f800000,
            _ => 0x7ff0000000000000,
        };
        long x = e & sign - 1, y = a & sign - 1;
        if (x > largest || y > largest) return x > largest && y > largest;
        long normal = dtype.Kind switch { ScalarKind.Float32 => 0x800000, ScalarKind.BFloat16 => 0x80, _ => 1 };
        if (!subnormal && x <= normal && y <= normal) return true;
        return (e & sign) == (a & sign) ? Math.Abs(x - y) <= places : places > 0 && x + y <= places;
    }

    static long Bits(ReadOnlySpan<byte> bytes, int i, int size) => size switch
    {
        1 => bytes[i],
        2 => BitConverter.ToUInt16(bytes[(2 * i)..]),
        4 => BitConverter.ToUInt32(bytes[(4 * i)..]),
        _ => BitConverter.ToInt64(bytes[(8 * i)..]),
    };
}
