using System.ComponentModel;
using System.Diagnostics;
using NUnit.Framework;

namespace Tiny.Export.Tests;

/// <summary>Programs and data that tests need beside the repository.</summary>
static class Tools
{
    /// <summary>How strictly generated C is compiled: what it promises, and more.</summary>
    public const string Strict = "-std=c99 -Wall -Wextra -Werror -pedantic -Wshadow -Wconversion -Wno-sign-conversion -Wstrict-prototypes -Wmissing-prototypes";

    public sealed record Result(int Code, string Output, string Errors);

    /// <summary>Runs a program in a folder, for three minutes at most.</summary>
    public static Result Run(string folder, string file, string arguments)
    {
        Process process;
        try
        {
            process = Process.Start(new ProcessStartInfo(file, arguments) { WorkingDirectory = folder, RedirectStandardOutput = true, RedirectStandardError = true })!;
        }
        catch (Win32Exception)
        {
            throw Missing($"needs {file}, which is not installed");
        }
        using (process)
        {
            var output = process.StandardOutput.ReadToEndAsync();
            var errors = process.StandardError.ReadToEndAsync();
            if (!process.WaitForExit(TimeSpan.FromMinutes(3)))
            {
                process.Kill(entireProcessTree: true);
                Assert.Fail($"{file} {arguments} took more than three minutes");
            }
            return new Result(process.ExitCode, output.Result, errors.Result);
        }
    }

    /// <summary>Compiles; any warning fails the test.</summary>
    public static void Compile(string folder, string compiler, string arguments)
    {
        var result = Run(folder, compiler, $"{Strict} {arguments}");
        Assert.That(result.Code, Is.Zero, $"{compiler} {arguments}\n{result.Output}{result.Errors}");
    }

    /// <summary>A file of the shared data: TINY_SHARED, or a folder 'shared' with DESIGN.md beside a folder above the tests.</summary>
    public static string Shared(string path)
    {
        var root = Environment.GetEnvironmentVariable("TINY_SHARED");
        for (var d = new DirectoryInfo(TestContext.CurrentContext.TestDirectory); root is null && d is not null; d = d.Parent)
            if (File.Exists(Path.Combine(d.FullName, "shared", "DESIGN.md")))
                root = Path.Combine(d.FullName, "shared");
        var file = Path.Combine(root ?? "shared", path);
        return File.Exists(file) ? file : throw Missing($"needs the shared file {path}");
    }

    static ResultStateException Missing(string reason) => Environment.GetEnvironmentVariable("CI") == "true"
        ? new AssertionException(reason) : new IgnoreException(reason);
}

/// <summary>A folder that is gone after the test.</summary>
sealed class TemporaryFolder : IDisposable
{
    readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("tiny-export-");

    public string Path => _directory.FullName;
    public string this[string file] => System.IO.Path.Combine(Path, file);

    public void Floats(string file, ReadOnlySpan<float> values) => File.WriteAllBytes(this[file], System.Runtime.InteropServices.MemoryMarshal.AsBytes(values).ToArray());

    public float[] Floats(string file) => System.Runtime.InteropServices.MemoryMarshal.Cast<byte, float>(File.ReadAllBytes(this[file])).ToArray();

    public void Dispose() => _directory.Delete(recursive: true);
}
