using System.Text.RegularExpressions;
using NUnit.Framework;
using Tiny.Cli.Verify;
using Tiny.Tests;

namespace Tiny.Onnx.Tests;

/// <summary>
/// The whole conformance suite on the live CPU. The cases that do not pass are listed in docs/onnx.md, and only they: one that passes is taken off the list.
/// TINY_UPDATE_GOLDEN=1 writes the list.
/// </summary>
public class ConformanceTests
{
    const string Begin = "<!-- cases: begin -->", End = "<!-- cases: end -->";

    [Test]
    public void AllButTheListedCasesPass()
    {
        var cases = CaseSource.Find(Needs.Shared("onnx-conformance"));
        var results = VerifyTargets.Get("cpu").Run(cases).ToList();
        var failed = results.Where(r => r.Status != CaseStatus.Pass).OrderBy(r => r.Case.Name, StringComparer.Ordinal).ToList();
        string page = Path.Combine(Repository(), "docs", "onnx.md"), text = File.ReadAllText(page);
        var allowed = Regex.Matches(text.Split("<!-- host: begin -->")[1].Split("<!-- host: end -->")[0], @"`([\w.]+)`").Select(m => m.Groups[1].Value).ToHashSet();
        var host = VerifyReport.OnHost(results).Select(h => h.Operator).ToList();
        Assert.That(host, Does.Contain("StringSplit").And.SubsetOf(allowed), "nodes evaluated on the host, by the list in docs/onnx.md");
        int from = text.IndexOf(Begin, StringComparison.Ordinal) + Begin.Length, to = text.IndexOf(End, StringComparison.Ordinal);
        if (Environment.GetEnvironmentVariable("TINY_UPDATE_GOLDEN") is "1")
        {
            var list = string.Concat(failed.Select(r => $"- `{r.Case.Name}`: {Regex.Replace(r.Reason, @"\s+", " ")}\n"));
            File.WriteAllText(page, $"{text[..from]}\n{list}{text[to..]}");
            return;
        }
        var listed = Regex.Matches(text[from..to], @"^- `(\w+)`:", RegexOptions.Multiline).Select(m => m.Groups[1].Value).ToHashSet();
        Assert.Multiple(() =>
        {
            Assert.That(failed.Where(r => !listed.Contains(r.Case.Name)).Select(r => $"{r.Case.Name}: {r.Reason}"), Is.Empty, "do not pass, and are not listed in docs/onnx.md");
            Assert.That(listed.Except(failed.Select(r => r.Case.Name)), Is.Empty, "pass now: take them off the list in docs/onnx.md");
            Assert.That(failed.Where(r => r.Status == CaseStatus.Fail).Select(r => r.Case.Name).Except(listed), Is.Empty);
        });
    }

    // The oracle. Without the group 'light', which takes it most of a minute.
    [Test]
    public void AllPlainCasesPassOnTheInterpreter()
    {
        var cases = Conformance.Small.Where(c => c.IsPlain()).ToList();
        Assert.That(cases, Has.Count.EqualTo(1219));
        Assert.That(Conformance.Run("interpreter", cases, r => r.Status == CaseStatus.Pass), Is.Empty);
    }

    static string Repository([System.Runtime.CompilerServices.CallerFilePath] string file = "") => Path.GetFullPath(Path.Combine(Path.GetDirectoryName(file)!, "..", ".."));
}
