namespace Tiny.Runtime;

/// <summary>Host memory, or a part of it, that kernels on the CPU work on.</summary>
sealed unsafe class CpuBuffer(CpuDevice device, HostMemory memory, long offset, long bytes) : DeviceBuffer
{
    public override Device Device => device;
    public override long Bytes => bytes;

    /// <summary>What keeps the bytes in place.</summary>
    public HostMemory Memory => memory;
    /// <summary>The first byte, valid while <see cref="Memory"/> is reachable.</summary>
    public byte* Pointer => memory.Pointer + offset;
    /// <summary>False for memory that is not ours, such as a mapped file: a write there would be a fault.</summary>
    public bool IsWritable => memory is OwnedMemory;

    public override DeviceBuffer Slice(long offset1, long bytes1)
    {
        if (offset1 < 0 || bytes1 < 0 || offset1 > bytes - bytes1)
            throw new ArgumentOutOfRangeException(nameof(offset1), $"bytes {offset1}..{offset1 + bytes1} of a buffer of {bytes}");
        return new CpuBuffer(device, memory, offset + offset1, bytes1);
    }

    public override void CopyFrom(ReadOnlySpan<byte> host)
    {
        if (!IsWritable) throw new InvalidOperationException("the buffer is memory that cannot be written (a mapped file)");
        if (host.Length > bytes) throw new ArgumentException($"{host.Length} bytes do not fit a buffer of {bytes}");
        host.CopyTo(new Span<byte>(Pointer, host.Length));
        GC.KeepAlive(memory);
    }

    public override void CopyTo(Span<byte> host)
    {
        if (host.Length > bytes) throw new ArgumentException($"{host.Length} bytes asked of a buffer of {bytes}");
        new ReadOnlySpan<byte>(Pointer, host.Length).CopyTo(host);
        GC.KeepAlive(memory);
    }

    internal override void Free() => (memory as OwnedMemory)?.Free();
}
