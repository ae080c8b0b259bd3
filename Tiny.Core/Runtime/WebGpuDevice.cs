using Tiny.Lower;
using Tiny.Optimize;
using Tiny.Render;

namespace Tiny.Runtime;

/// <summary>
/// A live GPU through Dawn's C API (webgpu.h), which the variable TINY_DAWN names: kernels become WGSL, as in an export for browsers. Tensors
/// are of any dtype but float64. Opening it needs the library and a graphics driver; nothing is loaded before.
/// </summary>
public sealed unsafe class WebGpuDevice : Device
{
    /// <summary>Opens the machine's best adapter.</summary>
    /// <param name="features">What kernels may use; what the adapter is good at unless given.</param>
    /// <exception cref="TargetException">The library or a driver is missing, or the adapter lacks a feature; the message says how to get it.</exception>
    public WebGpuDevice(WgslFeatures? features = null)
    {
        Context = new WebGpuContext();
        Features = features ?? Context.Features;
        if ((Features & ~Context.Offered) is var lacking and not WgslFeatures.None) throw new TargetException($"device webgpu: {Context.Description} has no {lacking}");
        Profile = WgslRenderer.ProfileFor(Features);
    }

    internal WebGpuContext Context { get; }

    /// <inheritdoc/>
    public override string Name => "webgpu";
    /// <inheritdoc/>
    public override TargetProfile Profile { get; }
    /// <summary>What its kernels use beyond what every device has.</summary>
    public WgslFeatures Features { get; }
    /// <inheritdoc/>
    public override long MaxBufferBytes => (long)Math.Min(Context.Limits.BufferBytes, (ulong)base.MaxBufferBytes);
    /// <summary>The adapter in the driver's words.</summary>
    public string Adapter => Context.Description;

    /// <inheritdoc/>
    public override DeviceBuffer Allocate(long bytes)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(bytes);
        return new WebGpuBuffer(this, new WebGpuMemory(Context, bytes), 0, bytes);
    }

    /// <summary>Copies host bytes to a new buffer.</summary>
    public override DeviceBuffer Upload(HostMemory host)
    {
        ArgumentNullException.ThrowIfNull(host);
        var memory = new WebGpuMemory(Context, host.Bytes);
        long whole = host.Bytes / 4 * 4;
        Context.Write(memory, 0, host.Pointer, whole);
        if (whole < host.Bytes)
        {
            byte* word = stackalloc byte[4];
            new Span<byte>(word, 4).Clear();
            new ReadOnlySpan<byte>(host.Pointer + whole, (int)(host.Bytes - whole)).CopyTo(new Span<byte>(word, 4));
            Context.Write(memory, whole, word, 4);
        }
        GC.KeepAlive(host);
        return new WebGpuBuffer(this, memory, 0, host.Bytes);
    }

    /// <inheritdoc/>
    public override DeviceKernel Compile(LinearKernel kernel)
    {
        ArgumentNullException.ThrowIfNull(kernel);
        return new WebGpuKernel(this, kernel);
    }

    /// <inheritdoc/>
    public override void Synchronize() => Context.Wait();
}
