namespace Tiny.Build.Tests;

/// <summary>Other kinds of projects than a console application with the package.</summary>
public class ProjectKindTests
{
    [Test]
    public void LibraryExports()
    {
        var project = Kind("library", "<OutputType>Exe</OutputType>", "<OutputType>Library</OutputType>");
        project.Build().Succeeded();
        Exports(project);
    }

    [Test]
    public void FrameworksBuiltInParallelEachHaveTheirExports()
    {
        var project = Kind("two", "<TargetFramework>net10.0</TargetFramework>",
            "<TargetFrameworks>net10.0;net10.0-toaster1.0</TargetFrameworks><TargetPlatformSupported>true</TargetPlatformSupported>");
        // A platform of our own, since those of the SDK need packages that not every machine has.
        project.Edit("App.csproj", "<ItemGroup>",
            "<ItemGroup><SdkSupportedTargetPlatformIdentifier Include=\"toaster\" /><SdkSupportedTargetPlatformVersion Include=\"1.0\" /></ItemGroup><ItemGroup>");
        project.Build("-m:2").Succeeded();
        Exports(project);
        project.Output = "bin/Release/net10.0-toaster1.0";
        Exports(project);
    }

    [Test]
    public void ProjectReferencesExportAsThePackageDoes()
    {
        string build = Path.Combine(Feed.Repository, "Tiny.Build");
        var project = Kind("references", "<PropertyGroup>", $"<Import Project=\"{build}/Tiny.Build.InRepo.props\" />\n  <PropertyGroup>");
        project.Edit("App.csproj", "<PackageReference Include=\"Tiny\" Version=\"*\" />", "");
        project.Edit("App.csproj", "</Project>", $"  <Import Project=\"{build}/Tiny.Build.InRepo.targets\" />\n</Project>");
        project.Run(["build", "-c", Feed.Configuration]).Succeeded();
        project.Output = $"bin/{Feed.Configuration}/net10.0";
        Exports(project);
        Assert.That(project.Run(["run", "-c", Feed.Configuration, "--no-build"]).Succeeded().Output, Does.Contain("4 5 10 11\nreplayed"));
    }

    static TestProject Kind(string name, string old, string with)
    {
        var project = new TestProject(name);
        project.Edit("App.csproj", old, with);
        return project;
    }

    static void Exports(TestProject project) =>
        Assert.That(project.Exported().Keys, Has.Some.EqualTo("model/pair/one.txt").And.Some.EqualTo("model/webgpu/index.js").And.Some.EqualTo("model/c/model.c"));
}
