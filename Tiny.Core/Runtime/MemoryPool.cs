using System.Runtime.InteropServices;

namespace Tiny.Runtime;

/// <summary>
/// Blocks of memory whose objects are gone, kept for the next of their size: a block fresh from the operating system costs a fault for each of its pages, which takes longer than filling it.
/// Small ones, which an allocator keeps by itself, are not kept; where there would be too many bytes, those go that nobody has asked for longest.
/// </summary>
/// <param name="most">The most bytes that are kept.</param>
sealed unsafe class MemoryPool(long most)
{
    const long Smallest = 64 << 10;

    /// <summary>The pool of <see cref="OwnedMemory"/>, which keeps no more than a part of the machine's memory.</summary>
    public static MemoryPool Shared { get; } = new(Math.Min(256L << 20, GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / 16));

    readonly Lock _lock = new();
    // The newest last. There are at most a few thousand, and the one that is asked for is mostly among the newest.
    readonly List<(nint Block, nuint Bytes)> _blocks = [];
    long _kept;

    /// <summary>Bytes that are kept.</summary>
    public long Kept => Interlocked.Read(ref _kept);

    /// <summary>A block of so many bytes, aligned to 64; what it holds is unknown.</summary>
    /// <exception cref="OutOfMemoryException">There is none, though nothing is kept any more.</exception>
    public byte* Take(nuint bytes)
    {
        lock (_lock)
        {
            int at = _blocks.FindLastIndex(b => b.Bytes == bytes);
            if (at >= 0) return Remove(at);
        }
        try
        {
            return (byte*)NativeMemory.AlignedAlloc(bytes, 64);
        }
        catch (OutOfMemoryException)
        {
            Shrink(0);
            return (byte*)NativeMemory.AlignedAlloc(bytes, 64);
        }
    }

    /// <summary>Gives back a block of so many bytes.</summary>
    public void Give(byte* block, nuint bytes)
    {
        if ((long)bytes < Smallest || (long)bytes > most)
        {
            NativeMemory.AlignedFree(block);
            return;
        }
        lock (_lock)
        {
            Shrink(most - (long)bytes);
            _blocks.Add(((nint)block, bytes));
            _kept += (long)bytes;
        }
    }

    // The oldest go until no more than so many bytes are left.
    void Shrink(long left)
    {
        lock (_lock)
            while (_kept > left) NativeMemory.AlignedFree(Remove(0));
    }

    byte* Remove(int at)
    {
        var (block, bytes) = _blocks[at];
        _blocks.RemoveAt(at);
        _kept -= (long)bytes;
        return (byte*)block;
    }
}
