namespace Tiny.Cli.Models;

/// <summary>Options of the form NAME=VALUE. Names of a model may hold any sign, an equals sign too: the longest name that the model has is meant.</summary>
static class NamedOption
{
    /// <summary>The values by name.</summary>
    /// <exception cref="CommandException">A text has no name, one that there is not, or one that was given before.</exception>
    public static Dictionary<string, string> Parse(string option, IEnumerable<string> given, IReadOnlyCollection<string> names)
    {
        var values = new Dictionary<string, string>();
        foreach (var text in given)
        {
            if (names.Where(n => text.StartsWith(n + "=", StringComparison.Ordinal)).MaxBy(n => n.Length) is not { } name)
                throw new CommandException(text.Contains('=') ? $"{option} {text}: there is no such name; there {(names.Count == 1 ? "is" : "are")} {List(names)}"
                    : $"{option} {text}: write NAME=VALUE, with a NAME of {List(names)}");
            if (!values.TryAdd(name, text[(name.Length + 1)..])) throw new CommandException($"{option}: '{name}' is given twice");
        }
        return values;
    }

    /// <summary>Names as a text.</summary>
    public static string List(IReadOnlyCollection<string> names) => names.Count == 0 ? "none" : string.Join(", ", names.Select(n => $"'{n}'"));
}

/// <summary>An option or argument that cannot be used.</summary>
sealed class CommandException(string message) : TinyException("TINY2010", message);
