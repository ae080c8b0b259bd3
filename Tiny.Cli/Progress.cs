using Spectre.Console;

namespace Tiny.Cli;

/// <summary>Says on a terminal what is being done; elsewhere it is silent.</summary>
static class Progress
{
    /// <summary>Runs work that says its steps.</summary>
    public static T Run<T>(TextWriter output, Func<Action<string>, T> work)
    {
        if (!ReferenceEquals(output, Console.Out) || Console.IsOutputRedirected || !AnsiConsole.Profile.Capabilities.Interactive) return work(_ => { });
        return AnsiConsole.Status().Start("...", context => work(step => context.Status(Markup.Escape(Terminal.Safe(step)))));
    }
}
