using System.Reflection;

namespace Tiny.Build.Tests;

/// <summary>Packs the package once for all tests, into a folder outside the repository whose path is not an easy one.</summary>
[SetUpFixture]
public sealed class Feed
{
    /// <summary>The folder of everything that the tests make.</summary>
    public static string Root { get; private set; } = "";
    /// <summary>The repository.</summary>
    public static string Repository { get; } = FindRepository();
    public static string Configuration { get; } = typeof(Feed).Assembly.GetCustomAttribute<AssemblyConfigurationAttribute>()!.Configuration;
    /// <summary>The text of the project's files, by name.</summary>
    public static string App { get; } = Path.Combine(AppContext.BaseDirectory, "App");

    [OneTimeSetUp]
    public void Pack()
    {
        Root = Directory.CreateTempSubdirectory("tiny build tests é ").FullName;
        // A mark of the root for MSBuild and NuGet: nothing above this folder counts.
        File.WriteAllText(Path.Combine(Root, "Directory.Build.props"), "<Project />");
        File.WriteAllText(Path.Combine(Root, "Directory.Packages.props"), "<Project />");
        File.WriteAllText(Path.Combine(Root, "nuget.config"), """
            <configuration>
              <config><add key="globalPackagesFolder" value="packages" /></config>
              <packageSources><clear /><add key="feed" value="feed" /></packageSources>
              <fallbackPackageFolders><clear /></fallbackPackageFolders>
            </configuration>
            """);
        DotNet.Run(Repository, null, "pack", "Tiny.Build", "--no-build", "-c", Configuration, "-o", Path.Combine(Root, "feed")).Succeeded();
    }

    [OneTimeTearDown]
    public void Remove()
    {
        try
        {
            Directory.Delete(Root, recursive: true);
        }
        catch (IOException)
        {
            // Left to the system's own cleaning of its temporary folder.
        }
    }

    static string FindRepository()
    {
        for (var d = new DirectoryInfo(AppContext.BaseDirectory); d is not null; d = d.Parent)
            if (File.Exists(Path.Combine(d.FullName, "Tiny.slnx")))
                return d.FullName;
        throw new DirectoryNotFoundException("the tests do not lie in the repository");
    }
}
