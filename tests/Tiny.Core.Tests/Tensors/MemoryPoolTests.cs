using System.Runtime.CompilerServices;
using NUnit.Framework;
using Tiny.Diagnostics;
using Tiny.Runtime;
using Tiny.Schedule;

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

    [Test]
    public void MemoryThatIsFreedServesTheNextAtOnce()
    {
        var first = OwnedMemory.Unwritten(Bytes + 192);
        nint pointer = (nint)first.Pointer;
        long used = MemoryLimit.Used;
        first.Free();
        first.Free();
        Assert.That(MemoryLimit.Used, Is.LessThanOrEqualTo(used - Bytes));
        OwnedMemory second = OwnedMemory.Unwritten(Bytes + 192), third = OwnedMemory.Unwritten(Bytes + 192);
        Assert.That((nint)second.Pointer, Is.EqualTo(pointer));
        Assert.That((nint)third.Pointer, Is.Not.EqualTo(pointer), "it was given back twice");
    }

    [Test]
    public void WhatNobodyHasWrittenIsNotZeroInTests()
    {
        Assume.That(Debugging.Spec);
        Assert.That(OwnedMemory.Unwritten(Bytes).Span.IndexOfAnyExcept((byte)0xff), Is.EqualTo(-1));
    }

    [Test]
    public void ResultsThatAreReleasedServeTheNextRun()
    {
        var cpu = Device.Get("cpu");
        var x = Tensor.Full(new Shape(Bytes / 4 + 80), 2f).Realize();
        var program = new Executable(Scheduler.Run([(x + 1).Node]), cpu);
        var first = program.Run();
        nint pointer = Pointer(first);
        Assert.That(Pointer(program.Run()), Is.Not.EqualTo(pointer), "a result that is in use was written");
        program.Release(first);
        var last = program.Run();
        Assert.That(Pointer(last), Is.EqualTo(pointer));
        Assert.That(Tensor.FromStorage(last[0]).ToArray<float>(), Is.All.EqualTo(3f));
        Assert.That(x.ToArray<float>(), Is.All.EqualTo(2f));

        nint Pointer(Storage[] results) => (nint)((CpuBuffer)results[0].On(cpu)).Pointer;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    static nint Filled()
    {
        var memory = new OwnedMemory(Bytes);
        memory.Writable.Fill(1);
        return (nint)memory.Pointer;
    }
}
