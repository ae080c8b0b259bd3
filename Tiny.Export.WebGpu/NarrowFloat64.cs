using System.Runtime.InteropServices;
using Tiny.Jit;
using Tiny.Runtime;

namespace Tiny.Export.WebGpu;

/// <summary>A program whose buffers of float64 are float32: what is asked for where losing digits is better than no program.</summary>
internal static class NarrowFloat64
{
    /// <summary>The program with narrower buffers; its kernels are narrowed as they are lowered.</summary>
    public static Program Of(Program program) => program with { Buffers = [.. program.Buffers.Select(Of)] };

    static ProgramBuffer Of(ProgramBuffer b) =>
        b.DType == DType.Float64 ? b with { DType = DType.Float32, Data = b.Data is { } data ? Rounded(data) : null } : b;

    static OwnedMemory Rounded(HostMemory data)
    {
        var numbers = MemoryMarshal.Cast<byte, double>(data.Span);
        var rounded = new float[numbers.Length];
        for (int i = 0; i < rounded.Length; i++) rounded[i] = (float)numbers[i];
        GC.KeepAlive(data);
        return OwnedMemory.Of<float>(rounded);
    }
}
