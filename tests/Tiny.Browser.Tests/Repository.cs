namespace Tiny.Browser.Tests;

/// <summary>Where this repository and what its build wrote lie.</summary>
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

    static IEnumerable<string> Above(string folder)
    {
        for (var d = new DirectoryInfo(folder); d is not null; d = d.Parent) yield return d.FullName;
    }
}
