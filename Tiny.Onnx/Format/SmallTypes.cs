using System.Runtime.InteropServices;
using Tiny.Onnx.Model;
using Tiny.Runtime;

namespace Tiny.Onnx.Format;

/// <summary>Element types of eight bits and fewer that have no dtype here: their values, by their bits.</summary>
static class SmallTypes
{
    /// <summary>Elements as values of the carrier.</summary>
    public static HostMemory Widen(OnnxType type, HostMemory raw, int count, DType carrier)
    {
        var memory = new OwnedMemory((long)count * carrier.Size);
        int bits = type.Bits(), each = 8 / bits, mask = (1 << bits) - 1;
        var from = raw.Span;
        if (carrier == DType.Float32)
        {
            float[] values = [.. Enumerable.Range(0, mask + 1).Select(b => ToFloat(type, b))];
            var to = MemoryMarshal.Cast<byte, float>(memory.Writable);
            for (int i = 0; i < count; i++) to[i] = values[(from[i / each] >> (i % each * bits)) & mask];
        }
        else
        {
            bool signed = type is OnnxType.Int4 or OnnxType.Int2;
            for (int i = 0; i < count; i++)
            {
                int value = (from[i / each] >> (i % each * bits)) & mask;
                memory.Writable[i] = (byte)(signed && value > mask >> 1 ? value - mask - 1 : value);
            }
        }
        GC.KeepAlive(raw);
        return memory;
    }

    /// <summary>The number that an element's bits stand for.</summary>
    public static float ToFloat(OnnxType type, int bits) => type switch
    {
        // No infinities, one NaN: that of -0.
        OnnxType.Float8E4M3FNUZ => bits == 0x80 ? float.NaN : Scaled(bits, 3, 8),
        OnnxType.Float8E5M2FNUZ => bits == 0x80 ? float.NaN : Scaled(bits, 2, 16),
        OnnxType.Float4E2M1 => Scaled(bits << 4, 5, 1),
        // A power of two.
        OnnxType.Float8E8M0 => bits == 0xFF ? float.NaN : MathF.ScaleB(1, bits - 127),
        _ => throw new ArgumentOutOfRangeException(nameof(type)),
    };

    // A sign, an exponent and a fraction of so many bits, in eight.
    static float Scaled(int bits, int fraction, int bias)
    {
        int exponent = (bits & 0x7F) >> fraction, rest = bits & ((1 << fraction) - 1);
        float size = exponent == 0 ? MathF.ScaleB(rest, 1 - bias - fraction) : MathF.ScaleB(rest + (1 << fraction), exponent - bias - fraction);
        return bits >= 0x80 ? -size : size;
    }
}
