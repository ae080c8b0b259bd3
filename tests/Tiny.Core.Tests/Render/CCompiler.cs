using System.Diagnostics;
using NUnit.Framework;
using Tiny.Tests;

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
            Execute(Needs.Tool(compiler), $"{Strict} {options} -o test test.c -lm", folder.FullName);
            Execute(Path.Combine(folder.FullName, "test"), "", folder.FullName);
            return File.ReadAllBytes(Path.Combine(folder.FullName, "out"));
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    static void Execute(string file, string arguments, string folder)
    {
        var start = new ProcessStartInfo(file, arguments) { WorkingDirectory = folder, RedirectStandardError = true, RedirectStandardOutput = true };
        using var process = Process.Start(start)!;
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
