using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using NUnit.Framework;
using Tiny.Graph;
using Tiny.Lower;
using Tiny.Render;
using Tiny.Runtime;

namespace Tiny.Core.Tests.Il;

/// <summary>The device around the code: memory, checks before a launch, the cache of compiled kernels.</summary>
public class CpuDeviceTests
{
    /// <summary>Host bytes that are not ours, as a mapped file's are.</summary>
    sealed unsafe class ForeignMemory(OwnedMemory memory) : HostMemory
    {
        public override long Bytes => memory.Bytes;
        public override byte* Pointer => memory.Pointer;
    }

    static LinearKernel Doubling(int count)
    {
        using var lines = new Lines();
        UOp to = lines.Output(DType.Float32, count), from = lines.Input(DType.Float32, count);
        var i = lines.Loop(count);
        lines.Store(to, i, Lines.Load(from, i) * UOp.Const(2.0, DType.Float32));
        lines.End(i);
        return lines.Build();
    }

    static float[] Floats(DeviceBuffer buffer)
    {
        var result = new float[buffer.Bytes / 4];
        buffer.CopyTo(MemoryMarshal.AsBytes(result.AsSpan()));
        return result;
    }

    [Test]
    public unsafe void UploadUsesTheBytesWhereTheyLie()
    {
        var host = OwnedMemory.Of<float>([1, 2, 3, 4]);
        var (from, to) = (Lines.Cpu.Upload(host), Lines.Cpu.Allocate(16));
        ((float*)host.Pointer)[2] = 30;
        Lines.Cpu.Compile(Doubling(4)).Launch([to, from]);
        Assert.That(Floats(to), Is.EqualTo(new float[] { 2, 4, 60, 8 }));
    }

    [Test]
    public void ASliceSharesTheMemory()
    {
        var whole = Lines.Cpu.Allocate(64);
        var part = whole.Slice(16, 32).Slice(8, 16);
        part.CopyFrom(MemoryMarshal.AsBytes<float>([1, 2, 3, 4]));
        Lines.Cpu.Compile(Doubling(4)).Launch([whole.Slice(48, 16), part]);
        Assert.That(Floats(whole), Is.EqualTo(new float[] { 0, 0, 0, 0, 0, 0, 1, 2, 3, 4, 0, 0, 2, 4, 6, 8 }));
        Assert.That(() => whole.Slice(48, 17), Throws.TypeOf<ArgumentOutOfRangeException>());
        Assert.That(() => whole.Slice(-1, 4), Throws.TypeOf<ArgumentOutOfRangeException>());
        Assert.That(() => part.CopyFrom(new byte[17]), Throws.ArgumentException);
        Assert.That(() => part.CopyTo(new byte[17]), Throws.ArgumentException);
    }

    [Test]
    public void LaunchChecksItsBuffers()
    {
        var kernel = Lines.Cpu.Compile(Doubling(4));
        DeviceBuffer good = Lines.Cpu.Allocate(16), small = Lines.Cpu.Allocate(15);
        Assert.That(() => kernel.Launch([good]), Throws.ArgumentException.With.Message.Contains("2 buffers, not 1"));
        Assert.That(() => kernel.Launch([good, small]), Throws.ArgumentException.With.Message.Contains("15 bytes, 16 are needed"));
        Assert.That(() => kernel.Launch([good, null!]), Throws.ArgumentException.With.Message.Contains("no device"));
    }

    [Test]
    public void MemoryThatIsNotOursIsReadButNotWritten()
    {
        var kernel = Lines.Cpu.Compile(Doubling(4));
        var foreign = Lines.Cpu.Upload(new ForeignMemory(OwnedMemory.Of<float>([1, 2, 3, 4])));
        var own = Lines.Cpu.Allocate(16);
        kernel.Launch([own, foreign.Slice(0, 16)]);
        Assert.That(Floats(own), Is.EqualTo(new float[] { 2, 4, 6, 8 }));
        Assert.That(() => kernel.Launch([foreign.Slice(0, 16), own]), Throws.ArgumentException.With.Message.Contains("written"));
        Assert.That(() => foreign.CopyFrom(new byte[4]), Throws.InvalidOperationException);
    }

    [Test]
    public void EqualCodeOfTwoCompilationsIsCompiledOnce()
    {
        var one = CpuKernelCache.Get(Doubling(24));
        Assert.That(CpuKernelCache.Get(Doubling(24)), Is.SameAs(one));
        Assert.That(CpuKernelCache.Get(Doubling(25)), Is.Not.SameAs(one));
        GC.KeepAlive(one);
    }

    [Test]
    public void CodeThatDiffersInOnePlaceIsOtherCode()
    {
        static LinearKernel Make(double factor, DType type, int offset, Op op, bool swapped)
        {
            using var lines = new Lines();
            UOp to = lines.Output(type, 16), a = lines.Input(type, 16), b = lines.Input(type, 16);
            var i = lines.Loop(8);
            var (x, y) = (Lines.Load(a, i + offset), Lines.Load(b, i));
            lines.Store(to, i, (swapped ? y.Alu(op, x) : x.Alu(op, y)) * UOp.Const(factor, type));
            lines.End(i);
            return lines.Build();
        }
        IlKernel[] all =
        [
            CpuKernelCache.Get(Make(2, DType.Float32, 1, Op.Add, false)),
            CpuKernelCache.Get(Make(3, DType.Float32, 1, Op.Add, false)),
            CpuKernelCache.Get(Make(2, DType.Float64, 1, Op.Add, false)),
            CpuKernelCache.Get(Make(2, DType.Float32, 2, Op.Add, false)),
            CpuKernelCache.Get(Make(2, DType.Float32, 1, Op.Mul, false)),
            CpuKernelCache.Get(Make(2, DType.Float32, 1, Op.Add, true)),
        ];
        Assert.That(all, Is.Unique);
    }

    [Test]
    public void CodeThatNoKernelUsesIsCollected()
    {
        var seen = CompileAndForget();
        for (int i = 0; i < 10 && IsAlive(seen); i++)
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
        }
        Assert.That(IsAlive(seen), Is.False);
        // And made again when asked for.
        Assert.That(CpuKernelCache.Get(Doubling(31)), Is.Not.Null);
    }

    // Frames of their own, so that no slot of the test's frame keeps the code.
    [MethodImpl(MethodImplOptions.NoInlining)]
    static bool IsAlive(WeakReference<IlKernel> code) => code.TryGetTarget(out _);

    [MethodImpl(MethodImplOptions.NoInlining)]
    static WeakReference<IlKernel> CompileAndForget() => new(CpuKernelCache.Get(Doubling(31)));

    [Test]
    public void AThreadGridIsRefused()
    {
        using var lines = new Lines();
        var to = lines.Output(DType.Int32, 4);
        lines.Store(to, UOp.Index(0), UOp.New(Op.Special, DType.Index, [UOp.Index(4)]));
        Assert.That(() => Lines.Cpu.Compile(lines.Build()), Throws.TypeOf<TargetException>().With.Message.Contains("grid"));
    }

    [Test]
    public void TheProfileNamesWhatTheHardwareHas()
    {
        var profile = Lines.Cpu.Profile;
        Assert.That(profile.VectorLanes, Is.AnyOf(4, 8, 16));
        Assert.That(profile.NarrowerLanes, Is.EqualTo(profile.NarrowerLanes.OrderDescending()).And.All.LessThan(profile.VectorLanes));
        Assert.That(profile.Computes, Is.Not.Empty.And.SubsetOf(profile.Stores.Append(ScalarKind.Bool)));
        Assert.That(profile.Lacks, Is.EquivalentTo(new[] { Op.Exp2, Op.Exp, Op.Log2 }));
    }
}
