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
    public void MemoryIsZeroedThoughTheBlockWasUsed()
    {
        for (int i = 0; i < 20; i++)
        {
            nint first = Filled();
            GC.Collect();
            GC.WaitForPendingFinalizers();
            var second = new OwnedMemory(Bytes);
            Assert.That(second.Span.IndexOfAnyExcept((byte)0), Is.EqualTo(-1));
            // Others use the pool too, and what they give may put ours out.
            if ((nint)second.Pointer == first) return;
        }
        Assert.Fail("no block was used again");
    }

    [Test]
    public void AnotherSizeIsAnotherBlock()
    {
        var pool = new MemoryPool(4 * Bytes);
        byte* small = pool.Take(Bytes);
        pool.Give(small, Bytes);
        byte* other = pool.Take(Bytes + 64), again = pool.Take(Bytes);
        Assert.That((nint)other, Is.Not.EqualTo((nint)small));
        Assert.That((nint)again, Is.EqualTo((nint)small));
        pool.Give(other, Bytes + 64);
        pool.Give(again, Bytes);
        Assert.That(pool.Kept, Is.EqualTo(2 * Bytes + 64));
    }

    [Test]
    public void WhatNobodyAsksForMakesRoomForTheNewest()
    {
        var pool = new MemoryPool(3 * Bytes);
        foreach (int size in new[] { Bytes + 64, Bytes + 128, Bytes + 192, Bytes }) pool.Give(pool.Take((nuint)size), (nuint)size);
        byte* block = pool.Take(Bytes);
        pool.Give(block, Bytes);
        Assert.That(pool.Kept, Is.LessThanOrEqualTo(3 * Bytes));
        Assert.That((nint)pool.Take(Bytes), Is.EqualTo((nint)block));
    }

    [Test]
    public void NothingLargerThanThePoolIsKept()
    {
        var pool = new MemoryPool(Bytes);
        pool.Give(pool.Take(2 * Bytes), 2 * Bytes);
        pool.Give(pool.Take(1024), 1024);
        Assert.That(pool.Kept, Is.Zero);
    }

    [Test]
    public void MemoryThatThereIsNotIsNotKept()
    {
        long used = MemoryLimit.Used;
        Assert.Throws<OutOfMemoryException>(() => _ = new OwnedMemory(1L << 60));
        GC.Collect();
        GC.WaitForPendingFinalizers();
        Assert.That(MemoryLimit.Used, Is.LessThan(used + (1L << 59)));
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    static nint Filled()
    {
        var memory = new OwnedMemory(Bytes);
        memory.Writable.Fill(1);
        return (nint)memory.Pointer;
    }
}
