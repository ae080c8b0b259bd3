namespace Tiny.Build.Tests;

/// <summary>A project outside the repository that refers to the packed package. One project serves all tests; each leaves it building.</summary>
public class PackageTests
{
    static readonly string[] s_bundles = ["model/c/", "model/pair/", "model/webgpu/"];

    TestProject _project = null!;

    [OneTimeSetUp]
    public void Make() => _project = new("app");

    [SetUp]
    public void Start()
    {
        _project.Restore();
        _project.Build().Succeeded();
    }

    [Test]
    public void BuildExportsBesideTheAssemblyAndSaysSo()
    {
        Directory.Delete(_project.Exports, recursive: true);
        var result = _project.Build("-v:n").Succeeded();
        foreach (var bundle in s_bundles) Assert.That(_project.Exported().Keys, Has.Some.StartsWith(bundle));
        Assert.That(_project.Exported().Keys, Has.Some.EqualTo("model/webgpu/index.js").And.Some.EqualTo("model/c/model.c"));
        Assert.That(_project.Exported().Keys, Has.None.StartsWith("."));
        Assert.That(result.Output, Does.Match(@"model -> model/c: \d+ files, .*B, \d+ kernels?, \d+ values of weights alone computed once, \d+ ms"));
        // Without verbosity the build is silent, about the model's own output too.
        Assert.That(_project.Build("--no-incremental").Succeeded().Output, Does.Not.Contain("model -> ").And.Not.Contain("CS0001"));
    }

    [Test]
    public void CallsAreInterceptedUnlessTurnedOff()
    {
        Assert.That(_project.Run(["run", "-c", "Release", "--no-build"]).Succeeded().Output, Does.Contain("4 5 10 11\nreplayed"));
        _project.Edit("App.csproj", "<Nullable>", "<TinyInterceptors>false</TinyInterceptors><Nullable>");
        Assert.That(_project.Run(["run", "-c", "Release"]).Succeeded().Output, Does.Contain("4 5 10 11\ncalled"));
    }

    [Test]
    public void PackageCarriesAnalyzersAndCodeFixesAndNothingThatTheyNeed()
    {
        using var package = System.IO.Compression.ZipFile.OpenRead(Directory.GetFiles(Path.Combine(Feed.Root, "feed"), "Tiny.*.nupkg").Single());
        Assert.That(package.Entries.Select(static e => e.FullName).Where(static n => n.StartsWith("analyzers/", StringComparison.Ordinal)),
            Is.EquivalentTo(new[] { "analyzers/dotnet/cs/Tiny.SourceGen.dll", "analyzers/dotnet/cs/Tiny.SourceGen.CodeFixes.dll" }));
    }

    [Test]
    public void SecondBuildStartsNoHostAndChangesNoTime()
    {
        int starts = _project.Starts;
        var times = (_project.Times("bin"), _project.Times("obj"));
        _project.Build().Succeeded();
        Assert.That(_project.Starts, Is.EqualTo(starts));
        Assert.That(_project.Times("bin"), Is.EqualTo(times.Item1));
        Assert.That(_project.Times("obj/Release"), Is.Not.Empty);
        Assert.That(_project.Times("obj"), Is.EqualTo(times.Item2));
    }

    [Test]
    public void ChangeOfWhatAnExportIsMadeFromExportsAgain()
    {
        Exports("a touched source", () => File.SetLastWriteTimeUtc(_project.In("Model.cs"), DateTime.UtcNow));
        Exports("a touched weights file", () => File.SetLastWriteTimeUtc(_project.In("weights.safetensors"), DateTime.UtcNow));
        Exports("a weights file replaced by an older one", () => File.SetLastWriteTimeUtc(_project.In("weights.safetensors"), DateTime.UtcNow.AddDays(-1)));
        Exports("a deleted exported file", () => File.Delete(Path.Combine(_project.Exports, "model", "c", "model.c")));
        Assert.That(_project.Exported(), Does.ContainKey("model/c/model.c"));
        Exports("an option", () => { }, "-p:TinyOutputDir=elsewhere");
        Assert.That(Directory.Exists(_project.In("elsewhere/model/webgpu")), Is.True);
        Exports("the option taken back", () => Directory.Delete(_project.In("elsewhere"), recursive: true));

        void Exports(string why, Action change, params string[] options)
        {
            int starts = _project.Starts;
            change();
            _project.Build(options).Succeeded();
            Assert.That(_project.Starts, Is.GreaterThan(starts), why);
            starts = _project.Starts;
            _project.Build(options).Succeeded();
            Assert.That(_project.Starts, Is.EqualTo(starts), $"after {why}, a second build");
        }
    }

    [Test]
    public void WeightsOutsideTheProjectCountAsRead()
    {
        string outside = Path.Combine(Feed.Root, "outside.safetensors");
        File.Copy(_project.In("weights.safetensors"), outside, overwrite: true);
        _project.Edit("Model.cs", "Path.Combine(AppContext.BaseDirectory, \"weights.safetensors\")", "\"../outside.safetensors\"");
        _project.Build().Succeeded();
        int starts = _project.Starts;
        _project.Build().Succeeded();
        Assert.That(_project.Starts, Is.EqualTo(starts));
        File.SetLastWriteTimeUtc(outside, DateTime.UtcNow);
        _project.Build().Succeeded();
        Assert.That(_project.Starts, Is.GreaterThan(starts));
    }

    [Test]
    public void ExportThatIsNoMoreIsRemoved()
    {
        _project.Edit("Model.cs", ", TinyExport<CTarget>", "");
        _project.Build().Succeeded();
        Assert.That(Directory.Exists(Path.Combine(_project.Exports, "model", "c")), Is.False);
        Assert.That(_project.Exported().Keys, Has.Some.StartsWith("model/pair/"));
        _project.Edit("Model.cs", ", TinyExport<WebGpuTarget>, TinyExport<PairTarget>", "");
        int starts = _project.Starts;
        _project.Build().Succeeded();
        Assert.That(_project.Exported(), Is.Empty);
        Assert.That(_project.Starts, Is.EqualTo(starts), "no process is started where nothing is exported");
    }

    [Test]
    public void CleanRemovesExports()
    {
        _project.Run(["clean", "-c", "Release"]).Succeeded();
        Assert.That(Directory.Exists(_project.Exports), Is.False);
        Assert.That(Directory.Exists(_project.In("obj/Release/net10.0/tiny")), Is.False);
    }

    [Test]
    public void PublishIncludesExports()
    {
        string[] files = [.. _project.Exported().Keys];
        Publishes("--no-build");
        // In one go, from nothing.
        _project.Run(["clean", "-c", "Release"]).Succeeded();
        Publishes();

        void Publishes(params string[] options)
        {
            string published = Path.Combine(Feed.Root, "published" + options.Length);
            _project.Run(["publish", "-c", "Release", "-o", published, .. options]).Succeeded();
            foreach (var file in files) Assert.That(Path.Combine(published, "tiny", file), Does.Exist);
        }
    }

    [Test]
    public void ExportingCanBeTurnedOff()
    {
        int starts = _project.Starts;
        File.SetLastWriteTimeUtc(_project.In("Model.cs"), DateTime.UtcNow);
        _project.Build("-p:TinyExportEnabled=false").Succeeded();
        Assert.That(_project.Starts, Is.EqualTo(starts));
    }

    [Test]
    public void ModelsOwnOutputIsShownOnRequestAndNeverRead()
    {
        File.SetLastWriteTimeUtc(_project.In("Model.cs"), DateTime.UtcNow);
        var result = _project.Build("-p:TinyVerbose=true").Succeeded();
        Assert.That(result.Output, Does.Contain("error CS0001: no").And.Contain("error CS0002: no").And.Contain("0 Error(s)"));
    }
}
