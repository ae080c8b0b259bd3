using NUnit.Framework;

namespace Tiny.Tests;

/// <summary>What tests need from outside. Missing, it skips a test at home and fails it where everything is installed (CI=true).</summary>
static class Needs
{
    /// <summary>A file or folder of the shared data: below TINY_SHARED, or below the nearest folder <c>shared</c> that holds DESIGN.md,
    /// going up.</summary>
    public static string Shared(string relative)
    {
        if (SharedRoot() is { } root && Path.Combine(root, relative) is var path
            && (File.Exists(path) || Directory.Exists(path))) return path;
        throw Missing($"shared/{relative}; set TINY_SHARED");
    }

    /// <summary>A file of an npm package, which <c>test.sh</c> installs into a folder of the repository.</summary>
    public static string Package(string folder, string file) =>
        Path.Combine(Repository, folder, "node_modules", file) is var path && File.Exists(path) ? path : throw Missing($"{file}; run npm ci in {folder}");

    /// <summary>The folder that holds the solution.</summary>
    public static string Repository
    {
        get
        {
            for (var at = new DirectoryInfo(AppContext.BaseDirectory); at is not null; at = at.Parent)
                if (File.Exists(Path.Combine(at.FullName, "Tiny.slnx"))) return at.FullName;
            throw Missing("the folder of the solution, above the tests");
        }
    }

    /// <summary>An executable on the PATH.</summary>
    public static string Tool(string name) => FindTool(name) ?? throw Missing(name);

    /// <summary>An executable on the PATH, or null.</summary>
    public static string? FindTool(string name)
    {
        string[] endings = OperatingSystem.IsWindows() ? [".exe", ".cmd", ""] : [""];
        foreach (string folder in (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator,
            StringSplitOptions.RemoveEmptyEntries))
            foreach (string ending in endings)
                if (Path.Combine(folder, name + ending) is var path && File.Exists(path)) return path;
        return null;
    }

    /// <summary>Skips or fails the test at hand.</summary>
    public static Exception Missing(string what)
    {
        if (Environment.GetEnvironmentVariable("CI") == "true") Assert.Fail($"needs {what}");
        else Assert.Ignore($"needs {what}");
        return new InvalidOperationException(what); // not reached: both throw
    }

    static string? SharedRoot()
    {
        if (Environment.GetEnvironmentVariable("TINY_SHARED") is { Length: > 0 } given) return given;
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
            if (Path.Combine(folder.FullName, "shared") is var shared && File.Exists(Path.Combine(shared, "DESIGN.md"))) return shared;
        return null;
    }
}
