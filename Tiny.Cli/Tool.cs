using System.CommandLine;
using Tiny.Cli.Commands;

namespace Tiny.Cli;

/// <summary>The command <c>tiny</c>: a file for each of its commands.</summary>
static class Tool
{
    /// <summary>Runs a command line; gives its exit code.</summary>
    public static int Main(string[] args)
    {
        var root = new RootCommand("Tiny compiles tensor programs ahead of time.") { VerifyCommand.Create(), InfoCommand.Create() };
        try
        {
            return root.Parse(args) is { Errors.Count: 0 } parsed ? parsed.Invoke(new InvocationConfiguration { EnableDefaultExceptionHandler = false })
                : Refuse(root.Parse(args));
        }
        catch (Exception e) when (e is TinyException or IOException or UnauthorizedAccessException or InvalidDataException)
        {
            Console.Error.WriteLine($"tiny: {Terminal.Safe(e.Message)}");
            return ExitCode.BadInput;
        }
    }

    static int Refuse(ParseResult parsed)
    {
        foreach (var error in parsed.Errors) Console.Error.WriteLine($"tiny: {Terminal.Safe(error.Message)}");
        return ExitCode.BadInput;
    }
}
