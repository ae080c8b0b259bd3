using System.Globalization;

namespace Tiny.Runtime;

/// <summary>Memory that was asked for, and refused before it was taken.</summary>
public sealed class MemoryLimitException(string message) : TinyException("TINY1008", message);

/// <summary>
/// How much memory of our own (<see cref="OwnedMemory"/>: results, temporaries, values computed on the host) may be in use at once. Without a limit the operating
/// system says no, or ends the process. Mapped files do not count.
/// </summary>
public static class MemoryLimit
{
    static long s_used;

    /// <summary>The most bytes in use; set once, before work begins.</summary>
    public static long Most { get; set; } = long.MaxValue;

    /// <summary>Bytes in use.</summary>
    public static long Used => Interlocked.Read(ref s_used);

    /// <summary>Half of the machine's memory, or of what the process may have.</summary>
    public static long HalfOfMachine => GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / 2;

    /// <summary>Takes bytes, or refuses.</summary>
    /// <exception cref="MemoryLimitException">With them more than <see cref="Most"/> would be in use.</exception>
    internal static void Take(long bytes)
    {
        if (Interlocked.Add(ref s_used, bytes) <= Most) return;
        // What nobody refers to any more is freed with its object.
        GC.Collect();
        GC.WaitForPendingFinalizers();
        if (Used <= Most) return;
        Give(bytes);
        throw new MemoryLimitException(string.Create(CultureInfo.InvariantCulture,
            $"{bytes:N0} bytes of memory are needed beside {Used:N0} in use, and at most {Most:N0} may be used"));
    }

    /// <summary>Gives bytes back.</summary>
    internal static void Give(long bytes) => Interlocked.Add(ref s_used, -bytes);
}
