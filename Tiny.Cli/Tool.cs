using System.CommandLine;
using System.CommandLine.Help;
using System.Globalization;
using Tiny.Cli.Commands;
using Tiny.Cli.Verify;

namespace Tiny.Cli;

/// <summary>The command <c>tiny</c>: a file for each of its commands.</summary>
static class Tool
{
    // Graphs are walked without recursion; what is nested in a file is not.
    const int StackBytes = 64 << 20;

    /// <summary>Runs a command line; gives its exit code.</summary>
    public static Task<int> Main(string[] args)
    {
        CultureInfo.DefaultThreadCurrentCulture = CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
        return Run(args, Console.Out, Console.Error);
    }

    /// <summary>The same, with what it writes going elsewhere.</summary>
    public static Task<int> Run(string[] args, TextWriter output, TextWriter error, CancellationToken cancellation = default)
    {
        // A root of its own name: the assembly's is another.
        var root = new Command("tiny", "Tiny compiles tensor programs ahead of time: ONNX models to C and to browser bundles.\n\n"
            + "Exit codes: 0 all went well; 1 a case fails, or a target cannot take the program; 2 a file or an option cannot be used; 3 a fault of tiny; 130 interrupted.")
        {
            ExportCommand.Create(), RunCommand.Create(), VerifyCommand.Create(), InfoCommand.Create(), TuneCommand.Create(), ServeCommand.Create(),
            new HelpOption { Recursive = true }, new VersionOption(),
        };
        // Who asks for nothing is told what there is.
        if (args.Length == 0)
        {
            root.Parse("--help").Invoke(new InvocationConfiguration { Output = error });
            return Task.FromResult(ExitCode.BadInput);
        }
        var parsed = root.Parse(args);
        if (parsed.Errors.Count > 0)
        {
            error.WriteLine($"tiny: {Terminal.Safe(string.Join(" ", parsed.Errors.Select(e => e.Message)))} (tiny --help says what there is)");
            return Task.FromResult(ExitCode.BadInput);
        }
        // An interrupted export ends by itself, after it has removed what it had begun.
        return parsed.InvokeAsync(new InvocationConfiguration { EnableDefaultExceptionHandler = false, Output = output, Error = error, ProcessTerminationTimeout = TimeSpan.FromSeconds(10) }, cancellation);
    }

    /// <summary>Makes a command's work its action: on a thread with a large stack, errors as one line and an exit code.</summary>
    public static void SetWork(this Command command, Func<ParseResult, CancellationToken, int> work) => command.SetAction((parsed, cancellation) =>
    {
        var done = new TaskCompletionSource<int>();
        var thread = new Thread(() => done.SetResult(Guarded(parsed, work, cancellation)), StackBytes) { IsBackground = true };
        thread.Start();
        return done.Task;
    });

    static int Guarded(ParseResult parsed, Func<ParseResult, CancellationToken, int> work, CancellationToken cancellation)
    {
        try
        {
            return work(parsed, cancellation);
        }
        catch (Exception e)
        {
            var (code, message) = Judge(e);
            parsed.InvocationConfiguration.Error.WriteLine($"tiny: {Terminal.Safe(message)}");
            return code;
        }
    }

    /// <summary>The exit code that an exception means, and what is said.</summary>
    internal static (int Code, string Message) Judge(Exception e) => e switch
    {
        OperationCanceledException => (ExitCode.Cancelled, "interrupted"),
        TargetException or CProgramException => (ExitCode.Failure, ((TinyException)e).Text),
        TinyException tiny => (ExitCode.BadInput, tiny.Text),
        IOException or UnauthorizedAccessException or InvalidDataException => (ExitCode.BadInput, e.Message),
        OutOfMemoryException => (ExitCode.BadInput, "there is not enough memory"),
        _ => (ExitCode.Fault, $"fault: {e.GetType().Name}: {e.Message}"),
    };
}
