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

    /// <summary>The line of the arm below.</summary>
    public int Arm { get; init; }

    public override string ToString() => Text;
}
