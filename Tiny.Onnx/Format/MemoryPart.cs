using Tiny.Runtime;

namespace Tiny.Onnx.Format;

/// <summary>Part of some memory, where it lies; keeps the whole alive.</summary>
sealed unsafe class MemoryPart : HostMemory
{
    readonly HostMemory _whole;
    readonly long _offset;

    public MemoryPart(HostMemory whole, long offset, long bytes)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(offset);
        ArgumentOutOfRangeException.ThrowIfNegative(bytes);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(offset, whole.Bytes - bytes);
        (_whole, _offset, Bytes) = (whole, offset, bytes);
    }

    public override long Bytes { get; }
    public override byte* Pointer => _whole.Pointer + _offset;
}
