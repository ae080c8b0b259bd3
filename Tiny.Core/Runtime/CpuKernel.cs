using Tiny.Lower;
using Tiny.Render;

namespace Tiny.Runtime;

/// <summary>A kernel as machine code of this process. A launch returns when the kernel has run.</summary>
sealed class CpuKernel(LinearKernel kernel, IlKernel code) : DeviceKernel
{
    // Its lines have become the code.
    readonly LinearKernel _kernel = kernel with { Code = [] };
    // What each buffer must hold, where that is known before the launch; else -1.
    readonly long[] _needed = [.. kernel.Params.Select(p => p.Count.IsSymbolic ? -1 : p.Count.Max * p.DType.Size)];

    public override unsafe void Launch(ReadOnlySpan<DeviceBuffer> buffers, ReadOnlySpan<int> variables = default)
    {
        var parameters = _kernel.Params;
        if (buffers.Length != parameters.Length)
            throw new ArgumentException($"kernel {_kernel.Name} takes {parameters.Length} buffers, not {buffers.Length}");
        var values = Values(_kernel, variables);
        nint* pointers = stackalloc nint[Math.Max(buffers.Length + variables.Length, 1)];
        for (int i = 0; i < variables.Length; i++) pointers[buffers.Length + i] = variables[i];
        for (int i = 0; i < buffers.Length; i++)
        {
            if (buffers[i] is not CpuBuffer buffer)
                throw Wrong(i, $"it lies on {buffers[i]?.Device.Name ?? "no device"}, not on the CPU");
            long needed = _needed[i] >= 0 ? _needed[i] : parameters[i].Count.Bind(values).Min * parameters[i].DType.Size;
            if (buffer.Bytes < needed)
                throw Wrong(i, $"{buffer.Bytes} bytes, {needed} are needed ({needed / parameters[i].DType.Size} {parameters[i].DType})");
            if (parameters[i].Written && !buffer.IsWritable)
                throw Wrong(i, "it is written, and its memory cannot be (a mapped file)");
            pointers[i] = (nint)buffer.Pointer;
        }
        code(pointers);
        // The code knows only addresses: what they belong to must not be collected before it returns.
        foreach (var b in buffers) GC.KeepAlive(((CpuBuffer)b).Memory);
    }

    ArgumentException Wrong(int buffer, string what) => new($"kernel {_kernel.Name}, buffer {buffer}: {what}");
}
