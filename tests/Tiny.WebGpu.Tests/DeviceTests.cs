using System.Diagnostics;
using System.Runtime.InteropServices;
using NUnit.Framework;
using Tiny.Lower;
using Tiny.Runtime;
using Tiny.Schedule;

namespace Tiny.Tests;

/// <summary>Buffers, kernels and their order.</summary>
public sealed class DeviceTests
{
    static readonly WebGpuDevice s_device = (WebGpuDevice)Device.Default;

    static byte[] Read(DeviceBuffer buffer)
    {
        var bytes = new byte[buffer.Bytes];
        buffer.CopyTo(bytes);
        return bytes;
    }

    static byte[] Bytes(int count, int seed = 1)
    {
        var bytes = new byte[count];
        new Random(seed).NextBytes(bytes);
        return bytes;
    }

    [Test]
    public void MemoryStartsAsZeros([Values(0, 1, 4, 1000)] int bytes) =>
        Assert.That(Read(s_device.Allocate(bytes)), Is.EqualTo(new byte[bytes]));

    [Test]
    public void AScheduleInSeveralArenas()
    {
        var w = Tensor.From<float>([.. Enumerable.Range(0, 400).Select(i => i % 7 * 0.1f - 0.3f)], 20, 20);
        var x = w;
        for (int i = 0; i < 4; i++) x = x.MatMul(w).MatMul(w) + x;
        var schedule = Scheduler.Run([x.Node]).WithArenasOf(2048);
        Assert.That(schedule.Arenas, Has.Length.GreaterThan(1));
        var actual = Tensor.FromStorage(new Executable(schedule, s_device).Run(_ => null!)[0]).ToArray<float>();
        var expected = MemoryMarshal.Cast<byte, float>(Interpreter.Evaluate(x.Node).Copied()).ToArray();
        Assert.That(actual, Is.EqualTo(expected).Within(1e-4 * expected.Max(MathF.Abs)));
    }

    [Test]
    public void AnyNumberOfBytesGoesThereAndBack([Values(0, 1, 3, 4, 7, 1000, 65537)] int count)
    {
        var bytes = Bytes(count);
        Assert.That(Read(s_device.Upload(OwnedMemory.Of<byte>(bytes))), Is.EqualTo(bytes));
        var buffer = s_device.Allocate(count);
        buffer.CopyFrom(bytes);
        Assert.That(Read(buffer), Is.EqualTo(bytes));
    }

    [Test]
    public void CopiesOfPartOfAWordLeaveTheRest()
    {
        var bytes = Bytes(12);
        var buffer = s_device.Upload(OwnedMemory.Of<byte>(bytes));
        buffer.CopyFrom([1, 2, 3, 4, 5]);
        Assert.That(Read(buffer), Is.EqualTo(new byte[] { 1, 2, 3, 4, 5 }.Concat(bytes[5..])));
    }

    [Test]
    public void MoreThanOneChunkGoesThereAndBack()
    {
        var bytes = Bytes((64 << 20) + 12);
        Assert.That(Read(s_device.Upload(OwnedMemory.Of<byte>(bytes))).AsSpan().SequenceEqual(bytes), Is.True);
    }

    [Test]
    public void ASliceSharesTheMemory()
    {
        var whole = s_device.Allocate(1024);
        var part = whole.Slice(256, 512).Slice(256, 100);
        var bytes = Bytes(100);
        part.CopyFrom(bytes);
        Assert.That(Read(whole), Is.EqualTo(new byte[512].Concat(bytes).Concat(new byte[412])));
        Assert.That(Read(part), Is.EqualTo(bytes));
    }

    [Test]
    public void WhatDoesNotFitIsRefused()
    {
        var buffer = s_device.Allocate(1024);
        Assert.That(() => buffer.Slice(512, 513), Throws.TypeOf<ArgumentOutOfRangeException>());
        Assert.That(() => buffer.Slice(-256, 4), Throws.TypeOf<ArgumentOutOfRangeException>());
        Assert.That(() => buffer.Slice(4, 4), Throws.ArgumentException.With.Message.Contains("multiple of"));
        Assert.That(() => buffer.CopyFrom(new byte[1025]), Throws.ArgumentException);
        Assert.That(() => buffer.CopyTo(new byte[1025]), Throws.ArgumentException);
        Assert.That(() => s_device.Allocate(-1), Throws.TypeOf<ArgumentOutOfRangeException>());
        Assert.That(() => s_device.Allocate(1L << 45), Throws.TypeOf<TargetException>().With.Message.Contains("at most"));
    }

    static Kernel SumKernel()
    {
        var sum = Tensor.From<float>([1f, 2f, 3f], 3) + Tensor.From<float>([4f, 5f, 6f], 3);
        return Scheduler.Run([sum.Node]).Launches.Single().Kernel;
    }

    static DeviceKernel Sum() => s_device.Compile(SumKernel().Lower(s_device.Profile));

    static DeviceBuffer Floats(params float[] values) => s_device.Upload(OwnedMemory.Of<float>(values));
    static float[] Floats(DeviceBuffer buffer) => MemoryMarshal.Cast<byte, float>(Read(buffer)).ToArray();

    // Which parameter the result is, the schedule decides.
    static DeviceBuffer[] Arguments(DeviceBuffer result, DeviceBuffer a, DeviceBuffer b)
    {
        var operands = new Queue<DeviceBuffer>([a, b]);
        return [.. SumKernel().Params.Select(p => p.Written ? result : operands.Dequeue())];
    }

    [Test]
    public void LaunchesCopiesAndReadsKeepTheirOrder()
    {
        var kernel = Sum();
        var (a, b) = (Floats(1, 2, 3), Floats(10, 20, 30));
        // More than are submitted together.
        DeviceBuffer[] results = [.. Enumerable.Range(0, 150).Select(_ => s_device.Allocate(12))];
        for (int i = 0; i < results.Length; i++)
        {
            if (i % 7 == 3) a.CopyFrom(MemoryMarshal.AsBytes<float>([i, i, i]));
            kernel.Launch(Arguments(results[i], a, i % 5 == 4 ? results[i - 1] : b));
        }
        float[] va = [1, 2, 3], last = [];
        for (int i = 0; i < results.Length; i++)
        {
            if (i % 7 == 3) va = [i, i, i];
            float[] other = i % 5 == 4 ? last : [10, 20, 30];
            last = [.. va.Zip(other, (x, y) => x + y)];
            Assert.That(Floats(results[i]), Is.EqualTo(last), $"launch {i}");
        }
    }

    [Test]
    public void PartsOfOneBufferAreReadAndWritten()
    {
        var arena = s_device.Allocate(1024);
        var (a, b, result) = (arena.Slice(0, 12), arena.Slice(256, 12), arena.Slice(512, 12));
        a.CopyFrom(MemoryMarshal.AsBytes<float>([1, 2, 3]));
        b.CopyFrom(MemoryMarshal.AsBytes<float>([4, 5, 6]));
        Sum().Launch(Arguments(result, a, b));
        Assert.That(Floats(result), Is.EqualTo(new float[] { 5, 7, 9 }));
    }

    [Test]
    public void OneBufferIsTwoOperands()
    {
        var a = Floats(1, 2, 3);
        var result = s_device.Allocate(12);
        Sum().Launch(Arguments(result, a, a));
        Assert.That(Floats(result), Is.EqualTo(new float[] { 2, 4, 6 }));
    }

    [Test]
    public void WrongBuffersAreRefusedAtTheLaunch()
    {
        var kernel = Sum();
        var good = Floats(1, 2, 3);
        Assert.That(() => kernel.Launch(new[] { good }), Throws.ArgumentException.With.Message.Contains("takes 3 buffers, not 1"));
        var small = Arguments(good, Floats(1, 2), good);
        Assert.That(() => kernel.Launch(small), Throws.ArgumentException.With.Message.Contains("8 bytes, 12 are needed"));
        var elsewhere = Arguments(new CpuDevice().Allocate(12), good, good);
        Assert.That(() => kernel.Launch(elsewhere), Throws.ArgumentException.With.Message.Contains("lies on cpu"));
    }

    [Test]
    public void AShaderErrorNamesTheKernelAndLeavesTheDeviceUsable()
    {
        Assert.That(() => s_device.Context.CreatePipeline("broken", "@compute @workgroup_size(1) fn broken() { nothing(); }"),
            Throws.TypeOf<TargetException>().With.Message.Contains("kernel broken").And.Message.Contains("nothing"));
        Assert.That((Tensor.From<float>([1f, 2f], 2) + 1).ToArray<float>(), Is.EqualTo(new float[] { 2, 3 }));
    }

    [Test]
    public void WritingWhatIsReadIsAnErrorOfTheRead()
    {
        var a = Floats(1, 2, 3);
        Sum().Launch(Arguments(a, a, Floats(1, 1, 1)));
        Assert.That(() => Read(a), Throws.TypeOf<TargetException>().With.Message.Contains("running"));
    }

    [Test]
    public void DtypesThatItHasNotAreNamed() =>
        Assert.That(() => (Tensor.From<double>([1.0, 2.0], 2) + 1).Realize(), Throws.TypeOf<TargetException>().With.Message.Contains("float64"));

    [Test]
    public void ATensorMovesToTheCpuAndBack()
    {
        var sum = (Tensor.From<float>([1f, 2f, 3f], 3) + 1).Realize();
        var there = sum.Storage!.On(new CpuDevice());
        Assert.That(Floats(there), Is.EqualTo(new float[] { 2, 3, 4 }));
        Assert.That((sum * 2).ToArray<float>(), Is.EqualTo(new float[] { 4, 6, 8 }));
    }

    [Test]
    public void SynchronizeWaitsForWhatALaunchOnlyStarts()
    {
        const int n = 768;
        var square = Tensor.From<float>(new float[n * n], n, n);
        var kernel = Scheduler.Run([square.MatMul(square + 1).Node]).Launches[^1].Kernel;
        var ready = s_device.Compile(kernel.Lower(s_device.Profile));
        DeviceBuffer[] buffers = [.. kernel.Params.Select(_ => s_device.Allocate(4 * n * n))];
        ready.Launch(buffers);
        s_device.Synchronize();
        var clock = Stopwatch.StartNew();
        ready.Launch(buffers);
        var launched = clock.Elapsed;
        s_device.Synchronize();
        var finished = clock.Elapsed;
        buffers[0].Slice(0, 4).CopyTo(new byte[4]);
        var read = clock.Elapsed;
        Assert.That(launched, Is.LessThan(finished / 2), "a launch does not wait");
        Assert.That(read - finished, Is.LessThan(finished / 2), "nothing is left for the read to wait for");
    }

    [Test]
    public void SeveralThreadsShareTheDevice()
    {
        var x = Tensor.From<float>([.. Enumerable.Range(0, 100).Select(i => (float)i)], 100).Realize();
        Parallel.For(0, 8, new ParallelOptions { MaxDegreeOfParallelism = 4 }, i =>
        {
            var expected = Enumerable.Range(0, 100).Select(v => (v + 1f) * i).ToArray();
            for (int turn = 0; turn < 5; turn++) Assert.That(((x + 1) * i).ToArray<float>(), Is.EqualTo(expected));
        });
    }

    [Test]
    public void MemoryThatNothingUsesIsGivenBack()
    {
        const int size = 32 << 20, count = 48;
        var host = new OwnedMemory(size);
        using var process = Process.GetCurrentProcess();
        long before = process.WorkingSet64;
        for (int i = 0; i < count; i++) s_device.Upload(host);
        process.Refresh();
        Assert.That(process.WorkingSet64 - before, Is.LessThan((long)size * count / 2), "half of all that was uploaded");
    }
}
