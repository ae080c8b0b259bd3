using System.Diagnostics;
using System.Globalization;

namespace Tiny.Bench;

/// <summary>A row of the table: a time in milliseconds, taken several times, and the most that it should be.</summary>
abstract class Measure(string name, double? goal)
{
    public string Name => name;
    public virtual double? Goal => goal;
    /// <summary>Floating-point operations of the work; 0 where they are not counted.</summary>
    public virtual double Operations { get; init; }

    /// <summary>The times, or null with the reason why there are none here.</summary>
    public abstract IReadOnlyList<double>? Run(out string? whyNot);
}

/// <summary>Repeated in this process; what comes before the first time counted has warmed up everything.</summary>
sealed class Warm(string name, double? goal, Func<Action> prepare, int warmUp = 20, int times = 200) : Measure(name, goal)
{
    public override IReadOnlyList<double>? Run(out string? whyNot)
    {
        whyNot = null;
        var work = prepare();
        for (int i = 0; i < warmUp; i++) work();
        return [.. Enumerable.Range(0, times).Select(_ => Clock.Of(work))];
    }
}

/// <summary>Once in each of several new processes: what a user waits for the first time.</summary>
sealed class Cold(string name, double? goal, Func<Action> prepare, int times = 5) : Measure(name, goal)
{
    /// <summary>The one time, in the process started for it.</summary>
    public double RunHere() => Clock.Of(prepare());

    public override IReadOnlyList<double>? Run(out string? whyNot)
    {
        whyNot = null;
        var results = new List<double>();
        for (int i = 0; i < times; i++)
        {
            var start = new ProcessStartInfo(Environment.ProcessPath!) { RedirectStandardOutput = true };
            // Started through `dotnet`, the process is that, and the program its first argument.
            if (Path.GetFileNameWithoutExtension(Environment.ProcessPath) == "dotnet") start.ArgumentList.Add(typeof(Cold).Assembly.Location);
            start.ArgumentList.Add("--once");
            start.ArgumentList.Add(Name);
            using var process = Process.Start(start)!;
            string output = process.StandardOutput.ReadToEnd();
            process.WaitForExit();
            if (process.ExitCode != 0) throw new InvalidOperationException($"'{Name}' failed in its process:\n{output}");
            results.Add(double.Parse(output, CultureInfo.InvariantCulture));
        }
        return results;
    }
}

/// <summary>A second <c>dotnet build</c> of a project in this repository, with nothing changed since the first.</summary>
sealed class SecondBuild(string name, double? goal, string project, int times = 3) : Measure(name, goal)
{
    public override IReadOnlyList<double>? Run(out string? whyNot)
    {
        string? root = Repository();
        string path = Path.Combine(root ?? ".", project);
        whyNot = root is null || !File.Exists(path) ? $"there is no {project}" : null;
        if (whyNot is not null) return null;
        Build(path);
        return [.. Enumerable.Range(0, times).Select(_ => Clock.Of(() => Build(path)))];
    }

    static void Build(string project)
    {
        using var process = Process.Start(new ProcessStartInfo("dotnet", ["build", project, "-c", "Release"]) { RedirectStandardOutput = true })!;
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        if (process.ExitCode != 0) throw new InvalidOperationException($"dotnet build {project} failed:\n{output}");
    }

    static string? Repository()
    {
        for (var d = new DirectoryInfo(AppContext.BaseDirectory); d is not null; d = d.Parent)
            if (File.Exists(Path.Combine(d.FullName, "Tiny.slnx"))) return d.FullName;
        return null;
    }
}

static class Clock
{
    /// <summary>Milliseconds that the work takes.</summary>
    public static double Of(Action work)
    {
        long start = Stopwatch.GetTimestamp();
        work();
        return Stopwatch.GetElapsedTime(start).TotalMilliseconds;
    }
}
