using System.Globalization;
using System.Text.RegularExpressions;

namespace Tiny.Optimize;

/// <summary>Lists of <see cref="OptOp"/>s as text, and back: each as it is printed, with a space between.</summary>
static partial class OptText
{
    /// <summary><c>Vector(1, 16) Upcast(0, 6)</c>; nothing for plain loops.</summary>
    public static string Of(IEnumerable<OptOp> choices) => string.Join(' ', choices);

    /// <summary>The list that is printed so.</summary>
    /// <exception cref="FormatException">None is.</exception>
    public static IReadOnlyList<OptOp> Parse(string text)
    {
        List<OptOp> choices = [];
        for (int at = 0; at < text.Length;)
        {
            if (at > 0 && text[at++] != ' ') throw new FormatException($"'{text}': write one space between choices");
            var match = Call().Match(text, at);
            if (!match.Success || match.Index != at) throw new FormatException($"'{text[at..]}' is no choice; write one like Upcast(0, 6)");
            choices.Add(One(match));
            at += match.Length;
        }
        return choices;
    }

    static OptOp One(Match match)
    {
        string name = match.Groups["kind"].Value;
        if (!Enum.TryParse<OptKind>(name, out var kind) || !Enum.IsDefined(kind) || kind.ToString() != name)
            throw new FormatException($"'{match.Value}': there is no '{name}'; there are: {string.Join(", ", Enum.GetNames<OptKind>())}");
        int[] numbers = [.. match.Groups["number"].Captures.Select(c => int.TryParse(c.Value, NumberStyles.None, CultureInfo.InvariantCulture, out int n) ? n
            : throw new FormatException($"'{match.Value}': {c.Value} is too large"))];
        var choice = kind == OptKind.Stage ? OptOp.Stage(numbers[0], numbers[1..]) : new OptOp(kind, numbers[0], numbers[1]);
        // So that each choice has one text.
        return choice.ToString() == match.Value ? choice : throw new FormatException($"'{match.Value}': write {choice}");
    }

    [GeneratedRegex(@"(?<kind>[A-Za-z]+)\((operand )?(?<number>[0-9]+)(, (?<number>[0-9]+))+\)")]
    private static partial Regex Call();
}
