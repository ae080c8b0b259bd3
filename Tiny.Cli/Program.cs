using System.CommandLine;
using Tiny.Cli;
using Tiny.Cli.Commands;

var root = new RootCommand("Tiny compiles tensor programs ahead of time.") { VerifyCommand.Create(), InfoCommand.Create() };
try
{
    return root.Parse(args).Invoke(new InvocationConfiguration { EnableDefaultExceptionHandler = false });
}
catch (Exception e) when (e is Tiny.TinyException or IOException or UnauthorizedAccessException or InvalidDataException)
{
    Console.Error.WriteLine($"tiny: {Terminal.Safe(e.Message)}");
    return ExitCode.BadInput;
}
