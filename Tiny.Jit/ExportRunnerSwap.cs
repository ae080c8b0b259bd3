using System.Text;

namespace Tiny.Jit;

/// <summary>
/// Puts finished exports into place. Each is written to a staging folder on the same volume and takes the old one's place by two
/// renames, so a process that dies leaves the old export or the new one, never a part of either. Had it died between the two
/// renames, the next run restores the old one before it does anything else.
/// </summary>
sealed class ExportRunnerSwap : IDisposable
{
    readonly string _output, _staging, _old, _list;
    readonly FileStream _lock;
    readonly List<(string Name, string Target)> _finished = [];
    readonly List<string> _files = [];

    public ExportRunnerSwap(ExportRunnerOptions options)
    {
        _output = options.Output;
        _staging = Path.Combine(_output, ".staging-" + options.Id);
        _old = Path.Combine(_output, ".old-" + options.Id);
        _list = options.List;
        _lock = Lock(_list + ".lock");
        Recover();
    }

    /// <summary>An empty folder to write an export into.</summary>
    public string Stage(string name, string target) => Directory.CreateDirectory(Path.Combine(_staging, name, target)).FullName;

    /// <summary>Notes the files of a staged export.</summary>
    public (int Files, long Bytes) Finish(string name, string target)
    {
        string directory = Path.Combine(_staging, name, target);
        long bytes = 0;
        int files = 0;
        foreach (var file in new DirectoryInfo(directory).EnumerateFiles("*", SearchOption.AllDirectories))
        {
            // A copied file keeps its time of writing; the build would take it for older than what it was made from.
            file.LastWriteTimeUtc = DateTime.UtcNow;
            bytes += file.Length;
            files++;
            _files.Add(Path.GetRelativePath(_staging, file.FullName).Replace(Path.DirectorySeparatorChar, '/'));
        }
        if (files == 0) throw new TinyException("TINY2002", $"the export of '{name}' to '{target}' wrote no files");
        _finished.Add((name, target));
        return (files, bytes);
    }

    /// <summary>Moves everything into place, removes exports that are no more, and writes the list.</summary>
    public void Commit()
    {
        var obsolete = Listed();
        foreach (var (name, target) in _finished)
        {
            string final = Path.Combine(_output, name, target), old = Path.Combine(_old, name, target);
            // All folders are made first, so that nothing but the two renames happens while there is no export.
            Directory.CreateDirectory(Path.GetDirectoryName(final)!);
            Directory.CreateDirectory(Path.GetDirectoryName(old)!);
            try
            {
                if (Directory.Exists(final)) Directory.Move(final, old);
                Directory.Move(Path.Combine(_staging, name, target), final);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                throw new TinyException("TINY2002", $"cannot replace '{final}': {e.Message} Is a program using it?", e);
            }
            obsolete.Remove((name, target));
        }
        foreach (var (name, target) in obsolete)
        {
            Delete(Path.Combine(_output, name, target));
            DeleteIfEmpty(Path.Combine(_output, name));
        }
        _files.Sort(StringComparer.Ordinal);
        Directory.CreateDirectory(Path.GetDirectoryName(_list)!);
        string temporary = _list + ".new";
        File.WriteAllText(temporary, string.Concat(_files.Select(static f => f + "\n")), new UTF8Encoding(false));
        File.Move(temporary, _list, overwrite: true);
    }

    public void Dispose()
    {
        try
        {
            Recover();
            DeleteIfEmpty(_output);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // What is left is removed by the next run; the reason for this one's end is worth more than this error.
        }
        _lock.Dispose();
    }

    /// <summary>Puts back what a run that died, or failed, had moved away, and removes what it left.</summary>
    void Recover()
    {
        if (Directory.Exists(_old))
        {
            foreach (var name in Directory.GetDirectories(_old))
                foreach (var target in Directory.GetDirectories(name))
                {
                    string final = Path.Combine(_output, Path.GetFileName(name), Path.GetFileName(target));
                    Directory.CreateDirectory(Path.GetDirectoryName(final)!);
                    if (!Directory.Exists(final)) Directory.Move(target, final);
                }
            Delete(_old);
        }
        Delete(_staging);
    }

    /// <summary>The exports that the list of the last run names.</summary>
    HashSet<(string Name, string Target)> Listed()
    {
        var exports = new HashSet<(string, string)>();
        if (File.Exists(_list))
            foreach (var line in File.ReadLines(_list))
                if (line.Split('/') is [var name, var target, _, ..])
                    exports.Add((name, target));
        return exports;
    }

    static void Delete(string directory)
    {
        if (Directory.Exists(directory)) Directory.Delete(directory, recursive: true);
    }

    static void DeleteIfEmpty(string directory)
    {
        if (Directory.Exists(directory) && !Directory.EnumerateFileSystemEntries(directory).Any()) Directory.Delete(directory);
    }

    /// <summary>Keeps a second build of the same project out for as long as this one runs.</summary>
    static FileStream Lock(string path)
    {
        for (int waited = 0; ; waited += 50)
        {
            try
            {
                return new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            }
            catch (IOException e) when (File.Exists(path))
            {
                if (waited >= 60_000) throw new TinyException("TINY2002", $"another build has been exporting this project for a minute (it holds '{path}')", e);
                Thread.Sleep(50);
            }
        }
    }
}
