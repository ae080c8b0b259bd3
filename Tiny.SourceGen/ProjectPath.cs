namespace Tiny.SourceGen;

/// <summary>Paths relative to the project, with forward slashes: the same on every machine, so that builds stay deterministic.</summary>
static class ProjectPath
{
    /// <summary><paramref name="file"/> seen from <paramref name="projectDirectory"/>; only its name where they share no root or there is no project.</summary>
    public static string Relative(string projectDirectory, string file)
    {
        var from = Parts(projectDirectory);
        var to = Parts(file);
        if (projectDirectory.Length == 0) return to[to.Length - 1];
        int common = 0;
        while (common < from.Length && common < to.Length - 1 && from[common] == to[common]) common++;
        if (common == 0) return to[to.Length - 1];
        return string.Join("/", Enumerable.Repeat("..", from.Length - common).Concat(to.Skip(common)));
    }

    static string[] Parts(string path) => path.Replace('\\', '/').TrimEnd('/').Split('/');
}
