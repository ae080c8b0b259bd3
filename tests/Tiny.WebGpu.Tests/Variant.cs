using NUnit.Framework;
using Tiny.Render;
using Tiny.Runtime;

namespace Tiny.Tests;

/// <summary>Tests of kernels for a device that has more than every one: while they run, that is the device of all that is realised.</summary>
public abstract class Variant(WgslFeatures features)
{
    string? _before;

    protected WebGpuDevice Opened { get; private set; } = null!;

    [OneTimeSetUp]
    public void Open()
    {
        string name = $"webgpu with {features}";
        Device.Register(name, () => new WebGpuDevice(features));
        Opened = (WebGpuDevice)Device.Get(name);
        _before = Environment.GetEnvironmentVariable("TINY_DEVICE");
        Environment.SetEnvironmentVariable("TINY_DEVICE", name);
    }

    [OneTimeTearDown]
    public void Restore() => Environment.SetEnvironmentVariable("TINY_DEVICE", _before);
}
