using System.Diagnostics;
using System.Text;
using System.Text.RegularExpressions;

namespace Tiny.Build.Tests;

sealed partial record Result(int ExitCode, string Output)
{
    /// <summary>The same, after a check that the command succeeded.</summary>
    public Result Succeeded()
    {
        Assert.That(ExitCode, Is.Zero, Output);
        return this;
    }

    /// <summary>Different errors of the build; it names the project after each, and after nothing else.</summary>
    public IEnumerable<string> Errors => Output.Split('\n').Where(static l => l.Contains(": error ", StringComparison.Ordinal) && ProjectSuffix().IsMatch(l))
        .Select(static l => ProjectSuffix().Replace(l.Trim(), "")).Distinct();

    [GeneratedRegex(@" \[[^][]*proj\]\s*$")]
    private static partial Regex ProjectSuffix();
}

/// <summary>Runs the .NET command line, without the variables by which a test host would change its behaviour.</summary>
static class DotNet
{
    static readonly TimeSpan s_limit = TimeSpan.FromMinutes(4);

    public static Result Run(string directory, IReadOnlyDictionary<string, string>? variables, params string[] arguments)
    {
        var output = new StringBuilder();
        using var process = Start(directory, variables, output, arguments);
        if (!process.WaitForExit(s_limit))
        {
            process.Kill(entireProcessTree: true);
            Assert.Fail($"dotnet {string.Join(' ', arguments)} did not end in {s_limit}:\n{output}");
        }
        process.WaitForExit();
        lock (output) return new(process.ExitCode, output.ToString());
    }

    public static Process Start(string directory, IReadOnlyDictionary<string, string>? variables, StringBuilder? output, params string[] arguments)
    {
        var start = new ProcessStartInfo("dotnet", arguments) { WorkingDirectory = directory, RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var name in start.Environment.Keys.Where(static n => n.StartsWith("MSBUILD", StringComparison.OrdinalIgnoreCase) || n == "NUGET_PACKAGES").ToList())
            start.Environment.Remove(name);
        start.Environment["DOTNET_CLI_TELEMETRY_OPTOUT"] = "1";
        start.Environment["DOTNET_NOLOGO"] = "1";
        start.Environment["DOTNET_CLI_UI_LANGUAGE"] = "en";
        // No process may outlive its build: each would hold the test's output open and the machine's memory.
        start.Environment["MSBUILDDISABLENODEREUSE"] = "1";
        start.Environment["DOTNET_CLI_USE_MSBUILD_SERVER"] = "0";
        start.Environment["UseSharedCompilation"] = "false";
        foreach (var (name, value) in variables ?? new Dictionary<string, string>()) start.Environment[name] = value;
        var process = Process.Start(start)!;
        process.OutputDataReceived += Add;
        process.ErrorDataReceived += Add;
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        return process;

        void Add(object sender, DataReceivedEventArgs e)
        {
            if (output is not null && e.Data is not null)
                lock (output) output.Append(e.Data).Append('\n');
        }
    }
}
