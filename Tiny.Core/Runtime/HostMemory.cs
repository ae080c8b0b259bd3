using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Tiny.Diagnostics;

namespace Tiny.Runtime;

/// <summary>Bytes that the host can read where they lie: an array of ours, or part of a mapped file.</summary>
public abstract unsafe class HostMemory
{
    /// <summary>Length in bytes.</summary>
    public abstract long Bytes { get; }
    /// <summary>Address of the first byte, valid while this object is reachable.</summary>
    public abstract byte* Pointer { get; }
    /// <summary>The bytes. Keep this object alive (<see cref="GC.KeepAlive"/>) while the span is in use.</summary>
    public ReadOnlySpan<byte> Span => new(Pointer, checked((int)Bytes));
}

/// <summary>Memory of our own, aligned to 64 bytes, freed with the object.</summary>
public sealed unsafe class OwnedMemory : HostMemory
{
    readonly byte* _pointer;
    readonly long _pressure;
    int _freed;

    /// <summary>Zeroed memory of at least one byte.</summary>
    /// <exception cref="MemoryLimitException">More than <see cref="MemoryLimit.Most"/> would be in use.</exception>
    public OwnedMemory(long bytes) : this(bytes, zeroed: true) { }

    OwnedMemory(long bytes, bool zeroed)
    {
        Bytes = bytes;
        MemoryLimit.Take(Math.Max(bytes, 64));
        _pressure = Math.Max(bytes, 64);
        // Rounded up to whole vectors, so that the last one may be read or written whole.
        try
        {
            _pointer = MemoryPool.Shared.Take(Size);
        }
        catch (OutOfMemoryException)
        {
            MemoryLimit.Give(_pressure);
            _pressure = 0;
            throw;
        }
        if (zeroed) NativeMemory.Clear(_pointer, Size);
        // Whoever reads what nobody has written is found out.
        else if (Debugging.Spec) NativeMemory.Fill(_pointer, Size, 0xff);
        GC.AddMemoryPressure(_pressure);
    }

    nuint Size => (nuint)((_pressure + 63) / 64 * 64);

    /// <summary>Memory that will be written before it is read: what it holds until then is unknown.</summary>
    internal static OwnedMemory Unwritten(long bytes) => new(bytes, zeroed: false);

    /// <summary>A copy of the given elements.</summary>
    public static OwnedMemory Of<T>(ReadOnlySpan<T> items) where T : unmanaged
    {
        var memory = Unwritten((long)items.Length * Unsafe.SizeOf<T>());
        MemoryMarshal.AsBytes(items).CopyTo(memory.Writable);
        return memory;
    }

    /// <inheritdoc/>
    public override long Bytes { get; }
    /// <inheritdoc/>
    public override byte* Pointer => _pointer;
    /// <summary>The bytes, to be filled.</summary>
    public Span<byte> Writable => new(_pointer, checked((int)Bytes));

    /// <summary>Frees the memory now, and not when the object is found to be unreachable. Nobody may use it any more.</summary>
    internal void Free()
    {
        // Refused memory was never taken.
        if (_pressure == 0 || Interlocked.Exchange(ref _freed, 1) != 0) return;
        MemoryPool.Shared.Give(_pointer, Size);
        GC.RemoveMemoryPressure(_pressure);
        MemoryLimit.Give(_pressure);
    }

    /// <summary>Frees the memory.</summary>
    ~OwnedMemory() => Free();
}
