using System.Runtime.InteropServices;
using NUnit.Framework;
using Tiny.Runtime;

namespace Tiny.Tests;

/// <summary>
/// Makes WebGPU the device of all tests here: Dawn from the npm package beside this project, on Chromium's SwiftShader. Variables that are
/// set already (TINY_DAWN, VK_ICD_FILENAMES) are kept, so that the tests can be run on a graphics card too.
/// </summary>
[SetUpFixture]
public sealed partial class Dawn
{
    /// <summary>Where Vulkan's loader reads which drivers there are.</summary>
    public const string DriverVariable = "VK_ICD_FILENAMES";

    [OneTimeSetUp]
    public void Find()
    {
        if (Environment.GetEnvironmentVariable("TINY_DAWN") is null)
            Environment.SetEnvironmentVariable("TINY_DAWN",
                Package() ?? throw Needs.Missing("Dawn: run npm ci in tests/Tiny.WebGpu.Tests, or set TINY_DAWN"));
        if (Environment.GetEnvironmentVariable(DriverVariable) is null) UseSwiftShader();
        Environment.SetEnvironmentVariable("TINY_DEVICE", "webgpu");
        // Nothing here may fall back to the CPU unseen.
        Device.Register("cpu", static () => throw new InvalidOperationException("the live CPU was used"));
        TestContext.Progress.WriteLine($"WebGPU adapter: {((WebGpuDevice)Device.Default).Adapter}");
    }

    static void UseSwiftShader()
    {
        string? given = Path.GetDirectoryName(Environment.GetEnvironmentVariable("TINY_CHROMIUM"));
        string[] folders = [given ?? "", "/usr/lib/chromium", "/opt/google/chrome"];
        const string driver = "vk_swiftshader_icd.json";
        string folder = folders.FirstOrDefault(f => f.Length > 0 && File.Exists(Path.Combine(f, driver)))
            ?? throw Needs.Missing($"Chromium's {driver}: apt-get install chromium, or set {DriverVariable}");
        SetVariable(DriverVariable, Path.Combine(folder, driver));
        // Dawn asks the system for Vulkan's loader. Where none is installed, Chromium's is taken, which by then is the one of this process.
        if (!NativeLibrary.TryLoad("libvulkan.so.1", out _)) NativeLibrary.TryLoad(Path.Combine(folder, "libvulkan.so.1"), out _);
    }

    /// <summary>The folder of the npm package.</summary>
    static string? Package()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
            if (Path.Combine(folder.FullName, "node_modules", "bun-webgpu-linux-x64") is var path && Directory.Exists(path)) return path;
        return null;
    }

    /// <summary>Sets a variable for native code too, which does not see what .NET sets.</summary>
    public static void SetVariable(string name, string value)
    {
        Environment.SetEnvironmentVariable(name, value);
        if (!OperatingSystem.IsWindows()) setenv(name, value, 1);
    }

    [LibraryImport("libc", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int setenv(string name, string value, int overwrite);
}
