using Tiny.Cli.Models;

namespace Tiny.Cli.Export;

/// <summary>
/// The folders of an export, <c>OUT/TARGET</c>, put into place when all is written: each is made in a folder beside and takes its place by two renames. A process that
/// is ended leaves of each what was there before, or what is new, never a part; the next run puts right what stands between the renames. Files of other names that lay in
/// a replaced folder are kept.
/// </summary>
sealed class ExportFolder : IDisposable
{
    readonly string _out, _staging, _old;
    readonly bool _made;
    readonly FileStream _lock;
    readonly List<string> _targets = [];

    /// <summary>Takes the folder for one export at a time.</summary>
    /// <exception cref="CommandException">Another export is writing there, or nothing can be written there.</exception>
    public ExportFolder(string folder)
    {
        _out = Path.GetFullPath(folder);
        _made = !Directory.Exists(_out);
        (_staging, _old) = (Path.Combine(_out, ".tiny-staging"), Path.Combine(_out, ".tiny-old"));
        try
        {
            Directory.CreateDirectory(_out);
            _lock = new FileStream(Path.Combine(_out, ".tiny-lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None, 1, FileOptions.DeleteOnClose);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new CommandException($"--out {folder}: another export is writing there, or nothing can be written ({e.Message})");
        }
        try
        {
            Recover();
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>An empty folder for a target's files.</summary>
    /// <exception cref="CommandException">Something lies in its place that is no folder.</exception>
    public string Stage(string target)
    {
        var final = new DirectoryInfo(Path.Combine(_out, target));
        if (final.LinkTarget is not null) throw new CommandException($"{final.FullName} is a link to {final.LinkTarget}: remove it, or choose another folder by --out");
        if (File.Exists(final.FullName)) throw new CommandException($"{final.FullName} is a file, and a folder is to be there: remove it, or choose another folder by --out");
        _targets.Add(target);
        return Directory.CreateDirectory(Path.Combine(_staging, target)).FullName;
    }

    /// <summary>Puts everything into place.</summary>
    public void Commit()
    {
        Directory.CreateDirectory(_old);
        foreach (var target in _targets)
        {
            string final = Path.Combine(_out, target), old = Path.Combine(_old, target);
            if (Directory.Exists(final)) Directory.Move(final, old);
            Directory.Move(Path.Combine(_staging, target), final);
            Keep(old, final);
        }
        Directory.Delete(_old, recursive: true);
    }

    /// <summary>Removes what was not put into place.</summary>
    public void Dispose()
    {
        try
        {
            Recover();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // What is left is removed by the next run; the reason for this one's end is worth more than this error.
        }
        _lock.Dispose();
        if (_made && !Directory.EnumerateFileSystemEntries(_out).Any()) Directory.Delete(_out);
    }

    void Recover()
    {
        if (Directory.Exists(_old))
        {
            foreach (var old in Directory.GetDirectories(_old))
                if (Path.Combine(_out, Path.GetFileName(old)) is var final && Directory.Exists(final)) Keep(old, final);
                else Directory.Move(old, final);
            Directory.Delete(_old, recursive: true);
        }
        if (Directory.Exists(_staging)) Directory.Delete(_staging, recursive: true);
    }

    // What the user laid there stays there.
    static void Keep(string old, string final)
    {
        if (!Directory.Exists(old)) return;
        foreach (var entry in new DirectoryInfo(old).EnumerateFileSystemInfos())
            if (Path.Combine(final, entry.Name) is var to && !Path.Exists(to))
                if (entry is DirectoryInfo folder) folder.MoveTo(to);
                else ((FileInfo)entry).MoveTo(to);
    }
}
