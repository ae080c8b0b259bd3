using System.Diagnostics;
using NUnit.Framework;

namespace Tiny.Samples.Tests;

/// <summary>A sample run as a program of its own, from the folder of the tests.</summary>
static class Sample
{
    public sealed record Result(int Code, string Output, string Errors);

    public static Process Start(string name, string arguments) => Process.Start(new ProcessStartInfo("dotnet", $"exec \"{Path.Combine(AppContext.BaseDirectory, name + ".dll")}\" {arguments}")
    {
        RedirectStandardOutput = true,
        RedirectStandardError = true,
    })!;

    /// <summary>Runs it to its end, for five minutes at most.</summary>
    public static Result Run(string name, string arguments)
    {
        using var process = Start(name, arguments);
        var output = process.StandardOutput.ReadToEndAsync();
        var errors = process.StandardError.ReadToEndAsync();
        if (!process.WaitForExit(TimeSpan.FromMinutes(5)))
        {
            process.Kill(entireProcessTree: true);
            Assert.Fail($"{name} {arguments} took more than five minutes");
        }
        return new Result(process.ExitCode, output.Result, errors.Result);
    }
}

/// <summary>A folder that is gone after the test.</summary>
sealed class TemporaryFolder : IDisposable
{
    readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("tiny-samples-");

    public string Path => _directory.FullName;
    public string this[string file] => System.IO.Path.Combine(Path, file);
    public void Dispose() => _directory.Delete(recursive: true);
}
