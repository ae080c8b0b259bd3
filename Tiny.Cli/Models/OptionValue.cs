namespace Tiny.Cli.Models;

/// <summary>Options whose value is one of several words, or some of them with commas between.</summary>
static class OptionValue
{
    /// <summary>One of the words.</summary>
    /// <exception cref="CommandException">It is another.</exception>
    public static string One(string option, string text, IReadOnlyCollection<string> words) =>
        words.Contains(text) ? text : throw new CommandException($"{option}: there is no '{text}'; there are: {string.Join(", ", words)}");

    /// <summary>Some of the words, each once.</summary>
    /// <exception cref="CommandException">There is none, or another.</exception>
    public static IReadOnlyList<string> Some(string option, string text, IReadOnlyCollection<string> words)
    {
        List<string> some = [.. text.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).Distinct().Select(word => One(option, word, words))];
        return some.Count > 0 ? some : throw new CommandException($"{option}: none is given; there are: {string.Join(", ", words)}");
    }

    /// <summary>A path, which is not empty.</summary>
    /// <exception cref="CommandException">It is.</exception>
    public static string Path(string option, string? text) =>
        string.IsNullOrWhiteSpace(text) ? throw new CommandException($"{option}: it is empty; write the name of a file or folder") : text;
}
