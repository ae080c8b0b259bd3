using System.Collections.Concurrent;
using System.Runtime.InteropServices;

namespace Tiny.Runtime;

/// <summary>
/// Blocks of memory whose objects are gone, kept for the next of their size: a block fresh from the operating system costs a fault for each of its pages, which takes longer than filling it.
/// Small ones, which an allocator keeps by itself, are not kept, nor more than a part of the machine's memory.
/// </summary>
static unsafe class MemoryPool
{
    const long Smallest = 64 << 10;
    static readonly long s_most = Math.Min(256L << 20, GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / 16);

    static readonly ConcurrentDictionary<nuint, ConcurrentBag<nint>> s_blocks = new();
    static long s_kept;

    /// <summary>Bytes that are kept.</summary>
    public static long Kept => Interlocked.Read(ref s_kept);

    /// <summary>A block of so many bytes, aligned to 64; what it holds is unknown.</summary>
    public static byte* Take(nuint bytes)
    {
        if (!s_blocks.TryGetValue(bytes, out var blocks) || !blocks.TryTake(out nint block)) return (byte*)NativeMemory.AlignedAlloc(bytes, 64);
        Interlocked.Add(ref s_kept, -(long)bytes);
        return (byte*)block;
    }

    /// <summary>Gives back a block of so many bytes.</summary>
    public static void Give(byte* block, nuint bytes)
    {
        if ((long)bytes >= Smallest)
        {
            if (Interlocked.Add(ref s_kept, (long)bytes) <= s_most)
            {
                s_blocks.GetOrAdd(bytes, _ => []).Add((nint)block);
                return;
            }
            Interlocked.Add(ref s_kept, -(long)bytes);
        }
        NativeMemory.AlignedFree(block);
    }
}
