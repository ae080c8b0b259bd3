using System.Text.RegularExpressions;

namespace Tiny.Tests.Algebra;

/// <summary>A law as it stands above an arm: left equals right wherever the condition holds. <paramref name="Method"/> has the arm.</summary>
sealed record Law(string Text, string File, string Method, LawTerm Left, LawTerm Right, LawTerm Condition)
{
    /// <summary>Names that it is about, constants and a loop's variable included.</summary>
    public IReadOnlyList<LawTerm> Names { get; } = [.. new[] { Left, Right, Condition }.SelectMany(t => t.All())
        .Where(t => t.IsName && t.Kind != LawKind.Memory).DistinctBy(t => t.Head)];

    /// <summary>Reads "left -> right" or "left -> right, when condition". Divisors are positive without saying so.</summary>
    public static Law Parse(string text, string file = "", string method = "")
    {
        var match = Regex.Match(text, @"^(.+?) -> (.+?)(?:, when (.+))?$");
        if (!match.Success) throw new FormatException($"no law: {text}");
        var (left, right) = (LawParser.Parse(match.Groups[1].Value), LawParser.Parse(match.Groups[2].Value));
        if (left.Kind != right.Kind) throw new FormatException($"two kinds in {text}");
        var condition = match.Groups[3].Success ? LawParser.Parse(match.Groups[3].Value) : LawTerm.Value(1, LawKind.Bool);
        if (condition.Kind != LawKind.Bool) throw new FormatException($"no condition in {text}");
        foreach (var term in new[] { left, right, condition }.SelectMany(t => t.All()).Where(t => t.Head is "/" or "%" && t.Kind == LawKind.Int).ToList())
            condition = new("&", LawKind.Bool, [condition, new("<", LawKind.Bool, [LawTerm.Value(0), term.Args[1]])]);
        return new(text, file, method, left, right, condition);
    }

    public override string ToString() => Text;
}

/// <summary>The laws of a source file, and the arms of its rules that have none.</summary>
sealed class LawFile
{
    public List<Law> Laws { get; } = [];
    /// <summary>Arms of rules with no law between them and the arm before.</summary>
    public List<string> Lawless { get; } = [];

    public LawFile(string name, string source)
    {
        var rules = Regex.Matches(source, @"\.On\((\w+),").Select(m => m.Groups[1].Value).ToHashSet();
        string method = "";
        bool hasLaw = false;
        foreach (string line in source.Split('\n'))
        {
            if (Regex.Match(line, @"^\s*// (.* -> .*)$") is { Success: true } comment)
            {
                // A law above a method belongs to it, and is read again when its name is known.
                Laws.Add(Law.Parse(comment.Groups[1].Value, name, line.StartsWith("     ", StringComparison.Ordinal) ? method : ""));
                hasLaw = true;
                continue;
            }
            if (Regex.Match(line, @"^    (?:\w+ )*static \S+ (\w+)\(") is { Success: true } header)
            {
                method = header.Groups[1].Value;
                for (int i = 0; i < Laws.Count; i++)
                    if (Laws[i].Method.Length == 0) Laws[i] = Laws[i] with { Method = method };
            }
            if (!IsArm(line)) continue;
            if (rules.Contains(method) && !hasLaw) Lawless.Add($"{name}: {line.Trim()}");
            hasLaw = false;
        }
    }

    // What gives a replacement: a switch arm, a return of something, or a method that is one expression.
    static bool IsArm(string line) => !line.TrimStart().StartsWith('/') && !line.Contains("_ => null", StringComparison.Ordinal)
        && (Regex.IsMatch(line, @"^\s+\{.*=>") || Regex.IsMatch(line, @"\breturn (?!null)") && !line.TrimEnd().EndsWith("return null;", StringComparison.Ordinal)
            || Regex.IsMatch(line, @"^    static .*=> (?!.*switch$)"));
}
