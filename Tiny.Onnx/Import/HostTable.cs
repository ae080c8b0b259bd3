using System.Runtime.CompilerServices;
using Tiny.Runtime;

namespace Tiny.Onnx.Import;

/// <summary>Tables that operators make on the host, of a size that a file says: they are refused before they are made, as other memory is (<see cref="MemoryLimit"/>).</summary>
static class HostTable
{
    /// <summary>A table of so many elements.</summary>
    /// <exception cref="MemoryLimitException">It would take more than may be used.</exception>
    public static T[] New<T>(params ReadOnlySpan<long> extents)
    {
        Int128 count = 1;
        foreach (long extent in extents) count = Int128.Min(count * extent, long.MaxValue);
        Int128 bytes = Int128.Min(count * Unsafe.SizeOf<T>(), long.MaxValue / 2);
        if (count > Array.MaxLength) throw new MemoryLimitException($"a table of {count} elements is needed, and at most {Array.MaxLength} can be");
        MemoryLimit.Take((long)bytes);
        MemoryLimit.Give((long)bytes);
        return new T[(long)count];
    }
}
