using Spectre.Console;

namespace Tiny.Cli;

/// <summary>Says on a terminal what is being done, below the lines that are printed meanwhile; elsewhere there are only the lines.</summary>
/// <param name="Step">Says what is being done now.</param>
/// <param name="Line">Prints a line.</param>
sealed record Progress(Action<string> Step, Action<string> Line)
{
    /// <summary>Runs work that says its steps. Texts may be those of a file.</summary>
    public static T Run<T>(TextWriter output, Func<Progress, T> work)
    {
        if (!ReferenceEquals(output, Console.Out) || Console.IsOutputRedirected || !AnsiConsole.Profile.Capabilities.Interactive)
            return work(new(_ => { }, text => output.WriteLine(Terminal.Safe(text))));
        return AnsiConsole.Status().Start("...", context => work(new(
            step => context.Status(Markup.Escape(Terminal.Safe(step))),
            text => AnsiConsole.WriteLine(Terminal.Safe(text)))));
    }
}
