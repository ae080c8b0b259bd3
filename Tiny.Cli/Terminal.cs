using System.Text;

namespace Tiny.Cli;

/// <summary>Text for a terminal.</summary>
static class Terminal
{
    /// <summary>Text from a file, in one line, without signs that a terminal would obey.</summary>
    public static string Safe(string text)
    {
        var safe = new StringBuilder(text.Length);
        foreach (var rune in text.EnumerateRunes())
            if (rune.Value is '\n' or '\r' or '\t') safe.Append(' ');
            else if (Rune.IsControl(rune) || Rune.GetUnicodeCategory(rune) == System.Globalization.UnicodeCategory.Format) safe.Append('\uFFFD');
            else safe.Append(rune.ToString());
        return safe.ToString();
    }
}
