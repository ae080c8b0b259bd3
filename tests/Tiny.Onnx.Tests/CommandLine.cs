using NUnit.Framework;
using Tiny.Cli;

namespace Tiny.Onnx.Tests;

/// <summary>The command, run in this process.</summary>
static class CommandLine
{
    /// <summary>Its exit code, and what it says.</summary>
    public static async Task<(int Code, string Output, string Error)> RunAsync(params string[] args)
    {
        using StringWriter output = new(), error = new();
        int code = await Tool.Run(args, output, error);
        return (code, output.ToString(), error.ToString());
    }

    /// <summary>It ends with a code, and one line that says why.</summary>
    public static async Task RefusedAsync(int code, string message, params string[] args)
    {
        var (actual, _, error) = await RunAsync(args);
        Assert.That(actual, Is.EqualTo(code), error);
        Assert.That(error.TrimEnd('\n'), Does.StartWith("tiny: ").And.Contains(message).And.Not.Contain('\n'));
    }
}
