using System.Diagnostics;
using NUnit.Framework;

namespace Tiny.Core.Tests.Render;

/// <summary>A C compiler of the machine, asked to be as strict as generated code promises to pass.</summary>
static class CCompiler
{
    public const string Strict = "-std=c99 -Wall -Wextra -Werror -pedantic -Wshadow -Wconversion -Wno-sign-conversion -Wstrict-prototypes";

    /// <summary>Compiles the source, runs the program in its folder with a file <c>in</c>, and gives back its file <c>out</c>.</summary>
    public static byte[] Run(string compiler, string options, string source, byte[] input)
    {
        var folder = Directory.CreateTempSubdirectory("tiny-c-");
        try
        {
            File.WriteAllText(Path.Combine(folder.FullName, "test.c"), source);
            File.WriteAllBytes(Path.Combine(folder.FullName, "in"), input);
            Execute(compiler, $"{Strict} {options} -o test test.c -lm", folder.FullName, "a C compiler");
            Execute(Path.Combine(folder.FullName, "test"), "", folder.FullName, "to run what it compiled");
            return File.ReadAllBytes(Path.Combine(folder.FullName, "out"));
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    static void Execute(string file, string arguments, string folder, string need)
    {
        var start = new ProcessStartInfo(file, arguments) { WorkingDirectory = folder, RedirectStandardError = true, RedirectStandardOutput = true };
        Process process;
        try
        {
            process = Process.Start(start)!;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            var reason = $"needs {need}: {file} is not installed";
            if (Environment.GetEnvironmentVariable("CI") == "true") Assert.Fail(reason);
            Assert.Ignore(reason);
            throw;
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
            Assert.That(process.ExitCode, Is.Zero, $"{file} {arguments}\n{output.Result}\n{errors.Result}");
        }
    }
}
