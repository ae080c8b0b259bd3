using Tiny.Runtime;

namespace Tiny.Tests;

static class HostMemoryCopy
{
    /// <summary>The bytes, copied: memory that nothing refers to any more is freed even while a span of it is read.</summary>
    public static ReadOnlySpan<byte> Copied(this HostMemory memory)
    {
        byte[] copy = memory.Span.ToArray();
        GC.KeepAlive(memory);
        return copy;
    }
}
