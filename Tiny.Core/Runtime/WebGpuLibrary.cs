using System.Runtime.InteropServices;

namespace Tiny.Runtime;

/// <summary>
/// The functions of webgpu.h that the device calls, taken from a library at run time, so that a machine without one only cannot open the
/// device. Handles are <see cref="nint"/>, 0 for none. Futures are waited for by their callbacks; their ids are not used.
/// </summary>
sealed unsafe class WebGpuLibrary
{
    /// <summary>What to do on a machine that has none.</summary>
    const string Advice = "Set TINY_DAWN to a build of Dawn with its C API: the file, or the folder that holds it "
        + "(for Linux x64 the npm package bun-webgpu-linux-x64 0.1.7 carries one)";

    static readonly string[] s_names = ["webgpu_dawn", "webgpu_wrapper"];

    public readonly delegate* unmanaged[Cdecl]<void*, nint> CreateInstance;
    public readonly delegate* unmanaged[Cdecl]<nint, void> InstanceProcessEvents, InstanceRelease;
    public readonly delegate* unmanaged[Cdecl]<nint, WgpuAdapterOptions*, WgpuCallback, ulong> InstanceRequestAdapter;
    public readonly delegate* unmanaged[Cdecl]<nint, WgpuAdapterInfo*, uint> AdapterGetInfo;
    public readonly delegate* unmanaged[Cdecl]<nint, WgpuLimits*, uint> AdapterGetLimits;
    public readonly delegate* unmanaged[Cdecl]<nint, WgpuDeviceDescriptor*, WgpuCallback, ulong> AdapterRequestDevice;
    public readonly delegate* unmanaged[Cdecl]<nint, uint, uint> AdapterHasFeature;
    public readonly delegate* unmanaged[Cdecl]<nint, void> AdapterRelease;
    public readonly delegate* unmanaged[Cdecl]<nint, nint> DeviceGetQueue;
    public readonly delegate* unmanaged[Cdecl]<nint, uint, void> DevicePushErrorScope;
    public readonly delegate* unmanaged[Cdecl]<nint, WgpuCallback, ulong> DevicePopErrorScope;
    public readonly delegate* unmanaged[Cdecl]<nint, WgpuBufferDescriptor*, nint> DeviceCreateBuffer;
    public readonly delegate* unmanaged[Cdecl]<nint, WgpuLabelled*, nint> DeviceCreateShaderModule, DeviceCreateCommandEncoder;
    public readonly delegate* unmanaged[Cdecl]<nint, WgpuPipelineDescriptor*, nint> DeviceCreateComputePipeline;
    public readonly delegate* unmanaged[Cdecl]<nint, WgpuBindGroupDescriptor*, nint> DeviceCreateBindGroup;
    public readonly delegate* unmanaged[Cdecl]<nint, uint, nint> PipelineGetBindGroupLayout;
    public readonly delegate* unmanaged[Cdecl]<nint, void*, nint> EncoderBeginComputePass, EncoderFinish;
    public readonly delegate* unmanaged[Cdecl]<nint, nint, ulong, nint, ulong, ulong, void> EncoderCopyBuffer;
    public readonly delegate* unmanaged[Cdecl]<nint, nint, void> PassSetPipeline;
    public readonly delegate* unmanaged[Cdecl]<nint, uint, nint, nuint, uint*, void> PassSetBindGroup;
    public readonly delegate* unmanaged[Cdecl]<nint, uint, uint, uint, void> PassDispatch;
    public readonly delegate* unmanaged[Cdecl]<nint, void> PassEnd;
    public readonly delegate* unmanaged[Cdecl]<nint, nuint, nint*, void> QueueSubmit;
    public readonly delegate* unmanaged[Cdecl]<nint, nint, ulong, void*, nuint, void> QueueWriteBuffer;
    public readonly delegate* unmanaged[Cdecl]<nint, ulong, nuint, nuint, WgpuCallback, ulong> BufferMapAsync;
    public readonly delegate* unmanaged[Cdecl]<nint, nuint, nuint, void*> BufferGetConstMappedRange;
    public readonly delegate* unmanaged[Cdecl]<nint, void> BufferRelease, BindGroupRelease, LayoutRelease, ModuleRelease, PipelineRelease,
        EncoderRelease, PassRelease, CommandsRelease;

    WebGpuLibrary(nint library)
    {
        CreateInstance = (delegate* unmanaged[Cdecl]<void*, nint>)Find("CreateInstance");
        InstanceProcessEvents = (delegate* unmanaged[Cdecl]<nint, void>)Find("InstanceProcessEvents");
        InstanceRelease = (delegate* unmanaged[Cdecl]<nint, void>)Find("InstanceRelease");
        InstanceRequestAdapter = (delegate* unmanaged[Cdecl]<nint, WgpuAdapterOptions*, WgpuCallback, ulong>)Find("InstanceRequestAdapter");
        AdapterGetInfo = (delegate* unmanaged[Cdecl]<nint, WgpuAdapterInfo*, uint>)Find("AdapterGetInfo");
        AdapterGetLimits = (delegate* unmanaged[Cdecl]<nint, WgpuLimits*, uint>)Find("AdapterGetLimits");
        AdapterHasFeature = (delegate* unmanaged[Cdecl]<nint, uint, uint>)Find("AdapterHasFeature");
        AdapterRequestDevice = (delegate* unmanaged[Cdecl]<nint, WgpuDeviceDescriptor*, WgpuCallback, ulong>)Find("AdapterRequestDevice");
        AdapterRelease = (delegate* unmanaged[Cdecl]<nint, void>)Find("AdapterRelease");
        DeviceGetQueue = (delegate* unmanaged[Cdecl]<nint, nint>)Find("DeviceGetQueue");
        DevicePushErrorScope = (delegate* unmanaged[Cdecl]<nint, uint, void>)Find("DevicePushErrorScope");
        DevicePopErrorScope = (delegate* unmanaged[Cdecl]<nint, WgpuCallback, ulong>)Find("DevicePopErrorScope");
        DeviceCreateBuffer = (delegate* unmanaged[Cdecl]<nint, WgpuBufferDescriptor*, nint>)Find("DeviceCreateBuffer");
        DeviceCreateShaderModule = (delegate* unmanaged[Cdecl]<nint, WgpuLabelled*, nint>)Find("DeviceCreateShaderModule");
        DeviceCreateCommandEncoder = (delegate* unmanaged[Cdecl]<nint, WgpuLabelled*, nint>)Find("DeviceCreateCommandEncoder");
        DeviceCreateComputePipeline = (delegate* unmanaged[Cdecl]<nint, WgpuPipelineDescriptor*, nint>)Find("DeviceCreateComputePipeline");
        DeviceCreateBindGroup = (delegate* unmanaged[Cdecl]<nint, WgpuBindGroupDescriptor*, nint>)Find("DeviceCreateBindGroup");
        PipelineGetBindGroupLayout = (delegate* unmanaged[Cdecl]<nint, uint, nint>)Find("ComputePipelineGetBindGroupLayout");
        EncoderBeginComputePass = (delegate* unmanaged[Cdecl]<nint, void*, nint>)Find("CommandEncoderBeginComputePass");
        EncoderFinish = (delegate* unmanaged[Cdecl]<nint, void*, nint>)Find("CommandEncoderFinish");
        EncoderCopyBuffer = (delegate* unmanaged[Cdecl]<nint, nint, ulong, nint, ulong, ulong, void>)Find("CommandEncoderCopyBufferToBuffer");
        PassSetPipeline = (delegate* unmanaged[Cdecl]<nint, nint, void>)Find("ComputePassEncoderSetPipeline");
        PassSetBindGroup = (delegate* unmanaged[Cdecl]<nint, uint, nint, nuint, uint*, void>)Find("ComputePassEncoderSetBindGroup");
        PassDispatch = (delegate* unmanaged[Cdecl]<nint, uint, uint, uint, void>)Find("ComputePassEncoderDispatchWorkgroups");
        PassEnd = (delegate* unmanaged[Cdecl]<nint, void>)Find("ComputePassEncoderEnd");
        QueueSubmit = (delegate* unmanaged[Cdecl]<nint, nuint, nint*, void>)Find("QueueSubmit");
        QueueWriteBuffer = (delegate* unmanaged[Cdecl]<nint, nint, ulong, void*, nuint, void>)Find("QueueWriteBuffer");
        BufferMapAsync = (delegate* unmanaged[Cdecl]<nint, ulong, nuint, nuint, WgpuCallback, ulong>)Find("BufferMapAsync");
        BufferGetConstMappedRange = (delegate* unmanaged[Cdecl]<nint, nuint, nuint, void*>)Find("BufferGetConstMappedRange");
        BufferRelease = Release("Buffer");
        BindGroupRelease = Release("BindGroup");
        LayoutRelease = Release("BindGroupLayout");
        ModuleRelease = Release("ShaderModule");
        PipelineRelease = Release("ComputePipeline");
        EncoderRelease = Release("CommandEncoder");
        PassRelease = Release("ComputePassEncoder");
        CommandsRelease = Release("CommandBuffer");

        delegate* unmanaged[Cdecl]<nint, void> Release(string type) => (delegate* unmanaged[Cdecl]<nint, void>)Find(type + "Release");
        nint Find(string name) => NativeLibrary.TryGetExport(library, "wgpu" + name, out nint at) ? at
            : throw new TargetException($"the WebGPU library has no function wgpu{name}: it is not Dawn, or has another C API. {Advice}");
    }

    /// <summary>Loads the library that TINY_DAWN names, or one that the system finds.</summary>
    /// <exception cref="TargetException">There is none.</exception>
    public static WebGpuLibrary Load()
    {
        string? given = Environment.GetEnvironmentVariable("TINY_DAWN");
        if (string.IsNullOrEmpty(given))
        {
            foreach (string name in s_names)
                if (NativeLibrary.TryLoad(name, typeof(WebGpuLibrary).Assembly, null, out nint found)) return new WebGpuLibrary(found);
            throw new TargetException($"device webgpu: no WebGPU library was found. {Advice}");
        }
        string? file = Directory.Exists(given) ? InFolder(given) : File.Exists(given) ? given : null;
        if (file is null) throw new TargetException($"device webgpu: TINY_DAWN is '{given}', and no WebGPU library is there. {Advice}");
        try
        {
            return new WebGpuLibrary(NativeLibrary.Load(Path.GetFullPath(file)));
        }
        catch (Exception e) when (e is DllNotFoundException or BadImageFormatException)
        {
            throw new TargetException($"device webgpu: '{file}' cannot be loaded: {e.Message}. {Advice}");
        }
    }

    static string? InFolder(string folder)
    {
        foreach (string name in s_names)
            foreach (string file in new[] { $"lib{name}.so", $"{name}.dll", $"lib{name}.dll", $"lib{name}.dylib" })
                if (Path.Combine(folder, file) is var path && File.Exists(path)) return path;
        return null;
    }
}
