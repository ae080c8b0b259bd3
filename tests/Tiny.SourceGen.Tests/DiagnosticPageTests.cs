namespace Tiny.SourceGen.Tests;

public class DiagnosticPageTests
{
    [Test]
    public void EveryRuleHasAPageThatItsHelpLinkNames()
    {
        var rules = Compile.Analyzers.SelectMany(static a => a.SupportedDiagnostics).ToList();
        Assert.That(rules.Select(static r => r.Id).Distinct().Order(), Is.EqualTo(Enumerable.Range(1, 14).Select(static n => $"TINY{n:0000}")));
        string index = File.ReadAllText(Path.Combine(FalseAlarmTests.Repository, "docs", "diagnostics", "README.md"));
        foreach (var rule in rules)
        {
            string page = File.ReadAllText(Path.Combine(FalseAlarmTests.Repository, rule.HelpLinkUri));
            Assert.That(page, Does.StartWith($"# {rule.Id}: {rule.Title}\n\nSeverity: {rule.DefaultSeverity}"));
            Assert.That(index, Does.Contain($"[{rule.Id}]({rule.Id}.md) | {rule.DefaultSeverity}").And.Contain(rule.Title.ToString()));
        }
    }
}
