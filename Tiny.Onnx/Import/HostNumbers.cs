using System.Runtime.InteropServices;
using Tiny.Runtime;

namespace Tiny.Onnx.Import;

/// <summary>Elements in host memory as numbers of C#.</summary>
static class HostNumbers
{
    /// <summary>Integers or bools as longs.</summary>
    public static long[] Integers(HostMemory memory, DType dtype, int count)
    {
        var bytes = memory.Span;
        var result = new long[count];
        for (int i = 0; i < count; i++)
            result[i] = dtype.Kind switch
            {
                ScalarKind.Bool or ScalarKind.UInt8 => bytes[i],
                ScalarKind.Int8 => (sbyte)bytes[i],
                ScalarKind.Int16 => As<short>(bytes)[i],
                ScalarKind.UInt16 => As<ushort>(bytes)[i],
                ScalarKind.Int32 => As<int>(bytes)[i],
                ScalarKind.UInt32 => As<uint>(bytes)[i],
                ScalarKind.Int64 or ScalarKind.UInt64 => As<long>(bytes)[i],
                _ => throw new DTypeException($"integers are needed here, not {dtype}"),
            };
        GC.KeepAlive(memory);
        return result;
    }

    /// <summary>Numbers of any dtype as doubles.</summary>
    public static double[] Floats(HostMemory memory, DType dtype, int count)
    {
        if (!dtype.IsFloat) return [.. Integers(memory, dtype, count).Select(n => (double)n)];
        var bytes = memory.Span;
        var result = new double[count];
        for (int i = 0; i < count; i++)
            result[i] = dtype.Kind switch
            {
                ScalarKind.Float32 => As<float>(bytes)[i],
                ScalarKind.Float64 => As<double>(bytes)[i],
                ScalarKind.Float16 => (double)As<Half>(bytes)[i],
                ScalarKind.BFloat16 => (float)As<BFloat16>(bytes)[i],
                ScalarKind.Float8E4M3 => (float)As<Float8E4M3>(bytes)[i],
                _ => (float)As<Float8E5M2>(bytes)[i],
            };
        GC.KeepAlive(memory);
        return result;
    }

    static ReadOnlySpan<T> As<T>(ReadOnlySpan<byte> bytes) where T : unmanaged => MemoryMarshal.Cast<byte, T>(bytes);
}
