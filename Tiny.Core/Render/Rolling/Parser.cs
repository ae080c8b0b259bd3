using System.Collections.Immutable;
using System.Globalization;
using System.Text.RegularExpressions;

namespace Tiny.Render.Rolling;

/// <summary>
/// Text of one line as pieces: names of locals, sums of whole numbers, and the rest.
/// </summary>
/// <param name="isLocal">True for the name of a local.</param>
/// <param name="isWhole">True for a name of type int: it may be in a sum.</param>
sealed partial class Parser(Func<string, bool> isLocal, Func<string, bool> isWhole)
{
    // Operators beside which a sum would need parentheses, or is part of a larger one.
    static readonly HashSet<string> s_after = ["/", "%", "&", "|", "^", "<<", ">>"], s_before = [.. s_after, "*", "+", "-", "~", "!", ")"];

    /// <summary>The pieces, without sums where they are not <paramref name="asked"/> for.</summary>
    public ImmutableArray<Piece> Pieces(string text, bool asked)
    {
        string[] tokens = [.. Token().Matches(text).Select(m => m.Value)];
        var pieces = ImmutableArray.CreateBuilder<Piece>();
        var words = "";
        for (int i = 0; i < tokens.Length;)
        {
            Piece piece;
            if (asked && !IsLane(tokens, i) && !s_before.Contains(Before(tokens, i)) && SumAt(tokens, i, out int end) is { } sum) (piece, i) = (sum, end);
            else if (isLocal(tokens[i])) piece = new Name(tokens[i++]);
            else
            {
                words += tokens[i++];
                continue;
            }
            if (words.Length > 0) pieces.Add(new Words(words));
            words = "";
            pieces.Add(piece);
        }
        if (words.Length > 0) pieces.Add(new Words(words));
        return pieces.ToImmutable();
    }

    // A lane of a vector stays a number: where lanes are chosen by a loop, compilers move them one by one, though the loop is unrolled.
    bool IsLane(string[] tokens, int at) => at > 1 && tokens[at - 1] == "[" && isLocal(tokens[at - 2]);

    // The longest sum from a token on; null where none begins there.
    Sum? SumAt(string[] tokens, int start, out int end)
    {
        end = start;
        if (start > 1 && tokens[start - 2].EndsWith("INT64_C", StringComparison.Ordinal)) return null;
        var terms = new List<(string Of, Affine Factor)>();
        for (int at = start, sign = 1; TermAt(tokens, at, out int next) is var (of, factor); at = end + 3)
        {
            end = next;
            int known = terms.FindIndex(t => t.Of == of);
            if (known < 0) terms.Add((of, sign * factor));
            else terms[known] = (of, terms[known].Factor.Constant + sign * factor);
            if (Follows(tokens, end) is not ("+" or "-")) break;
            sign = tokens[end + 1] == "-" ? -1 : 1;
        }
        return end == start ? null : new([.. terms]);
    }

    // A product of names and numbers; null where something else is in it.
    (string Of, long Factor)? TermAt(string[] tokens, int at, out int end)
    {
        var names = new List<string>();
        long factor = 1;
        for (end = at; end < tokens.Length; end += 3)
        {
            if (int.TryParse(tokens[end], NumberStyles.None, CultureInfo.InvariantCulture, out int n)) factor *= n;
            else if (isWhole(tokens[end])) names.Add(tokens[end]);
            else return null;
            end++;
            if (Follows(tokens, end) is not "*") return Follows(tokens, end) is { } next && s_after.Contains(next) ? null : (string.Join(" * ", names), factor);
        }
        return null;
    }

    // The operator between spaces after a term, else what stands there.
    static string? Follows(string[] tokens, int at) => at + 1 < tokens.Length && tokens[at] == " " ? tokens[at + 1] : at < tokens.Length ? tokens[at] : null;

    // The last token before one that is no space.
    static string Before(string[] tokens, int at)
    {
        while (--at >= 0 && tokens[at] == " ") { }
        return at < 0 ? "" : tokens[at];
    }

    [GeneratedRegex(@"[A-Za-z_][A-Za-z0-9_]*|[0-9]+(?:\.[0-9]+)?(?:e[+-]?[0-9]+)?[A-Za-z]*|<<|>>|&&|\|\||.")]
    private static partial Regex Token();
}
