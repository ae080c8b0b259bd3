using Tiny.Optimize;

namespace Tiny.Jit;

/// <summary>The choices that a search has found for the programs of an export, each file read once.</summary>
sealed class ExportRunnerTuning(ExportRunnerOptions options)
{
    readonly Dictionary<string, Tuning> _files = [];

    /// <summary>Those for a program; null for none.</summary>
    /// <exception cref="TuningException">The file is no result of tuning.</exception>
    public Tuning? Of(string program)
    {
        bool named = options.Tune.Length > 0;
        if (options.Tune == "false") return null;
        string path = Path.GetFullPath(named ? options.Tune : program + TuningFile.Extension, options.Project);
        if (!named && !File.Exists(path)) return null;
        return _files.TryGetValue(path, out var known) ? known : _files[path] = TuningFile.Read(path);
    }

    /// <summary>One for each file of which some entries fit nothing.</summary>
    public IEnumerable<string> Warnings => _files.Values.Where(t => t.Unused > 0).Select(t => t.UnusedText);
}
