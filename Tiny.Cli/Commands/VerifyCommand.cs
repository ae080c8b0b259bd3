using System.CommandLine;
using System.IO.Enumeration;
using Tiny.Cli.Models;
using Tiny.Cli.Verify;

namespace Tiny.Cli.Commands;

/// <summary><c>tiny verify PATH</c>: runs conformance cases and says which pass.</summary>
static class VerifyCommand
{
    public static Command Create()
    {
        var path = new Argument<string>("path") { Description = "a folder of cases, an archive, or a folder of archives with manifest.json" };
        var target = new Option<string>("--target") { HelpName = "NAMES", Description = $"where to run: {string.Join(", ", VerifyTargets.Names)}; several with commas; cpu without" };
        var browser = new Option<bool>("--browser") { Description = "runs the target webgpu in Chromium, which TINY_CHROMIUM may name, instead of Dawn's library" };
        var filter = new Option<string>("--filter") { HelpName = "GLOB", Description = "only cases whose name fits, with * and ?; several with commas" };
        var json = new Option<string>("--json") { HelpName = "FILE", Description = "writes the results to a file" };
        var f64 = new Option<string>("--f64") { HelpName = "f32", Description = "f32: float64 is computed as float32 where a target has none, and counted apart" };
        f64.AcceptOnlyFromAmong("f32");
        var verbose = new Option<bool>("--verbose") { Description = "also lists nodes evaluated on the host, and numbers read while graphs were built" };
        var memory = new MemoryOption();
        var command = new Command("verify", "Runs ONNX conformance cases.") { path, target, browser, filter, json, f64, verbose };
        memory.AddTo(command);
        command.SetWork((p, cancellation) =>
        {
            bool inBrowser = p.GetValue(browser);
            memory.Apply(p);
            var names = OptionValue.Some("--target", p.GetValue(target) ?? (inBrowser ? "webgpu" : "cpu"), [.. VerifyTargets.Names]);
            if (inBrowser && !names.Contains("webgpu")) throw new CommandException("--browser is for the target webgpu");
            var options = new VerifyOptions(p.GetValue(f64) == "f32", inBrowser);
            var targets = names.Select(n => VerifyTargets.Get(n, options)).ToList();
            var cases = Cases(OptionValue.Path("path", p.GetValue(path)), p.GetValue(filter));
            return Progress.Run(p.InvocationConfiguration.Output, progress => Run(targets, cases, new(progress.Line, p.GetValue(verbose)), p.GetValue(json) is { } results ? OptionValue.Path("--json", results) : null, progress.Step, cancellation));
        });
        return command;
    }

    static List<ConformanceCase> Cases(string path, string? filter)
    {
        var patterns = filter?.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        List<ConformanceCase> cases = [.. CaseSource.Find(path).Where(c => patterns is null || patterns.Any(p => FileSystemName.MatchesSimpleExpression(p, c.Name)))];
        return cases.Count > 0 ? cases : throw new CommandException($"no case is found in {path}{(filter is null ? "" : $" that fits {filter}")}");
    }

    static int Run(List<IVerifyTarget> targets, List<ConformanceCase> cases, VerifyReport report, string? json, Action<string> step, CancellationToken cancellation)
    {
        // What is missing is said once, and before anything has been computed.
        foreach (var target in targets) target.Open();
        using var file = json is null ? null : new NewFile(json);
        try
        {
            foreach (var target in targets)
            {
                int done = 0;
                step($"{target.Name}: {cases.Count} cases");
                foreach (var result in target.Run(cases, cancellation))
                {
                    report.Add(result);
                    step($"{target.Name}: {++done} of {cases.Count} cases");
                }
            }
        }
        finally
        {
            // Of those that were run before an interruption too.
            report.Totals();
            if (file is not null)
            {
                report.Write(file.Stream);
                file.Commit();
            }
        }
        return report.Failed ? ExitCode.Failure : ExitCode.Success;
    }
}
