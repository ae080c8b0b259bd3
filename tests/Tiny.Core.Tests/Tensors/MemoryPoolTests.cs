using System.Runtime.CompilerServices;
using NUnit.Framework;
using Tiny.Runtime;

namespace Tiny.Tests;

/// <summary>Memory whose object is gone serves the next.</summary>
[TestFixture]
public sealed unsafe class MemoryPoolTests
{
    // A size that nothing else asks for.
    const int Bytes = (1 << 20) + 64 * 7;

    [Test]
    public void ABlockIsUsedAgainAndZeroed()
    {
        nint first = Filled();
        GC.Collect();
        GC.WaitForPendingFinalizers();
        Assert.That(MemoryPool.Kept, Is.GreaterThanOrEqualTo(Bytes));
        var second = new OwnedMemory(Bytes);
        Assert.That((nint)second.Pointer, Is.EqualTo(first));
        Assert.That(second.Span.IndexOfAnyExcept((byte)0), Is.EqualTo(-1));
    }

    [Test]
    public void AnotherSizeIsAnotherBlock()
    {
        byte* small = MemoryPool.Take(Bytes + 64);
        MemoryPool.Give(small, Bytes + 64);
        byte* other = MemoryPool.Take(Bytes + 128), again = MemoryPool.Take(Bytes + 64);
        Assert.That((nint)other, Is.Not.EqualTo((nint)small));
        Assert.That((nint)again, Is.EqualTo((nint)small));
        MemoryPool.Give(other, Bytes + 128);
        MemoryPool.Give(again, Bytes + 64);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    static nint Filled()
    {
        var memory = new OwnedMemory(Bytes);
        memory.Writable.Fill(1);
        return (nint)memory.Pointer;
    }
}
