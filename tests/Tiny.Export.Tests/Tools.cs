using System.Diagnostics;
using NUnit.Framework;
using Tiny.Tests;

namespace Tiny.Export.Tests;

/// <summary>Programs and data that tests need beside the repository.</summary>
static class Tools
{
    /// <summary>How strictly generated C is compiled: what it promises, and more.</summary>
    public const string Strict = "-std=c99 -Wall -Wextra -Werror -pedantic -Wshadow -Wconversion -Wno-sign-conversion -Wstrict-prototypes -Wmissing-prototypes";

    public sealed record Result(int Code, string Output, string Errors);

    /// <summary>Runs a program in a folder, for three minutes at most; one for another kind of machine in an emulator.</summary>
    public static Result Run(string folder, string file, string arguments)
    {
        if (Processors.Emulator(file) is { } emulator) (file, arguments) = (Needs.Tool(emulator), $"{file} {arguments}");
        var start = new ProcessStartInfo(file, arguments) { WorkingDirectory = folder, RedirectStandardOutput = true, RedirectStandardError = true };
        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync();
        var errors = process.StandardError.ReadToEndAsync();
        if (!process.WaitForExit(TimeSpan.FromMinutes(3)))
        {
            process.Kill(entireProcessTree: true);
            Assert.Fail($"{file} {arguments} took more than three minutes");
        }
        return new Result(process.ExitCode, output.Result, errors.Result);
    }

    /// <summary>Compiles; any warning fails the test. It is skipped where the options ask for kernels that this processor cannot run.</summary>
    public static void Compile(string folder, string compiler, string arguments)
    {
        Processors.Need(arguments);
        var result = Run(folder, Needs.Tool(compiler), $"{Strict} {arguments}");
        Assert.That(result.Code, Is.Zero, $"{compiler} {arguments}\n{result.Output}{result.Errors}");
    }
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
