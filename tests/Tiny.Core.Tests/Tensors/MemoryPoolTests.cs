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
