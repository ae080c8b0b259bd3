using System.Collections.Immutable;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.Arm;
using System.Runtime.Intrinsics.X86;
using Tiny.Graph;
using Tiny.Lower;
using Tiny.Optimize;

namespace Tiny.Runtime;

/// <summary>The live CPU: kernels become IL, tensors lie in host memory.</summary>
public sealed class CpuDevice : Device
{
    /// <summary>
    /// How many threads share a kernel's iterations, the caller's among them, where there is enough to do: what the variable TINY_THREADS says, else one for each
    /// processor. Results do not depend on it, to the bit.
    /// </summary>
    public static int Threads
    {
        get => CpuThreads.Count;
        set => CpuThreads.Count = value >= 1 ? value : throw new ArgumentOutOfRangeException(nameof(value), value, "at least one thread works");
    }

    /// <inheritdoc/>
    public override string Name => "cpu";

    /// <summary>What this machine's vector units offer.</summary>
    public override TargetProfile Profile { get; } = OfHardware();

    /// <inheritdoc/>
    public override DeviceBuffer Allocate(long bytes) => new CpuBuffer(this, new OwnedMemory(bytes), 0, bytes);

    /// <inheritdoc/>
    public override DeviceBuffer AllocateUnwritten(long bytes) => new CpuBuffer(this, OwnedMemory.Unwritten(bytes), 0, bytes);

    /// <summary>Host bytes as a buffer, used where they lie. Only <see cref="OwnedMemory"/> can be written.</summary>
    public override DeviceBuffer Upload(HostMemory host)
    {
        ArgumentNullException.ThrowIfNull(host);
        return new CpuBuffer(this, host, 0, host.Bytes);
    }

    /// <inheritdoc/>
    public override DeviceKernel Compile(LinearKernel kernel)
    {
        ArgumentNullException.ThrowIfNull(kernel);
        return new CpuKernel(kernel, CpuKernelCache.Get(kernel));
    }

    static TargetProfile OfHardware()
    {
        int lanes = Vector512.IsHardwareAccelerated ? 16 : Vector256.IsHardwareAccelerated ? 8 : 4;
        return new TargetProfile("cpu")
        {
            VectorLanes = lanes,
            NarrowerLanes = lanes switch { 16 => [8, 4], 8 => [4], _ => [] },
            // AVX-512 and AdvSimd have 32 vector registers, the rest of x86 and WebAssembly's engines 16.
            Registers = lanes == 16 || AdvSimd.IsSupported ? 32 : 16,
            // Steps along a window, so that the masks of an image's edges are known outside of it.
            Unroll = 96,
            StageBytes = 256 << 10,
            PanelBytes = 256 << 10,
            OutputsOfTest = 128,
            FasterForms = true,
            Prefetches = Sse.IsSupported,
            // RyuJIT orders nothing; and a step of a sum that is nested in the next one costs it a copy.
            InOrder = true,
            // RyuJIT follows 1,024 variables, those that it makes itself among them.
            MostValues = 640,
            Fma = Fma.IsSupported || AdvSimd.IsSupported,
            // By polynomials they are a few instructions among others.
            Lacks = ImmutableHashSet.Create(Op.Exp2, Op.Exp, Op.Log2),
            Stores = ImmutableHashSet.Create(ScalarKind.Int8, ScalarKind.UInt8, ScalarKind.Int16, ScalarKind.UInt16, ScalarKind.Int32, ScalarKind.UInt32,
                ScalarKind.Int64, ScalarKind.UInt64, ScalarKind.Float32, ScalarKind.Float64),
            Computes = ImmutableHashSet.Create(ScalarKind.Bool, ScalarKind.Int32, ScalarKind.UInt32, ScalarKind.Int64, ScalarKind.UInt64,
                ScalarKind.Float32, ScalarKind.Float64),
        };
    }
}
