using System.Text;

namespace Tiny.Onnx.Operators.Text;

/// <summary>
/// Regular expressions as RE2 writes them, for .NET: classes are of ASCII, <c>$</c> is the end of the text, groups are named by <c>(?P&lt;name&gt;</c>, and a character is a
/// code point, where .NET takes each half of a pair for one.
/// </summary>
static class RegexSyntax
{
    static readonly Dictionary<string, string> s_named = new()
    {
        ["alnum"] = "0-9A-Za-z", ["alpha"] = "A-Za-z", ["ascii"] = @"\x00-\x7F", ["blank"] = @"\t ", ["cntrl"] = @"\x00-\x1F\x7F", ["digit"] = "0-9", ["graph"] = "!-~",
        ["lower"] = "a-z", ["print"] = " -~", ["punct"] = @"!-/:-@\[-`{-~", ["space"] = @"\t\n\v\f\r ", ["upper"] = "A-Z", ["word"] = "0-9A-Za-z_", ["xdigit"] = "0-9A-Fa-f",
    };

    // What is in each class of ASCII, and what is not, as both stand in brackets.
    static readonly Dictionary<char, string> s_classes = new()
    {
        ['d'] = "0-9", ['w'] = "0-9A-Za-z_", ['s'] = @"\t\n\f\r ",
        ['D'] = @"\x00-/:-\uD7FF\uE000-\uFFFF", ['W'] = @"\x00-/:-@\[-\^`{-\uD7FF\uE000-\uFFFF", ['S'] = @"\x00-\x08\x0B\x0E-\x1F!-\uD7FF\uE000-\uFFFF",
    };

    // Code points beyond 16 bits.
    const string Pair = @"[\uD800-\uDBFF][\uDC00-\uDFFF]", Halves = @"\uD800-\uDFFF";

    /// <summary>The pattern with the same meaning for .NET.</summary>
    public static string FromRe2(string pattern)
    {
        var result = new StringBuilder();
        bool lines = false, inClass = false, dotAll = false, inverted = false, wide = false;
        int begin = 0;
        for (int i = 0; i < pattern.Length; i++)
        {
            char c = pattern[i];
            if (c == '\\' && i + 1 < pattern.Length)
            {
                wide |= inClass && pattern[i + 1] is ('D' or 'W' or 'S');
                i = Escape(pattern, i, inClass, result);
            }
            else if (inClass && c == '[' && i + 1 < pattern.Length && pattern[i + 1] == ':' && pattern.IndexOf(":]", i, StringComparison.Ordinal) is > 0 and var end)
            {
                var name = pattern[(i + 2)..end];
                result.Append(s_named.TryGetValue(name, out var set) ? set : throw new OnnxUnsupportedException($"[:{name}:] in a regular expression"));
                i = end + 1;
            }
            else if (inClass)
            {
                // An inner bracket is itself, where .NET might subtract.
                inClass = c != ']';
                if (inClass || inverted == wide) result.Append(c == '[' ? @"\[" : c);
                // A class that others than those in it are in, or a class that says so, has pairs too.
                else result.Insert(begin, "(?:").Append(inverted ? Halves : "").Append("]|").Append(Pair).Append(')');
            }
            else if (c == '[')
            {
                begin = result.Length;
                result.Append(c);
                (inClass, inverted, wide) = (true, i + 1 < pattern.Length && pattern[i + 1] == '^', false);
                // A bracket that closes right behind one that opens is itself.
                if (i + 1 < pattern.Length && pattern[i + 1] == '^') result.Append(pattern[++i]);
                if (i + 1 < pattern.Length && pattern[i + 1] == ']') result.Append('\\').Append(pattern[++i]);
            }
            else if (c == '(' && string.CompareOrdinal(pattern, i, "(?P<", 0, 4) == 0)
            {
                result.Append("(?<");
                i += 3;
            }
            else if (c == '.') result.Append("(?:[^").Append(dotAll ? "" : @"\n").Append(Halves).Append("]|").Append(Pair).Append(')');
            // What follows (how often) is of both halves.
            else if (char.IsHighSurrogate(c) && i + 1 < pattern.Length) result.Append("(?:").Append(c).Append(pattern[++i]).Append(')');
            else
            {
                if (c == '(' && i + 2 < pattern.Length && pattern[i + 1] == '?') (lines, dotAll) = (lines | Sets(pattern, i + 2, 'm'), dotAll | Sets(pattern, i + 2, 's'));
                result.Append(c == '$' && !lines ? @"\z" : c);
            }
        }
        return result.ToString();
    }

    // Text between \Q and \E is itself; classes are written out, inverted ones outside of brackets with brackets of their own.
    static int Escape(string pattern, int at, bool inClass, StringBuilder result)
    {
        char c = pattern[at + 1];
        if (c == 'Q')
        {
            int end = pattern.IndexOf(@"\E", at + 2, StringComparison.Ordinal);
            var text = end < 0 ? pattern[(at + 2)..] : pattern[(at + 2)..end];
            result.Append(System.Text.RegularExpressions.Regex.Escape(text));
            return end < 0 ? pattern.Length : end + 1;
        }
        if (s_classes.TryGetValue(c, out var set)) result.Append(inClass ? set : c is 'D' or 'W' or 'S' ? $"(?:[{set}]|{Pair})" : $"[{set}]");
        else if (c is 'p' or 'P' && at + 2 < pattern.Length && pattern[at + 2] != '{')
        {
            result.Append($@"\{c}{{{pattern[at + 2]}}}");
            return at + 2;
        }
        else if (c == 'x' && at + 2 < pattern.Length && pattern[at + 2] == '{' && pattern.IndexOf('}', at) is > 0 and var end)
        {
            int code = int.Parse(pattern[(at + 3)..end], System.Globalization.NumberStyles.HexNumber, System.Globalization.CultureInfo.InvariantCulture);
            result.Append(code <= 0xFFFF ? $@"\u{code:X4}" : System.Text.RegularExpressions.Regex.Escape(char.ConvertFromUtf32(code)));
            return end;
        }
        else result.Append('\\').Append(c);
        return at + 1;
    }

    // (?m) and the like: lines have ends of their own, or (?s): a line's end is a character too.
    static bool Sets(string pattern, int at, char flag)
    {
        for (; at < pattern.Length && (char.IsAsciiLetter(pattern[at]) || pattern[at] == '-'); at++)
            if (pattern[at] == '-') return false;
            else if (pattern[at] == flag) return true;
        return false;
    }
}
