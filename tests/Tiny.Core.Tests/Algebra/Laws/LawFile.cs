using System.Text;
using System.Text.RegularExpressions;

namespace Tiny.Tests.Algebra;

/// <summary>The laws of a source file of rules, the arms that have none, and the same source with every arm counted when it fires.</summary>
sealed class LawFile
{
    readonly StringBuilder _traced = new();

    public List<Law> Laws { get; } = [];
    /// <summary>Arms of rules with no law between them and the arm before.</summary>
    public List<string> Lawless { get; } = [];
    /// <summary>The source with each arm's result passed through <c>ArmTrace.Hit(line, result)</c>.</summary>
    public string Traced => _traced.ToString();

    public LawFile(string name, string source)
    {
        var rules = Regex.Matches(source, @"\.On\((\w+),").Select(m => m.Groups[1].Value).ToHashSet();
        string[] lines = source.Split('\n');
        string method = "";
        var above = new List<Law>();
        for (int i = 0; i < lines.Length; i++)
        {
            string line = lines[i];
            if (Regex.Match(line, @"^\s*// (.* -> .*)$") is { Success: true } comment)
            {
                above.Add(Law.Parse(comment.Groups[1].Value));
                continue;
            }
            if (Regex.Match(line, @"^    (?:\w+ )*static \S+ (\w+)\(") is { Success: true } header) method = header.Groups[1].Value;
            if (ArmAt(lines, i) is not var (head, result, end, last) || above.Count == 0 && !rules.Contains(method))
            {
                _traced.Append(line).Append('\n');
                continue;
            }
            if (above.Count == 0) Lawless.Add($"{name}: {line.Trim()}");
            Laws.AddRange(above.Select(l => l with { File = name, Method = method, Arm = i + 1 }));
            above.Clear();
            _traced.Append($"{head} ArmTrace.Hit({i + 1}, {result}){end}\n");
            i = last;
        }
        if (above.Count > 0) throw new FormatException($"{name}: no arm below {above[0]}");
    }

    // What gives a replacement: a switch arm, a return of something, or a method that is one expression. It may go on over several lines.
    static (string Head, string Result, char End, int Last)? ArmAt(string[] lines, int first)
    {
        string line = lines[first];
        var start = Regex.Match(line, @"^(\s+\{.*=>)|^(    static .*=>)(?! null| .*switch$)|^((?! *//).*\breturn)(?! null;)\b.*");
        if (!start.Success) return null;
        char end = start.Groups[1].Success ? ',' : ';';
        string head = start.Groups.Values.Skip(1).First(g => g.Success).Value;
        int last = first;
        var text = new StringBuilder(line);
        while (lines[last].TrimEnd().LastOrDefault() != end) text.Append(lines[++last]);
        return (head, text.ToString()[head.Length..].Trim().TrimEnd(end), end, last);
    }
}
