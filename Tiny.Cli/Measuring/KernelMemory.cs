using Tiny.Jit;
using Tiny.Lower;
using Tiny.Onnx.Import;
using Tiny.Runtime;

namespace Tiny.Cli.Measuring;

/// <summary>
/// What a kernel is run on to measure it: weights are the program's, everything else is made up, the same in each run. Sizes that are known only at the call are the
/// largest that they may be.
/// </summary>
sealed unsafe class KernelMemory
{
    // Of results, beside the largest: sums are added up in other orders.
    const double Tolerance = 2e-4;

    readonly Kernel _kernel;
    readonly HostMemory[] _memory;
    readonly byte[]?[] _first;
    readonly bool[] _isWeight;

    /// <summary>Memory for a kernel of a program, as its first launch has it.</summary>
    public KernelMemory(Program program, int kernel)
    {
        _kernel = program.Kernels[kernel];
        var call = program.Entries.SelectMany(e => e.Calls).First(c => c.Kernel == kernel);
        var buffers = call.Buffers.Select(b => program.Buffers[b]).ToList();
        _memory = [.. buffers.Select((b, i) => b.Data is { } data && !_kernel.Params[i].Written ? data : MadeUp(b.Bytes, b.DType))];
        _isWeight = [.. buffers.Select(b => b.Role == BufferRole.Constant)];
        // What is overwritten in place is put back before each comparison.
        _first = [.. _memory.Select((m, i) => _kernel.Params[i].Written ? m.Span.ToArray() : null)];
        Sizes = [.. _kernel.Variables.Select(v => v.Max)];
    }

    /// <summary>The kernel's buffers, in the order of its parameters.</summary>
    public IReadOnlyList<HostMemory> Buffers => _memory;
    /// <summary>Values of the kernel's variables.</summary>
    public int[] Sizes { get; }
    /// <summary>Buffers that the program has just written when it launches the kernel: near, where weights are far.</summary>
    public IEnumerable<HostMemory> Near => _memory.Where((_, i) => !_isWeight[i]);

    /// <summary>Puts back what is written.</summary>
    public void Reset()
    {
        for (int i = 0; i < _memory.Length; i++)
            if (_first[i] is { } bytes) bytes.CopyTo(((OwnedMemory)_memory[i]).Writable);
    }

    /// <summary>What has been written.</summary>
    public IReadOnlyList<byte[]> Results() => [.. _memory.Where((_, i) => _first[i] is not null).Select(m => m.Span.ToArray())];

    /// <summary>True where two candidates have written the same, floats about the same.</summary>
    public bool Agree(IReadOnlyList<byte[]> expected, IReadOnlyList<byte[]> actual)
    {
        var types = _kernel.Params.Where(p => p.Written).Select(p => p.DType).ToList();
        for (int i = 0; i < types.Count; i++)
            if (!Agree(expected[i], actual[i], types[i])) return false;
        return true;
    }

    internal static bool Agree(byte[] expected, byte[] actual, DType type)
    {
        if (!type.IsFloat) return expected.AsSpan().SequenceEqual(actual);
        int count = expected.Length / type.Size;
        double[] e = HostNumbers.Floats(OwnedMemory.Of<byte>(expected), type, count), a = HostNumbers.Floats(OwnedMemory.Of<byte>(actual), type, count);
        double scale = e.Where(double.IsFinite).Select(Math.Abs).DefaultIfEmpty(0).Max();
        // A short float's last bit is more than that.
        double tolerance = Math.Max(Tolerance, type.Size < 4 ? 0.02 : 0) * scale;
        for (int i = 0; i < count; i++)
            if (!(e[i] == a[i] || double.IsNaN(e[i]) && double.IsNaN(a[i]) || Math.Abs(e[i] - a[i]) <= tolerance)) return false;
        return true;
    }

    // Floats from -1 to 1, whole numbers from 0 to 3: few enough for any index.
    static OwnedMemory MadeUp(long bytes, DType type)
    {
        var memory = new OwnedMemory(bytes);
        var random = new Random(1);
        long count = bytes / type.Size;
        switch (type.Kind)
        {
            case ScalarKind.Float32:
                for (long i = 0; i < count; i++) ((float*)memory.Pointer)[i] = (float)(random.NextDouble() * 2 - 1);
                break;
            case ScalarKind.Float64:
                for (long i = 0; i < count; i++) ((double*)memory.Pointer)[i] = random.NextDouble() * 2 - 1;
                break;
            case ScalarKind.Float16:
                for (long i = 0; i < count; i++) ((Half*)memory.Pointer)[i] = (Half)(random.NextDouble() * 2 - 1);
                break;
            // The upper half of a float32.
            case ScalarKind.BFloat16:
                for (long i = 0; i < count; i++) ((ushort*)memory.Pointer)[i] = (ushort)(BitConverter.SingleToUInt32Bits((float)(random.NextDouble() * 2 - 1)) >> 16);
                break;
            default:
                // The lowest byte of each.
                for (long i = 0; i < count; i++) memory.Pointer[i * type.Size] = (byte)random.Next(type.IsBool ? 2 : 4);
                break;
        }
        return memory;
    }
}
