using Tiny.Graph;
using Tiny.Lower;
using Tiny.Render;

namespace Tiny.Runtime;

/// <summary>A compiled module, given back when nothing uses it any more.</summary>
sealed class WebGpuPipeline
{
    readonly WebGpuContext _context;

    public WebGpuPipeline(WebGpuContext context, string name, string wgsl)
    {
        (_context, Name) = (context, name);
        (Handle, Layout) = context.CreatePipeline(name, wgsl);
    }

    public string Name { get; }
    public nint Handle { get; }
    public nint Layout { get; }

    ~WebGpuPipeline()
    {
        if (Handle == 0) return;
        _context.Release(Layout, WebGpuObject.Layout);
        _context.Release(Handle, WebGpuObject.Pipeline);
    }
}

/// <summary>Bytes of a buffer as one of a launch's bindings.</summary>
readonly record struct WebGpuBinding(int Number, WebGpuMemory Memory, long Offset, long Bytes);

/// <summary>A launch that waits to be submitted; it keeps alive what it uses.</summary>
sealed record WebGpuLaunch(WebGpuPipeline Pipeline, WebGpuBinding[] Bindings, (int X, int Y) Groups);

/// <summary>A kernel as WGSL. A launch returns at once; what it computes is there for whoever launches or reads after it.</summary>
sealed class WebGpuKernel : DeviceKernel
{
    readonly WebGpuDevice _device;
    readonly LinearKernel _kernel;
    readonly string[] _names;
    readonly bool[] _used;
    readonly bool _usesVariables;
    // The values of the latest launch, and where they lie; a launch that waits keeps its own.
    (int[] Values, WebGpuMemory Memory)? _sizes;
    readonly Lock _lock = new();
    readonly Dictionary<ulong, WebGpuPipeline> _pipelines = [];

    public WebGpuKernel(WebGpuDevice device, LinearKernel kernel)
    {
        // Ways of binding are kept as bits.
        uint most = Math.Min(64, device.Context.Limits.StorageBuffers);
        if (kernel.Params.Length > most)
            throw new TargetException($"kernel {kernel.Name} takes {kernel.Params.Length} buffers; this WebGPU device binds at most {most}");
        var identifiers = Identifiers.ForWgsl();
        _device = device;
        _kernel = kernel with { Name = identifiers.Of(kernel.Name) };
        _names = [.. kernel.Params.Select(p => identifiers.Of(p.Written ? "result" : "operand"))];
        // The layout that WebGPU derives from a module has no place for a binding that the module does not use.
        _used = new bool[kernel.Params.Length];
        _usesVariables = kernel.UsesVariables;
        foreach (var line in kernel.Code)
            foreach (var operand in line.Src)
                if (operand.Op == Op.Pointer) _used[(int)operand.Arg!] = true;
    }

    public override void Launch(ReadOnlySpan<DeviceBuffer> buffers, ReadOnlySpan<int> variables = default)
    {
        var parameters = _kernel.Params;
        if (buffers.Length != parameters.Length)
            throw new ArgumentException($"kernel {_kernel.Name} takes {parameters.Length} buffers, not {buffers.Length}");
        var values = Values(_kernel, variables);
        ulong largest = _device.Context.Limits.StorageBindingBytes;
        var bound = new WebGpuBinding[buffers.Length];
        for (int i = 0; i < buffers.Length; i++)
        {
            if (buffers[i] is not WebGpuBuffer buffer || buffer.Device != _device)
                throw Wrong(i, $"it lies on {buffers[i]?.Device.Name ?? "no device"}, not on this one");
            // Memory is whole words, also where a buffer's last one is used in part.
            long needed = parameters[i].Elements.Bind(values).Min * parameters[i].Element.Size * parameters[i].Lanes;
            if ((buffer.Bytes + 3) / 4 * 4 < needed)
                throw Wrong(i, $"{buffer.Bytes} bytes, {needed} are needed ({parameters[i].Count.Bind(values)} {parameters[i].DType})");
            if ((ulong)needed > largest)
                throw new TargetException($"kernel {_kernel.Name}, buffer {i}: {needed} bytes; this WebGPU device binds at most {largest}");
            bound[i] = new(i, buffer.Memory, buffer.Offset, needed == 0 ? 8 : needed);
        }
        ulong writable = Writable(bound);
        WebGpuBinding[] used = [.. bound.Where(b => _used[b.Number])];
        if (_usesVariables) used = [.. used, new(bound.Length, SizesOf(variables), 0, 4 * variables.Length)];
        var groups = WgslRenderer.DispatchSize(_kernel, values);
        if (groups.X > 0) _device.Context.Enqueue(new(PipelineFor(writable), used, groups));
    }

    unsafe WebGpuMemory SizesOf(ReadOnlySpan<int> variables)
    {
        lock (_lock)
        {
            if (_sizes is { } known && variables.SequenceEqual(known.Values)) return known.Memory;
            var memory = new WebGpuMemory(_device.Context, 4 * variables.Length);
            fixed (int* values = variables) _device.Context.Write(memory, 0, (byte*)values, 4 * variables.Length);
            _sizes = (variables.ToArray(), memory);
            return memory;
        }
    }

    // WebGPU allows one buffer no mixture of read and read_write in a dispatch: where a part is written, all parts are bound to be.
    ulong Writable(WebGpuBinding[] bound)
    {
        ulong mask = 0;
        for (int i = 0; i < bound.Length; i++)
            for (int j = 0; j < bound.Length; j++)
                if (_used[i] && _used[j] && _kernel.Params[j].Written && ReferenceEquals(bound[i].Memory, bound[j].Memory)) mask |= 1UL << i;
        return mask;
    }

    // Which buffers are parts of one is known at the launch; nearly every kernel has one way of binding.
    WebGpuPipeline PipelineFor(ulong writable)
    {
        lock (_lock)
        {
            if (_pipelines.TryGetValue(writable, out var ready)) return ready;
            var bindings = _names.Select((name, i) => new WgslBinding(name, (writable >> i & 1) != 0)).ToList();
            return _pipelines[writable] = new WebGpuPipeline(_device.Context, _kernel.Name, WgslRenderer.Render(_kernel, bindings));
        }
    }

    ArgumentException Wrong(int buffer, string what) => new($"kernel {_kernel.Name}, buffer {buffer}: {what}");
}
