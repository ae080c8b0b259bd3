using System.Diagnostics;

namespace Tiny.Build.Tests;

/// <summary>An export that dies at any moment leaves each bundle as it was or as it was to be.</summary>
public class KillTests
{
    const string Staging = ".staging-App-net10.0", Old = ".old-App-net10.0";

    TestProject _project = null!;

    [OneTimeSetUp]
    public void Make()
    {
        _project = new("killed");
        _project.Run(["build", "-c", "Release"], ("TINY_TEST_VERSION", "0")).Succeeded();
    }

    string Pair => Path.Combine(_project.Exports, "model", "pair");

    [Test]
    public void BuildKilledWhileItExportsLeavesTheOldBundles()
    {
        var before = _project.Exported();
        File.SetLastWriteTimeUtc(_project.In("Model.cs"), DateTime.UtcNow);
        using (var build = DotNet.Start(_project.Directory, _project.Variables(("TINY_TEST_VERSION", "1"), ("TINY_TEST_PAUSE", "60000")), null, "build", "-c", "Release"))
        {
            string staged = Path.Combine(_project.Exports, Staging, "model", "pair", "one.txt");
            Assert.That(() => File.Exists(staged), Is.True.After(60).Seconds.PollEvery(20).MilliSeconds);
            build.Kill(entireProcessTree: true);
            build.WaitForExit();
        }
        Assert.That(Whole(), Is.EqualTo(before));
        _project.Run(["build", "-c", "Release"], ("TINY_TEST_VERSION", "2")).Succeeded();
        Assert.That(Version(Pair), Is.EqualTo("2"));
        Assert.That(Directory.GetDirectories(_project.Exports).Select(Path.GetFileName), Is.EqualTo(new[] { "model" }));
    }

    [Test]
    public void HostKilledAtAnyMomentLeavesWholeBundles()
    {
        // The host alone, as the build starts it: a build takes too long to be killed many times.
        string arguments = _project.In("obj/Release/net10.0/tiny/arguments.rsp"), output = _project.In(_project.Output);
        string host = Directory.GetFiles(Path.Combine(Feed.Root, "packages"), "Tiny.Build.dll", SearchOption.AllDirectories).Single();
        string[] command = ["exec", "--depsfile", Path.Combine(output, "App.deps.json"), "--runtimeconfig", Path.Combine(output, "App.runtimeconfig.json"), host, "@" + arguments];
        double writing = 0;
        string[] files = [];
        var seen = new HashSet<string>();
        for (int i = 0; i <= 24; i++)
        {
            var start = DateTime.UtcNow;
            using var process = DotNet.Start(_project.Directory, _project.Variables(("TINY_TEST_VERSION", $"{i}")), null, command);
            // How long a start takes depends on the machine's other work, so time counts from the first trace of writing. Nobody disturbs the first
            // run, which shows how long that is, nor the last.
            while (Directory.GetLastWriteTimeUtc(Path.Combine(_project.Exports, Staging)) < start && !process.HasExited) Thread.Sleep(1);
            var clock = Stopwatch.StartNew();
            if (i is 0 or 24) Assert.That(process.WaitForExit(TimeSpan.FromMinutes(2)), Is.True);
            else process.WaitForExit(TimeSpan.FromMilliseconds(writing * i / 20));
            if (i == 0) (writing, files) = (clock.Elapsed.TotalMilliseconds, [.. _project.Exported().Keys]);
            process.Kill(entireProcessTree: true);
            process.WaitForExit();
            Assert.That(Whole().Keys, Is.EqualTo(files), $"killed for the {i}. time");
            seen.Add(Version(Current("pair")));
        }
        Assert.That(seen, Has.Count.GreaterThan(1), "no run came to its end, so nothing was shown");
    }

    [Test]
    public void BundleThatWasMovedAwayComesBack()
    {
        _project.Run(["build", "-c", "Release"], ("TINY_TEST_VERSION", "7")).Succeeded();
        string version = Version(Pair), old = Path.Combine(_project.Exports, Old, "model", "pair");
        // What a process leaves that died between the two renames.
        Directory.CreateDirectory(Path.GetDirectoryName(old)!);
        Directory.Move(Pair, old);
        Directory.CreateDirectory(Path.Combine(_project.Exports, Staging, "model", "pair"));
        _project.Edit("Model.cs", "// CONSTRUCTOR", "throw new InvalidOperationException();");
        Assert.That(_project.Build().ExitCode, Is.Not.Zero);
        Assert.That(Version(Pair), Is.EqualTo(version), "a build that fails restores it all the same");
        Assert.That(Directory.GetDirectories(_project.Exports).Select(Path.GetFileName), Is.EqualTo(new[] { "model" }));
        _project.Restore();
        _project.Build().Succeeded();
    }

    /// <summary>The bundles' files, each bundle from where it is; the staging folder does not count.</summary>
    SortedDictionary<string, string> Whole()
    {
        var all = _project.Exported();
        var files = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var target in new[] { "c", "pair", "webgpu" })
        {
            string bundle = Path.GetRelativePath(_project.Exports, Current(target)).Replace('\\', '/') + "/";
            foreach (var (file, hash) in all)
                if (file.StartsWith(bundle, StringComparison.Ordinal)) files[$"model/{target}/{file[bundle.Length..]}"] = hash;
        }
        return files;
    }

    /// <summary>Where a bundle is: in its place, or moved away by a run that died before it could put the new one there.</summary>
    string Current(string target)
    {
        string final = Path.Combine(_project.Exports, "model", target);
        return Directory.Exists(final) ? final : Path.Combine(_project.Exports, Old, "model", target);
    }

    /// <summary>The version that both files of a bundle of PairTarget agree on.</summary>
    static string Version(string bundle)
    {
        string one = File.ReadAllText(Path.Combine(bundle, "one.txt"));
        Assert.That(File.ReadAllText(Path.Combine(bundle, "sub", "two.txt")), Is.EqualTo(one));
        return one;
    }
}
