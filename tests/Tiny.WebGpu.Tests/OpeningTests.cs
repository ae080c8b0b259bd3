using System.Runtime.InteropServices;
using NUnit.Framework;
using Tiny.Runtime;

namespace Tiny.Tests;

/// <summary>What a machine without a library or a driver is told, and what becomes of errors that belong to no call.</summary>
public sealed class OpeningTests
{
    string _library = null!;

    [SetUp]
    public void Remember() => _library = Environment.GetEnvironmentVariable("TINY_DAWN")!;

    [TearDown]
    public void Restore() => Environment.SetEnvironmentVariable("TINY_DAWN", _library);

    [Test]
    public void TheDefaultDeviceIsAnAdapterOfTheMachine()
    {
        Assert.That(Device.Default, Is.InstanceOf<WebGpuDevice>());
        Assert.That(((WebGpuDevice)Device.Default).Adapter, Is.Not.Empty);
        Assert.That(() => Device.Get("cpu"), Throws.InvalidOperationException, "the CPU is out of reach of these tests");
    }

    [Test]
    public void ALibraryThatIsNotThereIsNamedWithWhatToDo()
    {
        Environment.SetEnvironmentVariable("TINY_DAWN", Path.Combine(Path.GetTempPath(), "no", "dawn.so"));
        Assert.That(() => new WebGpuDevice(), Throws.TypeOf<TargetException>().With.Message.Contains("dawn.so")
            .And.Message.Contains("TINY_DAWN").And.Message.Contains("bun-webgpu-linux-x64"));
    }

    [Test]
    public void WithoutTheVariableTheSystemIsAskedAndTheVariableNamed()
    {
        if (NativeLibrary.TryLoad("webgpu_dawn", out _)) Assert.Ignore("this system has a WebGPU library of its own");
        Environment.SetEnvironmentVariable("TINY_DAWN", null);
        Assert.That(() => new WebGpuDevice(), Throws.TypeOf<TargetException>().With.Message.Contains("TINY_DAWN"));
    }

    [Test]
    public void AFolderWithoutALibraryIsRefused()
    {
        var folder = Directory.CreateTempSubdirectory("tiny-dawn-");
        try
        {
            Environment.SetEnvironmentVariable("TINY_DAWN", folder.FullName);
            Assert.That(() => new WebGpuDevice(), Throws.TypeOf<TargetException>().With.Message.Contains(folder.FullName));
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    [Test]
    public void AFileThatIsNoLibraryIsRefused()
    {
        string file = Path.GetTempFileName();
        try
        {
            File.WriteAllText(file, "no library");
            Environment.SetEnvironmentVariable("TINY_DAWN", file);
            Assert.That(() => new WebGpuDevice(), Throws.TypeOf<TargetException>().With.Message.Contains("cannot be loaded"));
        }
        finally
        {
            File.Delete(file);
        }
    }

    [Test]
    public void ALibraryOfSomethingElseIsRefused()
    {
        string other = Directory.GetFiles(RuntimeEnvironment.GetRuntimeDirectory(), "*System.Native.*")[0];
        Environment.SetEnvironmentVariable("TINY_DAWN", other);
        Assert.That(() => new WebGpuDevice(), Throws.TypeOf<TargetException>().With.Message.Contains("no function wgpuCreateInstance"));
    }

    [Test]
    public void TheNullBackendIsRefused()
    {
        string? driver = Environment.GetEnvironmentVariable(Dawn.DriverVariable);
        if (driver is null) Assert.Ignore("the drivers of this machine cannot be hidden");
        Dawn.SetVariable(Dawn.DriverVariable, Path.Combine(Path.GetTempPath(), "no-driver.json"));
        try
        {
            Assert.That(() => new WebGpuDevice(), Throws.TypeOf<TargetException>().With.Message.Contains("Null backend")
                .And.Message.Contains("VK_ICD_FILENAMES").And.Message.Contains("libvulkan1"));
        }
        finally
        {
            Dawn.SetVariable(Dawn.DriverVariable, driver!);
        }
        Assert.That(new WebGpuDevice().Adapter, Is.Not.Empty, "with its driver it opens");
    }

    [Test]
    public unsafe void AnErrorThatNoCallCausedIsThrownAtTheNextOne()
    {
        var device = new WebGpuDevice();
        var inject = (delegate* unmanaged[Cdecl]<nint, uint, WgpuString, void>)Export("wgpuDeviceInjectError");
        const uint validation = 2;
        fixed (byte* text = "made up"u8) inject(device.Context.Handle, validation, new WgpuString(text, 7));
        Assert.That(() => device.Allocate(16), Throws.TypeOf<TargetException>().With.Message.Contains("made up"));
        Assert.That(device.Allocate(16).Bytes, Is.EqualTo(16), "it is told once");
    }

    [Test]
    public unsafe void ALostDeviceSaysSoFromThenOn()
    {
        var device = new WebGpuDevice();
        var buffer = device.Allocate(16);
        var lose = (delegate* unmanaged[Cdecl]<nint, uint, WgpuString, void>)Export("wgpuDeviceForceLoss");
        const uint unknown = 1;
        fixed (byte* text = "pulled out"u8) lose(device.Context.Handle, unknown, new WgpuString(text, 10));
        for (int i = 0; i < 2; i++)
            Assert.That(() => buffer.CopyTo(new byte[16]),
                Throws.TypeOf<TargetException>().With.Message.Contains("lost").And.Message.Contains("pulled out"));
    }

    nint Export(string name)
    {
        string file = Directory.Exists(_library) ? Path.Combine(_library, "libwebgpu_wrapper.so") : _library;
        return NativeLibrary.GetExport(NativeLibrary.Load(file), name);
    }
}
