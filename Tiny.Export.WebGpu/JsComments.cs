using System.Text;

namespace Tiny.Export.WebGpu;

/// <summary>The runtime's sources are written for readers; what a page downloads need not repeat their comments.</summary>
internal static class JsComments
{
    /// <summary>A script without its comments and the lines that are then empty. Strings, templates and regular expressions stay as they are.</summary>
    public static string Without(string script)
    {
        var text = new StringBuilder();
        for (int at = 0; at < script.Length;)
        {
            int end = script[at] switch
            {
                '\'' or '"' or '`' => Quoted(script, at),
                '/' when Next(script, at) == '/' => -EndOf(script, "\n", at),
                '/' when Next(script, at) == '*' => -(EndOf(script, "*/", at + 2) + 2),
                '/' when BeginsExpression(text) => Quoted(script, at),
                _ => at + 1,
            };
            if (end > 0) text.Append(script, at, end - at);
            at = Math.Abs(end);
        }
        return string.Concat(text.ToString().Split('\n').Where(line => !string.IsNullOrWhiteSpace(line)).Select(line => line.TrimEnd() + "\n"));
    }

    static char Next(string script, int at) => at + 1 < script.Length ? script[at + 1] : '\0';

    static int EndOf(string script, string mark, int from) => script.IndexOf(mark, from, StringComparison.Ordinal) is >= 0 and var at ? at : script.Length;

    // Behind the closing mark; what stands in a template's braces or a regular expression's brackets does not close it.
    static int Quoted(string script, int at)
    {
        char mark = script[at];
        int inside = 0;
        for (at++; at < script.Length && (inside > 0 || script[at] != mark); at++)
        {
            if (script[at] == '\\') at++;
            else if (mark == '`' && (inside > 0 || script[at] == '$') && script[at] is '{' or '$' && (script[at] == '{' || Next(script, at) == '{'))
            {
                inside++;
                if (script[at] == '$') at++;
            }
            else if (mark == '`' && inside > 0 && script[at] == '}') inside--;
            else if (mark == '/' && script[at] == '[') inside = 1;
            else if (mark == '/' && script[at] == ']') inside = 0;
        }
        return Math.Min(at + 1, script.Length);
    }

    // A slash behind an operand divides.
    static bool BeginsExpression(StringBuilder before)
    {
        int at = before.Length - 1;
        while (at >= 0 && char.IsWhiteSpace(before[at])) at--;
        return at < 0 || !(char.IsLetterOrDigit(before[at]) || before[at] is '_' or '$' or ')' or ']' or '}');
    }
}
