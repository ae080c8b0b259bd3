namespace Tiny.Jit;

/// <summary>
/// What the build tells the export runner; all paths are absolute. <paramref name="Id"/> is part of a folder's name and differs for
/// whatever may export into one output folder at the same time.
/// </summary>
sealed record ExportRunnerOptions(string Id, string Assembly, string Project, string Output, string List, string Reads, string Result)
{
    /// <summary>What float64 is on a target that has none; see <see cref="ExportContext.Float64"/>.</summary>
    public ScalarKind Float64 { get; init; } = ScalarKind.Float64;

    /// <summary>The file of choices that a search has found, for all programs; "false" for none; empty for <c>NAME.tune.json</c> in the project's folder, where a program has one.</summary>
    public string Tune { get; init; } = "";

    public static ExportRunnerOptions Parse(string[] args)
    {
        var values = new Dictionary<string, string>();
        foreach (var arg in args)
        {
            int at = arg.IndexOf('=', StringComparison.Ordinal);
            if (at > 0) values[arg[..at]] = arg[(at + 1)..];
        }
        return new(Get("id"), Full("assembly"), Full("project"), Full("output"), Full("list"), Full("reads"), Full("result"))
        {
            Tune = values.GetValueOrDefault("tune", ""),
            Float64 = values.GetValueOrDefault("float64", "") is "float32" ? ScalarKind.Float32 : ScalarKind.Float64,
        };

        string Full(string name) => Path.GetFullPath(Get(name));

        string Get(string name) => values.TryGetValue(name, out var value)
            ? value
            : throw new ArgumentException($"the export runner needs '{name}='");
    }
}
