using System.Buffers;
using System.Globalization;
using System.Text;

namespace Tiny.Export.WebGpu;

/// <summary>Literals and names of JavaScript.</summary>
internal static class JsText
{
    static readonly SearchValues<char> s_word = SearchValues.Create("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_$");

    static readonly HashSet<string> s_reserved =
    [
        "arguments", "await", "break", "case", "catch", "class", "const", "continue", "debugger", "default", "delete", "do", "else", "enum",
        "eval", "export", "extends", "false", "finally", "for", "function", "if", "implements", "import", "in", "instanceof", "interface",
        "let", "new", "null", "package", "private", "protected", "public", "return", "static", "super", "switch", "this", "throw", "true",
        "try", "typeof", "undefined", "var", "void", "while", "with", "yield",
    ];

    /// <summary>A property name, quoted where it must be.</summary>
    public static string Key(string name) =>
        name.Length > 0 && !char.IsAsciiDigit(name[0]) && !name.AsSpan().ContainsAnyExcept(s_word) && name != "__proto__"
            ? name : ComputedKey(name);

    // `{ '__proto__': x }` sets the prototype; only the computed form makes a property.
    static string ComputedKey(string name) => name == "__proto__" ? "['__proto__']" : Quote(name);

    /// <summary>A name that may be declared.</summary>
    public static string Identifier(string name)
    {
        var text = new StringBuilder(name.Length);
        foreach (char c in name) text.Append(s_word.Contains(c) ? c : '_');
        if (text.Length == 0 || char.IsAsciiDigit(text[0])) text.Insert(0, '_');
        return s_reserved.Contains(text.ToString()) ? text.Append('_').ToString() : text.ToString();
    }

    /// <summary>A string literal, also inside of a page's script: it has no <c>&lt;</c>.</summary>
    public static string Quote(string text)
    {
        var quoted = new StringBuilder("'");
        foreach (char c in text)
        {
            if (c is '\'' or '\\') quoted.Append('\\').Append(c);
            else if (c is < ' ' or '<' or '\u2028' or '\u2029') quoted.Append(CultureInfo.InvariantCulture, $"\\u{(int)c:x4}");
            else quoted.Append(c);
        }
        return quoted.Append('\'').ToString();
    }

    /// <summary>A size as an expression over the object <c>s</c> of sizes.</summary>
    public static string Size(Dim size) => size.Text(v => $"s.{v.Name}", (x, c) => $"Math.floor(({x}) / {c})");

    /// <summary>A template literal that keeps lines readable.</summary>
    public static string Template(string text) =>
        "`" + text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("`", "\\`", StringComparison.Ordinal)
            .Replace("${", "\\${", StringComparison.Ordinal) + "`";
}
