using System.CommandLine;
using System.IO.Enumeration;
using Tiny.Cli.Verify;

namespace Tiny.Cli.Commands;

/// <summary><c>tiny verify PATH</c>: runs conformance cases and says which pass.</summary>
static class VerifyCommand
{
    public static Command Create()
    {
        var path = new Argument<string>("path") { Description = "a folder of cases, an archive, or a folder of archives with manifest.json" };
        var targets = new Option<string>("--target") { Description = $"where to run: {string.Join(", ", VerifyTargets.Names)}; several with commas", DefaultValueFactory = _ => "cpu" };
        var filter = new Option<string>("--filter") { Description = "only cases whose name fits, with * and ?; several with commas" };
        var json = new Option<string>("--json") { Description = "writes the results to a file" };
        var f64 = new Option<string>("--f64") { Description = "f32: float64 is computed as float32 where a target has none, and counted apart" };
        f64.AcceptOnlyFromAmong("f32");
        var verbose = new Option<bool>("--verbose") { Description = "also lists nodes evaluated on the host, and numbers read while graphs were built" };
        var command = new Command("verify", "Runs ONNX conformance cases.") { path, targets, filter, json, f64, verbose };
        command.SetWork((p, _) => Run(p.GetValue(path)!, p.GetValue(targets)!, p.GetValue(filter), p.GetValue(json), p.GetValue(verbose), new(p.GetValue(f64) == "f32")));
        return command;
    }

    static int Run(string path, string targets, string? filter, string? json, bool verbose, VerifyOptions options)
    {
        var names = targets.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        if (names.FirstOrDefault(n => !VerifyTargets.Names.Contains(n)) is { } unknown)
        {
            Console.Error.WriteLine($"tiny verify: there is no target '{Terminal.Safe(unknown)}'; there are: {string.Join(", ", VerifyTargets.Names)}");
            return ExitCode.BadInput;
        }
        var patterns = filter?.Split(',', StringSplitOptions.RemoveEmptyEntries);
        var cases = CaseSource.Find(path).Where(c => patterns is null || patterns.Any(p => FileSystemName.MatchesSimpleExpression(p, c.Name))).ToList();
        if (cases.Count == 0)
        {
            Console.Error.WriteLine($"tiny verify: no case is found in {Terminal.Safe(path)}{(filter is null ? "" : $" that fits {Terminal.Safe(filter)}")}");
            return ExitCode.BadInput;
        }
        var report = new VerifyReport(verbose);
        foreach (var name in names)
            foreach (var result in VerifyTargets.Get(name, options).Run(cases)) report.Add(result);
        report.Totals();
        if (json is not null) report.Write(json);
        return report.Failed ? ExitCode.Failure : ExitCode.Success;
    }
}
