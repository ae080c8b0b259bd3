using Tiny.Render;

namespace Tiny.Cli.Models;

/// <summary>
/// Names of a model made safe. A file may hold any text; what it names appears in identifiers, comments, strings, paths and on the terminal. Everything generated
/// is named by identifiers, which are safe in all of these; texts for the terminal go through <see cref="Terminal.Safe"/>.
/// </summary>
static class SafeNames
{
    const int MostLength = 64;

    // Files that Windows takes for devices.
    static readonly HashSet<string> s_devices = [.. "con prn aux nul".Split(' '), .. Enumerable.Range(0, 10).SelectMany(i => (string[])[$"com{i}", $"lpt{i}"])];

    /// <summary>An identifier in C, WGSL and JavaScript, different from those given before.</summary>
    public static string Of(Identifiers scope, string name) => scope.Of(name.Length > MostLength ? name[..MostLength] : name);

    /// <summary>A program's name after a model's file.</summary>
    public static string Program(string path)
    {
        var name = Of(Identifiers.ForC(), Path.GetFileNameWithoutExtension(path).ToLowerInvariant()).TrimEnd('_');
        return IsTaken(name) ? name + "_model" : name;
    }

    // The export has a main.c of its own.
    static bool IsTaken(string name) => name == "main" || s_devices.Contains(name);

    /// <summary>The name is one that a program may have.</summary>
    public static bool IsProgram(string name) =>
        name.Length is > 0 and <= MostLength && char.IsAsciiLetterLower(name[0]) && name[^1] != '_' && !name.Contains("__", StringComparison.Ordinal)
        && name.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c == '_') && !IsTaken(name);

    /// <summary>File names without an ending, one for each name: letters, digits and <c>_.-</c>, none that Windows takes for another's or for a device.</summary>
    public static IReadOnlyList<string> Files(IReadOnlyList<string> names)
    {
        var taken = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        return [.. names.Select(name =>
        {
            var clean = string.Concat(name.Take(MostLength).Select(c => char.IsAsciiLetterOrDigit(c) || c is '_' or '-' or '.' ? c : '_')).Trim('.');
            if (clean.Length == 0 || s_devices.Contains(clean.Split('.')[0].ToLowerInvariant())) clean = "_" + clean;
            var unique = clean;
            for (int n = 2; !taken.Add(unique); n++) unique = $"{clean}_{n}";
            return unique;
        })];
    }
}
