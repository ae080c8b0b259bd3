namespace Tiny.Runtime;

/// <summary>A buffer of the device, given back when nothing uses it any more.</summary>
sealed class WebGpuMemory
{
    readonly WebGpuContext _context;

    /// <summary>Zeroed memory of at least <paramref name="bytes"/> bytes, a multiple of 4 and no less than a pair of words, since bindings must be so.</summary>
    public WebGpuMemory(WebGpuContext context, long bytes)
    {
        _context = context;
        Bytes = Math.Max(8, (bytes + 3) / 4 * 4);
        Handle = context.CreateBuffer((ulong)Bytes);
        // The collector must know what hangs on this small object.
        GC.AddMemoryPressure(Bytes);
    }

    public nint Handle { get; }
    public long Bytes { get; }

    ~WebGpuMemory()
    {
        if (Handle == 0) return;
        GC.RemoveMemoryPressure(Bytes);
        _context.Release(Handle, WebGpuObject.Buffer);
    }
}

/// <summary>A buffer of the device, or a part of it that can be bound.</summary>
sealed unsafe class WebGpuBuffer(WebGpuDevice device, WebGpuMemory memory, long offset, long bytes) : DeviceBuffer
{
    public override Device Device => device;
    public override long Bytes => bytes;
    public WebGpuMemory Memory => memory;
    public long Offset => offset;

    public override DeviceBuffer Slice(long offset1, long bytes1)
    {
        if (offset1 < 0 || bytes1 < 0 || offset1 > bytes - bytes1)
            throw new ArgumentOutOfRangeException(nameof(offset1), $"bytes {offset1}..{offset1 + bytes1} of a buffer of {bytes}");
        uint alignment = device.Context.Limits.StorageAlignment;
        if ((offset + offset1) % alignment != 0)
            throw new ArgumentException($"a part of a WebGPU buffer starts at a multiple of {alignment}, not at {offset + offset1}",
                nameof(offset1));
        return new WebGpuBuffer(device, memory, offset + offset1, bytes1);
    }

    public override void CopyFrom(ReadOnlySpan<byte> host)
    {
        if (host.Length > bytes) throw new ArgumentException($"{host.Length} bytes do not fit a buffer of {bytes}");
        int whole = host.Length / 4 * 4;
        fixed (byte* from = host) device.Context.Write(memory, offset, from, whole);
        if (whole == host.Length) return;
        // WebGPU writes words: the rest of the last one keeps what it holds.
        byte* word = stackalloc byte[4];
        device.Context.Read(memory, offset + whole, word, 4);
        host[whole..].CopyTo(new Span<byte>(word, 4));
        device.Context.Write(memory, offset + whole, word, 4);
    }

    public override void CopyTo(Span<byte> host)
    {
        if (host.Length > bytes) throw new ArgumentException($"{host.Length} bytes asked of a buffer of {bytes}");
        fixed (byte* to = host) device.Context.Read(memory, offset, to, host.Length);
    }
}
