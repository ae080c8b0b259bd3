using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;
using NUnit.Framework;

namespace Tiny.Tests;

/// <summary>docs/capture.md names a test for each thing it says, and the test is there.</summary>
public sealed partial class CaptureDocTests
{
    [Test]
    public void EachTestThatThePageNamesExists()
    {
        string root = Path.GetFullPath(Path.Combine(Path.GetDirectoryName(Here())!, "..", ".."));
        var sources = Directory.GetFiles(Path.Combine(root, "tests"), "*.cs", SearchOption.AllDirectories).ToLookup(f => Path.GetFileNameWithoutExtension(f)!, File.ReadAllText);
        var named = TestName().Matches(File.ReadAllText(Path.Combine(root, "docs", "capture.md"))).Select(m => (Class: m.Groups[1].Value, Method: m.Groups[2].Value)).Distinct().ToList();
        Assert.That(named, Has.Count.GreaterThan(40));
        Assert.That(named.Where(n => n.Class == nameof(CallSequences)).Select(n => n.Method), Is.EquivalentTo(CallSequences.Names), "each sequence is on the page");
        Assert.Multiple(() =>
        {
            foreach (var (type, method) in named)
                Assert.That(sources[type].Any(text => Regex.IsMatch(text, $@"public (static )?(async Task|void) {method}\(")), Is.True, $"{type}.{method}");
        });
    }

    static string Here([CallerFilePath] string path = "") => path;

    [GeneratedRegex(@"`(\w+Tests|CallSequences)\.(\w+)`")]
    private static partial Regex TestName();
}
