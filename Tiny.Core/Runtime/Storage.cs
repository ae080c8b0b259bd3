using Tiny.Graph;
using Tiny.Schedule;

namespace Tiny.Runtime;

/// <summary>
/// The memory behind a realised tensor: host bytes, a device's buffer, or both. A weight read from a file has only
/// host bytes (the mapped file) until a kernel runs on a device.
/// </summary>
public sealed class Storage : IBufferArg
{
    DeviceBuffer? _buffer;
    Dictionary<(Device, Layout), DeviceBuffer>? _arranged;
    readonly Lock _lock = new();

    /// <summary>A tensor that lies in host memory.</summary>
    public Storage(DType dtype, Shape shape, HostMemory host)
    {
        DType = dtype;
        Shape = shape;
        Host = host;
    }

    /// <summary>A tensor that lies in a device's buffer.</summary>
    public Storage(DType dtype, Shape shape, DeviceBuffer buffer)
    {
        DType = dtype;
        Shape = shape;
        _buffer = buffer;
    }

    /// <summary>Element type.</summary>
    public DType DType { get; }
    /// <inheritdoc/>
    public Shape Shape { get; }
    /// <summary>The host's bytes, where there are any.</summary>
    public HostMemory? Host { get; private set; }
    /// <summary>The device's buffer, where there is one.</summary>
    internal DeviceBuffer? Buffer => _buffer;
    /// <summary>A name for generated code: the weight's path in the state dictionary.</summary>
    public string? Name { get; set; }

    /// <summary>The tensor in memory of <paramref name="device"/>, moved there at first use.</summary>
    public DeviceBuffer On(Device device)
    {
        lock (_lock)
        {
            if (_buffer is { } b && ReferenceEquals(b.Device, device)) return b;
            return _buffer = device.Upload(ToHost());
        }
    }

    /// <summary>The tensor in memory of <paramref name="device"/> as a layout says, arranged at first use; row-major without one.</summary>
    internal DeviceBuffer On(Device device, Layout? layout)
    {
        if (layout is null) return On(device);
        lock (_lock)
        {
            _arranged ??= [];
            if (!_arranged.TryGetValue((device, layout), out var buffer)) _arranged[(device, layout)] = buffer = device.Upload(Arranged(layout));
            return buffer;
        }
    }

    /// <summary>The tensor's bytes on the host as a layout says.</summary>
    internal HostMemory Arranged(Layout layout)
    {
        var memory = new OwnedMemory((long)layout.Memory(Shape).Numel * DType.Size);
        var host = ToHost();
        layout.Arrange(host.Span, memory.Writable, Shape, DType.Size);
        GC.KeepAlive(host);
        return memory;
    }

    /// <summary>The tensor's bytes on the host, copied from the device if they are only there.</summary>
    public HostMemory ToHost()
    {
        if (Host is { } host) return host;
        var memory = new OwnedMemory((long)Shape.Numel * DType.Size);
        _buffer!.CopyTo(memory.Writable);
        return Host = memory;
    }

    /// <summary>Some graph may read it later: its bytes stay as they are.</summary>
    internal bool IsShared { get; set; }
    /// <summary>Its buffer was made for one tensor, and may be written in place while nothing shares it.</summary>
    internal bool IsOwned { get; init; }

    /// <summary>The buffer has been written: what the host knows of it is out of date.</summary>
    internal void Wrote() => Host = null;

    /// <inheritdoc/>
    public override string ToString() => Name ?? $"{DType}{Shape}";
}
