using System.Collections.Concurrent;
using System.Diagnostics;
using System.Text;
using Tiny.Render;

namespace Tiny.Runtime;

/// <summary>
/// An open WebGPU device: the only place that calls the library. Dawn's objects belong to one thread at a time, so every call is made under
/// one lock, and what finalizers give back waits in a list. Launches are recorded and submitted together, at the latest before a read.
/// </summary>
sealed unsafe class WebGpuContext
{
    /// <summary>Launches that are submitted together at most, so that the device starts early.</summary>
    const int MostPending = 64;
    /// <summary>Bytes copied at once between host and device.</summary>
    const int Chunk = 64 << 20;
    const ulong MapModeRead = 1;
    static readonly TimeSpan s_patience = TimeSpan.FromMinutes(5);

    readonly Lock _lock = new();
    readonly WebGpuLibrary _api;
    readonly WebGpuTrouble _trouble = new();
    readonly nint _instance, _device, _queue;
    readonly List<WebGpuLaunch> _pending = [];
    WebGpuMemory? _scratch;
    readonly ConcurrentQueue<(nint Handle, WebGpuObject Kind)> _released = new();

    /// <summary>Opens the machine's best adapter.</summary>
    /// <exception cref="TargetException">There is no library, no driver, or no device can be made.</exception>
    public WebGpuContext()
    {
        _api = WebGpuLibrary.Load();
        _instance = _api.CreateInstance(null);
        if (_instance == 0) throw new TargetException("device webgpu: the WebGPU library gives no instance");
        nint adapter = 0;
        try
        {
            adapter = RequestAdapter();
            (Description, bool isCard) = Describe(adapter);
            (_device, Limits) = RequestDevice(adapter);
            _queue = _api.DeviceGetQueue(_device);
            Offered = WgslFeatures.Groups | (Takes("enable subgroups;") ? WgslFeatures.Subgroups : WgslFeatures.None);
            Features = isCard ? Offered : WgslFeatures.None;
        }
        catch
        {
            if (adapter != 0) _api.AdapterRelease(adapter);
            _api.InstanceRelease(_instance);
            throw;
        }
        _api.AdapterRelease(adapter);
    }

    /// <summary>The device, for tests that make trouble.</summary>
    internal nint Handle => _device;
    /// <summary>The adapter in words.</summary>
    public string Description { get; }
    /// <summary>What kernels can use.</summary>
    public WgslFeatures Offered { get; }
    /// <summary>What they should use of that.</summary>
    public WgslFeatures Features { get; }
    /// <summary>The device's limits, which are the adapter's.</summary>
    public WgpuLimits Limits { get; }

    nint RequestAdapter()
    {
        var options = new WgpuAdapterOptions { FeatureLevel = WgpuAdapterOptions.Core, PowerPreference = WgpuAdapterOptions.HighPerformance };
        var reply = new WebGpuReply();
        _api.InstanceRequestAdapter(_instance, &options, reply.ForHandle());
        Await(reply, "finding an adapter");
        if (reply.IsSuccess) return reply.Handle;
        throw NoDriver($"it finds no adapter ({reply.Message})");
    }

    (string Words, bool IsCard) Describe(nint adapter)
    {
        WgpuAdapterInfo info = default;
        _api.AdapterGetInfo(adapter, &info);
        // It takes every call, runs nothing and reads as zeros.
        if (info.Backend == WgpuAdapterInfo.NullBackend) throw NoDriver("it offers only its Null backend, which computes nothing");
        string[] words = [info.Description.ToString(), info.Device.ToString(), info.Vendor.ToString()];
        // What is no card for sure is taken for a processor.
        return (string.Join(", ", words.Where(s => s.Length > 0).Distinct()), info.Type is WgpuAdapterInfo.DiscreteCard or WgpuAdapterInfo.IntegratedCard);
    }

    static TargetException NoDriver(string what) => new("device webgpu: the WebGPU library was loaded, but " + what
        + ". A graphics driver is needed: on Linux Vulkan's loader (libvulkan1) and a driver for it (mesa-vulkan-drivers). Without a "
        + "graphics card SwiftShader will do: set VK_ICD_FILENAMES, before the program starts, to the vk_swiftshader_icd.json that lies "
        + "beside Chromium");

    (nint, WgpuLimits) RequestDevice(nint adapter)
    {
        WgpuLimits limits = default;
        _api.AdapterGetLimits(adapter, &limits);
        limits.Next = null;
        uint* features = stackalloc uint[WgpuDeviceDescriptor.Subgroups.Length];
        uint count = 0;
        foreach (uint feature in WgpuDeviceDescriptor.Subgroups)
            if (_api.AdapterHasFeature(adapter, feature) != 0) features[count++] = feature;
        var descriptor = new WgpuDeviceDescriptor { Limits = &limits, Features = features, FeatureCount = count };
        (descriptor.Lost, descriptor.Error) = _trouble.Callbacks();
        var reply = new WebGpuReply();
        _api.AdapterRequestDevice(adapter, &descriptor, reply.ForHandle());
        Await(reply, "making a device");
        return reply.IsSuccess ? (reply.Handle, limits) : throw new TargetException($"device webgpu: no device can be made: {reply.Message}");
    }

    // Asked for, not waited for: the library's timed waits depend on how the instance was made, and that differs between versions.
    void Await(WebGpuReply reply, string what)
    {
        var clock = Stopwatch.StartNew();
        var pause = new SpinWait();
        while (true)
        {
            _api.InstanceProcessEvents(_instance);
            if (reply.IsDone) return;
            if (clock.Elapsed > s_patience) throw new TargetException($"WebGPU: {what} did not end within {s_patience.TotalMinutes} minutes");
            pause.SpinOnce(sleep1Threshold: 40);
        }
    }

    /// <summary>Makes calls that may fail; what they complain of is an exception that says <paramref name="what"/> was being done.</summary>
    /// <remarks>Called with the lock held.</remarks>
    T Checked<T>(Func<string> what, Func<T> calls)
    {
        const uint validation = 1, outOfMemory = 2, broken = 3;
        _trouble.Throw();
        foreach (uint filter in (ReadOnlySpan<uint>)[broken, outOfMemory, validation]) _api.DevicePushErrorScope(_device, filter);
        WebGpuReply[] scopes = [new(), new(), new()];
        T result;
        try
        {
            result = calls();
        }
        finally
        {
            foreach (var scope in scopes) _api.DevicePopErrorScope(_device, scope.ForScope());
            foreach (var scope in scopes) Await(scope, "closing an error scope");
        }
        _trouble.Throw();
        foreach (var scope in scopes)
            if (!scope.IsSuccess) throw new TargetException($"WebGPU, {what()}: {scope.Message.Trim()}");
        return result;
    }

    /// <summary>A zeroed buffer.</summary>
    public nint CreateBuffer(ulong bytes)
    {
        if (bytes > Limits.BufferBytes)
            throw new TargetException($"WebGPU: a buffer of {bytes} bytes; this device ({Description}) has at most {Limits.BufferBytes}");
        lock (_lock)
        {
            Drain();
            return CreateBuffer(bytes, WgpuBufferDescriptor.Storage | WgpuBufferDescriptor.Uniform | WgpuBufferDescriptor.CopySource | WgpuBufferDescriptor.CopyTarget);
        }
    }

    nint CreateBuffer(ulong bytes, ulong usage) => Checked(() => $"making a buffer of {bytes} bytes", () =>
    {
        var descriptor = new WgpuBufferDescriptor { Usage = usage, Bytes = bytes };
        return _api.DeviceCreateBuffer(_device, &descriptor);
    });

    // True for a text that the device takes: numbers of features differ between versions of the library.
    bool Takes(string wgsl)
    {
        try
        {
            Checked(() => wgsl, () =>
            {
                _api.ModuleRelease(Module(wgsl, ""));
                return true;
            });
            return true;
        }
        catch (TargetException)
        {
            return false;
        }
    }

    nint Module(string wgsl, string name)
    {
        byte[] code = Encoding.UTF8.GetBytes(wgsl), label = Encoding.UTF8.GetBytes(name);
        fixed (byte* text = code, start = label)
        {
            var source = new WgpuShaderSource { Chain = { Type = WgpuChain.ShaderSourceWgsl }, Code = new(text, (nuint)code.Length) };
            var shader = new WgpuLabelled { Next = &source, Label = new(start, (nuint)label.Length) };
            return _api.DeviceCreateShaderModule(_device, &shader);
        }
    }

    /// <summary>Compiles a module with one entry point.</summary>
    public (nint Pipeline, nint Layout) CreatePipeline(string name, string wgsl)
    {
        byte[] entry = Encoding.UTF8.GetBytes(name);
        lock (_lock)
            return Checked(() => $"compiling kernel {name}", () =>
            {
                fixed (byte* start = entry)
                {
                    var label = new WgpuString(start, (nuint)entry.Length);
                    nint module = Module(wgsl, name);
                    var descriptor = new WgpuPipelineDescriptor { Label = label, Module = module, EntryPoint = label };
                    nint pipeline = _api.DeviceCreateComputePipeline(_device, &descriptor);
                    _api.ModuleRelease(module);
                    return (pipeline, _api.PipelineGetBindGroupLayout(pipeline, 0));
                }
            });
    }

    /// <summary>Records a launch, after all that were recorded before.</summary>
    public void Enqueue(WebGpuLaunch launch)
    {
        lock (_lock)
        {
            _trouble.Throw();
            _pending.Add(launch);
            if (_pending.Count >= MostPending) Submit();
        }
    }

    void Submit()
    {
        Drain();
        if (_pending.Count == 0) return;
        try
        {
            Checked(() => $"running {string.Join(", ", _pending.Select(l => l.Pipeline.Name).Distinct())}", () =>
            {
                nint encoder = _api.DeviceCreateCommandEncoder(_device, null);
                nint pass = _api.EncoderBeginComputePass(encoder, null);
                foreach (var launch in _pending) Encode(pass, launch);
                _api.PassEnd(pass);
                _api.PassRelease(pass);
                return Finish(encoder);
            });
        }
        finally
        {
            _pending.Clear();
        }
    }

    void Encode(nint pass, WebGpuLaunch launch)
    {
        var entries = new WgpuBindEntry[launch.Bindings.Length];
        for (int i = 0; i < entries.Length; i++)
        {
            var b = launch.Bindings[i];
            entries[i] = new() { Binding = (uint)b.Number, Buffer = b.Memory.Handle, Offset = (ulong)b.Offset, Bytes = (ulong)b.Bytes };
        }
        fixed (WgpuBindEntry* first = entries)
        {
            var descriptor = new WgpuBindGroupDescriptor
            {
                Layout = launch.Pipeline.Layout,
                EntryCount = (nuint)entries.Length,
                Entries = first,
            };
            nint group = _api.DeviceCreateBindGroup(_device, &descriptor);
            _api.PassSetPipeline(pass, launch.Pipeline.Handle);
            _api.PassSetBindGroup(pass, 0, group, 0, null);
            _api.PassDispatch(pass, (uint)launch.Groups.X, (uint)launch.Groups.Y, 1);
            _api.BindGroupRelease(group);
        }
    }

    bool Finish(nint encoder)
    {
        nint commands = _api.EncoderFinish(encoder, null);
        _api.QueueSubmit(_queue, 1, &commands);
        _api.CommandsRelease(commands);
        _api.EncoderRelease(encoder);
        return true;
    }

    /// <summary>Fills part of a buffer, once what was launched before has run. Offset and length are multiples of 4.</summary>
    public void Write(WebGpuMemory memory, long offset, byte* host, long bytes)
    {
        lock (_lock)
        {
            Submit();
            Checked(() => $"writing {bytes} bytes to a buffer", () =>
            {
                for (long at = 0; at < bytes; at += Chunk)
                    _api.QueueWriteBuffer(_queue, memory.Handle, (ulong)(offset + at), host + at, (nuint)Math.Min(Chunk, bytes - at));
                // Without a submission Dawn keeps its copies of the bytes, however many there are.
                _api.QueueSubmit(_queue, 0, null);
                return true;
            });
        }
    }

    /// <summary>Copies part of a buffer to the host, once what was launched before has run. The offset is a multiple of 4.</summary>
    public void Read(WebGpuMemory memory, long offset, byte* host, long bytes)
    {
        lock (_lock)
        {
            Submit();
            for (long at = 0; at < bytes; at += Chunk) ReadChunk(memory, offset + at, host + at, (int)Math.Min(Chunk, bytes - at));
        }
    }

    /// <summary>Returns once all that was launched before has run.</summary>
    public void Wait()
    {
        // A read waits for what was submitted before it, and it is called the same way in all versions.
        byte word;
        lock (_lock) Read(_scratch ??= new WebGpuMemory(this, 1), 0, &word, 1);
    }

    void ReadChunk(WebGpuMemory memory, long offset, byte* host, int bytes)
    {
        uint whole = ((uint)bytes + 3) / 4 * 4;
        nint staging = CreateBuffer(whole, WgpuBufferDescriptor.MapRead | WgpuBufferDescriptor.CopyTarget);
        try
        {
            var reply = new WebGpuReply();
            Checked(() => "reading a buffer", () =>
            {
                nint encoder = _api.DeviceCreateCommandEncoder(_device, null);
                _api.EncoderCopyBuffer(encoder, memory.Handle, (ulong)offset, staging, 0, whole);
                Finish(encoder);
                _api.BufferMapAsync(staging, MapModeRead, 0, whole, reply.ForMap());
                Await(reply, "a read");
                return true;
            });
            if (!reply.IsSuccess) throw new TargetException($"WebGPU, reading a buffer: {reply.Message}");
            new ReadOnlySpan<byte>(_api.BufferGetConstMappedRange(staging, 0, whole), bytes).CopyTo(new Span<byte>(host, bytes));
        }
        finally
        {
            // Releasing it unmaps it.
            _api.BufferRelease(staging);
        }
    }

    /// <summary>Gives an object back; callable from a finalizer.</summary>
    public void Release(nint handle, WebGpuObject kind) => _released.Enqueue((handle, kind));

    void Drain()
    {
        while (_released.TryDequeue(out var item))
            switch (item.Kind)
            {
                case WebGpuObject.Buffer: _api.BufferRelease(item.Handle); break;
                case WebGpuObject.Layout: _api.LayoutRelease(item.Handle); break;
                case WebGpuObject.Pipeline: _api.PipelineRelease(item.Handle); break;
            }
    }
}

/// <summary>Kinds of objects that finalizers give back.</summary>
enum WebGpuObject { Buffer, Layout, Pipeline }
