using Tiny.Runtime;

namespace Tiny.Tests;

/// <summary>A graph over inputs in memory, to be run by some target and compared with the interpreter.</summary>
/// <param name="Name">An identifier.</param>
/// <param name="Inputs">The inputs.</param>
/// <param name="Build">The results' graphs over inputs of those dtypes and shapes.</param>
/// <param name="Places">How many floats of its dtype a result may lie beside the interpreter's; all else is equal to the bit.</param>
sealed record GraphCase(string Name, IReadOnlyList<Tensor> Inputs, Func<IReadOnlyList<Tensor>, IReadOnlyList<Tensor>> Build, int Places = 0)
{
    public override string ToString() => Name;

    /// <summary>What the interpreter makes of it.</summary>
    public IReadOnlyList<(Tensor Result, byte[] Bytes)> Expected()
    {
        var results = Build(Inputs);
        return [.. Interpreter.Evaluate([.. results.Select(r => r.Node)]).Select((m, i) => (results[i], m.Span[..(results[i].Numel * results[i].DType.Size)].ToArray()))];
    }

    /// <summary>What is wrong with a result's bytes, or null.</summary>
    public string? Difference(int result, (Tensor Result, byte[] Bytes) expected, ReadOnlySpan<byte> actual)
    {
        var dtype = expected.Result.DType;
        if (actual.Length < expected.Bytes.Length) return $"result {result}: {actual.Length} bytes instead of {expected.Bytes.Length}";
        for (int i = 0; i < expected.Result.Numel; i++)
        {
            long e = Bits(expected.Bytes, i, dtype.Size), a = Bits(actual, i, dtype.Size);
            if (e != a && !(dtype.IsFloat && Near(e, a, dtype)))
                return $"{Name}, result {result} ({dtype}), element {i}: bits {a:x} instead of {e:x}";
        }
        return null;
    }

    bool Near(long e, long a, DType dtype)
    {
        // Magnitudes in order as their bits are; NaN lies above infinity, and all NaN are alike.
        long sign = 1L << dtype.Size * 8 - 1, infinity = dtype.Kind switch
        {
            ScalarKind.Float8E4M3 => 0x7e,
            ScalarKind.Float8E5M2 => 0x7c,
            ScalarKind.Float16 => 0x7c00,
            ScalarKind.BFloat16 => 0x7f80,
            ScalarKind.Float32 => 0x7f800000,
            _ => 0x7ff0000000000000,
        };
        long x = e & sign - 1, y = a & sign - 1;
        if (x > infinity || y > infinity) return x > infinity && y > infinity;
        return (e & sign) == (a & sign) && Math.Abs(x - y) <= Places || (e & sign) != (a & sign) && Places > 0 && x + y <= Places;
    }

    static long Bits(ReadOnlySpan<byte> bytes, int i, int size) => size switch
    {
        1 => bytes[i],
        2 => BitConverter.ToUInt16(bytes[(2 * i)..]),
        4 => BitConverter.ToUInt32(bytes[(4 * i)..]),
        _ => BitConverter.ToInt64(bytes[(8 * i)..]),
    };
}
