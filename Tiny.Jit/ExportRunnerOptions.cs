namespace Tiny.Jit;

/// <summary>What the build tells the export runner; all paths are absolute.</summary>
sealed record ExportRunnerOptions(string Assembly, string Project, string Output, string List, string Reads, string Result)
{
    public static ExportRunnerOptions Parse(string[] args)
    {
        var values = new Dictionary<string, string>();
        foreach (var arg in args)
        {
            int at = arg.IndexOf('=', StringComparison.Ordinal);
            if (at > 0) values[arg[..at]] = arg[(at + 1)..];
        }
        return new(Get("assembly"), Get("project"), Get("output"), Get("list"), Get("reads"), Get("result"));

        string Get(string name) => values.TryGetValue(name, out var value)
            ? Path.GetFullPath(value)
            : throw new ArgumentException($"the export runner needs '{name}='");
    }
}
