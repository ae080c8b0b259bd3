using System.Runtime.InteropServices;
using System.Text;

namespace Tiny.Render;

/// <summary>Bytes of a WebAssembly module: numbers in LEB128, names and vectors with their length in front.</summary>
sealed class WasmBytes
{
    readonly List<byte> _bytes = [];

    public int Count => _bytes.Count;
    public ReadOnlySpan<byte> Span => CollectionsMarshal.AsSpan(_bytes);

    public byte[] ToArray() => [.. _bytes];

    public void Byte(byte value) => _bytes.Add(value);

    public void Patch(int at, byte value) => _bytes[at] = value;

    public void Fixed(ReadOnlySpan<byte> bytes) => _bytes.AddRange(bytes);

    public void Unsigned(uint value)
    {
        for (; value >= 0x80; value >>= 7) Byte((byte)(value | 0x80));
        Byte((byte)value);
    }

    public void Signed(long value)
    {
        // Until what is left repeats the sign that the last byte has.
        for (; value is < -64 or > 63; value >>= 7) Byte((byte)(value | 0x80));
        Byte((byte)(value & 0x7F));
    }

    public void Name(string name)
    {
        var text = Encoding.UTF8.GetBytes(name);
        Unsigned((uint)text.Length);
        Fixed(text);
    }

    /// <summary>Something with its length in front.</summary>
    public void Sized(ReadOnlySpan<byte> content)
    {
        Unsigned((uint)content.Length);
        Fixed(content);
    }
}
