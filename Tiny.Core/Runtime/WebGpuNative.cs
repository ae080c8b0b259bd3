using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Tiny.Runtime;

// The structures of webgpu.h that the device passes, laid out as Dawn has them. Those whose layout still changes between
// versions (layout entries, the instance's features) are not used at all.

/// <summary>Text by pointer and length, no terminator.</summary>
[StructLayout(LayoutKind.Sequential)]
unsafe struct WgpuString(byte* data, nuint length)
{
    public byte* Data = data;
    public nuint Length = length;

    public override readonly string ToString() => Data is null || Length == 0 ? ""
        : Length == nuint.MaxValue ? Marshal.PtrToStringUTF8((nint)Data) ?? "" : System.Text.Encoding.UTF8.GetString(Data, (int)Length);
}

[StructLayout(LayoutKind.Sequential)]
unsafe struct WgpuChain
{
    public const uint ShaderSourceWgsl = 2;
    public WgpuChain* Next;
    public uint Type;
}

/// <summary>What a future calls: <see cref="Callback"/> with two pointers of ours.</summary>
[StructLayout(LayoutKind.Sequential)]
unsafe struct WgpuCallback(void* callback, nint user)
{
    /// <summary>Called only while we ask for events, on our thread.</summary>
    const uint AllowProcessEvents = 2;

    public WgpuChain* Next;
    public uint Mode = AllowProcessEvents;
    public void* Callback = callback;
    public nint User1 = user;
    public nint User2;
}

[StructLayout(LayoutKind.Sequential)]
unsafe struct WgpuErrorCallback(void* callback, nint user)
{
    public WgpuChain* Next;
    public void* Callback = callback;
    public nint User1 = user;
    public nint User2;
}

[StructLayout(LayoutKind.Sequential)]
unsafe struct WgpuAdapterOptions
{
    public const uint Core = 2, HighPerformance = 2;
    public WgpuChain* Next;
    public uint FeatureLevel;
    public uint PowerPreference;
    public uint ForceFallback;
    public uint Backend;
    public nint Surface;
}

[StructLayout(LayoutKind.Sequential)]
unsafe struct WgpuAdapterInfo
{
    public const uint NullBackend = 1, DiscreteCard = 1, IntegratedCard = 2;
    public WgpuChain* Next;
    public WgpuString Vendor, Architecture, Device, Description;
    public uint Backend, Type, VendorId, DeviceId;
    /// <summary>Room for what later versions append.</summary>
    fixed byte _more[64];
}

/// <summary>
/// Limits as the library writes them. All are asked for when the device is made, so they are passed on as they came;
/// only these few are read, and versions differ only behind them.
/// </summary>
[StructLayout(LayoutKind.Explicit, Size = 512)]
unsafe struct WgpuLimits
{
    [FieldOffset(0)] public WgpuChain* Next;
    [FieldOffset(52)] public uint StorageBuffers;
    [FieldOffset(72)] public ulong StorageBindingBytes;
    [FieldOffset(84)] public uint StorageAlignment;
    [FieldOffset(96)] public ulong BufferBytes;
}

[StructLayout(LayoutKind.Sequential)]
unsafe struct WgpuDeviceDescriptor
{
    /// <summary>The feature "subgroups" in older and newer versions of the header, each of which has a harmless one at the other's number.</summary>
    public static ReadOnlySpan<uint> Subgroups => [0x11, 0x12];
    public WgpuChain* Next;
    public WgpuString Label;
    public nuint FeatureCount;
    public uint* Features;
    public WgpuLimits* Limits;
    public WgpuChain* QueueNext;
    public WgpuString QueueLabel;
    public WgpuCallback Lost;
    public WgpuErrorCallback Error;
}

[StructLayout(LayoutKind.Sequential)]
unsafe struct WgpuBufferDescriptor
{
    public const ulong MapRead = 1, CopySource = 4, CopyTarget = 8, Uniform = 64, Storage = 128;
    public WgpuChain* Next;
    public WgpuString Label;
    public ulong Usage;
    public ulong Bytes;
    public uint MappedAtCreation;
}

[StructLayout(LayoutKind.Sequential)]
unsafe struct WgpuShaderSource
{
    public WgpuChain Chain;
    public WgpuString Code;
}

/// <summary>Of a shader module, a command encoder, a pass, a command buffer.</summary>
[StructLayout(LayoutKind.Sequential)]
unsafe struct WgpuLabelled
{
    public void* Next;
    public WgpuString Label;
}

[StructLayout(LayoutKind.Sequential)]
unsafe struct WgpuPipelineDescriptor
{
    public WgpuChain* Next;
    public WgpuString Label;
    public nint Layout;
    public WgpuChain* StageNext;
    public nint Module;
    public WgpuString EntryPoint;
    public nuint ConstantCount;
    public void* Constants;
}

[StructLayout(LayoutKind.Sequential)]
unsafe struct WgpuBindEntry
{
    public WgpuChain* Next;
    public uint Binding;
    public nint Buffer;
    public ulong Offset;
    public ulong Bytes;
    public nint Sampler;
    public nint TextureView;
}

[StructLayout(LayoutKind.Sequential)]
unsafe struct WgpuBindGroupDescriptor
{
    public WgpuChain* Next;
    public WgpuString Label;
    public nint Layout;
    public nuint EntryCount;
    public WgpuBindEntry* Entries;
}
