using Tiny.Lower;
using Tiny.Render;

namespace Tiny.Runtime;

/// <summary>
/// A kernel as machine code of this process, its outermost loops shared by threads where it is worth it. A launch returns when the kernel has run.
/// </summary>
sealed class CpuKernel(LinearKernel kernel, IlKernel code) : DeviceKernel
{
    // Parts are much smaller than what each thread will have: threads come late or are held up, and all wait for the last part.
    const int MostParts = 128;

    readonly ParallelLoop? _loop = IlRenderer.SharedLoop(kernel);
    // Its lines have become the code.
    readonly LinearKernel _kernel = kernel with { Code = [] };
    // What each buffer must hold, where that is known before the launch; else -1.
    readonly long[] _needed = [.. kernel.Params.Select(p => p.Count.IsSymbolic ? -1 : p.Count.Max * p.DType.Size)];

    /// <summary>Lines of code below which the calling thread runs a kernel by itself, and the fewest in a part.</summary>
    internal static (double Kernel, double Part) FewestLines { get; set; } = (49152, 16384);

    public override unsafe void Launch(ReadOnlySpan<DeviceBuffer> buffers, ReadOnlySpan<int> variables = default)
    {
        var parameters = _kernel.Params;
        if (buffers.Length != parameters.Length)
            throw new ArgumentException($"kernel {_kernel.Name} takes {parameters.Length} buffers, not {buffers.Length}");
        var values = Values(_kernel, variables);
        nint* pointers = stackalloc nint[buffers.Length + variables.Length + 2];
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
        Run(pointers, buffers.Length + variables.Length, _loop is null ? 0 : (int)Dim.Of(_loop.Range.Src[0]).Bind(values).Min * _loop.InnerExtent);
        // The code knows only addresses: what they belong to must not be collected before it returns.
        foreach (var b in buffers) GC.KeepAlive(((CpuBuffer)b).Memory);
    }

    // After the arguments come the first of the shared iterations and the one after the last.
    unsafe void Run(nint* arguments, int count, int extent)
    {
        (arguments[count], arguments[count + 1]) = (0, extent);
        double lines = _loop is null ? 0 : _loop.Lines / _loop.InnerExtent * extent;
        int threads = CpuThreads.Count;
        if (threads > 1 && extent > 1 && lines >= FewestLines.Kernel)
        {
            int parts = (int)Math.Min(Math.Min(extent, MostParts), Math.Max(2, lines / FewestLines.Part));
            if (RunParts(arguments, count, extent, parts)) return;
        }
        code(arguments);
    }

    unsafe bool RunParts(nint* arguments, int count, int extent, int parts)
    {
        return CpuThreads.TryRun(parts, Part);

        void Part(int i)
        {
            nint* own = stackalloc nint[count + 2];
            new ReadOnlySpan<nint>(arguments, count).CopyTo(new Span<nint>(own, count));
            (own[count], own[count + 1]) = ((nint)((long)extent * i / parts), (nint)((long)extent * (i + 1) / parts));
            code(own);
        }
    }

    ArgumentException Wrong(int buffer, string what) => new($"kernel {_kernel.Name}, buffer {buffer}: {what}");
}
