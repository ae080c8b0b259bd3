using System.CommandLine;
using Tiny.Cli.Models;
using Tiny.Cli.Serving;

namespace Tiny.Cli.Commands;

/// <summary><c>tiny serve DIR</c>: a folder for the browsers of this machine.</summary>
static class ServeCommand
{
    public static Command Create()
    {
        var folder = new Argument<string>("folder") { Description = "a folder with a page, as an export for webgpu is" };
        var port = new Option<int>("--port") { HelpName = "N", Description = "the port; 0 takes a free one", DefaultValueFactory = _ => 8080 };
        var command = new Command("serve", "Serves a folder on 127.0.0.1 until Ctrl-C, which is its end as it should be: the exit code is 0.") { folder, port };
        command.SetWork((p, cancellation) =>
        {
            if (!Directory.Exists(OptionValue.Path("folder", p.GetValue(folder)))) throw new CommandException($"there is no folder {p.GetValue(folder)}");
            if (p.GetValue(port) is < 0 or > 65535) throw new CommandException($"--port {p.GetValue(port)}: ports are numbers from 0 to 65535");
            using var server = new FolderServer(p.GetValue(folder)!, p.GetValue(port));
            foreach (var page in server.Pages) p.InvocationConfiguration.Output.WriteLine($"{page}   (Ctrl-C ends it)");
            p.InvocationConfiguration.Output.Flush();
            server.Run(cancellation);
            return ExitCode.Success;
        });
        return command;
    }
}
