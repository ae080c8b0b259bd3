namespace Tiny.Browser.Tests;

/// <summary>Where this repository's outputs and the data shared beside it lie.</summary>
public static class Repository
{
    /// <summary>The repository's folder.</summary>
    public static string Root { get; } = Above(TestContext.CurrentContext.TestDirectory).First(d => File.Exists(Path.Combine(d, "Tiny.slnx")));

    /// <summary>The bundle that building the sample wrote, in the configuration of this build.</summary>
    public static string DigitsBundle
    {
        get
        {
            // .../bin/Release/net10.0
            var framework = new DirectoryInfo(TestContext.CurrentContext.TestDirectory);
            return Path.Combine(Root, "samples", "Digits", "bin", framework.Parent!.Name, framework.Name, "tiny", "digits", "webgpu");
        }
    }

    /// <summary>A file or folder of the shared data; without it the test is skipped.</summary>
    public static string Shared(params string[] path)
    {
        string? folder = Environment.GetEnvironmentVariable("TINY_SHARED")
            ?? Above(Root).Select(d => Path.Combine(d, "shared")).FirstOrDefault(d => File.Exists(Path.Combine(d, "DESIGN.md")));
        if (folder is null) Needs.Missing("the folder of shared data, beside the repository or named by TINY_SHARED");
        return Path.Combine([folder!, .. path]);
    }

    static IEnumerable<string> Above(string folder)
    {
        for (var d = new DirectoryInfo(folder); d is not null; d = d.Parent) yield return d.FullName;
    }
}
