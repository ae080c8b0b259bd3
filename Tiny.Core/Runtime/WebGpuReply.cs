using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Tiny.Runtime;

/// <summary>The outcome of a call of webgpu.h that answers later, through a callback.</summary>
sealed unsafe class WebGpuReply
{
    /// <summary>The status that means success, of every kind of call.</summary>
    const uint Success = 1;
    /// <summary>The error type of an error scope that caught nothing.</summary>
    const uint NoError = 1;

    public bool IsDone { get; private set; }
    public bool IsSuccess { get; private set; }
    /// <summary>The adapter or device that was asked for.</summary>
    public nint Handle { get; private set; }
    public string Message { get; private set; } = "";

    /// <summary>For a call that asks for an adapter or a device.</summary>
    public WgpuCallback ForHandle() => new((delegate* unmanaged[Cdecl]<uint, nint, WgpuString, nint, nint, void>)&OnHandle, Address());
    /// <summary>For a call that maps a buffer.</summary>
    public WgpuCallback ForMap() => new((delegate* unmanaged[Cdecl]<uint, WgpuString, nint, nint, void>)&OnMapped, Address());
    /// <summary>For a call that closes an error scope; success means that the scope caught nothing.</summary>
    public WgpuCallback ForScope() => new((delegate* unmanaged[Cdecl]<uint, uint, WgpuString, nint, nint, void>)&OnScope, Address());

    // The callback comes exactly once and frees the handle.
    nint Address() => GCHandle.ToIntPtr(GCHandle.Alloc(this));

    static void Finish(nint user, bool success, nint handle, string message)
    {
        var pin = GCHandle.FromIntPtr(user);
        var reply = (WebGpuReply)pin.Target!;
        pin.Free();
        (reply.IsSuccess, reply.Handle, reply.Message, reply.IsDone) = (success, handle, message, true);
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    static void OnHandle(uint status, nint handle, WgpuString message, nint user, nint _) =>
        Finish(user, status == Success, handle, message.ToString());

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    static void OnMapped(uint status, WgpuString message, nint user, nint _) => Finish(user, status == Success, 0, message.ToString());

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    static void OnScope(uint status, uint type, WgpuString message, nint user, nint _) =>
        Finish(user, status == Success && type == NoError, 0, message.ToString());
}

/// <summary>What went wrong outside of any call: an error that no scope caught, or the loss of the device.</summary>
sealed unsafe class WebGpuTrouble
{
    const uint LostOnRequest = 2;

    string? _error;
    string? _lost;

    /// <summary>For the device's descriptor. The device lives as long as the process, and so does the handle.</summary>
    public (WgpuCallback Lost, WgpuErrorCallback Error) Callbacks()
    {
        nint address = GCHandle.ToIntPtr(GCHandle.Alloc(this));
        return (new((delegate* unmanaged[Cdecl]<nint*, uint, WgpuString, nint, nint, void>)&OnLost, address),
            new((delegate* unmanaged[Cdecl]<nint*, uint, WgpuString, nint, nint, void>)&OnError, address));
    }

    /// <summary>Throws what has happened since it was last asked; a lost device stays lost.</summary>
    public void Throw()
    {
        if (Volatile.Read(ref _lost) is { } lost) throw new TargetException($"the WebGPU device was lost: {lost}");
        if (Interlocked.Exchange(ref _error, null) is { } error) throw new TargetException($"WebGPU error: {error}");
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    static void OnLost(nint* device, uint reason, WgpuString message, nint user, nint _)
    {
        if (reason != LostOnRequest && GCHandle.FromIntPtr(user).Target is WebGpuTrouble me) Volatile.Write(ref me._lost, message.ToString());
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    static void OnError(nint* device, uint type, WgpuString message, nint user, nint _)
    {
        // The first error is the cause of those that follow it.
        if (GCHandle.FromIntPtr(user).Target is WebGpuTrouble me) Interlocked.CompareExchange(ref me._error, message.ToString(), null);
    }
}
